"""The score of a mouth: timed phones as windows on two tracks, and as constraints.

Every window has compact support: it begins at most `ANTICIPATION_S` before its phone, so what a phone does
is known once the phones starting within that time are known.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from blend_shapes.articulation.tables import variant
from blend_shapes.articulation.windows import Row, between, released_sooner, row
from blend_shapes.phonemes.ipa import parts
from blend_shapes.phonemes.targets import Kind, Seal, Target
from blend_shapes.phonemes.timing import PhoneTiming

ANTICIPATION_S: Final = 0.12
CARRY_OVER_S: Final = 0.17
"""No window lasts longer after its phone than this."""

_VOWEL_RAMP: Final = 0.9
"""Length of a vowel's ramps in lengths of the vowel."""
_VOWEL_RISE_S: Final = (0.06, 0.11)
_VOWEL_FALL_S: Final = (0.07, 0.12)
_RISE_S: Final = 0.05
_FALL_S: Final = 0.09
_LEAST_EDGE_S: Final = 0.035
_NEIGHBOUR_SHARE: Final = 0.5
"""A consonant takes no more than this share of the vowel beside it for its rise or fall."""
_ROUNDING_SHARE: Final = 0.8
"""Nor does a vowel's rounding, of a vowel that touches it."""
_SUSTAIN: Final = 0.75
_LAST_S: Final = 0.10
"""A phone holds its shape for this share of its time, and until so long before its end. (So a consonant
never lets go before what comes next is known.)"""
_ONSET_S: Final = 0.08
_OFFSET_S: Final = 0.15
_SEAL_EDGE_S: Final = 0.042
_SEAL_LEAD_S: Final = 0.012
_SEAL_HOLD_S: Final = 0.008
"""Lips are together so long before a closure is heard, and after. Measured lips come within 15 % of closed
25 ms before the label (median), and stay there longer than the label lasts."""
_SHORTEST_SEAL_S: Final = 0.05
"""Lips touch for 60 to 130 ms in measured speech, however short the label: two 60 Hz frames at least."""
_MERGE_S: Final = 0.08
"""Two bilabials not further apart than this are one closure ("pop man")."""


def _held_until(start: float, end: float) -> float:
    return max(start + _SUSTAIN * (end - start), end - _LAST_S)


class TimedPart(NamedTuple):
    """A simple phone in time, and the room its neighbours leave each other."""

    target: Target
    start: float
    release: float
    end: float
    stress: int
    rise: float
    """Longest rise of a consonant, so that the vowel before it is heard and seen."""
    fall_before: float | None
    """Longest fall of the consonant that ends where this vowel begins; None leaves it alone."""
    round_rise: float
    """Longest rise of a vowel's rounding."""
    round_fall_before: float | None
    """Longest fall of the rounding of the vowel that ends where this one begins."""


class Splitter:
    """Phones to timed parts, in order of time; remembers the part before."""

    def __init__(self) -> None:
        self._kind = Kind.FREE
        self._seal = Seal.NONE
        self._length = 0.0
        self._end = -1.0

    def split(self, phones: Iterable[PhoneTiming]) -> Iterator[TimedPart]:
        for phone in phones:
            found = parts(phone.phone)
            start = phone.start
            for i, part in enumerate(found):
                last = i == len(found) - 1
                end = phone.end if last else start + part.share * (phone.end - phone.start)
                yield self._timed(part.target, phone, start, end)
                start = end

    def _timed(self, target: Target, phone: PhoneTiming, start: float, end: float) -> TimedPart:
        touches = abs(start - self._end) < _LEAST_EDGE_S
        rise, fall_before, round_rise, round_fall_before = _RISE_S, None, ANTICIPATION_S, None
        if touches and self._kind is target.kind is Kind.VOWEL:
            round_rise = max(_ROUNDING_SHARE * self._length, _LEAST_EDGE_S)
            round_fall_before = max(_ROUNDING_SHARE * (phone.end - start), _LEAST_EDGE_S)
        if touches and (self._kind is Kind.VOWEL or self._seal is Seal.LABIODENTAL):
            rise = max(_NEIGHBOUR_SHARE * self._length, _LEAST_EDGE_S)
        elif touches and self._kind is Kind.CONSONANT and target.kind is Kind.VOWEL:
            fall_before = max(_NEIGHBOUR_SHARE * (phone.end - start), _LEAST_EDGE_S)
        self._kind, self._seal = target.kind, target.seal
        # A diphthong makes room as the one vowel that it is.
        self._length = end - (phone.start if target.kind is Kind.VOWEL else start)
        self._end = end
        release = min(max(phone.release, start), end) if target.stop else end
        return TimedPart(
            target,
            start,
            release,
            end,
            phone.stress,
            min(rise, _RISE_S),
            fall_before,
            min(round_rise, ANTICIPATION_S),
            round_fall_before,
        )


