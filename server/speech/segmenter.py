"""Finds what belongs together in a microphone's sound: counts windows, knows no clock. Pure.

Each window, of about 30 ms, comes with the probability that somebody speaks in it; an event comes out
where speech begins, pauses, goes on or ends. How long a pause ends it is the caller's to say, and to change
while the pause lasts.
"""

from dataclasses import dataclass
from typing import Final

SPEECH: Final = 0.5
"""From this probability on speech begins, or goes on after a pause."""
STILL_SPEECH: Final = 0.35
"""From this one on it lasts: a voice that sinks at the end of a phrase is still one."""
CONFIRMED: Final = 2
"""Windows of speech in a row that begin an utterance: a click is shorter."""
PREROLL: Final = 10
"""Windows before the first one of speech that belong to it: soft beginnings are detected late."""
PAUSE: Final = 4
"""Windows without speech that make a pause: longer than the closure of a stop."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody speaks; the utterance begins at sample `start`."""

    start: int


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """No speech after sample `end`, perhaps the end of the utterance."""

    end: int


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """It was not the end."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The utterance is over; the last window that was speech ended at sample `end`."""

    start: int
    end: int


SpeechEvent = SpeechStarted | SpeechPaused | SpeechResumed | SpeechEnded


class Segmenter:
    """One stretch of sound, in windows of `size` samples, the first of which begins at sample `position`.

    `patience` is how many windows without speech end an utterance while nothing else is said, `longest` how
    many it has at most: then it ends in the middle, and what goes on is the next one.
    """

    def __init__(self, size: int, patience: int, longest: int, position: int = 0) -> None:
        if not PAUSE <= patience < longest:
            raise ValueError(f"patience ({patience}) is {PAUSE} or more and less than longest ({longest})")
        self._size = size
        self._usual = patience
        self._longest = longest
        self._origin = position
        self._count = 0
        self._row = 0
        self._free = 0
        """The first window that belongs to no utterance yet."""
        self._patience = patience
        self._first: int | None = None
        self._last = 0
        """Of an utterance, the window after the last one of speech."""

    @property
    def speaking(self) -> bool:
        """Whether an utterance is under way."""
        return self._first is not None

    @property
    def paused(self) -> bool:
        """Whether it pauses."""
        return self.speaking and self._count - self._last >= PAUSE

    @property
    def position(self) -> int:
        """The sample after the last window."""
        return self._at(self._count)

    @property
    def end(self) -> int:
        """The sample after the last window that was speech, of this utterance or the one before."""
        return self._at(self._last)

    def feed(self, probability: float) -> SpeechEvent | None:
        """The next window. At most one thing happens in it."""
        paused = self.paused
        self._count += 1
        if self._first is None:
            self._row = self._row + 1 if probability >= SPEECH else 0
            return self.begin(CONFIRMED) if self._row == CONFIRMED else None
        if probability >= (SPEECH if paused else STILL_SPEECH):
            self._last = self._count
            if paused:
                self._patience = self._usual
        if self._count - self._first >= self._longest:
            return self.finish()
        if paused and self._last == self._count:
            return SpeechResumed()
        return self._wait()

    def skip(self) -> None:
        """The next window is not to be judged. Only while no utterance is under way."""
        assert self._first is None, "an utterance is under way"
        self._count += 1
        self._row = 0

    def begin(self, ago: int) -> SpeechStarted:
        """An utterance has begun with the window so many `ago`, whatever was said of it."""
        assert self._first is None, "an utterance is under way"
        self._first = max(self._free, self._count - ago - PREROLL)
        self._last = self._count
        self._patience = self._usual
        self._row = 0
        return SpeechStarted(self._at(self._first))

    def wait(self, patience: int) -> SpeechEnded | None:
        """From now on, and until speech goes on, so many windows without speech end it: perhaps at once."""
        self._patience = max(patience, PAUSE)
        return self.finish() if self.speaking and self._over else None

    def finish(self) -> SpeechEnded | None:
        """End the utterance here, if one is under way."""
        if self._first is None:
            return None
        ended = SpeechEnded(self._at(self._first), self.end)
        self._first = None
        # What sounds after the end may be the beginning of the next one, but not what was heard as speech.
        self._free = self._last
        return ended

    def _wait(self) -> SpeechEvent | None:
        if self._over:
            return self.finish()
        return SpeechPaused(self.end) if self._count - self._last == PAUSE else None

    @property
    def _over(self) -> bool:
        return self._count - self._last >= self._patience

    def _at(self, window: int) -> int:
        return self._origin + window * self._size
