"""Where a listener is: a simulated playhead for clients that play no sound.

`Player` over an ideal device, without its sound and face: only counts of microseconds, computed when they
are asked for, so that a thousand listeners cost little. Pure: `now` comes in, microseconds of any clock
that does not fall.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Final

from protocol.messages import Played, PlayState
from python_client.cushion import Cushion
from python_client.playout import TARGET_MS
from python_client.reports import REPORT_EVERY_S

REPORT_EVERY: Final = round(1e6 * REPORT_EVERY_S)


class Phase(Enum):
    """What the listener hears; the value is the state on the wire."""

    IDLE = "idle"
    PRIMING = "priming"
    PLAYING = "playing"
    STARVED = "starved"


@dataclass(slots=True)
class _Track:
    """The media of one turn: received up to `received`, all of it if `complete`."""

    turn: int
    received: int = 0
    complete: bool = False


class Playhead:
    """Call `begin`, `add`, `finish`, `flush` as messages come, and `poll` at `wake` for what to report."""

    def __init__(self, target_ms: float = TARGET_MS) -> None:
        self.phase = Phase.IDLE
        self.position = 0
        self.underruns = 0
        self._cushion = Cushion(target_ms)
        self._tracks: deque[_Track] = deque()
        self._since = 0
        self._reported = 0
        self._reports: list[Played] = []

    def begin(self, turn: int, now: int) -> None:
        """A turn begins; it plays after those before it."""
        self._advance(now)
        self._tracks.append(_Track(turn))
        self._start(now)

    def add(self, end: int, now: int) -> None:
        """The newest turn has been received up to media time `end`."""
        self._advance(now)
        if self._tracks:
            self._tracks[-1].received = max(self._tracks[-1].received, end)
            self._start(now)

    def finish(self, length: int, now: int) -> None:
        """The newest turn is complete and `length` long."""
        self.add(length, now)
        if self._tracks:
            self._tracks[-1].complete = True
            self._start(now)

    def flush(self, turn: int, now: int) -> None:
        """Silence `turn` and all before it, where they are."""
        self._advance(now)
        if self._tracks and self._tracks[0].turn <= turn:
            self._report("idle", now)
            while self._tracks and self._tracks[0].turn <= turn:
                self._tracks.popleft()
            self._next(now)

    def reset(self, now: int) -> None:
        """Forget everything: a new session."""
        self._tracks.clear()
        self._reports.clear()
        self._next(now)

    def poll(self, now: int) -> list[Played]:
        """The reports due by now, oldest first."""
        self._advance(now)
        if self.phase is Phase.PLAYING and now - self._reported >= REPORT_EVERY:
            self._report("playing", now)
        due, self._reports = self._reports, []
        return due

    def wake(self) -> int | None:
        """When `poll` will next have something to say if nothing arrives; None for never."""
        if self._reports:
            return 0
        if self.phase is not Phase.PLAYING:
            return None
        return min(self._reported + REPORT_EVERY, self._since + self._buffered())

    def _buffered(self) -> int:
        return self._tracks[0].received - self.position

    def _advance(self, now: int) -> None:
        """Play up to `now`, through the ends of as many turns as that takes."""
        while self.phase is Phase.PLAYING:
            played, track = now - self._since, self._tracks[0]
            self._cushion.relax(min(played, self._buffered()) / 1e6)
            if played < self._buffered():
                self.position += played
                self._since = now
                return
            dry = self._since + self._buffered()
            self.position, self._since = track.received, dry
            if track.complete:
                self._report("idle", dry)
                self._tracks.popleft()
                self._next(dry)
            else:
                self.phase = Phase.STARVED
                self.underruns += 1
                self._cushion.grow()
                self._report("starved", dry)

    def _next(self, now: int) -> None:
        self.phase, self.position = Phase.IDLE, 0
        self._start(now)

    def _start(self, now: int) -> None:
        if self.phase is Phase.PLAYING or not self._tracks:
            return
        if self.phase is Phase.IDLE:
            self.phase = Phase.PRIMING
        if self._buffered() >= 1000 * self._cushion.ms or self._tracks[0].complete:
            self.phase, self._since = Phase.PLAYING, now
            self._report("playing", now)

    def _report(self, state: PlayState, now: int) -> None:
        self._reported = now
        buffered = self._buffered() / 1000
        self._reports.append(Played(self._tracks[0].turn, self.position, state, buffered, self.underruns))