@dataclass(slots=True)
class Track:
    """Windows of one track in order of time, with the index of each one's target."""

    rows: list[Row] = field(default_factory=list)
    round_rows: list[Row] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)

    def add(self, base: Row, rounding: Row, target: int) -> None:
        self.rows.append(base)
        self.round_rows.append(rounding)
        self.targets.append(target)

    def release_last(self, fall: float) -> None:
        """Cut the fall of the window added last."""
        if self.rows:
            self.rows[-1] = released_sooner(self.rows[-1], fall)
            self.release_rounding(fall)

    def release_rounding(self, fall: float) -> None:
        """Cut the fall of its rounding alone."""
        if self.round_rows:
            self.round_rows[-1] = released_sooner(self.round_rows[-1], fall)

    def between(self, begin: float, end: float) -> "Track":
        """What of it is not 0 all over [begin, end]."""
        some = [
            i
            for i, (a, b) in enumerate(zip(self.rows, self.round_rows, strict=True))
            if a[2] > begin and b[0] < end
        ]
        if len(some) == len(self.rows):
            return self
        return Track(
            [self.rows[i] for i in some],
            [self.round_rows[i] for i in some],
            [self.targets[i] for i in some],
        )


def _ease(edge: float) -> float:
    """How much of its lead or hold a closure takes, 0 to 1: a short vowel beside it needs the time."""
    return min(max((edge - _LEAST_EDGE_S) / (_SEAL_EDGE_S - _LEAST_EDGE_S), 0.0), 1.0)


class Constraints:
    """Where lips close, lip meets teeth, or the jaw stays narrow: what every later layer has to respect."""

    def __init__(self) -> None:
        self.seals: dict[Seal, list[Row]] = {Seal.BILABIAL: [], Seal.LABIODENTAL: [], Seal.SIBILANT: []}
        self._last = Seal.NONE
        self._closure: tuple[float, float] | None = None
        """Start and release of the part before, if that was a bilabial."""

    def add(self, part: TimedPart) -> None:
        if part.fall_before is not None and self._last is not Seal.NONE and self.seals[self._last]:
            self._let_go(self.seals[self._last], part.fall_before)
        kind = self._last = part.target.seal
        edge = min(part.rise, _SEAL_EDGE_S)
        if kind is Seal.BILABIAL:
            self._close(min(part.start, part.release - _SHORTEST_SEAL_S), part.release, edge)
            return
        if part.end > part.start:
            self._closure = None
        if kind is not Seal.NONE:
            leave = max(_held_until(part.start, part.end), part.start + _SHORTEST_SEAL_S)
            self.seals[kind].append(row(part.start - edge, part.start, leave, leave + _SEAL_EDGE_S))

    def _let_go(self, rows: list[Row], fall: float) -> None:
        """Of the last seal, before a vowel that leaves so long for it."""
        begin, per_rise, end, per_fall = released_sooner(rows[-1], fall)
        if self._last is Seal.BILABIAL:
            end -= _SEAL_HOLD_S * (1.0 - _ease(fall))
        rows[-1] = begin, per_rise, end, per_fall

    def _close(self, start: float, release: float, edge: float) -> None:
        rows, last = self.seals[Seal.BILABIAL], self._closure
        begun = start - _SEAL_LEAD_S * _ease(edge) - edge, 1.0 / edge
        if last is not None and rows and abs(start - last[1]) < _MERGE_S:
            start, release = last[0], max(last[1], release)
            begun = rows.pop()[:2]
        self._closure = (start, release)
        rows.append((*begun, release + _SEAL_HOLD_S + _SEAL_EDGE_S, 1.0 / _SEAL_EDGE_S))

    def forget(self, before: float) -> None:
        for seal, rows in self.seals.items():
            if rows:
                self.seals[seal] = between(rows, before, math.inf)


class Score:
    """Everything known of the speech around now. `add` in order of time, `forget` what is over."""

    def __init__(self) -> None:
        self.vowels = Track()
        self.consonants = Track()
        self.constraints = Constraints()
        self.speaking: list[Row] = []
        """Windows of speech: outside all of them the mouth is at rest."""
        self._splitter = Splitter()

    def add(self, phones: Iterable[PhoneTiming]) -> None:
        for part in self._splitter.split(phones):
            self.speaking.append(row(part.start - _ONSET_S, part.start, part.end, part.end + _OFFSET_S))
            self.constraints.add(part)
            if part.fall_before is not None:
                self.consonants.release_last(part.fall_before)
            if part.round_fall_before is not None:
                self.vowels.release_rounding(part.round_fall_before)
            if part.target.kind is Kind.VOWEL:
                self._vowel(part)
            elif part.target.kind is Kind.CONSONANT:
                self._consonant(part)

    def _vowel(self, part: TimedPart) -> None:
        start, end = part.start, part.end
        length = end - start
        rise = min(max(_VOWEL_RAMP * length, _VOWEL_RISE_S[0]), _VOWEL_RISE_S[1])
        fall = min(max(_VOWEL_RAMP * length, _VOWEL_FALL_S[0]), _VOWEL_FALL_S[1])
        full = start + min(0.2 * length, 0.03)
        leave = _held_until(start, end)
        self.vowels.add(
            row(start - rise, full, leave, end + fall),
            row(start - part.round_rise, start, leave, end + fall),
            variant(part.target, part.stress),
        )

    def _consonant(self, part: TimedPart) -> None:
        start, end = part.start, part.end
        # A stop lets go at its release, anything else before its end.
        bursts = part.target.stop and part.release < end
        leave = part.release if bursts else _held_until(start, end)
        self.consonants.add(
            row(start - part.rise, start, leave, leave + _FALL_S),
            row(start - ANTICIPATION_S, start, leave, leave + _FALL_S),
            variant(part.target, 0),
        )

    def forget(self, before: float) -> None:
        self.vowels = self.vowels.between(before, math.inf)
        self.consonants = self.consonants.between(before, math.inf)
        self.speaking = between(self.speaking, before, math.inf)
        self.constraints.forget(before)
