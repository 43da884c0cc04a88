"""Case ``hearing``: what a microphone costs while nobody speaks, and what recognition takes.

Processor time throughout. The words are those of our own synthetic voice: how many real ones are got wrong
is what `facewire eval-hearing` measures.
"""

import resource
import time
from collections.abc import Callable

import numpy as np

from server.audio.chunk import Samples
from server.audio.resample import Resampler
from server.engines.detectors.silero import SileroDetector
from server.engines.recognizers.pocketsphinx import PocketsphinxRecognizer
from server.ports import LISTENING_RATE, WINDOW, Hints
from tests.bench.figures import Figure
from tests.fakes.spoken import spoken

RATE = 48_000
TEXT = "Where is the documentation, and can I interrupt you at any time?"


def _room(seconds: float, level: float, rate: int) -> Samples:
    return np.rint(np.random.default_rng(1).normal(0, level, round(seconds * rate))).astype(np.int16)


def _least(work: Callable[[], object], repeats: int) -> float:
    """Processor seconds of the quickest run: other work only ever slows one down."""
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


def detector_us(repeats: int, sound: Samples) -> float:
    """Microseconds for a window."""
    detector, windows = SileroDetector(), sound[: len(sound) // WINDOW * WINDOW].reshape(-1, WINDOW)

    def judge() -> None:
        activity = detector.begin()
        for window in windows:
            activity.probability(window)

    return 1e6 * _least(judge, repeats) / len(windows)


def silent_percent(repeats: int, level: float, seconds: float = 20.0) -> float:
    """Of one core, for the sound of a microphone at RATE in messages of 20 ms: resampled and judged."""
    detector, sound, step = SileroDetector(), _room(seconds, level, RATE), RATE // 50

    def listen() -> None:
        activity, resampler = detector.begin(), Resampler(RATE, LISTENING_RATE)
        rest = np.zeros(0, np.int16)
        for at in range(0, len(sound), step):
            rest = np.concatenate([rest, resampler.feed(sound[at : at + step])])
            while len(rest) >= WINDOW:
                activity.probability(rest[:WINDOW])
                rest = rest[WINDOW:]

    return 100 * _least(listen, repeats) / seconds


async def recognition(utterances: int) -> tuple[float, float]:
    """Real-time factor of pocketsphinx, and MiB of one of its processes."""
    quiet = _room(0.3, 10.0, LISTENING_RATE)
    sound = np.concatenate([quiet, spoken(TEXT, rate=0.9), quiet])
    begin = resource.getrusage(resource.RUSAGE_CHILDREN)
    recognizer = PocketsphinxRecognizer(decoders=1)
    try:
        for _ in range(utterances):
            transcript = recognizer.begin(Hints("en", (TEXT,)))
            transcript.follow(sound)
            await transcript.understood()
            transcript.close()
    finally:
        await recognizer.close()
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime
    return spent / (utterances * len(sound) / LISTENING_RATE), end.ru_maxrss / 1024


async def run(quick: bool) -> list[Figure]:
    repeats = 1 if quick else 7
    factor, mib = await recognition(1 if quick else 5)
    return [
        Figure("detector, speech", detector_us(repeats, spoken(TEXT)), "us a window"),
        Figure("silent microphone, muted", silent_percent(repeats, 0.0), "% of a core", at_most=1.0),
        Figure("silent microphone, quiet room", silent_percent(repeats, 20.0), "% of a core", at_most=1.0),
        Figure("pocketsphinx, start and all", factor, "times real time", at_most=1.0),
        Figure("pocketsphinx, a process", mib, "MiB"),
    ]
