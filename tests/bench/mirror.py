"""From a sample at the microphone to its face at the client, for one microphone and for many.

Each sends 20 ms of spoken sentences at a time, when they would have been heard. A frame's delay counts from
its own sample, so what the driver looks ahead is in it.
"""

import asyncio
import time
from dataclasses import dataclass, field

import aiohttp
import numpy as np
from numpy.typing import NDArray

from protocol import messages as m
from protocol.face_format import FaceLayout, frame_time
from python_client.microphone import MESSAGE_S, Microphone
from server.config import EngineSlots
from server.engines import catalog
from tests.bench.figures import Figure, percentile
from tests.bench.metrics import Histogram, histogram
from tests.bench.processes import facewire
from tests.bench.wire import Wire, connect
from tests.fakes.sentence import sentence

RATE = 16_000
SECONDS = 20.0
CROWD = 60
FPS = 60
HELLO = m.Hello(
    client=m.ClientInfo("bench"),
    mode="drive",
    face=m.FaceOffer("q8", fps=FPS),
    mic=m.AudioFormatInfo("pcm16", RATE),
)
TEXT = "The river follows the bridge before noon, and papa may go home. "


@dataclass(slots=True)
class Delays:
    """Milliseconds from each sample to its face, and how many faces never came."""

    faces: list[float] = field(default_factory=list)
    missing: int = 0


async def run(quick: bool = False) -> list[Figure]:
    seconds, crowd = (1.0, 2) if quick else (SECONDS, CROWD)
    samples = await sentence(RATE, TEXT * 8)
    async with facewire() as server, aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await _drive(http, server.url, samples, 0.5)  # to warm up
        alone = await _drive(http, server.url, samples, seconds)
        before, counted = server.cpu_seconds(), await _counted(http, server.url)
        many = await _crowd(http, server.url, samples, seconds, crowd)
        used = (server.cpu_seconds() - before) / seconds
        work = (await _counted(http, server.url)).since(counted)
    return [
        Figure("sample to face, p50", percentile(alone.faces, 50), "ms"),
        Figure("sample to face, p95", percentile(alone.faces, 95), "ms", at_most=130),
        Figure("the least of it", min(alone.faces), "ms"),
        Figure("look-ahead of the driver, which is in all of it", _look_ahead_ms(), "ms", at_most=60),
        Figure(f"{crowd} microphones, p50", percentile(many.faces, 50), "ms"),
        Figure(f"{crowd} microphones, p95", percentile(many.faces, 95), "ms"),
        Figure(f"{crowd} microphones, in the server by /metrics, p95", 1e3 * work.percentile(95), "ms"),
        Figure(f"{crowd} microphones, a core's share for each", 100 * used / crowd, "%"),
        Figure("faces missing", alone.missing + many.missing, at_most=0),
    ]


def _look_ahead_ms() -> float:
    return 1e3 * catalog.make("face", EngineSlots().mirror.use).look_ahead_s(FPS)


async def _counted(http: aiohttp.ClientSession, url: str) -> Histogram:
    async with http.get(f"{url}/metrics") as answer:
        return histogram(await answer.text(), "facewire_mirror_seconds")


async def _crowd(
    http: aiohttp.ClientSession, url: str, samples: NDArray[np.int16], seconds: float, crowd: int
) -> Delays:
    together = Delays()
    async with asyncio.TaskGroup() as group:
        tasks = []
        for i in range(crowd):
            later = np.roll(samples, i * RATE // 3)
            tasks.append(group.create_task(_drive(http, url, later, seconds, i * MESSAGE_S / crowd)))
    for task in tasks:
        delays = task.result()
        together.faces += delays.faces
        together.missing += delays.missing
    return together


async def _drive(
    http: aiohttp.ClientSession,
    url: str,
    samples: NDArray[np.int16],
    seconds: float,
    after_s: float = 0.0,
) -> Delays:
    """One microphone for so long."""
    await asyncio.sleep(after_s)
    async with connect(http, url, HELLO) as wire:
        begin = time.perf_counter()
        sending = asyncio.create_task(_speak(wire, samples, seconds, begin))
        delays = await _watch(wire, seconds, begin)
        await sending
    return delays


async def _speak(wire: Wire, samples: NDArray[np.int16], seconds: float, begin: float) -> None:
    """Send each 20 ms when it is over; its first sample is heard at `begin`."""
    microphone = Microphone(RATE)
    block = round(MESSAGE_S * RATE)
    for k in range(round(seconds / MESSAGE_S)):
        await asyncio.sleep(max(0.0, begin + (k + 1) * MESSAGE_S - time.perf_counter()))
        for message in microphone.hear(np.take(samples, range(k * block, (k + 1) * block), mode="wrap")):
            await wire.send(message)
    await wire.send(m.Mic("closed"))


async def _watch(wire: Wire, seconds: float, begin: float) -> Delays:
    """Take the faces up to the rest after the last sound."""
    layout = FaceLayout()
    delays, frames = Delays(), 0
    while frames / FPS < seconds:
        message = await wire.receive()
        if isinstance(message, m.Error):
            raise RuntimeError(f"{message.code}: {message.message}")
        if not isinstance(message, m.Mirror):
            continue
        now = time.perf_counter()
        first = round(message.face_pts * FPS / 1e6)
        delays.missing += first - frames
        frames = first + layout.count(message.face)
        if frames / FPS >= seconds:  # the rest, which no sound made
            break
        delays.faces += [(now - begin) * 1e3 - frame_time(i, FPS) / 1e3 for i in range(first, frames)]
    return delays
