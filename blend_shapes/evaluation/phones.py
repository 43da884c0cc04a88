"""Labiodentals and rounding: whether the mouth has the shape that a labelled phone asks for."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from blend_shapes.arkit import INDEX
from blend_shapes.evaluation.recording import Curve, Recording, is_labiodental
from blend_shapes.face import FaceFrames, Weights
from blend_shapes.head.lip_on_teeth import least_gap, lip_to_teeth
from blend_shapes.metrics import on_teeth
from blend_shapes.phonemes.ipa import parts

ON_TEETH_MM: Final = 1.0
LIPS_APART_MM: Final = 1.0
"""f and v on the mesh: the lower lip so near to the upper teeth, the upper lip so far from the lower
(FACE.md 4.2)."""
ROUNDED: Final = frozenset(("u", "o", "w", "y", "ʃ"))
SPREAD: Final = frozenset(("i", "e", "s"))
ROUND_AT: Final = 0.2
ROUNDER_BY: Final = 0.1


def labiodentals(frames: FaceFrames, recording: Recording) -> list[tuple[bool, bool]]:
    """For each labelled f and v whether some frame of the label has the lip on the teeth: on the generated
    head (lower lip within 1 mm of the upper teeth, lips 1 mm apart everywhere), and by weights (rollLower
    .25, upperUp .08, mouthClose at most half of jawOpen)."""
    found = []
    times = frames.times()
    for p in recording.phones or ():
        if is_labiodental(p):
            there = frames.weights[(times >= p.start) & (times <= p.end)]
            found.append((_on_teeth(there), on_teeth(frames, p.start, p.end)))
    return found


def _on_teeth(weights: Weights) -> bool:
    apart = weights[least_gap(weights) >= LIPS_APART_MM]
    return bool(len(apart) and (lip_to_teeth(apart) <= ON_TEETH_MM).any())


def rounding_of(weights: Weights) -> Curve:
    """The larger of mouthFunnel and mouthPucker, shape (frames,)."""
    return np.asarray(weights[:, [INDEX["mouthFunnel"], INDEX["mouthPucker"]]].max(axis=1), np.float64)


def rounding(frames: FaceFrames, recording: Recording) -> tuple[Curve, Curve]:
    """Rounding in the middle of each rounded phone (u o w y ʃ) and of each spread one (i e s)."""
    times, values = frames.times(), rounding_of(frames.weights)
    if not len(times):
        return np.zeros(0), np.zeros(0)
    rounded = np.interp(list(_middles(recording, ROUNDED)), times, values)
    return rounded, np.interp(list(_middles(recording, SPREAD)), times, values)


def _middles(recording: Recording, names: frozenset[str]) -> Iterator[float]:
    """The middle of the first simple phone of each label where it is one of `names`."""
    for p in recording.phones or ():
        found = parts(p.phone)
        if found and found[0].target.name in names:
            yield p.start + 0.5 * found[0].share * (p.end - p.start)


def round_hits(rounded: Curve, spread: Curve) -> int:
    """How many rounded phones reach .2 and are .1 rounder than the mean of the spread ones."""
    least = max(ROUND_AT, spread.mean() + ROUNDER_BY) if len(spread) else ROUND_AT
    return int((rounded >= least).sum())
