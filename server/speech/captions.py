"""Word times to captions: pieces of the sentence that, put together again, give its text."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.speech.values import Sentence, SpeechChunk

_OPENING = " \t\n\"'([{¿¡“‘«「『（《"


@dataclass(frozen=True, slots=True)
class CaptionPiece:
    """`text` is heard from `start` to `end`, in seconds on the turn's timeline.

    `until` is the index after it in the text of the sentence.
    """

    text: str
    start: float
    end: float
    until: int

    def reaches(self, offset: int) -> bool:
        """Whether its word, with the marks that touch it, goes beyond `offset` in the sentence."""
        return offset < self.until - (len(self.text) - len(self.text.rstrip()))


def captions(sentence: Sentence, placed: SpeechChunk) -> Iterator[CaptionPiece]:
    """The words of a chunk placed on the turn's timeline, each with the punctuation and space after it."""
    text = sentence.text
    for word in placed.words:
        first = 0 if not text[: word.offset].strip(_OPENING) else word.offset
        end = word.offset + len(word.text)
        while end < len(text) and not text[end].isalnum():
            end += 1
        yield CaptionPiece(text[first:end], placed.start + word.start, placed.start + word.end, end)
