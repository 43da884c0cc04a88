"""Word times to captions: pieces of the reply that, put together again, give its text."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.speech.values import Sentence, SpeechChunk, WordTiming

_OPENING = "\"'([{¿¡“‘«「『（《"
_FIRST_WIDE_LETTER = "\u2e80"
"""Chinese, Japanese and Korean, written without spaces, begin here."""


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


class Captions:
    """The pieces of one sentence. A voice may name only part of a word ("I" of "I'm"): nothing is lost."""

    def __init__(self, sentence: Sentence, start: float) -> None:
        """`start` is where the sentence begins, in seconds on the turn's timeline."""
        self._text = sentence.text
        self._until = 0
        self._end = start
        wide = sentence.text[:1] >= _FIRST_WIDE_LETTER
        self._before = "" if sentence.index == 0 or wide else " "

    def follow(self, placed: SpeechChunk) -> Iterator[CaptionPiece]:
        """The words of a chunk placed on the turn's timeline, each up to where the next one begins."""
        for i, word in enumerate(placed.words):
            begins = placed.words[i + 1].offset if i + 1 < len(placed.words) else None
            until = self._guess(word) if begins is None else self._before_opening(begins)
            yield from self._piece(until, placed.start + word.start, placed.start + word.end)

    def finish(self, end: float) -> Iterator[CaptionPiece]:
        """What of the text no word has covered, heard by `end`."""
        yield from self._piece(len(self._text), min(self._end, end), end)

    def _piece(self, until: int, start: float, end: float) -> Iterator[CaptionPiece]:
        text = self._text[self._until : until]
        if text:
            yield CaptionPiece(self._before + text, start, end, until)
            self._before = ""
        self._until = max(self._until, until)
        self._end = end

    def _before_opening(self, offset: int) -> int:
        while offset and self._text[offset - 1] in _OPENING:
            offset -= 1
        return offset

    def _guess(self, word: WordTiming) -> int:
        """Where the last word of a chunk ends, with the marks and the space after it."""
        text = self._text
        end = word.offset + len(word.text)
        while end < len(text) and not text[end].isspace() and not _wide(text[end]):
            end += 1
        while end < len(text) and text[end].isspace():
            end += 1
        return self._before_opening(end)


def _wide(letter: str) -> bool:
    return letter >= _FIRST_WIDE_LETTER and letter.isalnum()
