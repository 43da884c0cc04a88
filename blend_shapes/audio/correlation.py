"""How a stream of sound matches itself some milliseconds later, a hundred times a second.

Normalised cross-correlation as in RAPT (Talkin 1995), of two windows one lag apart, here on both sides of
the hop's time as Boersma (1993) has it. The sound is decimated first, to what carries a voice's pitch.

Sums run over whole numbers below 2^53, so they are exact in any order; hops are counted from the first
sample. No cutting of the sound changes a value.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

HOP_HZ: Final = 100
RATES: Final = (8_000, 48_000)

_WORK_HZ: Final = 5_000
"""The sound is decimated to this rate or a little more."""
_CUT_HZ: Final = 1_000.0
_FILTER_S: Final = 0.002
"""Half the length of the filter before decimation. It leaves the harmonics that carry the pitch, also where
a telephone cut the lowest ones off."""
_SCALE: Final = 1 << 14
_EXTRA: Final = 1 << 3
"""Filtered samples are kept in eighths of a step: quiet sound has a pitch too."""
_WINDOW_HOPS: Final = 3
_FAINT: Final = (3.0 * _EXTRA) ** 2
"""Mean square of sound too faint to count, added to every energy."""

Samples = NDArray[np.int16]
Values = NDArray[np.float64]
Whole = NDArray[np.int64]


class Correlator:
    """Follows one stream for periods between two bounds; memory does not grow."""

    def __init__(self, rate: int, least_hz: float, most_hz: float) -> None:
        """Raises ValueError for a rate outside RATES."""
        if not RATES[0] <= rate <= RATES[1]:
            raise ValueError(f"pitch wants {RATES[0]} to {RATES[1]} samples a second, got {rate}")
        self._rate = rate
        self._step = rate // _WORK_HZ
        self.work = rate / self._step
        """Decimated samples a second."""
        self._taps = _low_pass(rate)
        self._low = math.floor(self.work / most_hz / 2.0) - 1
        self._high = math.ceil(self.work / least_hz / 2.0)
        """Of lags: half j stands for the lags 2 j and 2 j + 1."""
        self._reach = self._high + 1
        self._sound: Values = np.zeros(len(self._taps) // 2)
        """Samples that decimated ones still to come need; the first is half a filter before time 0."""
        self._slow_at = self._edge(-1) - self._reach
        """Index of the first decimated sample that hops still to come need; zeros before time 0."""
        self._slow: Values = np.zeros(-self._slow_at)
        self._running: Values = np.zeros((2, 0))
        """Sums of samples and of squares, up to each sample."""
        self._products: Values = self._no_products()
        """Of the parts of the next hop's window that are known."""
        self._hop = 0
        self._edges: Whole = np.zeros(0, np.int64)
        """Of the parts in the windows of the hops under way, counted from the first of `_slow`."""
        self._moves = np.arange(-self._high, self._high + 2)

    @staticmethod
    def look_ahead(least_hz: float) -> float:
        """Seconds of sound after a hop's time that it needs, at most."""
        return _FILTER_S + 0.5 / least_hz + 3.0 / _WORK_HZ + 0.5 * _WINDOW_HOPS / HOP_HZ

    @property
    def shortest(self) -> int:
        """The lag of the first column, in decimated samples."""
        return 2 * self._low

    @property
    def lags(self) -> int:
        """How many lags there are, each a decimated sample more."""
        return 2 * (self._high - self._low + 1)

    def needed(self, hops: int) -> int:
        """Samples from the first on that so many hops from the first on are known by."""
        return (self._edge(hops + 1) + self._reach - 1) * self._step + len(self._taps) // 2 + 1

    def feed(self, samples: Samples, hops: int) -> list[float]:
        """Take the next samples, enough for so many more hops; their levels, dB of full scale."""
        self._decimate(samples)
        first, kept = self._hop - 1, self._slow_at
        edges = [self._edge(part) - kept for part in range(first, first + hops + _WINDOW_HOPS)]
        self._edges = np.array(edges)
        running = self._running = np.zeros((2, len(self._slow) + 1))
        np.cumsum(self._slow, out=running[0, 1:])
        np.cumsum(self._slow * self._slow, out=running[1, 1:])
        totals, squares = running[:, self._edges].tolist()
        levels = []
        for i, j in zip(range(hops), range(_WINDOW_HOPS, hops + _WINDOW_HOPS), strict=True):
            count, total, square = edges[j] - edges[i], totals[j] - totals[i], squares[j] - squares[i]
            power = (count * square - total * total) / (count * _EXTRA * 32768.0) ** 2
            levels.append(10.0 * math.log10(power + 1e-12))
        return levels

    def correlations(self, hops: int) -> Values:
        """Of the hops that `feed` told last, with the windows' means taken off: shape (hops, lags)."""
        edges, halves = self._edges, self._high - self._low + 1
        parts = np.concatenate([self._products, self._part_products(edges[len(self._products) :])])
        self._products = parts[hops:]
        both = parts[:hops] + parts[1 : hops + 1] + parts[2 : hops + 2]
        begin, end = edges[:hops], edges[_WINDOW_HOPS:]
        count = (end - begin)[:, None].astype(np.float64)
        # Samples and squares, summed over the windows moved to either side.
        sums, squares = (
            self._running[:, end[:, None] + self._moves] - self._running[:, begin[:, None] + self._moves]
        )
        energies = count * squares - sums * sums + np.rint(count * count * _FAINT)
        back, forward = slice(halves - 1, None, -1), slice(self._low + self._high, None)
        early, late = sums[:, back], sums[:, forward]
        early_energy, late_energy = energies[:, back], energies[:, forward]
        # Lag 2 j is from n - j to n + j, lag 2 j + 1 to n + j + 1.
        result = np.empty((hops, halves, 2))
        for odd in (0, 1):
            to = slice(odd, halves + odd)
            shared = count * both[:, odd] - early * late[:, to]
            np.divide(shared, np.sqrt(early_energy * late_energy[:, to]), out=result[:, :, odd])
        return result.reshape(hops, 2 * halves)

    def leave(self, hops: int, *, correlated: bool) -> None:
        """Go on to the next hops; `correlated` if `correlations` was asked for these."""
        self._hop += hops
        if not correlated:
            self._products = self._no_products()
        keep = self._edge(self._hop - 1) - self._reach
        self._slow = self._slow[keep - self._slow_at :]
        self._slow_at = keep

    def _no_products(self) -> Values:
        return np.zeros((0, 2, self._high - self._low + 1))

    def _decimate(self, samples: Samples) -> None:
        sound = np.concatenate([self._sound, samples])
        count = (len(sound) - len(self._taps)) // self._step + 1
        if count > 0:
            windows = _windows(sound, len(self._taps))[:: self._step]
            slow = np.rint(np.einsum("nt,t->n", windows[:count], self._taps) * (_EXTRA / _SCALE))
            self._slow = np.concatenate([self._slow, slow])
            sound = sound[count * self._step :]
        self._sound = sound

    def _edge(self, part: int) -> int:
        """First decimated sample of a part: part k is the hundredth of a second around hop k."""
        return (2 * part - 1) * self._rate // (2 * HOP_HZ * self._step)

    def _part_products(self, edges: Whole) -> Values:
        """Products of samples a lag apart, around each sample, summed over each part between the edges:
        shape (parts, 2, halves)."""
        begin, end = int(edges[0]), int(edges[-1])
        low, high = self._low, self._high
        windows = _windows(self._slow[begin - high : end + high + 1], 2 * high + 2)
        before = windows[:, : high - low + 1][:, ::-1]
        starts = edges[:-1] - begin
        sums = np.empty((len(starts), 2, high - low + 1))
        for odd in (0, 1):
            after = windows[:, high + low + odd : 2 * high + 1 + odd]
            np.add.reduceat(before * after, starts, axis=0, out=sums[:, odd])
        return sums


def _windows(values: Values, width: int) -> Values:
    """A view: all windows of so many neighbours, shape (len - width + 1, width)."""
    (step,) = values.strides
    return np.ndarray((len(values) - width + 1, width), values.dtype, values, strides=(step, step))


def _low_pass(rate: int) -> Values:
    """A Hann-windowed sinc in whole numbers with the sum _SCALE, or nearly."""
    half = round(_FILTER_S * rate)
    t = np.arange(-half, half + 1)
    taps = np.sinc(2.0 * _CUT_HZ / rate * t) * (0.5 + 0.5 * np.cos(np.pi * t / (half + 1)))
    return np.asarray(np.rint(taps * (_SCALE / taps.sum())), np.float64)
