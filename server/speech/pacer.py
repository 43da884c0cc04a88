"""Decides when a segment may leave: never more than the lead ahead of the listener's playhead.

The playhead is what the client last reported, advanced by the clock while it plays. Before the first
report it is assumed to run from the first segment on. A client that says it has stopped and then stays
silent is not waited for longer than `PATIENCE_S`.
"""

from typing import Literal

PATIENCE_S = 1.0


class Pacer:
    """The listener's playhead in one turn. All times in seconds; `now` is the caller's clock."""

    def __init__(self, lead_s: float) -> None:
        self._lead_s = lead_s
        self._at = 0.0
        self._since: float | None = None
        self._running = True
        self._sent_s = 0.0

    def begin(self, now: float, pts_s: float = 0.0) -> None:
        """Media from `pts_s` on is about to be sent: at the start of a turn, or again after a gap."""
        self._at, self._since, self._running = pts_s, now, True
        self._sent_s = max(self._sent_s, pts_s)

    @property
    def begun(self) -> bool:
        return self._since is not None

    def sent(self, end_s: float) -> None:
        """Media up to `end_s` has been sent."""
        self._sent_s = max(self._sent_s, end_s)

    def report(self, now: float, pts_s: float, state: Literal["playing", "starved", "idle"]) -> None:
        """The client's own word on its playhead; clamped to what was sent."""
        self._at = min(pts_s, self._sent_s)
        self._since = now
        self._running = state == "playing"

    def playhead(self, now: float) -> float:
        """Where the listener is, never beyond what was sent."""
        if self._since is None:
            return 0.0
        start = self._since if self._running else self._since + PATIENCE_S
        return min(self._at + max(0.0, now - start), self._sent_s)

    def due(self, end_s: float) -> float:
        """The time from which a segment that ends at `end_s` may be sent."""
        if self._since is None:
            return float("-inf")
        start = self._since if self._running else self._since + PATIENCE_S
        ahead = end_s - self._lead_s - self._at
        return start + ahead if ahead > 0 else self._since
