"""A stream of sound as hops of 1/60 s: how strong each is, in exact integers, however it was cut."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

HOP_HZ: Final = 60
"""Hops a second: those of the grid that curves of the mouth stand on."""
LEAST_RATE: Final = 2 * HOP_HZ
"""Samples a second: below this a hop could be without any."""
_TUNED_AT: Final = 16_000.0
"""A difference shrinks as the rate grows: it is counted as at this rate."""


class Hop(NamedTuple):
    """One hop of sound; both numbers are sums over its samples, 32768 being full scale."""

    energy: int
    """Of the samples."""
    rough: float
    """Of their first difference, as at 16 kHz: it drops rumble below the voice."""
    samples: int

    @property
    def power(self) -> float:
        """Mean square, 1 being full scale."""
        return self.energy / self.samples / 32768.0**2

    @property
    def rough_power(self) -> float:
        """Mean square of the difference."""
        return self.rough / self.samples / 32768.0**2

    @property
    def brightness(self) -> float:
        """Difference against sound: white noise has 2, voiced speech about .2, dark vowels .02."""
        return self.rough / (self.energy + 1.0)


class Hops:
    """Hop k is centred on k / 60 s, so hop 0 is half a hop."""

    def __init__(self, rate: int) -> None:
        """Raises ValueError for rates below LEAST_RATE."""
        if rate < LEAST_RATE:
            raise ValueError(f"sound wants a rate of at least {LEAST_RATE} samples a second, got {rate}")
        self._rate = rate
        self._scale = (rate / _TUNED_AT) ** 2
        self._pending: NDArray[np.int16] = np.zeros(1, np.int16)
        """The sample before, then those of the open hop."""
        self.complete = 0
        """How many hops have been given."""

    @property
    def heard(self) -> int:
        """Samples so far."""
        return self.boundary(self.complete) + len(self._pending) - 1

    def boundary(self, hop: int) -> int:
        """First sample of a hop."""
        return max((2 * hop - 1) * self._rate // (2 * HOP_HZ), 0)

    def feed(self, samples: NDArray[np.int16]) -> list[Hop]:
        """The next mono samples; the hops that are now complete."""
        sound = np.concatenate([self._pending, samples])
        begin, edges = self.boundary(self.complete), [0]
        while self.boundary(self.complete + len(edges)) - begin < len(sound):
            edges.append(self.boundary(self.complete + len(edges)) - begin)
        self._pending = sound[edges[-1] :]
        if len(edges) == 1:
            return []
        wide = sound[: edges[-1] + 1].astype(np.int64)
        starts = np.array(edges[:-1])
        energy = np.add.reduceat(wide[1:] ** 2, starts)
        rough = np.add.reduceat(np.diff(wide) ** 2, starts)
        self.complete += len(starts)
        return [
            Hop(e, self._scale * d, after - start)
            for e, d, start, after in zip(energy.tolist(), rough.tolist(), edges, edges[1:], strict=False)
        ]
