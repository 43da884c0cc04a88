"""A pulse: an expression that comes and goes. All of life but the slow drifts is made of pulses.

An expression is a vector of 58 columns: the 52 weights, head yaw, pitch, roll, gaze yaw, gaze pitch and how
far each eye turns in (degrees; positive is to the character's left and up).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

import numpy as np

from blend_shapes.arkit import CHANNELS, HEAD_ANGLES, INDEX
from blend_shapes.articulation.windows import Array, Row

GAZE: Final = ("gazeYaw", "gazePitch", "vergence")
COLUMNS: Final[dict[str, int]] = {name: i for i, name in enumerate((*CHANNELS, *HEAD_ANGLES, *GAZE))}
WIDTH: Final = len(COLUMNS)
HEAD_AT: Final = slice(len(CHANNELS), len(CHANNELS) + len(HEAD_ANGLES))
GAZE_AT: Final = slice(HEAD_AT.stop, WIDTH)


def expression(weights: Mapping[str, float]) -> Array:
    """A vector from named columns; a name without Left or Right means both. Raises KeyError for a
    stranger."""
    vector = np.zeros(WIDTH, np.float32)
    for name, value in weights.items():
        if name in COLUMNS:
            vector[COLUMNS[name]] = value
        else:
            vector[INDEX[name + "Left"]] = value
            vector[INDEX[name + "Right"]] = value
    return vector


@dataclass(frozen=True, slots=True, eq=False)
class Pulse:
    """`vector` times a window. Many pulses share a vector: do not write to it."""

    window: Row
    vector: Array

    @property
    def start(self) -> float:
        return self.window[0]

    @property
    def end(self) -> float:
        return self.window[2]

    def from_then(self, time: float) -> "Pulse":
        """The same pulse, later if it began before `time`."""
        start, per_rise, end, per_fall = self.window
        return self if start >= time else Pulse((time, per_rise, end + time - start, per_fall), self.vector)


by_time: Final = attrgetter("window")
"""Sorting key: the sum of pulses must not depend on who announced them first."""


def total(vectors: Sequence[Array], windows: Array) -> Array:
    """The sum of vectors times their windows, shape (times, 58)."""
    if not vectors:
        return np.zeros((windows.shape[1], WIDTH), np.float32)
    result: Array = np.add.reduce(windows[:, :, None] * np.array(vectors)[:, None, :], axis=0)
    return result
