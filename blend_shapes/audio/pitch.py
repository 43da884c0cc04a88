"""Pitch of a stream of sound: fundamental frequency and voicing, a hundred times a second.

The method is that of RAPT (Talkin 1995): normalised cross-correlation of two windows one lag apart, here
on both sides of the hop's time as Boersma (1993) has it, local maxima as candidates, and the path through
them that jumps least; the costs of jumps are Boersma's. The path is decided a few hops late.

Sums run over whole numbers below 2^53, so they are exact in any order; hops are counted from the first
sample. No cutting of the sound changes a value.
"""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

HOP_HZ: Final = 100
LEAST_HZ, MOST_HZ = 60.0, 500.0
"""The range that is looked for."""
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
_CANDIDATES: Final = 5
_LEAST_HEIGHT: Final = 0.3
"""A lower maximum is no candidate: sound that matches itself no better is not voiced."""
_DECIDE_HOPS: Final = 3
_OCTAVE_COST: Final = 0.02
"""For each octave below MOST_HZ: of two lags that match alike the shorter is the period."""
_JUMP_COST: Final = 0.35
_VOICING_COST: Final = 0.14
_UNVOICED: Final = 0.52
"""The correlation from which sound is rather voiced: noise of this bandwidth stays below."""
_FAINT_DB: Final = -22.0
_PEAK_FALL_DB: Final = 6.0 / HOP_HZ
"""Sound this far below the loudest of late is rather unvoiced: hissing and echoes match themselves too."""
_FAINT: Final = (3.0 * _EXTRA) ** 2
"""Mean square of sound too faint to count, added to every energy."""
_BLOCK_S: Final = 0.5
"""Sound taken at once: memory stays small however much comes."""

Samples = NDArray[np.int16]
Values = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class PitchTrack:
    """Hops `first`, `first + 1`, ...; hop k tells of the sound around k / HOP_HZ seconds."""

    first: int
    f0: Values
    """Hertz, shape (hops,); 0 where the sound is not voiced."""
    voicing: Values
    """How well the sound matches itself one period later, 0 to 1, shape (hops,)."""
    level: Values
    """Of the sound below 1 kHz, where voices are: dB of full scale, shape (hops,)."""

    def __len__(self) -> int:
        return len(self.f0)


