"""Pitch of a stream of sound: fundamental frequency and voicing, a hundred times a second.

The method is that of RAPT (Talkin 1995): normalised cross-correlation of two windows one lag apart, here on
both sides of the hop's time as Boersma (1993) has it, local maxima as candidates, and the path through them
that jumps least; the costs of jumps are Boersma's. The path is decided a few hops late.

Sums run over whole numbers, so they are exact in any order; hops are counted from the first sample. No
cutting of the sound changes a value.
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
_WINDOW_S: Final = 0.030
_CANDIDATES: Final = 5
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

    look_ahead: float = _FILTER_S + (_WINDOW_S + 1.0 / LEAST_HZ) / 2 + (_DECIDE_HOPS + 0.2) / HOP_HZ

    def __init__(self, rate: int) -> None:
        """Raises ValueError for a rate outside RATES."""
        if not RATES[0] <= rate <= RATES[1]:
            raise ValueError(f"pitch wants {RATES[0]} to {RATES[1]} samples a second, got {rate}")
        self._rate = rate
        self._step = rate // _WORK_HZ
        work = rate / self._step
        self._taps = _low_pass(rate)
        self._window = round(_WINDOW_S * work)
        lags = np.arange(math.floor(work / MOST_HZ) - 1, math.ceil(work / LEAST_HZ) + 2)
        self._lags = lags
        self._before = (self._window + lags) // 2
        self._reach = int(self._before[-1])
        """Decimated samples before a hop's time that it needs; after it one more at most."""
        self._path = _Path(work)
        half = len(self._taps) // 2
        self._sound: Values = np.zeros(half)
        """Samples that decimated ones still to come need; the first is half a filter before time 0."""
        self._slow: Whole = np.zeros(self._reach, np.int64)
        """Decimated samples that hops still to come need."""
        self._slow_at = -self._reach
        """Index of the first of them."""
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
            correlation, level = self._correlations(self._centres(self._hop, hops))
            self._hop += hops
            keep = int(self._centres(self._hop, 1)[0]) - self._reach
            self._slow = self._slow[keep - self._slow_at :]
            self._slow_at = keep
            self._path.follow(*_peaks(correlation, self._lags), level)
        return self._path.decided()

    def _decimate(self, samples: Samples) -> None:
        sound = np.concatenate([self._sound, samples])
        count = (len(sound) - len(self._taps)) // self._step + 1
        if count > 0:
            windows = np.lib.stride_tricks.sliding_window_view(sound, len(self._taps))[:: self._step]
            slow = np.rint(np.einsum("nt,t->n", windows[:count], self._taps) * (_EXTRA / _SCALE))
            self._slow = np.concatenate([self._slow, slow.astype(np.int64)])
            sound = sound[count * self._step :]
        self._sound = sound

    def _centres(self, first: int, hops: int) -> Whole:
        """Decimated sample at the time of each hop."""
        return np.arange(first, first + hops, dtype=np.int64) * self._rate // (HOP_HZ * self._step)

    def _certain(self) -> int:
        """How many more hops the sound reaches for."""
        known = self._slow_at + len(self._slow) - self._reach - 1
        if known < 0:
            return 0
        last = ((known + 1) * HOP_HZ * self._step - 1) // self._rate
        return max(last - self._hop + 1, 0)

    def _correlations(self, centres: Whole) -> tuple[Values, Values]:
        """Normalised, with the windows' means taken off, shape (hops, lags), and the sound's level."""
        window, lags = self._window, self._lags
        sound = self._slow
        following = np.concatenate([sound, np.zeros(lags[-1], np.int64)])  # no window reaches the zeros
        shifted = np.lib.stride_tricks.sliding_window_view(following, int(lags[-1]) + 1)[:, lags[0] :]
        products = np.zeros((len(sound) + 1, len(lags)), np.int64)
        np.cumsum(sound[:, None] * shifted, axis=0, out=products[1:])
        squares = np.concatenate([[0], np.cumsum(sound * sound)])
        plain = np.concatenate([[0], np.cumsum(sound)])
        early = centres[:, None] - self._before - self._slow_at
        late = early + lags
        columns = np.arange(len(lags))
        both = products[early + window, columns] - products[early, columns]
        sums = [plain[at + window] - plain[at] for at in (early, late)]
        energies = [
            window * (squares[at + window] - squares[at]) - total * total + round(window * window * _FAINT)
            for at, total in zip((early, late), sums, strict=True)
        ]
        shared = (window * both - sums[0] * sums[1]).astype(np.float64)
        power = (energies[0][:, 0] - round(window * window * _FAINT)) / (window * _EXTRA * 32768.0) ** 2
        level = [10.0 * math.log10(x + 1e-12) for x in power.tolist()]
        return shared / np.sqrt(energies[0].astype(np.float64) * energies[1]), np.array(level)


