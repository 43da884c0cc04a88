"""Which face of a live stream to show: a little behind the newest, so that motion is smooth. Pure.

No sound is played with a mirror, so the arrival of its frames alone says how far it is. The position runs
with real time, some hundredths faster or slower, so that the least that lies ahead of it stays at a small
target; where frames fail it stands at the newest. `protocol/PLAYOUT.md` is normative.
"""

from math import inf
from typing import Final

TARGET_US: Final = 15_000
LONGEST_US: Final = 250_000
WINDOW_S: Final = 0.5
GAIN: Final = 1.5
SLOWEST: Final = 0.95
FASTEST: Final = 1.25


class LiveClock:
    """One stream. Times are seconds of a clock that never falls, media times microseconds."""

    def __init__(self) -> None:
        self._newest = -1
        self._position = 0.0
        self._speed = 1.0
        self._least = inf
        self._now = 0.0
        self._since = 0.0

    def arrive(self, now: float, newest: int) -> None:
        """Frames up to media time `newest` are there."""
        if self._newest < 0 or newest - self._reached(now) > LONGEST_US:
            self._position = newest - TARGET_US
            self._speed, self._least = 1.0, inf
            self._now = self._since = now
        self._newest = newest

    def at(self, now: float) -> float:
        """The media time to show at `now`; -1 before the first frame."""
        if self._newest < 0:
            return -1.0
        self._position, self._now = self._reached(now), now
        self._least = min(self._least, self._newest - self._position)
        if now - self._since >= WINDOW_S:
            steered = 1.0 + GAIN * (self._least - TARGET_US) / 1e6
            self._speed = min(max(steered, SLOWEST), FASTEST)
            self._least, self._since = inf, now
        return max(0.0, self._position)

    def _reached(self, now: float) -> float:
        return min(self._position + 1e6 * max(0.0, now - self._now) * self._speed, self._newest)
