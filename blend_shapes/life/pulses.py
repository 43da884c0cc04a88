"""A pulse: an expression that comes and goes. All of life but the slow drifts is made of pulses.

An expression is a vector of 58 columns: the 52 weights, head yaw, pitch, roll, gaze yaw, gaze pitch and how
far each eye turns in (degrees; positive is to the character's left and up).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS, HEAD_ANGLES, INDEX
from blend_shapes.articulation.windows import Array, Row, Times, evaluate

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


def total(vectors: Sequence[Array] | Array, windows: Array) -> Array:
    """The sum of vectors (n, 58) times their windows (n, times), shape (times, 58)."""
    if not len(vectors):
        return np.zeros((windows.shape[1], WIDTH), np.float32)
    result: Array = np.add.reduce(windows[:, :, None] * np.asarray(vectors)[:, None, :], axis=0)
    return result


class Pulses:
    """The pulses of one face that have begun and are not over."""

    def __init__(self) -> None:
        self._pulses: list[Pulse] = []
        self._table: tuple[NDArray[np.float64], Array] | None = None
        """Windows and vectors of them all, as long as these are the ones."""
        self._first_end = math.inf
        self._stops = math.inf

    def __len__(self) -> int:
        return len(self._pulses)

    def add(self, pulse: Pulse) -> None:
        """It begins next, unless it begins after the stop."""
        if pulse.start < self._stops:
            self._pulses.append(pulse)
            self._first_end = min(self._first_end, pulse.end)
            self._table = None

    def stop(self, at: float) -> None:
        """None begins at this time or later."""
        self._stops = at
        self._keep([p for p in self._pulses if p.start < at])

    def forget(self, before: float) -> None:
        """No time before this one is asked for any more."""
        if self._first_end <= before:
            self._keep([p for p in self._pulses if p.end > before])

    def total(self, times: Times, *others: Sequence[Row]) -> tuple[Array, list[Array]]:
        """The sum of the pulses at these times, shape (times, 58), and other windows evaluated in the same
        sweep, each (rows, times)."""
        if self._table is None:
            vectors = np.array([p.vector for p in self._pulses], np.float32).reshape(-1, WIDTH)
            self._table = np.array([p.window for p in self._pulses]).reshape(-1, 4), vectors
        rows, vectors = self._table
        more = [row for rows in others for row in rows]
        windows = evaluate(np.concatenate([rows, more]) if more else rows, times)
        found, begin = [], len(vectors)
        for other in others:
            found.append(windows[begin : begin + len(other)])
            begin += len(other)
        return total(vectors, windows[: len(vectors)]), found

    def _keep(self, pulses: list[Pulse]) -> None:
        self._pulses = pulses
        self._first_end = min((p.end for p in pulses), default=math.inf)
        self._table = None
