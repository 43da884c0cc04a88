"""A listener's audio playhead: what arrived in time, what came too late.

The clock of a real client is its sound card. Here the playhead starts a cushion after the first segment
and then runs with the clock it is given; a segment that arrives after the playhead came to its first
sample starves the listener, who then waits for a new cushion. Times in seconds.
"""

CUSHION_S = 0.1


class Playhead:
    """One turn at one listener; `lead_s` is how far ahead of the playhead the server may send."""

    def __init__(self, lead_s: float) -> None:
        self._lead_s = lead_s
        self._first = 0.0
        self._zero: float | None = None
        """The clock's time of media time 0."""
        self.end_s = 0.0
        """Media received so far."""
        self.starved = 0
        self.lateness: list[float] = []
        """For each segment, how long after the lead would have let it leave it arrived; never negative."""

    def arrive(self, now: float, start_s: float, end_s: float) -> bool:
        """A segment has come; False if the listener ran dry before it."""
        if self._zero is None:
            self._first, self._zero = now, now + CUSHION_S - start_s
        due = max(self._first, self._zero + end_s - self._lead_s)
        self.lateness.append(max(0.0, now - due))
        in_time = now <= self._zero + start_s
        if not in_time:
            self.starved += 1
            self._zero = now + CUSHION_S - start_s
        self.end_s = max(self.end_s, end_s)
        return in_time

    def at(self, now: float) -> float:
        """Media time that is heard at `now`."""
        if self._zero is None:
            return 0.0
        return min(max(0.0, now - self._zero), self.end_s)
