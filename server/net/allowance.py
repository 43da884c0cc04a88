"""A token bucket: so many at once, so many a second in the long run. Pure; the caller brings the time."""


class Allowance:
    """`take` succeeds while there is something left; `burst` at once, `per_s` flow back."""

    def __init__(self, burst: float, per_s: float) -> None:
        self._burst = burst
        self._per_s = per_s
        self._left = burst
        self._at: float | None = None

    def take(self, now: float) -> bool:
        """Use one up; False, and nothing used, if there is none."""
        if self._at is not None:
            self._left = min(self._burst, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
