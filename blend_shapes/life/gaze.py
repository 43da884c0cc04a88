"""Gaze: on the listener's eyes and mouth most of the time, away now and then.

Sizes and directions of shifts away, durations and dwell times after "Eyes Alive" (Lee, Badler, Badler
2002); small shifts during eye contact are ours.
"""

import math
from dataclasses import dataclass
from typing import Final

from blend_shapes.articulation.windows import row
from blend_shapes.life.chance import between, lognormal, uniform
from blend_shapes.life.pulses import Pulse, expression

_DIRECTIONS: Final = (15.5, 6.5, 17.7, 7.4, 16.8, 7.9, 20.4, 7.8)
"""Shares in percent of 0, 45, ... 315 degrees."""
_LARGEST: Final = 27.5
_STEEPEST: Final = 12.0
LARGE_SHIFT_DEG: Final = 15.0
_HEAD_FROM_DEG: Final = 12.0
_HEAD_SHARE: Final = 0.4
_HEAD_DELAY_S: Final = 0.08
_HEAD_MOVE_S: Final = 0.45


@dataclass(frozen=True, slots=True)
class Attention:
    """How long the eyes stay with the listener and elsewhere, medians in seconds."""

    contact_s: float
    away_s: float
    largest_deg: float


TALKING: Final = Attention(2.6, 0.8, _LARGEST)
LISTENING: Final = Attention(7.5, 0.4, 22.7)


@dataclass(frozen=True, slots=True)
class Fixation:
    start: float
    yaw: float
    pitch: float
    move_s: float
    """How long the saccade into it takes."""


class Gaze:
    """The fixations of one face, a walk in time that depends on its seed only."""

    def __init__(self, seed: int, attention: Attention) -> None:
        self._seed = seed
        self._attention = attention
        self._count = 0
        self._current = Fixation(0.0, 0.0, 0.0, 0.03)
        self._contact_ends = self._contact(0.0)
        self._away = False
        self.shifts: list[tuple[float, float]] = []
        """(time, degrees) of each saccade not yet taken by the caller."""

    def until(self, time: float) -> list[Pulse]:
        """The fixations that begin before `time` and were not given yet, each with its end."""
        pulses = []
        while self._current.start < time:
            following = self._next()
            pulses += _pulses(self._current, following)
            size = math.hypot(following.yaw - self._current.yaw, following.pitch - self._current.pitch)
            self.shifts.append((following.start, size))
            self._current = following
        return pulses

    def _contact(self, start: float) -> float:
        return start + lognormal(self._seed, "contact", self._count, self._attention.contact_s, 0.6)

    def _next(self) -> Fixation:
        n = self._count = self._count + 1
        now = self._current
        if self._away:
            start = now.start + max(lognormal(self._seed, "away", n, self._attention.away_s, 0.5), 0.2)
            self._away, self._contact_ends = False, self._contact(start)
            return self._to(start, *self._near(n))
        start = now.start + between(self._seed, "micro", n, 0.4, 1.2)
        if start < self._contact_ends:
            return self._to(start, *self._near(n))
        self._away = True
        return self._to(start, *self._elsewhere(n))

    def _to(self, start: float, yaw: float, pitch: float) -> Fixation:
        size = math.hypot(yaw - self._current.yaw, pitch - self._current.pitch)
        return Fixation(start, yaw, pitch, 0.025 + 0.0024 * size)

    def _near(self, n: int) -> tuple[float, float]:
        """One of the listener's eyes, or the mouth."""
        eye = (-1.6, 1.6, 0.0)[int(uniform(self._seed, "which", n) * 3)]
        return eye + between(self._seed, "nearyaw", n, -0.4, 0.4), (0.3 if eye else -2.4)

    def _elsewhere(self, n: int) -> tuple[float, float]:
        size = min(
            -6.9 * math.log(15.0 * uniform(self._seed, "size", n) / 15.7), self._attention.largest_deg
        )
        pick = uniform(self._seed, "towards", n) * sum(_DIRECTIONS)
        sector = 0
        while pick > _DIRECTIONS[sector]:
            pick -= _DIRECTIONS[sector]
            sector += 1
        angle = math.radians(45.0 * sector)
        size = max(size, 3.0)
        return size * math.cos(angle), min(max(size * math.sin(angle), -_STEEPEST), _STEEPEST)


def _pulses(fixation: Fixation, following: Fixation) -> list[Pulse]:
    start, end = fixation.start, following.start
    eyes = row(start, start + fixation.move_s, end, end + following.move_s)
    pulses = [Pulse(eyes, expression({"gazeYaw": fixation.yaw, "gazePitch": fixation.pitch}))]
    if math.hypot(fixation.yaw, fixation.pitch) > _HEAD_FROM_DEG:
        # The head follows late and part of the way; the eyes give back what it takes over.
        turn = expression(
            {
                "headYaw": _HEAD_SHARE * fixation.yaw,
                "headPitch": _HEAD_SHARE * fixation.pitch,
                "gazeYaw": -_HEAD_SHARE * fixation.yaw,
                "gazePitch": -_HEAD_SHARE * fixation.pitch,
            }
        )
        begin, leave = start + _HEAD_DELAY_S, end + _HEAD_DELAY_S
        pulses.append(Pulse(row(begin, begin + _HEAD_MOVE_S, leave, leave + _HEAD_MOVE_S), turn))
    return pulses
