"""One room with many listeners and a few who speak at once: what reaches whom, how soon, and what it costs.

Speakers send 20 ms of spoken sentences at a time, when they would have been heard. A delay counts from a
sample's own moment at the microphone to the arrival of its segment at a listener; segments that begin a
stretch of speech are left out, because they bring what was said before the speech was noticed.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp
import numpy as np
from numpy.typing import NDArray

from protocol import messages as m
from protocol import pcm16
from protocol.face_format import FaceLayout
from python_client.microphone import MESSAGE_S, Microphone
from server.audio.resample import Resampler
from tests.bench.figures import Figure, percentile
from tests.bench.metrics import value
from tests.bench.processes import Served, facewire
from tests.bench.wire import Wire, connect
from tests.fakes.sentence import sentence

RATE, WIRE_RATE, FPS = 16_000, 24_000, 60
SECONDS = 20.0
LISTENERS, SPEAKERS = 40, 4
LATE_S = 0.25
"""A segment is late whose newest sample is older than this: a client's cushion is used up."""
TAIL_S = 1.5
SKEW_S = 0.025
HELLO = m.Hello(client=m.ClientInfo("bench"), face=m.FaceOffer("q8", fps=FPS))
DRIVE = m.Hello(
    client=m.ClientInfo("bench"),
    mode="drive",
    face=m.FaceOffer("q8", fps=FPS),
    mic=m.AudioFormatInfo("pcm16", RATE),
)
TEXT = "The river follows the bridge before noon, and papa may go home. "

Samples = NDArray[np.int16]


@dataclass(slots=True)
class Got:
    """What one listener has received."""

    segments: dict[int, list[m.PeerSegment]] = field(default_factory=dict)
    """By peer."""
    delays: list[float] = field(default_factory=list)
    """Seconds, of the first, middle and last sample of each segment."""
    late: int = 0

    @property
    def lost(self) -> int:
        """Numbers left out between the first and the last segment of each peer."""
        return sum(s[-1].seq - s[0].seq + 1 - len(s) for s in self.segments.values())


@dataclass(slots=True)
class Speaker:
    """One who speaks, and what the server says of it."""

    wire: Wire
    samples: Samples
    number: int = 0
    begin: float = 0.0
    face: list[m.Mirror] = field(default_factory=list)


