"""Case ``face``: frames a second of one core with all layers, what listening costs, and closures of
hand-labelled speech that close.

The labels come from ``shared/eval``, beside the project's folder, read and measured as `facewire eval-face`
does, which measures much more; where that is missing only speed is measured. They are measured on, never
tuned to.
"""

import asyncio
import itertools
import math
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from blend_shapes.articulation.shapes import REST_FACE
from blend_shapes.audio.intonation import Intonation
from blend_shapes.evaluation import measures
from blend_shapes.evaluation.drivers import driver, turn
from blend_shapes.evaluation.evidence import gather
from blend_shapes.evaluation.folder import BadRecording, read_folder
from blend_shapes.life.chance import between, uniform
from blend_shapes.phonemes.timing import PhoneTiming
from tests.bench.figures import Figure

EVAL = Path("..", "shared", "eval")
RATE = 24_000
MOOD = "happy"
"""Moods must not spoil a closure."""
CHUNKS_S = (0.5, 1.0, 2.0)
"""How much speech arrives at once: voices send from half a second to two seconds."""
_PHONES = "ð ə k w ɪ k b ɹ aʊ n f ɒ k s dʒ ʌ m p s oʊ v ɚ l eɪ z i m æ d t iː ʃ uː ŋ".split()


def speech(seconds: float) -> list[PhoneTiming]:
    """Made-up speech, 14 phones a second, a pause every two seconds or so."""
    phones: list[PhoneTiming] = []
    start = 0.0
    for n in itertools.count():
        if start >= seconds:
            return phones
        pause = n % 28 == 27
        name = "" if pause else _PHONES[int(uniform(1, "phone", n) * len(_PHONES))]
        end = start + (0.3 if pause else between(1, "length", n, 0.035, 0.107))
        stress = int(not pause and uniform(1, "stress", n) < 0.15)
        phones.append(PhoneTiming(name, start, start + 0.7 * (end - start), end, stress))
        start = end
    raise AssertionError


def _sound(seconds: float) -> NDArray[np.int16]:
    """A buzz that swells and fades four times a second."""
    t = np.arange(round(seconds * RATE)) / RATE
    buzz = np.sin(2 * np.pi * 120 * t) + 0.5 * np.sin(2 * np.pi * 840 * t)
    return np.asarray(6000 * (1.0 + np.sin(2 * np.pi * 4 * t)) * buzz, np.int16)


def frames_per_second(chunk_s: float, seconds: float = 30.0, repeats: int = 7) -> float:
    """Of one core's processor time, for a turn with its sound and all layers: the best of some runs, since
    other work only ever slows one down."""
    phones = speech(seconds)
    sound = _sound(phones[-1].end)
    best = 0.0
    for _ in range(repeats):
        begin = time.process_time()
        frames = turn(phones, phones[-1].end, (sound, RATE), mood=MOOD, chunk_s=chunk_s)
        best = max(best, len(frames) / (time.process_time() - begin))
    return best


def listening_percent(seconds: float = 30.0, repeats: int = 5, message_s: float = 0.02) -> float:
    """Of one core, for the pitch and intonation of a live voice, heard 20 ms at a time: the best of some
    runs."""
    sound, step = _sound(seconds), round(message_s * RATE)
    best = math.inf
    for _ in range(repeats):
        intonation = Intonation(RATE)
        begin = time.process_time()
        for at in range(0, len(sound), step):
            intonation.listen(sound[at : at + step])
        best = min(best, time.process_time() - begin)
    return 100.0 * best / seconds


def closures(folder: Path) -> list[Figure]:
    """How the face, all layers on, closes for the labels of a folder. Raises BadRecording."""
    labelled = [r for r in read_folder(folder) if r.phones is not None]
    each = driver(f"articulation:{MOOD}")
    found = [gather(each.frames(r), REST_FACE[0], r) for r in labelled]
    hits = measures.closure_hits(found, "head")
    false = measures.false_share(found, "head")
    onset = measures.onset_median(found, "head")
    return [
        Figure(f"labelled m b p that close, of {hits.n:g}", hits.value, at_least=0.98),
        Figure(
            "labelled f v with the lip on the teeth",
            measures.labiodental_hits(found, "weights").value,
            at_least=0.95,
        ),
        Figure("closed lips far from m b p f v", false.value, "of frames", at_most=0.05),
        Figure("lips closed, after the label's start (median)", onset.value, "ms"),
    ]


async def run(quick: bool = False, folder: Path = EVAL) -> list[Figure]:
    """The figures of the case."""
    figures = []
    for chunk_s in CHUNKS_S:
        rate = frames_per_second(chunk_s, *((2.0, 1) if quick else (30.0, 7)))
        goal = 60_000 if chunk_s == 1.0 else None
        figures.append(
            Figure(f"frames a second of one core, {chunk_s:g} s of speech at once", rate, at_least=goal)
        )
    heard = listening_percent(*((2.0, 1) if quick else (30.0, 5)))
    figures.append(
        Figure("pitch and intonation of a live voice, 20 ms at once", heard, "% of a core", at_most=1.0)
    )
    try:
        return [*figures, *closures(folder)]
    except BadRecording as error:
        print(f"{error}: closures are not measured", end=" ")
        return figures


def main() -> None:
    for figure in asyncio.run(run()):
        print(f"{figure.name}: {figure.value:.4g} {figure.unit} {figure.target}")


if __name__ == "__main__":
    main()
