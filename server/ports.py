"""What a turn asks of engines: small structural interfaces, with no engine behind them here.

Every stream is an async *generator*, because only generators can be closed; whoever opens one closes it
(``contextlib.aclosing``). Closing a stream stops its work as soon as the engine can.
"""

from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final, Protocol

from blend_shapes.face import FaceFrames
from server.audio.chunk import Samples
from server.history import History
from server.speech.character import Character, Speaker
from server.speech.values import Sentence, SpeechChunk, Utterance

LISTENING_RATE: Final = 16_000
"""Samples a second of what detectors and recognizers hear."""
WINDOW: Final = 512
"""Samples that a detector judges at once: 32 ms."""


@dataclass(frozen=True, slots=True)
class VoiceTraits:
    """What a voice declares: matched against the other engines at start-up."""

    rate: int
    """Sample rate of what `speak` yields."""
    phones: bool
    """Whether chunks carry phone timings."""
    languages: tuple[str, ...] = ()
    """BCP 47 tags it speaks; empty for any."""


class VoiceActivity(Protocol):
    """One microphone, judged window by window. Synchronous, owned by one listener."""

    def probability(self, window: Samples) -> float:
        """How likely it is, from 0 to 1, that somebody speaks in these WINDOW samples at LISTENING_RATE.

        They follow the ones before without a gap. Takes well under a millisecond.
        """
        ...


class Detector(Protocol):
    """Detects speech: makes a judge for each microphone."""

    def begin(self) -> VoiceActivity:
        """A judge that has heard nothing yet; quick."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class RecognizerTraits:
    """What a recognizer declares."""

    languages: tuple[str, ...] = ()
    """BCP 47 tags that it understands; empty for any."""
    partials: bool = False
    """Whether it understands while it hears: `Transcript.so_far` tells."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What helps to understand an utterance."""

    language: str | None = None
    """BCP 47 tag of what is probably spoken; None to find out, where the recognizer can."""
    phrases: tuple[str, ...] = ()
    """What is likely to be said, such as names, and the questions that the character can answer."""


class Transcript(Protocol):
    """One utterance that is being recognised. Owned by one listener; its calls never overlap."""

    def follow(self, samples: Samples) -> None:
        """Hear more, at LISTENING_RATE, without a gap after what came before. Never waits."""
        ...

    @property
    def so_far(self) -> str:
        """What is being said, as far as that is known without asking; "" for nothing yet. Costs nothing.

        May be read at any time; what `understood` gives later may differ.
        """
        ...

    async def understood(self) -> Utterance:
        """All that was said up to the last sample followed. Cancelling is safe, and stops the work soon.

        May be asked again, also after more was heard. Raises EngineError.
        """
        ...

    def close(self) -> None:
        """Give back what is held; quick. No call comes after it."""
        ...


class Recognizer(Protocol):
    """Listens: makes a transcript for each utterance."""

    @property
    def traits(self) -> RecognizerTraits: ...

    def begin(self, hints: Hints) -> Transcript:
        """A transcript of one utterance; quick."""
        ...

    async def close(self) -> None: ...


class Brain(Protocol):
    """Thinks: from the conversation so far to the text of the reply."""

    def think(self, history: History, character: Character) -> AsyncGenerator[str, None]:
        """Yield pieces of the reply; `[mood]` and `[cue]` tags stand inline. Cancelling is safe.

        The last exchange of `history` holds what the user just said and an empty reply.
        """
        ...

    async def close(self) -> None: ...


class Voice(Protocol):
    """Speaks: from a sentence to sound with its phone and word times."""

    @property
    def traits(self) -> VoiceTraits: ...

    def speak(self, sentence: Sentence, speaker: Speaker) -> AsyncGenerator[SpeechChunk, None]:
        """Yield the sentence as chunks, positions counted from its first sample. Cancelling is safe.

        Raises `CannotSpeak` for text this voice has no way to say.
        """
        ...

    async def close(self) -> None: ...


class FaceTrack(Protocol):
    """The mouth of one turn, pushed along by its speech. Synchronous, owned by one turn.

    Its calls come one after the other, though not always from the same thread (`FaceDriver.executor`).
    Whoever began a track closes it, settled or not.
    """

    def follow(self, speech: SpeechChunk) -> FaceFrames:
        """Take the next chunk (positions on the turn's timeline, no gaps), give the frames now certain.

        Runs of frames follow each other without a hole, the first begins at frame 0.
        """
        ...

    def settle(self) -> FaceFrames:
        """The tail after the last chunk, up to and including the frame that is at rest."""
        ...

    def close(self) -> None:
        """Give back what is held for this track; quick. No call comes after it."""
        ...


class FaceDriver(Protocol):
    """Animates: makes a track for each turn."""

    @property
    def needs_phones(self) -> bool: ...

    def look_ahead_s(self, fps: int) -> float:
        """Seconds of speech that must follow a frame before `FaceTrack.follow` gives it, at most, where
        there are `fps` frames a second.

        The pauses between sentences are at least as long, so that no sentence waits for the next one.
        """
        ...

    @property
    def executor(self) -> Executor | None:
        """Where `follow` and `settle` are to be called; None where they are quick: then in place.

        A driver that takes longer than a millisecond for a second of speech owns one, shared by all its
        tracks, whose threads end with it. It should serve first who came first, or all who wait together:
        a turn hands in a quarter of a second of speech at a time and waits, so that no turn keeps others
        from their face.
        """
        ...

    def begin(self, fps: int) -> FaceTrack:
        """A track for one turn; quick."""
        ...

    async def close(self) -> None: ...


class Histories(Protocol):
    """Keeps the histories of sessions that have ended, for those who come back."""

    async def save(self, session: str, token: str, history: History) -> None: ...

    async def load(self, session: str, token: str) -> History | None:
        """The history saved under this id, if the token is the one it was saved with."""
        ...
