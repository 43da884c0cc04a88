"""A mouth that is pushed along by the speech it follows, and the same pose for any single time."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blend_shapes.arkit import HEAD_ANGLES
from blend_shapes.articulation import shapes
from blend_shapes.articulation.curves import GRID_HZ, MARGIN, curves
from blend_shapes.articulation.effort import Effort
from blend_shapes.articulation.score import ANTICIPATION_S, CARRY_OVER_S, Score
from blend_shapes.articulation.style import NEUTRAL, Style
from blend_shapes.articulation.tables import Tables, tables
from blend_shapes.articulation.windows import Array
from blend_shapes.face import FaceFrames, Weights
from blend_shapes.phonemes.ipa import is_pause
from blend_shapes.phonemes.timing import PhoneTiming

LOOK_AHEAD_S: Final = 0.29
"""ANTICIPATION_S, the reach of the curves, and one grid step for frame rates that fall between."""
_CERTAIN_S: Final = ANTICIPATION_S + MARGIN / GRID_HZ + 1e-6
_TAIL_S: Final = CARRY_OVER_S + MARGIN / GRID_HZ
_BLOCK: Final = 96
"""Frames evaluated at once: a pose needs only the phones around it, so long runs are cut."""


def checked(phones: Sequence[PhoneTiming]) -> Sequence[PhoneTiming]:
    """The phones in order of time. Raises ValueError for times that are not finite or run backwards."""
    last = -math.inf
    ordered = True
    for p in phones:
        if not (-math.inf < p.start <= p.release <= p.end < math.inf):
            raise ValueError(
                f"phone {p.phone!r} wants finite start <= release <= end, "
                f"got {p.start}, {p.release}, {p.end}"
            )
        ordered = ordered and p.start >= last
        last = p.start
    return phones if ordered else sorted(phones, key=lambda p: p.start)


class Mouth:
    """Frames of one turn from its phones, in media time. Owned by one turn; every method is synchronous.

    The frames do not depend on how the phones were cut into calls, bit for bit, as long as every phone
    that starts before `known_until` has been given by then. A phone that comes late moves only the frames
    that were not given yet. Memory does not grow with the turn.
    """

    look_ahead: float = LOOK_AHEAD_S
    """Seconds of speech that must be known beyond a frame before it is certain."""

    def __init__(self, fps: int, style: Style = NEUTRAL, effort: Effort | None = None) -> None:
        """`effort`, if given, belongs to this mouth's turn: the caller lets it hear the voice up to
        `known_until` before each call of `follow`, and all of it before `settle`."""
        if fps < 1:
            raise ValueError(f"a face wants at least one frame a second, got fps={fps}")
        self._fps = fps
        self._effort = effort
        self._tables = tables(style)
        self._score = Score()
        self._next = 0
        self._last_end = 0.0
        self._settled = False

    def follow(self, phones: Sequence[PhoneTiming], known_until: float) -> FaceFrames:
        """Take phones (turn timeline, seconds) and give the frames now certain, from frame 0 on without a
        hole.

        Raises ValueError for times that are not finite, RuntimeError after `settle`.
        """
        if self._settled:
            raise RuntimeError("this mouth has settled; begin another for the next turn")
        if not math.isfinite(known_until):
            raise ValueError(f"known_until wants a finite number of seconds, got {known_until}")
        self._take(phones)
        certain = math.floor((known_until - _CERTAIN_S) * GRID_HZ)
        return self._frames_to(certain * self._fps // GRID_HZ + 1)

    def settle(self, end: float) -> FaceFrames:
        """Speech ends at `end`: the remaining frames, through the first that is at rest. Call once."""
        if self._settled:
            raise RuntimeError("this mouth has already settled")
        if not math.isfinite(end):
            raise ValueError(f"end wants a finite number of seconds, got {end}")
        self._settled = True
        rest = max(end, self._last_end + _TAIL_S, 0.0)
        return self._frames_to(math.ceil(rest * self._fps) + 1)

    def _take(self, phones: Sequence[PhoneTiming]) -> None:
        phones = checked(phones)
        self._score.add(phones)
        for p in phones:
            if not is_pause(p.phone):
                self._last_end = max(self._last_end, p.end)

    def _frames_to(self, stop: int) -> FaceFrames:
        first, fps = self._next, self._fps
        stop = max(stop, first)
        parts = [
            _frames(self._score, self._tables, self._effort, i, min(i + _BLOCK, stop), fps)
            for i in range(first, stop, _BLOCK)
        ]
        self._next = stop
        self._score.forget(stop / fps - (MARGIN + 1) / GRID_HZ)
        if self._effort is not None:
            self._effort.forget(stop * GRID_HZ // fps - MARGIN - 1)
        if not parts:
            return FaceFrames.empty(first, fps)
        face = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return FaceFrames(first, fps, face, np.zeros((len(face), len(HEAD_ANGLES)), np.float32))


def _frames(score: Score, table: Tables, effort: Effort | None, first: int, stop: int, fps: int) -> Weights:
    """Frames `first` to `stop` - 1 at `fps`: the grid's own points, or between two of them."""
    if fps == GRID_HZ:
        return shapes.weights(curves(score, table, first, stop - first, effort))
    ticks = np.arange(first, stop, dtype=np.int64) * GRID_HZ
    low = ticks // fps
    return _between(score, table, effort, low, ((ticks - low * fps) / fps).astype(np.float32))


def _between(
    score: Score, table: Tables, effort: Effort | None, low: NDArray[np.int64], share: Array
) -> Weights:
    origin = int(low[0])
    core = curves(score, table, origin, int(low[-1]) - origin + 2, effort)
    a, b = core[low - origin], core[low - origin + 1]
    return shapes.weights(a + (b - a) * share[:, None])


def pose(phones: Sequence[PhoneTiming], times: ArrayLike, style: Style = NEUTRAL) -> Weights:
    """The mouth at any times (seconds, any order) of a turn that says `phones`; shape (times, 52).

    The same function of time that `Mouth` gives frame by frame: for seeking, plots and single poses.
    """
    at = np.asarray(times, dtype=np.float64).reshape(-1)
    if not np.isfinite(at).all():
        raise ValueError("times want finite numbers of seconds")
    ordered = checked(phones)
    order = np.argsort(at, kind="stable")
    ticks = at[order] * GRID_HZ
    low = np.floor(ticks).astype(np.int64)
    cuts = np.flatnonzero((np.diff(low) > _BLOCK) | (low[1:] // _BLOCK != low[:-1] // _BLOCK)) + 1
    result = np.empty((len(at), shapes.REST_FACE.shape[1]), np.float32)
    for rows in np.split(np.arange(len(at)), cuts):
        if len(rows):
            score = _score_around(ordered, at[order[rows[0]]], at[order[rows[-1]]])
            result[order[rows]] = _between(
                score, tables(style), None, low[rows], (ticks[rows] - low[rows]).astype(np.float32)
            )
    return result


def _score_around(phones: Sequence[PhoneTiming], begin: float, end: float) -> Score:
    score = Score()
    score.add(p for p in phones if p.end + 1.0 > begin and p.start - 1.0 < end)
    return score