async def run(quick: bool = False) -> list[Figure]:
    seconds, listeners = (2.0, 3) if quick else (SECONDS, LISTENERS)
    samples = await sentence(RATE, TEXT * 8, before_s=0.2)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(facewire())
        unlimited = aiohttp.TCPConnector(limit=0)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=unlimited))
        speakers = [
            Speaker(await _member(stack, http, server.url, DRIVE), np.roll(samples, n * RATE // 3))
            for n in range(SPEAKERS)
        ]
        wires = [await _member(stack, http, server.url, HELLO) for _ in range(listeners)]
        return await _measure(http, server, speakers, wires, seconds)


async def _member(stack: AsyncExitStack, http: aiohttp.ClientSession, url: str, hello: m.Hello) -> Wire:
    wire = await stack.enter_async_context(connect(http, url, hello))
    await wire.send(m.Join("bench"))
    return wire


async def _measure(
    http: aiohttp.ClientSession, server: Served, speakers: list[Speaker], wires: list[Wire], seconds: float
) -> list[Figure]:
    begin = time.perf_counter() + 0.2
    cpu, own = server.cpu_seconds(), time.process_time()
    made, encoded = await _counted(http, server.url)
    async with asyncio.TaskGroup() as group:
        for n, speaker in enumerate(speakers):
            speaker.begin = begin + n * MESSAGE_S / len(speakers)
            group.create_task(_speak(speaker, seconds))
            group.create_task(_watch_oneself(speaker, seconds + TAIL_S))
        tasks = [group.create_task(_listen(wire, speakers, seconds + TAIL_S)) for wire in wires]
    used = (server.cpu_seconds() - cpu) / (seconds + TAIL_S)
    made_then, encoded_then = await _counted(http, server.url)
    got = [task.result() for task in tasks]
    delays = [1e3 * delay for listener in got for delay in listener.delays]
    count = sum(len(s) for listener in got for s in listener.segments.values())
    return [
        Figure("listeners", len(wires)),
        Figure("speakers at once", len(speakers)),
        Figure("segments received", count),
        Figure("sample to segment at a listener, p50", percentile(delays, 50), "ms"),
        Figure("sample to segment at a listener, p95", percentile(delays, 95), "ms"),
        Figure("segments lost", sum(listener.lost for listener in got), at_most=0),
        Figure("segments late", sum(listener.late for listener in got), at_most=0),
        Figure(
            "segments encoded for each one made", (encoded_then - encoded) / (made_then - made), at_most=1
        ),
        Figure(
            "sound and face apart", max(_skew_ms(speaker, got[0]) for speaker in speakers), "ms", at_most=20
        ),
        Figure("the server's share of a core", 100 * used, "%"),
        Figure("the load client's own", 100 * (time.process_time() - own) / (seconds + TAIL_S), "%"),
    ]


async def _counted(http: aiohttp.ClientSession, url: str) -> tuple[float, float]:
    """Peer segments made and encoded so far."""
    async with http.get(f"{url}/metrics") as answer:
        text = await answer.text()
    return value(text, "facewire_peer_segments_total"), value(text, "facewire_peer_segments_encoded")


async def _speak(speaker: Speaker, seconds: float) -> None:
    """Send each 20 ms when it is over; its first sample is heard at `begin`."""
    microphone = Microphone(RATE)
    block = round(MESSAGE_S * RATE)
    for k in range(round((seconds + TAIL_S) / MESSAGE_S)):
        await asyncio.sleep(max(0.0, speaker.begin + (k + 1) * MESSAGE_S - time.perf_counter()))
        sound = np.take(speaker.samples, range(k * block, (k + 1) * block), mode="wrap")
        for message in microphone.hear(sound if k * MESSAGE_S < seconds else np.zeros_like(sound)):
            await speaker.wire.send(message)


async def _watch_oneself(speaker: Speaker, seconds: float) -> None:
    async for message in _messages(speaker.wire, speaker.begin + seconds):
        if isinstance(message, m.Peer) and message.you:
            speaker.number = message.peer
        elif isinstance(message, m.Mirror):
            speaker.face.append(message)


async def _listen(wire: Wire, speakers: list[Speaker], seconds: float) -> Got:
    got = Got()
    async for message in _messages(wire, speakers[0].begin + seconds):
        if not isinstance(message, m.PeerSegment):
            continue
        now = time.perf_counter()
        segments = got.segments.setdefault(message.peer, [])
        follows = bool(segments) and bool(segments[-1].audio)
        segments.append(message)
        if message.audio and follows:
            begin = next(s.begin for s in speakers if s.number == message.peer)
            start, length = begin + message.pts / 1e6, len(message.audio) / 2 / WIRE_RATE
            got.delays += [now - start - share * length for share in (0.0, 0.5, 1.0)]
            got.late += got.delays[-1] > LATE_S
    return got


async def _messages(wire: Wire, until: float) -> AsyncIterator[m.FromServer]:
    """What comes before `until`."""
    while (left := until - time.perf_counter()) > 0:
        try:
            async with asyncio.timeout(left):
                message = await wire.receive()
        except TimeoutError:
            return
        if isinstance(message, m.Error):
            raise RuntimeError(f"{message.code}: {message.message}")
        yield message


# --- sound and face against the microphone ---------------------------------------------------------------


def _skew_ms(speaker: Speaker, got: Got) -> float:
    """How far the face lies from the voice, each by where it fits best to what went in."""
    segments = [s for s in got.segments.get(speaker.number, []) if s.audio]
    if not segments:
        return float("nan")
    return abs(_lag_of_voice(speaker, segments) - _lag_of_face(speaker, segments)) * 1e3


def _lag_of_voice(speaker: Speaker, segments: list[m.PeerSegment]) -> float:
    """Seconds by which the voice is later than the microphone's."""
    resampler = Resampler(RATE, WIRE_RATE)
    source = np.concatenate([resampler.feed(speaker.samples), resampler.finish()]).astype(np.float64)
    most = round(SKEW_S * WIRE_RATE)
    best: list[int] = []
    for segment in segments[:: max(1, len(segments) // 20)]:
        voice = pcm16.unpack(segment.audio).astype(np.float64)
        at = round(segment.pts * WIRE_RATE / 1e6)
        around = np.take(source, range(at - most, at + len(voice) + most), mode="wrap")
        if np.abs(voice).max() > 500:
            best.append(int(np.argmax(np.correlate(around, voice))) - most)
    return -float(np.median(best)) / WIRE_RATE if best else float("nan")


def _lag_of_face(speaker: Speaker, segments: list[m.PeerSegment]) -> float:
    """Seconds by which the face is later than the speaker's own."""
    own, seen = _by_frame(speaker.face), _by_frame(segments)
    shifts = range(-6, 7)
    errors = [
        np.mean([np.abs(face - own[n - shift]).mean() for n, face in seen.items() if n - shift in own])
        for shift in shifts
    ]
    return shifts[int(np.argmin(errors))] / FPS


def _by_frame(messages: list[m.Mirror] | list[m.PeerSegment]) -> dict[int, NDArray[np.float32]]:
    """The weights by number of frame."""
    layout = FaceLayout()
    runs = ((round(x.face_pts * FPS / 1e6), layout.unpack(x.face)[0]) for x in messages)
    return dict(itertools.chain.from_iterable(enumerate(weights, first) for first, weights in runs))
