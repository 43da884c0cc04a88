"""What of a reply is left to say where it was stopped: from the clause in which the listener was. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.speech.values import Sentence

_CLAUSE: Final = re.compile(r"[,;:][\"'”’)\]»]*\s+|[，、；：—–][」』）》】]*\s*")
_FIRST_WIDE_LETTER: Final = "\u2e80"
_QUESTIONS: Final = "?？"
_CLOSERS: Final = "\"'”’)]»」』）》】 "


@dataclass(frozen=True, slots=True)
class Rest:
    """`before` is the text of the reply up to where it goes on, `sentences` what is still to be said."""

    before: str
    sentences: tuple[Sentence, ...]

    @property
    def after_question(self) -> bool:
        """Whether a question had just been asked: what the user says then is an answer to it."""
        return self.before.rstrip(_CLOSERS)[-1:] in _QUESTIONS and bool(self.before)


def rest(sentences: Sequence[Sentence], index: int, offset: int) -> Rest:
    """`sentences` of one reply as far as they are known, heard up to `offset` in the one numbered `index`.

    Indices of the rest count from 0 again; its first sentence keeps the mood that held.
    """
    heard = [s for s in sentences if s.index < index]
    left = [s for s in sentences if s.index >= index]
    if left and left[0].index == index:
        head, left[0] = _split(left[0], _clause(left[0].text, offset))
        if head:
            heard.append(head)
        if not left[0].text:
            del left[0]
    if left:
        mood = next((s.mood for s in reversed([*heard, left[0]]) if s.mood is not None), None)
        left[0] = replace(left[0], mood=mood)
    return Rest(joined([s.text for s in heard]), tuple(replace(s, index=n) for n, s in enumerate(left)))


def joined(texts: Sequence[str]) -> str:
    """Pieces of a reply as one text; between those of Chinese and Japanese there is no space."""
    whole = ""
    for text in texts:
        space = "" if not whole or not text or text[0] >= _FIRST_WIDE_LETTER else " "
        whole += space + text
    return whole


def _clause(text: str, offset: int) -> int:
    """Where the clause begins in which `offset` is; what ends at `offset` is over."""
    if offset >= len(text.rstrip()):
        return len(text)
    return max((m.end() for m in _CLAUSE.finditer(text) if m.end() <= offset), default=0)


def _split(sentence: Sentence, at: int) -> tuple[Sentence | None, Sentence]:
    head = sentence.text[:at].rstrip()
    cues = tuple(replace(c, offset=c.offset - at) for c in sentence.cues if c.offset >= at)
    tail = replace(sentence, text=sentence.text[at:], cues=cues)
    return (replace(sentence, text=head) if head else None), tail
