"""What a language model is told: who it is, how its words are used, what it knows, and what was said.

The same for every model, in process or behind a server.
"""

from dataclasses import dataclass
from typing import Literal, TypedDict

from blend_shapes.life.moods import MOODS
from server.engines.brains.retrieval import Index
from server.history import History
from server.speech.character import Answer, Character
from server.speech.markup import Markup

NEAR = 0.12
"""A fact less near than this to what was asked does not help."""

Role = Literal["system", "user", "assistant"]


class Message(TypedDict):
    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a character knows, to be searched."""

    answers: tuple[Answer, ...]
    index: Index

    @classmethod
    def of(cls, character: Character) -> "Facts":
        """Takes some milliseconds for a large character."""
        known = character.knowledge
        return cls(
            known, Index([(n, question) for n, one in enumerate(known) for question in one.questions])
        )

    def about(self, text: str, most: int) -> tuple[str, ...]:
        """Questions and their answers that may help with `text`, the nearest first."""
        found = self.index.nearest(text, most)
        near = (self.answers[number] for number, nearness in found if nearness >= NEAR)
        return tuple(f"{answer.questions[0]} — {_plain(answer.replies[0])}" for answer in near)


def instructions(character: Character, facts: tuple[str, ...] = ()) -> str:
    """The system prompt: the character's own instructions, and what every speaking character must know."""
    title = f", {character.title}" if character.title else ""
    parts = [
        character.instructions or f"You are {character.name}{title}. Be warm and brief.",
        "Your words are spoken aloud and shown as subtitles: write short plain sentences, and no lists, "
        "markup, emoji, links or stage directions.",
        f"Where the feeling changes, put one tag before the sentence: {_tags()}.",
        f"Answer in the language of the user; if that is not clear, in {character.speaker.language}.",
    ]
    if facts:
        parts.append("You know this, use it where it helps:\n" + "\n".join(f"- {fact}" for fact in facts))
    return "\n\n".join(part.strip() for part in parts)


def conversation(history: History, characters: int) -> list[Message]:
    """The newest of what was said, within a budget of characters; the last question always stays.

    The last message is the user's. Replies stand as far as they were heard.
    """
    messages: list[Message] = []
    for exchange in history.trimmed(characters).exchanges:
        if exchange.user:
            messages.append({"role": "user", "content": exchange.user})
        if exchange.reply:
            messages.append({"role": "assistant", "content": exchange.reply})
    return messages


def _tags() -> str:
    return ", ".join(f"[{mood}]" for mood in sorted(MOODS))


def _plain(text: str) -> str:
    markup = Markup()
    return "".join(part for part in (*markup.feed(text), *markup.finish()) if isinstance(part, str)).strip()
