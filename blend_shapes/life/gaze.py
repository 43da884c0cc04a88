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

DIRECTIONS: Final = (15.5, 6.5, 17.7, 7.4, 16.8, 7.9, 20.4, 7.8)
"""Shares in percent of the sectors around 0, 45, ... 315 degrees."""
MEAN_DEG, TOP, MOST = 6.9, 15.7, 15.0
"""A shift has -MEAN_DEG ln(P / TOP) degrees, P even from 0 to MOST."""
LEAST_DEG: Final = 3.0
"""Smaller ones do not leave the listener's face."""
STEEPEST_DEG: Final = 12.0
LARGE_SHIFT_DEG: Final = 15.0
MICRO_S: Final = (0.4, 1.2)
LEAST_AWAY_S: Final = 0.2

_HEAD_FROM_DEG: Final = 12.0
_HEAD_SHARE: Final = (0.3, 0.5)
_HEAD_DELAY_S: Final = (0.06, 0.12)
_HEAD_MOVE_S: Final = 0.35
_HEAD_DEG_S: Final = 15.0
"""A turn takes at least so long, and is no faster on average."""
_NEAR_M: Final = 0.8
_AWAY_M: Final = (0.6, 1.0)
_PUPILS_M: Final = 0.062


def vergence(distance_m: float) -> float:
    """Degrees that each eye turns in to look at a point so far away."""
    return math.degrees(math.atan(_PUPILS_M / 2.0 / distance_m))


CONTACT_VERGENCE: Final = vergence(_NEAR_M)


@dataclass(frozen=True, slots=True)
class Dwell:
    """Log-normal time, seconds."""

    median_s: float
    sigma: float


@dataclass(frozen=True, slots=True)
class Attention:
    """How long the eyes stay with the listener and elsewhere, and how far they go."""

    contact: Dwell
    away: Dwell
    largest_deg: float


TALKING: Final = Attention(Dwell(2.20, 0.84), Dwell(0.70, 0.75), 27.5)
LISTENING: Final = Attention(Dwell(7.77, 0.20), Dwell(0.38, 0.51), 22.7)
"""Measured means and deviations: 3.1 +- 3.2 and 0.93 +- 0.80 s; 7.9 +- 1.6 and 0.43 +- 0.24 s."""


@dataclass(frozen=True, slots=True)
class Fixation:
    start: float
    yaw: float
    pitch: float
    vergence: float
    """How far each eye turns in, degrees."""
    away: bool
    move_s: float
    """How long the saccade into it takes."""


def shift_deg(before: Fixation, after: Fixation) -> float:
    """The size of the saccade between two fixations."""
    return math.hypot(after.yaw - before.yaw, after.pitch - before.pitch)


class Gaze:
    """The fixations of one face, a walk in time that depends on its seed only."""

    def __init__(self, seed: int, attention: Attention) -> None:
        self._seed = seed
        self._attention = attention
        self._count = 0
        self._current = Fixation(0.0, 0.0, 0.0, CONTACT_VERGENCE, False, 0.03)
        self._contact_ends = self._contact(0.0)

    def leave(self, at: float) -> None:
        """Look away at `at` for the first time, not whenever it happens. Call it before `until`."""
        self._contact_ends = at

    def until(self, time: float) -> list[tuple[Fixation, Fixation]]:
        """The fixations that begin before `time` and were not given yet, each with the one that follows."""
        found = []
        while self._current.start < time:
            now, self._current = self._current, self._next()
            found.append((now, self._current))
        return found

    def pulses(self, now: Fixation, following: Fixation) -> list[Pulse]:
        """A fixation, from its saccade to the next one's; the head follows to a far one."""
        start, end = now.start, following.start
        place = {"gazeYaw": now.yaw, "gazePitch": now.pitch, "vergence": now.vergence}
        eyes = row(start, start + now.move_s, end, end + following.move_s)
        pulses = [Pulse(eyes, expression(place))]
        if math.hypot(now.yaw, now.pitch) > _HEAD_FROM_DEG:
            pulses.append(self._turn(now, end))
        return pulses

    def _turn(self, now: Fixation, end: float) -> Pulse:
        """The head follows late and part of the way; the eyes give back what it takes over."""
        key = round(now.start * 1000.0)
        share = between(self._seed, "headpart", key, *_HEAD_SHARE)
        delay = between(self._seed, "headlate", key, *_HEAD_DELAY_S)
        yaw, pitch = share * now.yaw, share * now.pitch
        move = max(_HEAD_MOVE_S, math.hypot(yaw, pitch) / _HEAD_DEG_S)
        begin, leave = now.start + delay, end + delay
        vector = expression({"headYaw": yaw, "headPitch": pitch, "gazeYaw": -yaw, "gazePitch": -pitch})
        return Pulse(row(begin, begin + move, leave, leave + move), vector)

    def _contact(self, start: float) -> float:
        dwell = self._attention.contact
        return start + lognormal(self._seed, "contact", self._count, dwell.median_s, dwell.sigma)

    def _next(self) -> Fixation:
        n = self._count = self._count + 1
        now = self._current
        if now.away:
            dwell = self._attention.away
            away_s = lognormal(self._seed, "away", n, dwell.median_s, dwell.sigma)
            start = now.start + max(away_s, LEAST_AWAY_S)
            self._contact_ends = self._contact(start)
            return self._near(n, start)
        start = now.start + between(self._seed, "micro", n, *MICRO_S)
        if start < self._contact_ends - 0.5 * MICRO_S[0]:
            return self._near(n, start)
        return self._elsewhere(n, max(self._contact_ends, now.start + 2.0 * now.move_s))

    def _to(self, start: float, yaw: float, pitch: float, turned_in: float, *, away: bool) -> Fixation:
        size = math.hypot(yaw - self._current.yaw, pitch - self._current.pitch)
        return Fixation(start, yaw, pitch, turned_in, away, 0.025 + 0.0024 * size)

    def _near(self, n: int, start: float) -> Fixation:
        """One of the listener's eyes, or the mouth."""
        eye = (-1.6, 1.6, 0.0)[int(uniform(self._seed, "which", n) * 3)]
        yaw = eye + between(self._seed, "nearyaw", n, -0.4, 0.4)
        return self._to(start, yaw, 0.3 if eye else -2.4, CONTACT_VERGENCE, away=False)

    def _elsewhere(self, n: int, start: float) -> Fixation:
        most = min(MOST, TOP * math.exp(-LEAST_DEG / MEAN_DEG))
        size = -MEAN_DEG * math.log(most * uniform(self._seed, "size", n) / TOP)
        pick = uniform(self._seed, "towards", n) * sum(DIRECTIONS)
        sector = 0
        while pick > DIRECTIONS[sector]:
            pick -= DIRECTIONS[sector]
            sector += 1
        angle = math.radians(45.0 * (sector + pick / DIRECTIONS[sector] - 0.5))
        steepest = STEEPEST_DEG / max(abs(math.sin(angle)), 1e-9)
        size = min(size, self._attention.largest_deg, steepest)
        yaw = self._current.yaw + size * math.cos(angle)
        pitch = self._current.pitch + size * math.sin(angle)
        turned_in = vergence(between(self._seed, "depth", n, *_AWAY_M))
        return self._to(start, yaw, pitch, turned_in, away=True)
