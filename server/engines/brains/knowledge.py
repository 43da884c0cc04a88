"""Brain `knowledge`: answers with what its character knows; no model, no download.

The nearest known question decides, see `retrieval`. The reply is in the language of the question: of the
replies of an answer, those written in the same kind of letters are taken, in turn as the conversation comes
back to them, so it varies and yet depends on the history alone.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence

from server.engines.brains.retrieval import Index, is_wide, normalised
from server.history import History
from server.speech.character import Character

THRESHOLD = 0.42
"""A question less near than this to every known one gets the fallback."""
_CERTAIN = 0.6
"""A part of the question this near to a known one is answered for itself."""
_PARTS = re.compile(r"[^.!?,:;。！？，：；\n]+")
_MOST_PARTS = 8
_PIECES = re.compile(r"[^,.!?;:，。！？；：、\n]*[,.!?;:，。！？；：、\n]*\s*")
_REMEMBERED = 20
"""Exchanges looked back on to vary the reply."""
_CHARACTERS = 64
_TEXTS = 4096


class KnowledgeBrain:
    """Answers below `threshold` (0 to 1) are not given: the character's fallback is."""

    def __init__(self, threshold: float = THRESHOLD) -> None:
        if not 0 <= threshold <= 1:
            raise ValueError(f"threshold must be 0 to 1, not {threshold}")
        self._threshold = threshold
        self._known: dict[int, _Knowledge] = {}
        """By identity of the character, which `_Knowledge` keeps alive."""
        self._making = asyncio.Lock()

    async def think(self, history: History, character: Character) -> AsyncGenerator[str, None]:
        """See `Brain.think`. Says nothing if the character knows nothing and has no fallback."""
        knowledge = await self._of(character)
        for piece in _PIECES.findall(knowledge.reply(history)):
            if piece:
                yield piece

    async def close(self) -> None:
        """Nothing is held."""

    async def _of(self, character: Character) -> "_Knowledge":
        """Made at the first question, in a thread: a large character takes some 20 ms."""
        if (known := self._known.get(id(character))) is not None:
            return known
        async with self._making:
            if (known := self._known.get(id(character))) is not None:
                return known
            knowledge = await asyncio.to_thread(_Knowledge, character, self._threshold)
            if len(self._known) >= _CHARACTERS:
                del self._known[next(iter(self._known))]
            self._known[id(character)] = knowledge
            return knowledge


class _Knowledge:
    """What one character knows, ready to be searched."""

    def __init__(self, character: Character, threshold: float) -> None:
        self._character = character
        self._threshold = threshold
        self._index = Index(
            [(n, question) for n, known in enumerate(character.knowledge) for question in known.questions]
        )
        self._found: dict[str, int | None] = {}
        """Answers found lately: histories bring the same texts again."""

    def reply(self, history: History) -> str:
        *before, now = history.exchanges
        answer = self._answer(now.user)
        replies: Sequence[str]
        replies = self._character.fallback if answer is None else self._character.knowledge[answer].replies
        replies = _in_the_letters_of(now.user, replies)
        if not replies:
            return ""
        earlier = [self._answer(exchange.user) for exchange in before[-_REMEMBERED:]]
        return replies[earlier.count(answer) % len(replies)]

    def _answer(self, asked: str) -> int | None:
        """Number of the answer, None for the fallback."""
        if asked not in self._found:
            if len(self._found) >= _TEXTS:
                self._found.clear()
            self._found[asked] = self._search(asked)
        return self._found[asked]

    def _search(self, asked: str) -> int | None:
        """The longest part that is certainly known, else the whole if it is known well enough."""
        parts = sorted(_PARTS.findall(normalised(asked)), key=len, reverse=True)[:_MOST_PARTS]
        found = [match for part in (*parts, asked) if (match := self._index.best(part)) is not None]
        certain = (answer for answer, score in found if score >= max(_CERTAIN, self._threshold))
        answer, score = max(found, key=lambda match: match[1], default=(None, 0.0))
        return next(certain, answer if score >= self._threshold else None)


def _in_the_letters_of(asked: str, replies: Sequence[str]) -> Sequence[str]:
    same = [reply for reply in replies if is_wide(reply) == is_wide(asked)]
    return same or replies
