"""A voice in a room of the real server, from one Python client's microphone to another's ear and eye."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import numpy as np
import pytest
from numpy.typing import NDArray

from protocol import messages as m
from python_client import Client, PeerChange, Player, Pose, connect
from server import app
from tests.fakes.sentence import sentence

RATE = 16_000
DEVICE_RATE = 48_000
BLOCK = DEVICE_RATE // 100
LATENCY_S = 0.02


class Listener:
    """A client in the lobby whose player is pulled in time, and what came of it."""

    def __init__(self) -> None:
        self.player = Player(DEVICE_RATE)
        self.changes: list[tuple[str, str]] = []
        self.changed = asyncio.Event()
        self.sound: list[NDArray[np.float32]] = []
        self.poses: list[tuple[float, Pose]] = []
        """Seconds since the device began, and the face of whoever else is there."""

    def told(self, change: PeerChange) -> None:
        self.changes.append((change.peer.name, change.change))
        self.changed.set()

    async def until(self, *change: str) -> None:
        async with asyncio.timeout(15):
            while change not in self.changes:
                self.changed.clear()
                await self.changed.wait()

    async def play(self, client: Client) -> None:
        """The device, and a picture after every second block."""
        begun = time.monotonic()
        for block in range(10**6):
            out = np.empty(BLOCK, np.float32)
            self.player.pull(out, begun + block * BLOCK / DEVICE_RATE + LATENCY_S)
            self.sound.append(out)
            now = time.monotonic()
            self.player.face(now, now)
            self.poses += [(now - begun, self.player.peer(n).face(now)) for n in client.peers]
            await asyncio.sleep(max(0, begun + (block + 1) * BLOCK / DEVICE_RATE - time.monotonic()))


async def read(client: Client) -> None:
    async for _ in client:
        pass


@asynccontextmanager
async def running(*tasks: asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def speak(client: Client, samples: NDArray[np.int16]) -> None:
    for block in np.array_split(samples, len(samples) // 320):
        await client.hear(block)
        await asyncio.sleep(len(block) / RATE)


@pytest.fixture
async def voice() -> NDArray[np.int16]:
    return await sentence(RATE, "Papa may go home, and papa may stay.", before_s=0.4, after_s=0.4)


async def test_voice_and_face_of_a_speaker_at_a_listener(
    server: app.Running, voice: NDArray[np.int16]
) -> None:
    url = f"ws://127.0.0.1:{server.port}/v1/stream"
    bo = Listener()
    async with (
        connect(url, mode="drive", mic_rate=RATE) as ada,
        connect(url, player=bo.player, on_peer=bo.told) as listener,
        running(
            asyncio.create_task(read(ada)),
            asyncio.create_task(read(listener)),
            asyncio.create_task(bo.play(listener)),
        ),
    ):
        await ada.join("lobby", "Ada")
        await listener.join("lobby", "Bo")
        await bo.until("Ada", "joined")
        await speak(ada, voice)
        await bo.until("Ada", "quiet")
        await ada.mic("muted")
        await bo.until("Ada", "muted")
        (number,) = listener.peers
        playout = bo.player.peer(number).playout
        await ada.leave()
        await bo.until("Ada", "left")
    assert bo.changes == [("Ada", x) for x in ("joined", "speaking", "quiet", "muted", "left")]
    heard = [pose for _, pose in bo.poses if pose.heard.state == "playing"]
    apart = [abs(pose.shown - pose.heard.pts) for pose in heard]
    assert np.mean(np.array(apart) <= 20_000) >= 0.95
    jaw = np.array([pose.weights[17] for pose in heard])
    assert jaw.max() > 0.2
    sound = np.concatenate(bo.sound)
    assert 0.1 < np.abs(sound).max() <= 1
    assert len(heard) * BLOCK / DEVICE_RATE > 1.0, "a sentence of more than a second"
    assert playout.state == "idle"
    assert bo.poses[-1][1].shown == -1


async def test_a_listener_hears_on_after_its_connection_was_lost(
    server: app.Running, voice: NDArray[np.int16]
) -> None:
    url = f"ws://127.0.0.1:{server.port}/v1/stream"
    bo = Listener()
    async with (
        connect(url, mode="drive", mic_rate=RATE) as ada,
        connect(url, player=bo.player, on_peer=bo.told) as listener,
        running(
            asyncio.create_task(read(ada)),
            asyncio.create_task(read(listener)),
            asyncio.create_task(bo.play(listener)),
        ),
    ):
        await ada.join("lobby", "Ada")
        await listener.join("lobby", "Bo")
        await bo.until("Ada", "joined")
        speaking = asyncio.create_task(speak(ada, np.tile(voice, 2)))
        await bo.until("Ada", "speaking")
        connection = listener._connection
        assert connection is not None
        await connection.close(4000)
        bo.changes.clear()
        await speaking
        await bo.until("Ada", "quiet")
        assert listener.reconnects == 1
        assert ("Ada", "left") not in bo.changes
        assert [x.name for x in listener.peers.values()] == ["Ada"]
        assert isinstance(listener.welcome.resumed, m.Position)
