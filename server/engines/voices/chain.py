"""Voices that stand in for each other, also in the middle of a sentence."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from server.audio.chunk import AudioFormat
from server.engines.chain import Changed, Health, Link, admitted, called, health
from server.errors import EngineError
from server.ports import Voice, VoiceTraits
from server.speech.character import Speaker
from server.speech.values import Sentence, SpeechChunk, WordTiming, silence

BREATH_S = 0.12
"""Silence where another voice takes over: the mouth closes, and the change is heard as a hesitation."""
WHOLE_S = 0.005
"""A word that lacks less than this was heard to its end."""


class VoiceChain:
    """The first voice that can speaks; the next goes on at the word at which it stopped.

    All have one sample rate (see `VoiceAtRate`). Text that a voice cannot say is left to the next one too.
    """

    def __init__(self, links: Sequence[Link[Voice]], changed: Changed = lambda name, why: None) -> None:
        if len({link.engine.traits.rate for link in links}) != 1:
            raise ValueError("a chain wants one voice or more, all of the same sample rate")
        self._links = links
        self._changed = changed
        self._traits = _together([link.engine.traits for link in links])

    def reporting(self, changed: Changed) -> "VoiceChain":
        """The same voices, for a caller who wants to know which of them speaks."""
        return VoiceChain(self._links, changed)

    @property
    def traits(self) -> VoiceTraits:
        return self._traits

    @property
    def health(self) -> tuple[Health, ...]:
        return health(self._links)

    async def speak(self, sentence: Sentence, speaker: Speaker) -> AsyncGenerator[SpeechChunk, None]:
        """See `Voice.speak`. Raises the EngineError of the first voice if none can say what is left."""
        spoken = _Spoken(sentence, AudioFormat(self._traits.rate))
        problem: EngineError | None = None
        for link in admitted(self._links):
            if link is not self._links[0]:
                self._changed(link.name, str(problem or "it rests after failures"))
            rest, breath = spoken.left()
            try:
                if breath is not None:
                    yield breath
                async with aclosing(called(link, lambda voice: voice.speak(rest, speaker))) as chunks:  # noqa: B023
                    async for chunk in chunks:
                        yield spoken.add(chunk)
                return
            except EngineError as error:
                problem = problem or error
                if spoken.complete:
                    return
        assert problem is not None, "the last of a chain is always tried"
        raise problem

    async def close(self) -> None:
        """Close every voice, in reverse."""
        for link in reversed(self._links):
            await link.engine.close()


@dataclass(slots=True)
class _Spoken:
    """How far a sentence has come, over all the voices that spoke some of it."""

    sentence: Sentence
    audio: AudioFormat
    end: int = 0
    """Samples given."""
    first: int = 0
    """Of those, the ones before the present voice."""
    offset: int = 0
    """Character at which the present voice began."""
    last: WordTiming | None = None
    """The word begun last, with times and offset from the start of the sentence."""

    def add(self, chunk: SpeechChunk) -> SpeechChunk:
        """The voice's next chunk, on the timeline and in the text of the whole sentence."""
        audio = replace(chunk.audio, position=self.first + chunk.audio.position)
        words = tuple(replace(word, offset=word.offset + self.offset) for word in chunk.words)
        placed = replace(chunk, audio=audio, words=words)
        self.end = audio.end
        if words:
            start = placed.start
            self.last = replace(words[-1], start=words[-1].start + start, end=words[-1].end + start)
        return placed

    @property
    def complete(self) -> bool:
        """Whether something was said, and nothing that can be spoken is left."""
        return self.end > 0 and not any(map(str.isalnum, self.sentence.text[self._reached() :]))

    def left(self) -> tuple[Sentence, SpeechChunk | None]:
        """What is still to be said, and silence to give before it where something was said.

        It begins with the word that was not heard to its end; the next chunk is that of a new voice.
        """
        text = self.sentence.text[self._reached() :]
        self.offset = self._reached() + len(text) - len(text.lstrip())
        self.last = breath = None
        if self.end > self.first:
            breath = silence(self.audio.samples(BREATH_S), self.audio, self.end)
            self.end = breath.audio.end
        self.first = self.end
        return replace(self.sentence, text=text.strip()), breath

    def _reached(self) -> int:
        """The first character that was not heard."""
        if self.last is None:
            return self.offset
        broken = self.last.end > self.end / self.audio.rate + WHOLE_S
        return self.last.offset + (0 if broken else len(self.last.text))


def _together(traits: Sequence[VoiceTraits]) -> VoiceTraits:
    """What can be relied on whichever voice speaks; a language that one of them speaks is spoken."""
    every = all(one.languages for one in traits)
    languages = tuple(dict.fromkeys(tag for one in traits for tag in one.languages)) if every else ()
    return VoiceTraits(traits[0].rate, all(one.phones for one in traits), languages)
