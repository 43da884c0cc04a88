"""The ring of a live voice: samples have numbers of the speaker's own, and pieces can be cut out. Pure."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.face_format import Floats
from python_client.audio_ring import AudioRing

Energies = NDArray[np.float64]

QUIET: Final = 0.005
"""Below this root mean square of full scale a stretch may go as a whole: the floor of a room, no voice."""
LOUD_HOPS: Final = 8
"""How many hops of a voice go at once."""
SHORTEST_HOPS: Final = 2


class LiveRing(AudioRing):
    """Holds `capacity` samples; a fade, and a hop of the search for what to cut, is `fade` samples long."""

    def __init__(self, capacity: int, fade: int) -> None:
        super().__init__(capacity, fade)
        self.concealed = 0
        """Samples of silence put in for what was missing."""
        self.skipped = 0
        """Samples that were there and have been passed over."""
        self._cut_at, self._cut_length = 0, 0

    @property
    def available(self) -> int:
        """Samples that can be read."""
        return self.written_to - self.read_at - self._cut_length

    def write_at(self, start: int, samples: Floats, stood: int | None = None) -> None:
        """Add `samples`, the first of which has number `start`. What is here already is left out.

        A hole becomes silence with a fade on both sides. Where nothing is left to be read the ring goes on
        behind it, or as far before its end as `stood` is shorter: so long it was silent for it already.
        """
        hole = start - self.written_to
        if hole < 0:
            samples = samples[-hole:]
        elif hole > 0 and self.available == 0:
            hole = 0 if stood is None else max(0, hole - stood)
            self.read_at = self.written_to = start - hole
        if hole > 0:
            samples = self._bridge(hole, samples)
        self.write(samples)

    def write(self, samples: Floats) -> None:
        """As the ring's. What would be cut out gives way first."""
        if self.written_to - self.read_at + len(samples) > len(self._samples):
            self._cut_length = 0
        super().write(samples)

    def read(self, out: Floats, *, last: bool) -> int:
        """As the ring's, without what was cut out."""
        n = self._cut_at - self.read_at
        if self._cut_length == 0 or n >= len(out):
            return super().read(out, last=last)
        real = super().read(out[:n], last=True)
        self.skipped += self._cut_length
        self.read_at += self._cut_length
        self._cut_length = 0
        return real + super().read(out[n:], last=last)

    def leave(self, n: int) -> None:
        """Pass over the next `n` samples, while there is silence."""
        self.skipped += n
        self.read_at += n

    def cut(self, n: int) -> None:
        """As the ring's."""
        self._cut_length = 0
        super().cut(n)

    def clear(self, position: int) -> None:
        """As the ring's; the next sample fades in."""
        self._cut_length = 0
        super().clear(position)
        self._restart()

    def cut_quiet(self, wanted: int) -> int:
        """Cut up to `wanted` samples out of the longest quiet stretch; how many, 0 if it is too short.

        There is a crossfade between what is left and what follows, here and in `cut_voice`.
        """
        hops = self._hops(wanted)
        if hops < SHORTEST_HOPS:
            return 0
        first, length = _quiet(self._energies(), hops, self._fade * QUIET**2)
        return self._cut_out(first, length) if length >= SHORTEST_HOPS else 0

    def cut_voice(self, wanted: int, least: int) -> int:
        """Cut up to `wanted` samples where there is the least energy; how many, 0 if there are too few.

        No more than `LOUD_HOPS`, or `least` samples where that is more.
        """
        hops = min(self._hops(wanted), max(LOUD_HOPS, least // self._fade))
        if hops < SHORTEST_HOPS:
            return 0
        spans = np.convolve(self._energies(), np.ones(hops + 1), "valid")
        return self._cut_out(int(spans.argmin()), hops)

    def _hops(self, wanted: int) -> int:
        """Hops that may be cut out now; one at a time."""
        return 0 if self._cut_length else min(wanted // self._fade, self.available // self._fade - 2)

    def _cut_out(self, first: int, hops: int) -> int:
        """Cut out about so many hops from hop `first` on."""
        at = self.read_at + first * self._fade
        length = self._fitting(at, hops * self._fade)
        self._cross(at, length)
        self._cut_at, self._cut_length = at, length
        return length

    def _energies(self) -> Energies:
        """The sum of squares of each whole hop that is to be read."""
        count = self.available // self._fade
        samples = self._get(self.read_at, count * self._fade).astype(np.float64)
        sums: Energies = (samples**2).reshape(count, -1).sum(axis=1)
        return sums

    def _fitting(self, at: int, longest: int) -> int:
        """The length, `longest` or up to two hops less, at which both sides of the cut differ least."""
        hop = self._fade
        shortest = max(hop, longest - 2 * hop)
        left = self._get(at, hop).astype(np.float64)
        after = self._get(at + shortest, longest - shortest + hop).astype(np.float64)
        apart = ((np.lib.stride_tricks.sliding_window_view(after, hop) - left) ** 2).sum(axis=1)
        return longest - int(apart[::-1].argmin())

    def _cross(self, at: int, length: int) -> None:
        """Fade what is left into what follows the cut, where that lies."""
        n = self._fade
        share = np.arange(1, n + 1) / (n + 1)
        left, after = self._get(at, n).astype(np.float64), self._get(at + length, n).astype(np.float64)
        self._put(at + length, left + (after - left) * share)

    def _bridge(self, hole: int, samples: Floats) -> Floats:
        """Silence for `hole` samples and then `samples`; what is before it fades out here and now."""
        self.concealed += hole
        down = min(self._fade, self.available)
        last = self._get(self.written_to - down, down).astype(np.float64)
        self._put(self.written_to - down, last * np.arange(down - 1, -1, -1) / max(1, down))
        up = min(self._fade, len(samples))
        bridged = np.zeros(hole + len(samples), np.float32)
        bridged[hole:] = samples
        bridged[hole : hole + up] = samples[:up].astype(np.float64) * np.arange(1, up + 1) / max(1, up)
        return bridged

    def _get(self, start: int, n: int) -> Floats:
        return self._samples[np.arange(start, start + n) % len(self._samples)]

    def _put(self, start: int, samples: NDArray[np.float64]) -> None:
        self._samples[np.arange(start, start + len(samples)) % len(self._samples)] = samples


def _quiet(energies: Energies, longest: int, bound: float) -> tuple[int, int]:
    """Where the longest stretch of quiet hops begins, and how many of it may go; one more is crossfaded."""
    best, begin = (0, 0), 0
    for i in range(len(energies) + 1):
        if i == len(energies) or energies[i] > bound:
            length = min(longest, i - begin - 1)
            if length > best[1]:
                best = (begin, length)
            begin = i + 1
    return best
