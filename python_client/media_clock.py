"""Where in which turn the listener is. Pure.

Two maps in a row. `DeviceClock`: real time to audio device time, smoothed, because the device's own clock
moves in steps. `MediaClock`: audio device time to media time, from the anchors that the audio thread
publishes; device time is the time of what is *heard*, some tens of milliseconds behind what is being made.
"""

from collections import deque
from dataclasses import dataclass
from math import copysign
from typing import Final

from python_client.playout import Anchor, PlayoutState

GAIN: Final = 0.04
JUMP_S: Final = 0.1
DRIFT_S: Final = 0.015
DRIFT_SEEN: Final = 4
EXTRAPOLATION_S: Final = 0.1
KEPT_ANCHORS: Final = 256
_MOVING: Final = ("playing", "draining", "flushing")


class DeviceClock:
    """A phase-locked loop: a line of slope 1 that is drawn to each observation by a part of its error.

    The part is 1/n at first, so that it locks within a few observations, and never less than `GAIN`. An
    error of more than a tenth of a second, or one that stays on one side beyond the steps of any device
    clock, is no jitter: the clock has moved (a stall, another device), and the loop begins anew.
    """

    def __init__(self) -> None:
        self.offset = 0.0
        """Device time minus real time, in seconds."""
        self._seen = 0
        self._astray = 0

    def observe(self, real: float, device: float) -> float:
        """The smoothed device time at `real`, when the device shows `device`; all in seconds."""
        error = device - real - self.offset
        self._astray = self._astray + int(copysign(1, error)) if abs(error) > DRIFT_S else 0
        if abs(error) > JUMP_S or abs(self._astray) >= DRIFT_SEEN:
            self._seen = self._astray = 0
        self._seen += 1
        self.offset += max(GAIN, 1 / self._seen) * error
        return real + self.offset


@dataclass(frozen=True, slots=True)
class Heard:
    """What the listener hears: media time in microseconds of a turn; -1 before the first."""

    turn: int = -1
    pts: float = 0.0
    state: PlayoutState = "idle"


class MediaClock:
    """Add each anchor with the device time of its block, and ask what is heard at a device time."""

    def __init__(self) -> None:
        self._anchors: deque[tuple[float, Anchor]] = deque(maxlen=KEPT_ANCHORS)
        self._forgotten = -1
        """Streams up to this one belong to a session that is over."""
        self._stream, self._turn, self._pts = -1, -1, 0.0

    def forget(self) -> None:
        """A new session: whatever of the old one is still being heard counts as nothing."""
        newest = self.newest
        self._forgotten = self._forgotten if newest is None else newest.stream
        self._turn, self._pts = -1, 0.0

    @property
    def newest(self) -> Anchor | None:
        """The audio thread's last word: ahead of what is heard."""
        return self._anchors[-1][1] if self._anchors else None

    def last(self, turn: int) -> float:
        """Media time of the last anchor of this turn, -1 where there is none."""
        for _, anchor in reversed(self._anchors):
            if anchor.stream > self._forgotten and anchor.turn == turn:
                return anchor.pts
        return -1.0

    def add(self, time: float, anchor: Anchor) -> None:
        """`anchor` holds from device time `time` on, in seconds, later than all before."""
        self._anchors.append((time, anchor))

    def at(self, time: float) -> Heard:
        """The position heard at device time `time`, in seconds.

        Never before the last one of the same turn, never beyond the next anchor or what was received, and
        standing still while no voice is due.
        """
        following: Anchor | None = None
        for since, anchor in reversed(self._anchors):
            if since <= time:
                break
            following = anchor
        else:
            return Heard(self._turn, self._pts, "idle")
        if anchor.stream <= self._forgotten:
            return Heard(self._turn, self._pts, "idle")
        pts = anchor.pts
        if anchor.state in _MOVING:
            pts = min(pts + 1e6 * min(time - since, EXTRAPOLATION_S), anchor.received)
        if following is not None and following.stream == anchor.stream:
            pts = min(pts, following.pts)
        self._pts = max(self._pts, pts) if anchor.stream == self._stream else pts
        self._stream, self._turn = anchor.stream, anchor.turn
        return Heard(self._turn, self._pts, anchor.state)
