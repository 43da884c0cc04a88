"""When the server is told where the listener is: the `played` messages, SPEC.md section 5. Pure.

One every 200 ms while the voice plays, and one at each start, starve, resume, end and flush. Nothing is
said of a turn after its flush.
"""

from collections.abc import Mapping
from math import inf
from typing import Final

from protocol.messages import Played, PlayState
from python_client.media_clock import Heard, MediaClock
from python_client.playout import PlayoutState

REPORT_EVERY_S: Final = 0.2
REPORTED: Final[Mapping[PlayoutState, PlayState]] = {
    "idle": "idle",
    "flushing": "idle",
    "priming": "starved",
    "starved": "starved",
    "playing": "playing",
    "draining": "playing",
}
"""What a report calls the states of the playout."""


class Reports:
    """The reports of one session. `clock` is asked for what the audio thread holds; `now` is in seconds."""

    def __init__(self, clock: MediaClock) -> None:
        self._clock = clock
        self._turn = self._flushed = -1
        self._state: PlayState = "idle"
        self._at = -inf
        self._pts = 0.0

    def due(self, now: float, heard: Heard) -> list[Played]:
        """What is due, oldest first. To be called at least every 50 ms."""
        if heard.turn < 0 or heard.turn <= self._flushed:
            return []
        reports = []
        state = REPORTED[heard.state]
        fresh = heard.turn != self._turn
        if fresh and self._state != "idle":
            ended = max(self._pts, self._clock.last(self._turn))
            reports.append(self._report(now, self._turn, ended, "idle"))
        if fresh or state != self._state or (state == "playing" and now - self._at >= REPORT_EVERY_S):
            reports.append(self._report(now, heard.turn, heard.pts, state))
        self._pts = heard.pts
        return reports

    def flush(self, now: float, turn: int, heard: Heard) -> list[Played]:
        """The last reports of what is flushed now: where the listener was."""
        reports = self.due(now, heard)
        self._flushed = max(self._flushed, turn)
        if self._turn <= turn and self._state != "idle":
            reports.append(self._report(now, self._turn, heard.pts, "idle"))
        return reports

    def _report(self, now: float, turn: int, pts: float, state: PlayState) -> Played:
        self._turn, self._state, self._at = turn, state, now
        newest = self._clock.newest
        buffered = newest.buffered_ms if newest and newest.turn == turn and state != "idle" else 0.0
        return Played(turn, int(pts + 0.5), state, buffered, newest.underruns if newest else 0)
