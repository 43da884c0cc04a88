"""Live streams of sound that one network serves: how many on a core, and what working together delays.

Frames are 60 a second, sound comes in messages of 20 ms. For the number on a core all messages of a moment
come at once and the next as soon as there are faces; only processor time counts. For the delay each stream
has a moment of its own in real time.
"""

import asyncio
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from python_client.microphone import MESSAGE_S
from server.audio.chunk import AudioChunk, AudioFormat
from server.engines.faces.audio import AudioDriver, AudioTrack
from server.speech.values import SpeechChunk
from server.turn.offload import offloaded
from tests.bench.figures import Figure, percentile
from tests.fakes.sentence import sentence

FPS = 60
CROWD, SECONDS = 150, 4.0
CROWDS, LIVE_S = (1, 60, 150), 10.0
RATES = (16_000, 48_000)
KEPT_S = 1.0
TEXT = "The river follows the bridge before noon, and papa may go home. "


@dataclass(slots=True)
class Live:
    """Milliseconds from a message to its frames, and frames that came later than declared."""

    delays: list[float] = field(default_factory=list)
    late: int = 0


class Speaker:
    """One stream: somebody who says the same as all others, at another time."""

    def __init__(self, driver: AudioDriver, samples: NDArray[np.int16], rate: int, number: int) -> None:
        self.track: AudioTrack = driver.begin(FPS)
        self._ahead_s = driver.look_ahead_s(FPS)
        self._format = AudioFormat(rate)
        self._samples = samples
        self._offset = number * rate // 3
        self._heard = 0

    def message(self) -> SpeechChunk:
        """The next 20 ms."""
        count = self._format.samples(MESSAGE_S)
        at = (self._heard + self._offset) % (len(self._samples) - count)
        audio = AudioChunk(self._samples[at : at + count], self._format, self._heard)
        chunk = SpeechChunk(audio, None)
        self._heard += count
        return chunk

    def missing(self, end: int) -> int:
        """Frames that should have come, where those before `end` have."""
        due = (self._heard / self._format.rate - self._ahead_s) * FPS
        return max(0, int(due + 1e-9) + 1 - end)


async def run(quick: bool = False) -> list[Figure]:
    crowd, seconds = (3, 0.2) if quick else (CROWD, SECONDS)
    crowds, live_s = ((1, 3), 0.3) if quick else (CROWDS, LIVE_S)
    driver = AudioDriver()
    figures, late = [], 0
    for rate in RATES:
        samples = await sentence(rate, TEXT * 4)
        _flat_out(driver, samples, rate, crowd, 0.1)  # to warm up
        on_a_core = _flat_out(driver, samples, rate, crowd, seconds)
        figures.append(
            Figure(f"streams on a core, {rate // 1000} kHz", on_a_core, at_least=None if quick else 150)
        )
    samples = await sentence(RATES[0], TEXT * 4)
    for count in crowds:
        begin = time.process_time()
        live = await _live(driver, samples, RATES[0], count, live_s)
        share = (time.process_time() - begin) / live_s
        late += live.late
        name = f"message to frames, {count} streams"
        figures += [
            Figure(f"{name}, p50", percentile(live.delays, 50), "ms"),
            Figure(f"{name}, p95", percentile(live.delays, 95), "ms"),
            Figure(f"{count} streams in real time, a core's share for each", 100 * share / count, "%"),
        ]
    figures.append(Figure("frames later than declared", late, at_most=0))
    figures.append(Figure("memory of a stream", _memory(driver, samples, 4 if quick else 64), "KiB"))
    return figures


def _flat_out(
    driver: AudioDriver, samples: NDArray[np.int16], rate: int, crowd: int, seconds: float
) -> float:
    """How many streams one core would follow in real time."""
    speakers = [Speaker(driver, samples, rate, n) for n in range(crowd)]
    used = 0.0
    for _ in range(round(seconds / MESSAGE_S)):
        messages = [speaker.message() for speaker in speakers]
        begin = time.process_time()
        _follow(driver, speakers, messages)
        used += time.process_time() - begin
    return crowd * seconds / used


def _follow(driver: AudioDriver, speakers: Sequence[Speaker], messages: Sequence[SpeechChunk]) -> None:
    jobs = [
        driver.executor.submit(speaker.track.follow, message)
        for speaker, message in zip(speakers, messages, strict=True)
    ]
    for job in jobs:
        job.result()


async def _live(
    driver: AudioDriver, samples: NDArray[np.int16], rate: int, count: int, seconds: float
) -> Live:
    live, begin = Live(), time.perf_counter() + 0.1

    async def speak(speaker: Speaker, begin: float) -> None:
        end = 0
        for k in range(round(seconds / MESSAGE_S)):
            await asyncio.sleep(max(0.0, begin + k * MESSAGE_S - time.perf_counter()))
            message, arrived = speaker.message(), time.perf_counter()
            frames = await offloaded(driver.executor, speaker.track.follow, message)
            live.delays.append(1e3 * (time.perf_counter() - arrived))
            end = frames.end
            live.late += speaker.missing(end)

    async with asyncio.TaskGroup() as group:
        for n in range(count):
            speaker = Speaker(driver, samples, rate, n)
            group.create_task(speak(speaker, begin + n * MESSAGE_S / count))
    return live


def _memory(driver: AudioDriver, samples: NDArray[np.int16], count: int) -> float:
    """What a second of sound of each of so many leaves behind, in KiB a stream."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        speakers = [Speaker(driver, samples, RATES[0], n) for n in range(count)]
        for _ in range(round(KEPT_S / MESSAGE_S)):
            _follow(driver, speakers, [speaker.message() for speaker in speakers])
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (after - before) / count / 1024
