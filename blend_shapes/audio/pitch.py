"""Pitch of a stream of sound: fundamental frequency and voicing, a hundred times a second.

The method is that of RAPT (Talkin 1995): local maxima of the normalised cross-correlation are candidates,
and the path through them that jumps least is the pitch. The costs of jumps are those of Boersma (1993). The
path is decided a few hops late. No cutting of the sound changes a value.
"""

import math
from collections.abc import Callable, Sequence
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
LOOK_AHEAD_S: Final = Correlator.look_ahead(LEAST_HZ) + _DECIDE_HOPS / HOP_HZ
"""Of sound after a hop's time that it is told by, where hops are not told together."""
_MOST_HOPS: Final = 48
"""Worked on at once: memory stays small however much sound comes."""


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
    """The pitch of one stream, pushed along by it; synchronous, memory does not grow."""

    def __init__(
        self, rate: int, together: int = 1, heeds: Callable[[float], bool] = lambda level: True
    ) -> None:
        """Hops are told `together`, so many at once: with four, live sound costs half. `heeds` is asked the
        level of each hop, in order, once: where it is False the sound is not voiced, and costs less.

        Raises ValueError for a rate outside RATES.
        """
        self._correlator = Correlator(rate, LEAST_HZ, MOST_HZ)
        self._together = together
        self._heeds = heeds
        self._octaves = _octaves(self._correlator)
        self._path = _Path(self._correlator.work)
        self._loudest = -90.0
        self._pending: list[Samples] = []
        self._heard = 0
        """Samples from the first to the last pending."""
        self._hop = 0
        """The first not worked on."""
        self._needed = self._correlator.needed(together)
        """Samples that the next hops need."""

    @property
    def look_ahead(self) -> float:
        """Seconds of sound after a hop's time that it is told by, at most."""
        return LOOK_AHEAD_S + (self._together - 1) / HOP_HZ

    def known(self, hop: int) -> float:
        """Seconds of sound that this hop is told by, at most."""
        last = hop + _DECIDE_HOPS
        last += -(last + 1) % self._together
        return last / HOP_HZ + LOOK_AHEAD_S - _DECIDE_HOPS / HOP_HZ

    def follow(self, samples: Samples) -> PitchTrack:
        """Take the next mono samples and give the hops now certain."""
        self._pending.append(np.asarray(samples, np.int16).reshape(-1))
        self._heard += len(self._pending[-1])
        if self._heard >= self._needed:
            self._work()
        return self._path.decided()

    def _work(self) -> None:
        """All hops that are known now."""
        sound = np.concatenate(self._pending)
        begin = self._heard - len(sound)
        while self._heard >= self._needed:
            hops = 0
            while self._heard >= self._needed and hops < _MOST_HOPS:
                hops, end = hops + self._together, self._needed
                self._needed = self._correlator.needed(self._hop + hops + self._together)
            self._hop += hops
            self._follow(sound[: end - begin], hops)
            sound, begin = sound[end - begin :], end
        self._pending = [sound]

    def _follow(self, samples: Samples, hops: int) -> None:
        levels = self._correlator.feed(samples, hops)
        faint = [self._faint(level) for level in levels]
        audible = min(faint) < 1.0
        found: Sequence[Sequence[_Candidate]] = ((),) * hops
        if audible:
            found = _peaks(self._correlator.correlations(hops), self._correlator.shortest, self._octaves)
        self._correlator.leave(hops, correlated=audible)
        self._path.follow(found, faint, levels)

    def _faint(self, level: float) -> float:
        """0 for sound about as loud as any of late, 1 for what cannot be a voice beside it."""
        self._loudest = max(level, self._loudest - _PEAK_FALL_DB)
        if not self._heeds(level):
            return 1.0
        begins, surely = _FAINT_DB
        return min(max((level - self._loudest - begins) / (surely - begins), 0.0), 1.0)


class _Candidate(NamedTuple):
    """A lag at which sound matches itself."""

    rank: float
    """The less the better."""
    octave: float
    """Above the shortest lag."""
    height: float
    lag: float
    """In samples."""


def _octaves(correlator: Correlator) -> Values:
    """Of all lags but the first and the last, above the shortest."""
    lags = np.arange(correlator.shortest + 1, correlator.shortest + correlator.lags - 1)
    octaves: Values = np.log2(lags / correlator.shortest)
    return octaves


def _peaks(correlation: Values, shortest: int, octaves: Values) -> list[list[_Candidate]]:
    """The best local maxima of each hop, the best first."""
    middle, before, after = correlation[:, 1:-1], correlation[:, :-2], correlation[:, 2:]
    found = np.nonzero((middle > before) & (middle >= after) & (middle >= _LEAST_HEIGHT))
    hops, column = found
    lags = column + (shortest + 1)
    a, b, c = before[found], middle[found], after[found]
    side = a - c
    offset = 0.5 * side / (a - 2.0 * b + c)
    octave = octaves[column]
    rank = _OCTAVE_COST * octave - b
    table = (rank, octave + offset / (lags * math.log(2.0)), b - 0.25 * side * offset, lags + offset)
    peaks: list[list[_Candidate]] = [[] for _ in range(len(correlation))]
    for hop, peak in zip(hops.tolist(), map(_Candidate, *(x.tolist() for x in table)), strict=True):
        peaks[hop].append(peak)
    return [sorted(some)[:_CANDIDATES] for some in peaks]


class _Hop(NamedTuple):
    """A hop whose state is not decided."""

    origins: list[int]
    """Where each state comes from: the candidates, the last is unvoiced."""
    candidates: Sequence[_Candidate]
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
        self, candidates: Sequence[Sequence[_Candidate]], faint: list[float], levels: list[float]
    ) -> None:
        """The next hops."""
        for found, share, level in zip(candidates, faint, levels, strict=True):
            heard = found if share < 1.0 else ()
            origins = self._advance(heard, _UNVOICED + 0.5 * share)
            self._open.append(_Hop(origins, heard, level))
            if len(self._open) > _DECIDE_HOPS:
                self._decide()

    def decided(self) -> PitchTrack:
        """What was decided and not taken yet."""
        first, self._next = self._next, self._next + len(self._decided)
        if first == self._next:
            return PitchTrack(first, _NONE, _NONE, _NONE)
        f0, voicing, level = np.array(self._decided).T
        self._decided.clear()
        return PitchTrack(first, f0, voicing, level)

    def _advance(self, candidates: Sequence[_Candidate], unvoiced: float) -> list[int]:
        """Where each state of the next hop is best reached from."""
        before, silent = self._voiced, self._unvoiced
        reached, origins = [], []
        for _, octave, height, _ in candidates:
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
        if state == len(oldest.candidates):
            f0, height = 0.0, max((peak.height for peak in oldest.candidates), default=0.0)
        else:
            peak = oldest.candidates[state]
            f0, height = self._work / peak.lag, peak.height
        self._decided.append((f0, min(height, 1.0), oldest.level))


_NONE: Final[Values] = np.zeros(0)

__all__ = ["HOP_HZ", "LEAST_HZ", "LOOK_AHEAD_S", "MOST_HZ", "RATES", "Pitch", "PitchTrack"]
