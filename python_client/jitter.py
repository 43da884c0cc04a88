"""How much of a live voice to hold: as late as its segments come, and more after it ran dry. Pure.

Lateness is counted against the earliest segment of the same run. A histogram of it, in which what is long
ago weighs less, gives what nearly all segments keep to: the idea of the delay estimate of WebRTC's NetEq
(modules/audio_coding/neteq, "histogram" and "relative arrival delay tracker").
"""

from math import inf
from typing import Final

import numpy as np

from python_client.cushion import Cushion

TARGET_MS: Final = 60.0
SPARE_MS: Final = 30.0
BUCKET_MS: Final = 5.0
LATEST_MS: Final = 300.0
COVERED: Final = 0.97
MEMORY_S: Final = 20.0
RELAX_S: Final = 240.0
CREEP: Final = 0.002
"""How fast the earliest segment is forgotten, as a share of time: clocks differ, and routes change."""


class JitterTarget:
    """One live voice, over all its runs. `base_ms` is held on a good network."""

    def __init__(self, base_ms: float = TARGET_MS) -> None:
        self._cushion = Cushion(base_ms, RELAX_S)
        self._late = np.zeros(round(LATEST_MS / BUCKET_MS) + 1)
        self._late[0] = 1.0
        self._latest_ms = 0.0
        self.begin()

    @property
    def ms(self) -> float:
        """Voice to be held now, in milliseconds."""
        return max(self._cushion.ms, self._latest_ms + SPARE_MS)

    def begin(self) -> None:
        """A run begins."""
        self._earliest, self._before = inf, 0.0

    def arrive(self, now: float, end: float, length: float) -> None:
        """A segment of `length` seconds that ends at media time `end` has come at `now`, in seconds.

        Of several that come at once, as at the beginning of a run, each is the earliest so far.
        """
        delay = now - end
        self._earliest = min(delay, self._earliest + CREEP * (now - self._before))
        self._before = now
        weight = min(1.0, length / MEMORY_S)
        self._late *= 1.0 - weight
        self._late[min(len(self._late) - 1, int(1000 * (delay - self._earliest) / BUCKET_MS))] += weight
        up_to = np.cumsum(self._late)
        self._latest_ms = BUCKET_MS * int((up_to >= COVERED * up_to[-1]).argmax())

    def grow(self) -> None:
        """The voice ran dry in the midst of a run."""
        self._cushion.grow()

    def relax(self, seconds: float) -> None:
        """The voice played so long."""
        self._cushion.relax(seconds)
