"""Blinks: when the lids close by themselves, and when speech or gaze makes them.

Intervals are log-normal (Bentivoglio 1997: about 17 a minute at rest, 26 in conversation); the shape is the
median of 97 blinks captured with an iPhone: 83 ms to close, about 40 ms closed, 133 ms to open.
The amplitude is 1, because an avatar's lids must meet.
"""

import heapq
from typing import Final

from blend_shapes.articulation.windows import row
from blend_shapes.life.chance import between, lognormal, uniform
from blend_shapes.life.pulses import Pulse, expression

SPEAKING_S: Final = 2.6
IDLE_S: Final = 3.6
ATTENTIVE_S: Final = 5.0
"""Median intervals."""
_SIGMA: Final = 0.6
_LEAST_S: Final = 0.5
_SUPPRESS_S: Final = 0.5
_DOUBLES: Final = 0.12

CLOSE_S, HOLD_S, OPEN_S = 0.083, 0.040, 0.133
_LIDS: Final = expression({"eyeBlink": 1.0, "eyeSquint": 0.12, "browDown": 0.03})


def blink(at: float) -> Pulse:
    closed = at + CLOSE_S
    return Pulse(row(at, closed, closed + HOLD_S, closed + HOLD_S + OPEN_S), _LIDS)


class Blinks:
    """The blinks of one face, in order of time: a walk that depends on seed and occasions only."""

    def __init__(self, seed: int, median_s: float) -> None:
        self._seed = seed
        self._median = median_s
        self._count = 0
        self._last = -1.0
        self._due = self._interval()
        self._occasions: list[tuple[float, float]] = []

    def occasion(self, at: float, probability: float) -> None:
        """A moment that invites a blink: the end of a clause, a large shift of gaze."""
        heapq.heappush(self._occasions, (at, probability))

    def until(self, time: float) -> list[Pulse]:
        """The blinks that begin before `time` and were not given yet; every occasion before it must be
        known."""
        found: list[Pulse] = []
        while True:
            invited = bool(self._occasions) and self._occasions[0][0] <= self._due
            at = self._occasions[0][0] if invited else self._due
            if at >= time:
                return found
            if invited:
                _, probability = heapq.heappop(self._occasions)
                key = round(at * 1000.0)
                if at - self._last < _SUPPRESS_S or uniform(self._seed, "invited", key) > probability:
                    continue
            found.append(blink(at))
            self._last = at
            self._due = at + self._interval()

    def _interval(self) -> float:
        n = self._count
        self._count += 1
        if n and uniform(self._seed, "double", n) < _DOUBLES:
            return between(self._seed, "doublegap", n, 0.28, 0.40)
        return max(lognormal(self._seed, "interval", n, self._median, _SIGMA), _LEAST_S)
