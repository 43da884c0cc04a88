"""What the speech of one turn tells the rest of the face: from its phones, from its sound, or from both.

Phones say where syllables are stressed and where clauses begin and end; sound then adds how high the pitch
rises. Where nobody knows the phones sound says it all, a little late.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from blend_shapes.articulation.windows import Row
from blend_shapes.audio.correlation import Samples
from blend_shapes.audio.intonation import GAP_S, Intonation
from blend_shapes.audio.pitch import LOOK_AHEAD_S
from blend_shapes.life.phrasing import (
    FALL_S,
    RISE_S,
    Accent,
    ClauseEnd,
    Mark,
    Onset,
    Phrasing,
    Talk,
)
from blend_shapes.phonemes.timing import PhoneTiming

ONSET_LEAD_S: Final = 0.26
LEAD_S: Final = 0.11
"""No pulse begins earlier than this before the mark that it answers: an onset, or any other."""
_VOWEL_S: Final = 0.10
"""The pitch of an accent is looked for this far into its vowel."""
_FEWEST_S: Final = LEAD_S + _VOWEL_S + LOOK_AHEAD_S
"""Sound heard so far ahead of the face says how high an accent is before the face answers it."""
_TOGETHER: Final = 4
"""Hops that are heard together where sound is not heard as far ahead: at half the cost, and 15 ms later."""
_SLACK_S: Final = 0.05
"""Sound hears a clause end a little after its last sample, where the phones of a pause may be known."""
_LATEST_S: Final = 2.0
"""No mark of sound is known later than this."""
_QUESTION_S: Final = (0.6, 0.1)
"""A clause that ends so little before or after a question is told ends with it."""


class Ear:
    """Marks in order of time, each once, whichever way and in whatever pieces they were heard.

    `ahead_s`: how far beyond the last frame composed the sound has been heard, at least. `hears_questions`:
    whether rising pitch asks; else only `ask` does.
    """

    def __init__(self, ahead_s: float, *, hears_questions: bool) -> None:
        self._ahead = ahead_s
        self._hears_questions = hears_questions
        self._questions: list[float] = []
        self._clause_end, self._asked = -math.inf, False
        """Of the last that was given, and whether it asked."""
        self._phrasing = Phrasing()
        self._intonation: Intonation | None = None
        self._talk = Talk()
        self._known = 0.0
        self._with_phones: list[tuple[float, float]] = []
        """Spans whose phones are known."""
        self._marks: list[Mark] = []
        self._by_ear: list[Mark] = []

    def hear(self, phones: Sequence[PhoneTiming] | None, known_until: float) -> None:
        """Phones in order of time, up to `known_until`; None where nobody knows them."""
        start, self._known = self._known, max(self._known, known_until)
        if phones is not None:
            self._with_phones.append((start, self._known))
        elif self._intonation is None:
            self._talk.add(start, self._known)  # nobody tells speech from silence there
        self._marks += self._phrasing.hear(phones or (), known_until)

    def speak(self, start: float, end: float) -> None:
        """A phone sounds from `start` to `end`."""
        self._talk.add(start, end)

    def listen(self, samples: Samples, rate: int) -> None:
        """The next mono samples. Raises ValueError for a rate that `Intonation` does not take, or another
        than before."""
        if self._intonation is None:
            self._intonation = Intonation(rate, 1 if self._ahead >= _FEWEST_S else _TOGETHER)
        elif rate != self._intonation.rate:
            raise ValueError(f"sound of {self._intonation.rate} samples a second goes on with {rate}")
        self._by_ear += self._intonation.listen(samples)

    def ask(self, at: float) -> bool:
        """What was said up to `at` was a question. False where its end has been given already."""
        if _ends(self._clause_end, at):
            self._asked = True
            return False
        self._questions.append(at)
        return True

    def finish(self) -> None:
        """Nothing more will be said: the last clause has ended."""
        self._marks += self._phrasing.hear((), math.inf)
        if (sound := self._intonation) is not None:
            silence = np.zeros(round((GAP_S + sound.look_ahead + 0.1) * sound.rate), np.int16)
            self._by_ear += sound.listen(silence)

    def asked(self, end: float) -> bool:
        """Whether what ended there was a question, as far as marks have been given."""
        return self._asked and _ends(self._clause_end, end)

    def due(self, until: float) -> list[Mark]:
        """The marks that may move frames before `until` and were not given yet."""
        if not self._marks and not self._by_ear:
            return []
        now = [m for m in self._marks if m.at < until + _lead(m)]
        self._marks = [m for m in self._marks if m.at >= until + _lead(m)]
        heard = [m for m in self._by_ear if m.at < until + _lead(m)]
        self._by_ear = [m for m in self._by_ear if m.at >= until + _lead(m)]
        for mark in heard:
            said = mark.at - _SLACK_S if isinstance(mark, ClauseEnd) else mark.at
            if not any(start <= said < end for start, end in self._with_phones):
                self._talk_of(mark)
                now.append(mark)
        return [self._complete(m) for m in sorted(now, key=lambda m: m.at)]

    def talk(self) -> list[Row]:
        """Windows of speech."""
        return self._talk.rows()

    def forget(self, before: float) -> None:
        """Nothing before this time is asked for any more."""
        self._talk.forget(before)
        self._questions = [q for q in self._questions if q > before - _LATEST_S]
        self._with_phones = [s for s in self._with_phones if s[1] > before - _LATEST_S]
        if self._intonation is not None:
            self._intonation.forget(before - LEAD_S)

    def _talk_of(self, mark: Mark) -> None:
        """Speech by ear moves what mouth and mood share, from when it can be known."""
        if isinstance(mark, Onset):
            self._talk.add(max(mark.at, mark.known - self._ahead + RISE_S), float("inf"))
        elif isinstance(mark, ClauseEnd):
            self._talk.stop(max(mark.at, mark.known - self._ahead - FALL_S))

    def _complete(self, mark: Mark) -> Mark:
        """A mark with what is known of it from elsewhere."""
        if isinstance(mark, ClauseEnd):
            self._clause_end = mark.at
            asks = (mark.asks and self._hears_questions) or any(_ends(mark.at, q) for q in self._questions)
            self._asked = asks
            return replace(mark, asks=asks)
        sound = self._intonation
        if isinstance(mark, Accent) and mark.height is None and sound and self._ahead >= _FEWEST_S:
            return replace(mark, height=sound.height(mark.at, mark.at + _VOWEL_S))
        return mark


def _ends(clause: float, question: float) -> bool:
    """Whether a clause that ends here is the question's last."""
    before, after = _QUESTION_S
    return question - before < clause < question + after


def _lead(mark: Mark) -> float:
    return ONSET_LEAD_S if isinstance(mark, Onset) else LEAD_S
