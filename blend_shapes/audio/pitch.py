"""Pitch of a stream of sound: fundamental frequency and voicing, a hundred times a second.

The method is that of RAPT (Talkin 1995): local maxima of the normalised cross-correlation are candidates,
and the path through them that jumps least is the pitch. The costs of jumps are those of Boersma (1993). The
path is decided a few hops late. No cutting of the sound changes a value.
"""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from blend_shapes.audio.correlation import HOP_HZ, RATES, Correlator, Samples, Values

LEAST_HZ, MOST_HZ = 60.0, 500.0
"""The range that is looked for."""

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
_FAINT_DB: Final = (-22.0, -33.0)
_PEAK_FALL_DB: Final = 6.0 / HOP_HZ
"""Sound so far below the loudest of late is rather unvoiced, and then surely: hissing and echoes match
themselves too."""
_BLOCK_S: Final = 0.5
"""Sound taken at once: memory stays small however much comes."""


@dataclass(frozen=True, slots=True, eq=False)
class PitchTrack:
    """Hops `first`, `first + 1`, ...; hop k tells of the sound around k / HOP_HZ seconds."""

    first: int
    f0: Values
    """Hertz, shape (hops,); 0 where the sound is not voiced."""
    voicing: Values
    """How well the sound matches itself one period later, 0 to 1, shape (hops,); 0 for faint sound."""
    level: Values
    """Of the sound below 1 kHz, where voices are: dB of full scale, shape (hops,)."""

    def __len__(self) -> int:
        return len(self.f0)


class Pitch:
    """The pitch of one stream, pushed along by it; synchronous, memory does not grow.

    A hop is told `look_ahead` seconds of sound after its time.
    """

    look_ahead: float = Correlator.look_ahead(LEAST_HZ) + _DECIDE_HOPS / HOP_HZ

    def __init__(self, rate: int) -> None:
        """Raises ValueError for a rate outside RATES."""
        self._rate = rate
        self._correlator = Correlator(rate, LEAST_HZ, MOST_HZ)
        self._path = _Path(self._correlator.work)
        self._loudest = -90.0

    def follow(self, samples: Samples) -> PitchTrack:
        """Take the next mono samples and give the hops now certain."""
        sound = np.asarray(samples, np.int16).reshape(-1)
        size = round(_BLOCK_S * self._rate)
        for at in range(0, len(sound), size):
            self._follow(sound[at : at + size])
        return self._path.decided()

    def _follow(self, samples: Samples) -> None:
        levels = self._correlator.feed(samples)
        hops = len(levels)
        if not hops:
            return
        faint = [self._faint(level) for level in levels.tolist()]
        audible = any(share < 1.0 for share in faint)
        if audible:
            found = _peaks(self._correlator.correlations(hops), self._correlator.shortest)
        else:
            found = (np.zeros((hops, 0)),) * 3
        self._correlator.leave(hops, correlated=audible)
        self._path.follow(found, faint, levels.tolist())

    def _faint(self, level: float) -> float:
        """0 for sound about as loud as any of late, 1 for what cannot be a voice beside it."""
        self._loudest = max(level, self._loudest - _PEAK_FALL_DB)
        begins, surely = _FAINT_DB
        return min(max((level - self._loudest - begins) / (surely - begins), 0.0), 1.0)


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
        self._open: list[_Hop] = []
        self._next = 0
        self._decided: list[tuple[float, float, float]] = []
        """(f0, voicing, level) not taken yet."""

    def follow(
        self, candidates: tuple[Values, Values, Values], faint: list[float], levels: list[float]
    ) -> None:
        """The next hops: octaves, heights and lags of their candidates."""
        table = (*(values.tolist() for values in candidates), faint, levels)
        for octaves, heights, lags, share, level in zip(*table, strict=True):
            if share == 1.0:
                octaves, heights, lags = [], [], []
            origins = self._advance(octaves, heights, _UNVOICED + 0.5 * share)
            self._open.append(_Hop(origins, lags, heights, level))
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
            f0, height = 0.0, max(oldest.heights, default=0.0)
        else:
            f0, height = self._work / oldest.lags[state], oldest.heights[state]
        self._decided.append((f0, min(height, 1.0), oldest.level))


__all__ = ["HOP_HZ", "LEAST_HZ", "MOST_HZ", "RATES", "Pitch", "PitchTrack"]
