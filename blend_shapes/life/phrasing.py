"""What speech tells the rest of the face: stressed syllables, ends of clauses, beginnings after a pause.

Marks come from phones, which are known long before they are due, or from sound, which is known late.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from blend_shapes.articulation.windows import Row, row
from blend_shapes.phonemes.ipa import is_pause, is_vowel
from blend_shapes.phonemes.timing import PhoneTiming

CLAUSE_GAP_S: Final = 0.12
"""Silence not shorter than this ends a clause."""
BREATH_GAP_S: Final = 0.28
"""Silence not shorter than this leaves time to breathe in."""
RISE_S: Final = 0.25
"""A mood begins to step back so long before speech."""
FALL_S: Final = 0.25
"""And to come back so long after it."""
_BRIDGE_S: Final = 0.1
_NEVER_S: Final = 1e12
"""Later than any end; windows want a number."""


@dataclass(frozen=True, slots=True)
class Accent:
    """A stressed syllable, the `number`-th of its turn. `at`: where its vowel begins."""

    at: float
    number: int
    height: float | None = None
    """Of its pitch, in standard deviations above the speaker's mean; None where nobody knows."""
    known: float = -math.inf
    """How far the sound must have been heard to know of it, in seconds; phones say it in time."""


@dataclass(frozen=True, slots=True)
class ClauseEnd:
    at: float
    asks: bool = False
    """Whether its pitch rises at the end; only sound tells."""
    known: float = -math.inf


@dataclass(frozen=True, slots=True)
class Onset:
    """Speech begins after at least BREATH_GAP_S of silence, or for the first time."""

    at: float
    first: bool
    known: float = -math.inf


Mark = Accent | ClauseEnd | Onset


class Phrasing:
    """Listens to the phones of one turn. Each mark is found once, before anything it moves is due.

    The end of a clause is known CLAUSE_GAP_S after it, however the phones were cut into calls.
    """

    def __init__(self) -> None:
        self._end: float | None = None
        self._accents = 0
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
        return [ClauseEnd(self._end)]


class Talk:
    """When the mouth belongs to speech: a mood steps back there and stays back in short gaps."""

    def __init__(self) -> None:
        self._spans: list[tuple[float, float]] = []

    def add(self, start: float, end: float) -> None:
        """Speech from `start` to `end`, in order of time; to infinity where its end is not known yet."""
        if self._spans and start - self._spans[-1][1] < _BRIDGE_S:
            start, before = self._spans.pop()
            end = max(end, before)
        self._spans.append((start, min(end, _NEVER_S)))

    def stop(self, end: float) -> None:
        """Speech that had no end yet ends here, or where it began if that is later."""
        if self._spans and self._spans[-1][1] == _NEVER_S:
            start, _ = self._spans.pop()
            self._spans.append((start, max(start, end)))

    def rows(self) -> list[Row]:
        """Its windows. They begin so little before the speech that they are known in time."""
        return [row(start - RISE_S, start - 0.05, end + FALL_S, end + 0.65) for start, end in self._spans]

    def forget(self, before: float) -> None:
        self._spans = [s for s in self._spans if s[1] + 0.65 > before]
