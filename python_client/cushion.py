"""How much voice is held before it plays: more after each underrun, and slowly back. Pure."""

from typing import Final

GROWTH: Final = 1.5
MOST_MS: Final = 600.0
RELAX_S: Final = 30.0


class Cushion:
    """`ms` is what to hold now; `base_ms` where nothing went wrong, also where that is more than the most.

    All that lies between goes back in `relax_s` seconds.
    """

    def __init__(self, base_ms: float, relax_s: float | None = None) -> None:
        self.ms = self._base = base_ms
        self._most = max(MOST_MS, base_ms)
        self._relax_s = relax_s or RELAX_S

    def grow(self) -> None:
        """The voice ran dry."""
        self.ms = min(self._most, self.ms * GROWTH)

    def relax(self, seconds: float) -> None:
        """The voice played so long, undisturbed."""
        self.ms = max(self._base, self.ms - (self._most - self._base) * seconds / self._relax_s)