class Pitch:
    """The pitch of one stream, pushed along by it; synchronous, memory does not grow.

    A hop is told `look_ahead` seconds of sound after its time.
    """

    look_ahead: float = (
        _FILTER_S + 0.5 / LEAST_HZ + 3.0 / _WORK_HZ + (0.5 * _WINDOW_HOPS + _DECIDE_HOPS) / HOP_HZ
    )

    def __init__(self, rate: int) -> None:
        """Raises ValueError for a rate outside RATES."""
        if not RATES[0] <= rate <= RATES[1]:
            raise ValueError(f"pitch wants {RATES[0]} to {RATES[1]} samples a second, got {rate}")
        self._rate = rate
        self._step = rate // _WORK_HZ
        work = rate / self._step
        self._taps = _low_pass(rate)
        self._halves = np.arange(math.floor(work / MOST_HZ / 2.0) - 1, math.ceil(work / LEAST_HZ / 2.0) + 1)
        """Of lags: half j stands for the lags 2 j and 2 j + 1."""
        self._reach = int(self._halves[-1]) + 1
        self._path = _Path(work)
        half = len(self._taps) // 2
        self._sound: Values = np.zeros(half)
        """Samples that decimated ones still to come need; the first is half a filter before time 0."""
        self._slow_at = self._edge(-1) - self._reach
        """Index of the first decimated sample that hops still to come need; zeros before time 0."""
        self._slow: Values = np.zeros(-self._slow_at)
        self._products: Values = np.zeros((0, 2, len(self._halves)))
        """Of parts -1, 0, ... of the open hop's window."""
        self._hop = 0

    def follow(self, samples: Samples) -> PitchTrack:
        """Take the next mono samples and give the hops now certain."""
        sound = np.asarray(samples, np.int16).reshape(-1)
        size = round(_BLOCK_S * self._rate)
        tracks = [self._follow(sound[i : i + size]) for i in range(0, max(len(sound), 1), size)]
        if len(tracks) == 1:
            return tracks[0]
        return PitchTrack(
            tracks[0].first,
            np.concatenate([t.f0 for t in tracks]),
            np.concatenate([t.voicing for t in tracks]),
            np.concatenate([t.level for t in tracks]),
        )

    def _follow(self, samples: Samples) -> PitchTrack:
        self._decimate(samples)
        if hops := self._certain():
            correlation, level = self._correlations(hops)
            self._path.follow(*_peaks(correlation, 2 * int(self._halves[0])), level)
            self._hop += hops
            keep = self._edge(self._hop - 1) - self._reach
            self._slow = self._slow[keep - self._slow_at :]
            self._slow_at = keep
        return self._path.decided()

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

    def _certain(self) -> int:
        """How many more hops the sound reaches for."""
        known = self._slow_at + len(self._slow) - self._reach
        hops = max((known * HOP_HZ * self._step) // self._rate - self._hop - 2, 0)
        while self._edge(self._hop + hops + 2) <= known:
            hops += 1
        return hops

    def _correlations(self, hops: int) -> tuple[Values, Values]:
        """Normalised, with the windows' means taken off, shape (hops, lags), and the sound's level."""
        first, halves, sound = self._hop - 1, len(self._halves), self._slow
        edges = np.array([self._edge(first + k) for k in range(hops + _WINDOW_HOPS)]) - self._slow_at
        known = len(self._products)
        parts = np.concatenate([self._products, self._part_products(edges[known:])])
        self._products = parts[hops:]
        both = parts[:hops] + parts[1 : hops + 1] + parts[2 : hops + 2]
        begin, end = edges[:hops], edges[_WINDOW_HOPS:]
        count = (end - begin)[:, None].astype(np.float64)
        early, late = self._sums(sound, begin, end)
        early_squares, late_squares = self._sums(sound * sound, begin, end)
        faint = np.rint(count * count * _FAINT)
        early_energy = count * early_squares - early * early
        late_energy = count * late_squares - late * late + faint
        # Lag 2 j is from n - j to n + j, lag 2 j + 1 to n + j + 1.
        result = np.empty((hops, halves, 2))
        for odd in (0, 1):
            to = slice(odd, halves + odd)
            shared = count * both[:, odd] - early * late[:, to]
            result[:, :, odd] = shared / np.sqrt((early_energy + faint) * late_energy[:, to])
        power = early_energy[:, 0] / (count[:, 0] * _EXTRA * 32768.0) ** 2
        level = [10.0 * math.log10(x + 1e-12) for x in power.tolist()]
        return result.reshape(hops, 2 * halves), np.array(level)

    def _part_products(self, edges: Whole) -> Values:
        """Products of samples a lag apart, around each sample, summed over each part between the edges:
        shape (parts, 2, halves)."""
        begin, end = int(edges[0]), int(edges[-1])
        low, high = int(self._halves[0]), int(self._halves[-1])
        around = self._slow[begin - high : end + high + 1]
        windows = _windows(around, 2 * high + 2)[: end - begin]
        before = windows[:, : high - low + 1][:, ::-1]
        starts = edges[:-1] - begin
        sums = np.empty((len(starts), 2, high - low + 1))
        for odd in (0, 1):
            after = windows[:, high + low + odd : 2 * high + 1 + odd]
            np.add.reduceat(before * after, starts, axis=0, out=sums[:, odd])
        return sums

    def _sums(self, values: Values, begin: Whole, end: Whole) -> tuple[Values, Values]:
        """Of the windows moved back by each half, and forward by it and one more: shapes (hops, halves) and
        (hops, halves + 1)."""
        low, high = int(self._halves[0]), int(self._halves[-1])
        running = np.concatenate([[0.0], np.cumsum(values)])
        around = _windows(running, 2 * high + 2)
        sums = around[end - high] - around[begin - high]
        return sums[:, : high - low + 1][:, ::-1], sums[:, high + low : 2 * high + 2]


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


def _peaks(correlation: Values, shortest: int) -> tuple[Values, Values, Values]:
    """The best local maxima of each hop: octaves above the shortest lag, height, and lag in samples, each
    (hops, candidates), the best first. Where there are fewer the height is 0."""
    middle, before, after = correlation[:, 1:-1], correlation[:, :-2], correlation[:, 2:]
    lags = np.arange(shortest + 1, shortest + 1 + middle.shape[1])
    octaves = np.log2(lags / shortest)
    found = (middle > before) & (middle >= after) & (middle >= _LEAST_HEIGHT)
    rank = np.where(found, _OCTAVE_COST * octaves - middle, 9.0)
    best = np.argsort(rank, axis=1, kind="stable")[:, :_CANDIDATES]
    hops = np.arange(len(best))[:, None]
    a, b, c, there = (x[hops, best] for x in (before, middle, after, found))
    bend = np.where(there, a - 2.0 * b + c, -1.0)
    offset = np.where(there, 0.5 * (a - c) / bend, 0.0)
    lag: Values = offset + lags[best]
    height = np.where(there, b - 0.25 * (a - c) * offset, 0.0)
    return octaves[best] + offset / (lags[best] * math.log(2.0)), height, lag


class _Hop(NamedTuple):
    """A hop whose state is not decided."""

    origins: list[int]
    """Where each state comes from: the candidates, the last is unvoiced."""
    lags: list[float]
    heights: list[float]
    level: float


class _Path:
    """The likeliest path through the candidates of hops, decided _DECIDE_HOPS late."""

    def __init__(self, work: float) -> None:
        self._work = work
        self._voiced: list[tuple[float, float]] = []
        """(score, octaves) of the last hop's candidates."""
        self._unvoiced = 0.0
        """Score of the last hop's unvoiced state."""
        self._loudest = -90.0
        self._open: list[_Hop] = []
        self._next = 0
        self._decided: list[tuple[float, float, float]] = []
        """(f0, voicing, level) not taken yet."""

    def follow(self, octaves: Values, heights: Values, lags: Values, level: Values) -> None:
        table = (octaves.tolist(), heights.tolist(), lags.tolist(), level.tolist())
        for at, height, lag, loud in zip(*table, strict=True):
            self._loudest = max(loud, self._loudest - _PEAK_FALL_DB)
            faint = max(self._loudest + _FAINT_DB - loud, 0.0) / -_FAINT_DB
            self._open.append(_Hop(self._advance(at, height, _UNVOICED + faint), lag, height, loud))
            if len(self._open) > _DECIDE_HOPS:
                self._decide()

    def decided(self) -> PitchTrack:
        """What was decided and not taken yet."""
        first, self._next = self._next, self._next + len(self._decided)
        f0, voicing, level = np.array(self._decided).reshape(-1, 3).T
        self._decided.clear()
        return PitchTrack(first, f0, voicing, level)

    def _advance(self, octaves: list[float], heights: list[float], unvoiced: float) -> list[int]:
        """Where each state of the next hop is best reached from."""
        before, silent = self._voiced, self._unvoiced
        reached, origins = [], []
        for octave, height in zip(octaves, heights, strict=True):
            if height == 0.0:
                break
            best, origin = silent - _VOICING_COST, len(before)
            for i, (score, there) in enumerate(before):
                score -= _JUMP_COST * abs(there - octave)
                if score > best:
                    best, origin = score, i
            reached.append((best + height - _OCTAVE_COST * octave, octave))
            origins.append(origin)
        best, origin = silent, len(before)
        for i, (score, _) in enumerate(before):
            if score - _VOICING_COST > best:
                best, origin = score - _VOICING_COST, i
        origins.append(origin)
        best += unvoiced
        top = max(best, max(reached)[0]) if reached else best  # scores stay small
        self._voiced = [(score - top, octave) for score, octave in reached]
        self._unvoiced = best - top
        return origins

    def _decide(self) -> None:
        """The oldest open hop takes its state on the best path."""
        scores = [score for score, _ in self._voiced]
        scores.append(self._unvoiced)
        state = scores.index(max(scores))
        for hop in reversed(self._open[1:]):
            state = hop.origins[state]
        oldest = self._open.pop(0)
        if state == len(oldest.origins) - 1:
            f0, height = 0.0, max(oldest.heights)
        else:
            f0, height = self._work / oldest.lags[state], oldest.heights[state]
        self._decided.append((f0, min(height, 1.0), oldest.level))
