"""Cuts a reply, as it is being written, into sentences that can be spoken.

The first sentence ends early, at a clause, so that the first sound comes early; later ones end where
sentences end. Text without any stop is cut at a clause or a word before it grows too long. The result
is a function of the text alone, however it arrives in pieces.
"""

import re
from collections.abc import Collection

from server.speech.markup import Markup, Tag
from server.speech.values import Cue, Sentence

LONGEST = 200.0
"""Widest sentence; a letter counts 1, a Chinese, Japanese or Korean one 2.5 (about its time in speech)."""
FIRST_CLAUSE = 15.0
"""From this width on, the first sentence may end at a clause."""

_WIDE = 2.5
_FIRST_WIDE_LETTER = "\u2e80"
_CLOSERS = "\"'”’)\\]»」』）》】"
_STOP = re.compile(rf"[.!?…。！？｡]{{1,40}}[{_CLOSERS}]{{0,8}}")
_CLAUSE = re.compile(rf"[,;:，、；：—–][{_CLOSERS}]{{0,8}}")
_LAST_WORD = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*\Z")
_LIST_NUMBER = re.compile(r"\W*\d{1,3}\Z")
_ABBREVIATIONS = frozenset(
    "dr mr mrs ms prof st mt vs no nr fig vol pp ca cf al approx dept gen col sgt capt rev hon sen rep gov "
    "jan feb mar apr jun jul aug sept sep oct nov dec bzw evtl ggf inkl usw sr sra dra".split()
)
_MAY_END = frozenset("etc inc ltd co corp jr a.m p.m ave blvd".split())
"""Abbreviations that end a sentence when a capital follows."""


class SentenceSplitter:
    """Text in, `Sentence`s out; one reply each. Tags named in `moods` set a mood, the others are cues."""

    def __init__(self, moods: Collection[str] = ()) -> None:
        self._moods = frozenset(mood.lower() for mood in moods)
        self._markup = Markup()
        self._index = 0
        self._text = ""
        self._tags: list[tuple[int, str]] = []
        """Position in `_text` and name, in order."""
        self._begin()

    def feed(self, text: str) -> list[Sentence]:
        """The sentences that are certain now, possibly none."""
        return self._take(self._markup.feed(text), final=False)

    def finish(self) -> list[Sentence]:
        """The rest. A splitter is used for one reply only."""
        return self._take(self._markup.finish(), final=True)

    def _begin(self) -> None:
        self._at = 0
        self._width = 0.0
        self._clause = 0
        self._word = 0

    def _take(self, parts: list[str | Tag], final: bool) -> list[Sentence]:
        for part in parts:
            if isinstance(part, Tag):
                self._tags.append((len(self._text), part.name))
            else:
                self._text += part
        sentences: list[Sentence] = []
        while (end := self._find_end(final)) is not None:
            sentences += self._cut(end)
        if final and self._text:
            sentences += self._cut(len(self._text))
        return sentences

    def _find_end(self, final: bool) -> int | None:
        """Where the sentence now read ends, or None while that is not certain."""
        text = self._text
        while self._at < len(text):
            letter = text[self._at]
            width = _WIDE if letter >= _FIRST_WIDE_LETTER else 1.0
            if letter == " " or (width == _WIDE and letter.isalnum()):
                self._word = self._at
            if self._width + width > LONGEST:
                return self._clause or self._word or self._at
            if letter == "\n":
                return self._at + 1
            if mark := _STOP.match(text, self._at) or _CLAUSE.match(text, self._at):
                if mark.end() == len(text) and not final:
                    return None
                if self._ends_here(mark):
                    return mark.end()
                self._width += width * (len(mark[0]) - 1)
                self._at = mark.end() - 1
            self._width += width
            self._at += 1
        return None

    def _ends_here(self, mark: re.Match[str]) -> bool:
        """Whether the sentence ends after this punctuation; notes the end of a clause."""
        after = self._text[mark.end() : mark.end() + 2]
        separates = not after or after[0].isspace() or after[0] >= _FIRST_WIDE_LETTER
        if not (separates or mark[0][0] >= "—"):  # 3.14, 10:30, example.com
            return False
        if mark.re is _STOP and self._is_stop(mark, after.strip()[:1]):
            return True
        if mark[0][0] == "." and len(mark[0]) == 1:
            return False
        if self._index == 0 and self._width >= FIRST_CLAUSE:
            return True
        self._clause = mark.end()
        return False

    def _is_stop(self, mark: re.Match[str], following: str) -> bool:
        stop = mark[0]
        if stop[0] == "…" or stop.startswith(".."):
            return not following.islower()
        if stop[-1] not in ".!?。！？｡" and following.islower():  # "Stop!" he said
            return False
        if stop[0] != ".":
            return True
        before = self._text[max(0, mark.start() - 24) : mark.start()]
        if word := _LAST_WORD.search(before):
            name = word[0].lower()
            if name in _MAY_END:
                return following.isupper()
            initial = len(name) == 1 and word[0].isupper() and word[0] != "I" and following.isupper()
            return not (name in _ABBREVIATIONS or "." in name or initial)
        return not (mark.start() <= 8 and _LIST_NUMBER.match(before))

    def _cut(self, end: int) -> list[Sentence]:
        """Take the text before `end` out as a sentence, if there is anything to say in it."""
        piece, self._text = self._text[:end], self._text[end:]
        text = piece.strip()
        lead = len(piece) - len(piece.lstrip())
        last = not self._text.strip()
        mine = [(at, name) for at, name in self._tags if at < end or last]
        self._tags = [(max(0, at - end), name) for at, name in self._tags[len(mine) :]]
        self._begin()
        if not any(map(str.isalnum, text)):
            self._tags = [(0, name) for _, name in mine] + self._tags
            return []
        moods = [name.lower() for _, name in mine if name.lower() in self._moods]
        cues = tuple(
            Cue(name, min(max(0, at - lead), len(text)))
            for at, name in mine
            if name.lower() not in self._moods
        )
        sentence = Sentence(self._index, text, moods[-1] if moods else None, cues)
        self._index += 1
        return [sentence]
