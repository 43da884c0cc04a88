"""What speech tells the rest of the face: stressed syllables, ends of clauses, beginnings after a pause."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from blend_shapes.phonemes.ipa import is_pause, is_vowel
from blend_shapes.phonemes.timing import PhoneTiming

CLAUSE_GAP_S: Final = 0.12
"""Silence not shorter than this ends a clause."""
BREATH_GAP_S: Final = 0.35
"""Silence not shorter than this leaves time to breathe in."""


@dataclass(frozen=True, slots=True)
class Accent:
    """A stressed vowel, the `number`-th of its turn."""

    at: float
    number: int


@dataclass(frozen=True, slots=True)
class ClauseEnd:
    at: float
    number: int


@dataclass(frozen=True, slots=True)
class Onset:
    """Speech begins after at least BREATH_GAP_S of silence, or for the first time."""

    at: float
    first: bool


Mark = Accent | ClauseEnd | Onset


class Phrasing:
    """Listens to the phones of one turn. Each mark is found once, before anything it moves is due.

    The end of a clause is known CLAUSE_GAP_S after it, however the phones were cut into calls.
    """

    def __init__(self) -> None:
        self._end: float | None = None
        self._accents = 0
        self._clauses = 0
        self._open = False

    def hear(self, phones: Sequence[PhoneTiming], known_until: float) -> list[Mark]:
        marks: list[Mark] = []
        for p in phones:
            if is_pause(p.phone):
                continue
            marks += self._silence_until(p.start)
            if self._end is None or p.start - self._end >= BREATH_GAP_S:
                marks.append(Onset(p.start, self._end is None))
            self._open = True
            self._end = p.end if self._end is None else max(self._end, p.end)
            if p.stress == 1 and is_vowel(p.phone):
                marks.append(Accent(p.start, self._accents))
                self._accents += 1
        marks += self._silence_until(known_until)
        return marks

    def _silence_until(self, time: float) -> list[Mark]:
        if not self._open or self._end is None or time - self._end < CLAUSE_GAP_S:
            return []
        self._open = False
        self._clauses += 1
        return [ClauseEnd(self._end, self._clauses - 1)]
