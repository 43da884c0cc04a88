"""What the network should answer at each step: the articulation driver's mouth, from the true phones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.articulation.curves import curves
from blend_shapes.articulation.effort import Effort
from blend_shapes.articulation.score import Score, Splitter
from blend_shapes.articulation.style import NEUTRAL
from blend_shapes.articulation.tables import tables
from blend_shapes.articulation.windows import Array, evaluate, strongest
from blend_shapes.audio.hearing import STEP_HZ
from blend_shapes.phonemes.targets import CORE, TARGETS, Seal
from blend_shapes.phonemes.timing import PhoneTiming

SEALS: Final = (Seal.BILABIAL, Seal.LABIODENTAL, Seal.SIBILANT)
CLASSES: Final = ("", *TARGETS)
"""Silence, then the articulation driver's targets."""
_CLASS: Final = {name: i for i, name in enumerate(CLASSES)}
JAW: Final = CORE.index("jawOpen")
GAP: Final = CORE.index("mouthClose")


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """For each step: the core weights with the gap between the lips (jawOpen - mouthClose) in place of
    mouthClose (n, 16), how far each seal holds (n, 3), and the class of the phone (n,)."""

    core: Array
    seals: Array
    classes: NDArray[np.int64]


def answers(phones: Sequence[PhoneTiming], sound: NDArray[np.int16], rate: int, steps: int) -> Answers:
    """Of speech with these phones; its loudness opens the mouth as the articulation driver has it."""
    score, effort = Score(), Effort(rate)
    score.add(phones)
    effort.hear(sound)
    core = curves(score, tables(NEUTRAL), 0, steps, effort)
    core[:, GAP] = core[:, JAW] - core[:, GAP]
    times = np.arange(steps) / STEP_HZ
    rows = score.constraints.seals
    seals = np.stack([strongest(evaluate(rows[seal], times)) for seal in SEALS], axis=1)
    classes = np.zeros(steps, np.int64)
    for part in Splitter().split(phones):
        inside = slice(*np.searchsorted(times, (part.start, part.end)))
        classes[inside] = _CLASS[part.target.name]
    return Answers(core, seals, classes)


def at_rest(steps: int) -> Answers:
    """Of sound in which nobody speaks."""
    return answers((), np.zeros(1, np.int16), 16_000, steps)
