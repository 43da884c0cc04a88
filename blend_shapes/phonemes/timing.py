"""A phone with its times: what a voice knows and a mouth needs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhoneTiming:
    """One phone of speech; times in seconds from the first sample of the chunk that carries it.

    `phone` is IPA without stress marks, possibly several symbols for one event (``aɪ``, ``ɛɹ``,
    ``tʃ``); the empty string is a pause. For a stop, `start` is where the closure begins and `release`
    where the burst is, whatever the source of the times calls its "start" (see `normalise.py`); for any
    other phone `release` equals `end`. Always start <= release <= end.
    """

    phone: str
    start: float
    release: float
    end: float
    stress: int = 0
    """0 none, 1 primary, 2 secondary."""
    word_start: bool = False

    def moved(self, seconds: float) -> "PhoneTiming":
        """The same phone so much later."""
        start, release, end = self.start + seconds, self.release + seconds, self.end + seconds
        return PhoneTiming(self.phone, start, release, end, self.stress, self.word_start)
