"""Blinks: when the lids close by themselves, and when speech or gaze makes them.

Intervals are log-normal (Bentivoglio 1997: about 17 a minute at rest, 26 in conversation); the shape is the
median of 97 blinks captured with an iPhone: 83 ms to close, about 40 ms closed, 133 ms to open, most of it
at first. The amplitude is 1, because an avatar's lids must meet.
"""

import heapq
from collections.abc import Callable
from typing import Final

from blend_shapes.articulation.windows import row
from blend_shapes.life.chance import between, lognormal, uniform
from blend_shapes.life.pulses import Pulse, expression

SPEAKING_S: Final = 2.6
IDLE_S: Final = 3.6
ATTENTIVE_S: Final = 5.0
"""Median intervals."""
SIGMA: Final = 0.6
LEAST_S: Final = 0.5
DOUBLES: Final = 0.12
DOUBLE_S: Final = (0.25, 0.40)
"""From one blink to its double."""
AT_CLAUSE_END, AT_LARGE_SHIFT, AT_ONSET = 0.4, 0.6, 0.25
"""How likely the end of a clause, a large shift of gaze, and the first word of a turn bring one."""
SUPPRESS_S: Final = 0.3
"""After a blink nothing invites another for so long."""

CLOSE_S, HOLD_S, OPEN_S = 0.083, 0.040, 0.133
LENGTH_S: Final = CLOSE_S + HOLD_S + OPEN_S
LATER_S: Final = 0.008
"""The right lid follows within this time."""
# The lid opens in two slopes: 70 % in the first 80 ms.
_FIRST, _SECOND = 0.7, 0.3
_FIRST_S: Final = 0.110
_SECOND_AFTER_S: Final = 0.030
_LIDS: Final = [
    (
        expression({f"eyeBlink{side}": _FIRST}),
        expression({f"eyeBlink{side}": _SECOND, f"eyeSquint{side}": 0.12, f"browDown{side}": 0.03}),
    )
    for side in ("Left", "Right")
]


def blink(at: float, later: float = 0.0) -> list[Pulse]:
    """A blink that begins at `at` seconds, with the right lid so much later."""
    pulses = []
    for start, (first, second) in zip((at, at + later), _LIDS, strict=True):
        closed = start + CLOSE_S
        opens = closed + HOLD_S
        pulses.append(Pulse(row(start, closed, opens, opens + _FIRST_S), first))
        pulses.append(Pulse(row(start, closed, opens + _SECOND_AFTER_S, opens + OPEN_S), second))
    return pulses


class Blinks:
    """The blinks of one face, in order of time: a walk that depends on seed and occasions only."""

    def __init__(self, seed: int, median_s: Callable[[float], float]) -> None:
        """`median_s`: the median interval for one who blinked at a time; asked in order of time."""
        self._seed = seed
        self._median_s = median_s
        self._count = 0
        self._last = -1.0
        self._due = self._interval(0.0)
        self._occasions: list[tuple[float, float]] = []

    def occasion(self, at: float, probability: float) -> None:
        """A moment that invites a blink: the end of a clause, a large shift of gaze."""
        heapq.heappush(self._occasions, (at, probability))

    def until(self, time: float) -> list[float]:
        """When the blinks begin that begin before `time` and were not given yet; every occasion before it
        must be known."""
        found: list[float] = []
        while True:
            invited = bool(self._occasions) and self._occasions[0][0] <= self._due
            at = self._occasions[0][0] if invited else self._due
            if at >= time:
                return found
            if invited:
                _, probability = heapq.heappop(self._occasions)
                key = round(at * 1000.0)
                busy = at - self._last < LENGTH_S + SUPPRESS_S
                if busy or uniform(self._seed, "invited", key) > probability:
                    continue
            found.append(at)
            self._last = at
            self._due = at + self._interval(at)

    def pulses(self, time: float) -> list[Pulse]:
        """The same blinks as pulses."""
        keys = ((at, round(at * 1000.0)) for at in self.until(time))
        return [
            p for at, key in keys for p in blink(at, between(self._seed, "lidlater", key, 0.0, LATER_S))
        ]

    def _interval(self, at: float) -> float:
        n = self._count
        self._count += 1
        if n and uniform(self._seed, "double", n) < DOUBLES:
            return between(self._seed, "doublegap", n, *DOUBLE_S)
        return max(lognormal(self._seed, "interval", n, self._median_s(at), SIGMA), LEAST_S)