def _low_pass(rate: int) -> Values:
    """A Hann-windowed sinc in whole numbers with the sum _SCALE, or nearly."""
    half = round(_FILTER_S * rate)
    t = np.arange(-half, half + 1)
    taps = np.sinc(2.0 * _CUT_HZ / rate * t) * (0.5 + 0.5 * np.cos(np.pi * t / (half + 1)))
    return np.asarray(np.rint(taps * (_SCALE / taps.sum())), np.float64)


def _peaks(correlation: Values, lags: Whole) -> tuple[Values, Values, Values]:
    """The best local maxima of each hop: octaves above the shortest lag, height, and lag in samples, each
    (hops, candidates). Where there are fewer the height is -1."""
    middle, before, after = correlation[:, 1:-1], correlation[:, :-2], correlation[:, 2:]
    found = (middle > before) & (middle >= after)
    octaves = np.log2(lags[1:-1] / lags[0])
    rank = np.where(found, middle - _OCTAVE_COST * octaves, -9.0)
    best = np.argsort(-rank, axis=1, kind="stable")[:, :_CANDIDATES]
    a, b, c = (np.take_along_axis(x, best, axis=1) for x in (before, middle, after))
    there = np.take_along_axis(found, best, axis=1)
    bend = np.where(there, a - 2.0 * b + c, -1.0)
    offset = np.where(there, 0.5 * (a - c) / bend, 0.0)
    lag: Values = offset + lags[1:-1][best]
    height = np.where(there, b - 0.25 * (a - c) * offset, -1.0)
    return octaves[best] + offset / (lags[1:-1][best] * math.log(2.0)), height, lag


class _Path:
    """The likeliest path through the candidates of hops, decided _DECIDE_HOPS late."""

    def __init__(self, work: float) -> None:
        self._work = work
        self._scores = [-1.0] * _CANDIDATES + [0.0]
        self._octaves = [0.0] * _CANDIDATES
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
                state = self._traced()
                self._decided.append(self._open.pop(0).as_state(state, self._work))

    def decided(self) -> PitchTrack:
        """What was decided and not taken yet."""
        first, self._next = self._next, self._next + len(self._decided)
        f0, voicing, level = np.array(self._decided).reshape(-1, 3).T
        self._decided.clear()
        return PitchTrack(first, f0, voicing, level)

    def _advance(self, octaves: list[float], heights: list[float], unvoiced: float) -> list[int]:
        """Where each state of the next hop is best reached from; the last state is unvoiced."""
        scores, before = self._scores, self._octaves
        silent = scores[-1]
        voiced = max(scores[:-1])
        reached, origins = [], []
        for octave, height in zip(octaves, heights, strict=True):
            best, origin = silent - _VOICING_COST, _CANDIDATES
            for i in range(_CANDIDATES):
                score = scores[i] - _JUMP_COST * abs(before[i] - octave)
                if score > best:
                    best, origin = score, i
            reached.append(best + height - _OCTAVE_COST * octave)
            origins.append(origin)
        stays = silent >= voiced - _VOICING_COST
        reached.append((silent if stays else voiced - _VOICING_COST) + unvoiced)
        origins.append(_CANDIDATES if stays else scores.index(voiced))
        top = max(reached)
        self._scores = [score - top for score in reached]
        self._octaves = octaves
        return origins

    def _traced(self) -> int:
        """The state of the oldest open hop on the best path."""
        state = self._scores.index(max(self._scores))
        for hop in reversed(self._open[1:]):
            state = hop.origins[state]
        return state


class _Hop(NamedTuple):
    """A hop whose state is not decided."""

    origins: list[int]
    """Where each state comes from."""
    lags: list[float]
    heights: list[float]
    level: float

    def as_state(self, state: int, work: float) -> tuple[float, float, float]:
        voiced = state < _CANDIDATES
        height = self.heights[state] if voiced else max(self.heights)
        return work / self.lags[state] if voiced else 0.0, min(max(height, 0.0), 1.0), self.level
