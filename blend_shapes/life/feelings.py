"""Moods over time: how one passes into the next."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.articulation.windows import Array, Times, smoothstep
from blend_shapes.life.moods import Mood, mood_named
from blend_shapes.life.pulses import WIDTH

FADE_IN_S: Final = 0.45
FADE_OUT_S: Final = 0.90
"""What the next mood has more of comes within the first time, what it has less of goes within the other."""


@dataclass(frozen=True, slots=True, eq=False)
class _Feeling:
    """A mood from a time on."""

    start: float
    mood: Mood
    aim: Array
    """Upper face and mouth side by side, at the intensity wanted."""
    grows: NDArray[np.bool_]
    """Which columns come, rather than go."""
    shows: bool
    """Whether it makes anything of a face."""


class Feelings:
    """The moods of a turn, each from its time on, passing over.

    The face is always between the moods it passes through: v = before + (mood - before) * ease, column by
    column, `before` being whatever the earlier ones make of it. So no change makes it jump, or go beyond
    both.
    """

    def __init__(self, mood: str, intensity: float) -> None:
        """Raises ValueError as `change` does."""
        self._spans: list[_Feeling] = []
        self.change(-10.0, mood, intensity)

    def change(self, at: float, mood: str, intensity: float) -> None:
        """Pass to a mood from `at` on, or from the last change on if that is later.

        Raises ValueError for an unknown mood, or an intensity outside [0, 1].
        """
        found = mood_named(mood)
        if not 0.0 <= intensity <= 1.0:
            raise ValueError(f"intensity of a mood wants 0 to 1, got {intensity}")
        aim = np.float32(intensity) * np.concatenate([found.upper, found.mouth])
        before = self._spans[-1].aim if self._spans else np.zeros_like(aim)
        start = max(at, self._spans[-1].start) if self._spans else at
        self._spans.append(_Feeling(start, found, aim, np.abs(aim) > np.abs(before), bool(aim.any())))

    def at(self, time: float) -> Mood:
        """The mood last passed to."""
        return next((s.mood for s in reversed(self._spans) if s.start <= time), self._spans[0].mood)

    @property
    def show(self) -> bool:
        """Whether any of them makes anything of a face."""
        return any(span.shows for span in self._spans)

    def face(self, times: Times) -> tuple[Array, Array]:
        """What the moods make of the upper face and of the mouth: shape (times, 58), or (58,) where nothing
        changes."""
        face = self._spans[0].aim
        for span in self._spans[1:]:
            if span.start >= times[-1]:
                break
            comes = smoothstep((times - span.start) / FADE_IN_S)[:, None]
            goes = smoothstep((times - span.start) / FADE_OUT_S)[:, None]
            share: Array = np.where(span.grows, comes, goes)
            face = np.subtract(1.0, share) * face + share * span.aim  # at 1 exactly the aim, at 0 what was
        return face[..., :WIDTH], face[..., WIDTH:]

    def forget(self, before: float) -> None:
        """No time before this one is asked for any more."""
        while len(self._spans) > 1 and self._spans[1].start + FADE_OUT_S <= before:
            del self._spans[0]
