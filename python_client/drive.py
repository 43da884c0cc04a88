"""Drive mode: the user's own voice goes out, the user's own face comes back."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocol import messages as m
from protocol.face_format import FaceLayout, Floats, frame_time
from python_client.client import Client
from python_client.faults import NotConnected
from python_client.microphone import Samples


@dataclass(frozen=True, slots=True, eq=False)
class Mirrored:
    """Consecutive frames on the timeline of the microphone; the arrays belong to whoever asked."""

    times: NDArray[np.float64]
    """Shape (n,), seconds since the first sample sent on this connection."""
    weights: Floats
    """Shape (n, channels), 0..1, in the order of `welcome.face.channels`."""
    head: Floats
    """Shape (n, 3): yaw, pitch and roll in degrees."""

    @classmethod
    def of(cls, message: m.Mirror, face: m.FaceFormatInfo) -> "Mirrored":
        """The frames of `message`, packed as `welcome.face` says. Raises `BadMessage`."""
        weights, head = FaceLayout.of(face).unpack(message.face)
        times = [message.face_pts + frame_time(i, face.fps) for i in range(len(weights))]
        return cls(np.array(times, np.float64) / 1e6, weights, head)


async def drive(client: Client, sound: AsyncIterable[Samples]) -> AsyncGenerator[Mirrored, None]:
    """The user's own face, moved by `sound` while it comes, up to the rest after its end.

    `client` is connected in mode "drive", and read here. `sound` gives mono samples, shape (n,), at the
    rate of `welcome.mic`, in real time. After a reconnect times count from 0 again; what was heard
    meanwhile is lost. Raises as reading does, and what `sound` raises.
    """
    sending = asyncio.create_task(_send(client, sound))
    try:
        async for message in client:
            if isinstance(message, m.Mirror):
                faces = Mirrored.of(message, client.welcome.face)
                yield faces
                if faces.times[-1] >= client.heard_s:  # only the face of a rest reaches so far
                    break
            elif isinstance(message, m.Pong) and client.heard_s == 0:
                break
        await sending
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await sending


async def _send(client: Client, sound: AsyncIterable[Samples]) -> None:
    try:
        async for samples in sound:
            with suppress(NotConnected):
                await client.hear(samples)
    finally:
        with suppress(NotConnected):
            await client.mic("closed")
            await client.ping()  # answered even where nothing was heard
