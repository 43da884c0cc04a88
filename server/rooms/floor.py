"""Who is heard where more speak at once than a listener is to get: the loudest first. Pure.

Whoever is heard stays so while others are about as loud, so that speakers do not flicker: one who waits
changes places only with one who is clearly softer, and not before that one has had the place for a moment.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from server.audio.chunk import Samples

CLEARLY_DB: Final = 6.0
"""So much louder is clearly louder: twice the amplitude."""
HELD_S: Final = 1.0
"""Whoever has come to a place in the order keeps it for so long at least."""
MEMORY_S: Final = 0.8
"""Time constant of the loudness: about two words. Until then it is the mean of what was heard."""
QUIETEST_DB: Final = -96.0


def level_db(samples: Samples) -> float:
    """Root mean square of the samples, relative to full scale."""
    if not len(samples):
        return QUIETEST_DB
    power = float(np.mean(np.square(samples, dtype=np.float32))) / 32768**2
    return max(QUIETEST_DB, 10 * float(np.log10(power))) if power > 0 else QUIETEST_DB


@dataclass(slots=True, eq=False)
class _Speaker:
    number: int
    level_db: float = QUIETEST_DB
    heard_s: float = 0.0
    held_s: float = 0.0


class Floor:
    """Those who speak, in the order in which they are heard. Speakers are known by number."""

    def __init__(self) -> None:
        self._order: list[_Speaker] = []

    def __len__(self) -> int:
        return len(self._order)

    def hear(self, number: int, samples: Samples, seconds: float) -> None:
        """`number` has spoken for `seconds` more, maybe none yet; one who begins is last in the order."""
        speaker = next((speaker for speaker in self._order if speaker.number == number), None)
        if speaker is None:
            speaker = _Speaker(number)
            self._order.append(speaker)
        if seconds <= 0:
            return
        speaker.heard_s += seconds
        speaker.held_s += seconds
        share = seconds / min(speaker.heard_s, max(MEMORY_S, seconds))
        speaker.level_db += share * (level_db(samples) - speaker.level_db)
        self._advance(self._order.index(speaker))

    def rest(self, number: int) -> None:
        """`number` speaks no more; ignored if it did not."""
        self._order = [speaker for speaker in self._order if speaker.number != number]

    def heard(self, number: int, listener: int, most: int) -> bool:
        """Whether `listener` is to get what `number` says, as one of `most` others at once."""
        place = 0
        for speaker in self._order:
            if speaker.number == number:
                return number != listener and place < most
            place += speaker.number != listener
        return False

    def _advance(self, place: int) -> None:
        """Change places with the softest of those ahead who had their time, if it is clearly softer."""
        speaker = self._order[place]
        ahead = [other for other in self._order[:place] if other.held_s >= HELD_S]
        softest = min(ahead, key=lambda other: other.level_db, default=None)
        if softest is None or speaker.level_db < softest.level_db + CLEARLY_DB:
            return
        better = self._order.index(softest)
        self._order[better], self._order[place] = speaker, softest
        speaker.held_s = 0.0
