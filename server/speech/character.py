"""Who the avatar is."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Speaker:
    """How a character sounds; what a voice engine needs to speak as it."""

    language: str = "en-us"
    """A BCP 47 tag or the voice engine's own name for a language."""
    voice: str = ""
    """Name inside the voice engine, "" for its default."""
    rate: float = 1.0
    """Speaking rate, 1 is the engine's normal; 0.5 to 2."""
    pitch: float = 1.0
    """Pitch factor, 1 is the voice's own; 0.5 to 2."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Something a character knows: ways to ask, and what it says to them (one is chosen)."""

    questions: tuple[str, ...]
    replies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Character:
    """Name, voice, language, mood, instructions and knowledge of an avatar. Immutable."""

    name: str
    title: str = ""
    speaker: Speaker = field(default=Speaker())
    mood: str = "neutral"
    mood_intensity: float = 0.4
    instructions: str = ""
    greeting: str = ""
    """Spoken when a new session begins; "" for none."""
    knowledge: tuple[Answer, ...] = ()
    fallback: tuple[str, ...] = ()
    """Said when nothing known fits."""
    examples: tuple[str, ...] = ()
    """Questions a page may offer."""

    @property
    def questions(self) -> tuple[str, ...]:
        """All that it knows to be asked."""
        return tuple(question for answer in self.knowledge for question in answer.questions)
