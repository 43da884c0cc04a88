"""A voice at another sample rate than its own."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import AudioChunk, AudioFormat, Samples
from server.audio.resample import Resampler
from server.ports import Voice, VoiceTraits
from server.speech.character import Speaker
from server.speech.values import Sentence, SpeechChunk, WordTiming


class VoiceAtRate:
    """`voice`, which it owns from now on, at `rate` samples a second."""

    def __init__(self, voice: Voice, rate: int) -> None:
        self._voice = voice
        self._audio = AudioFormat(rate)

    @property
    def traits(self) -> VoiceTraits:
        return replace(self._voice.traits, rate=self._audio.rate)

    async def speak(self, sentence: Sentence, speaker: Speaker) -> AsyncGenerator[SpeechChunk, None]:
        """See `Voice.speak`; a chunk comes some milliseconds of sound later than the voice's own."""
        conversion = _Conversion(Resampler(self._voice.traits.rate, self._audio.rate), self._audio)
        async with aclosing(self._voice.speak(sentence, speaker)) as chunks:
            async for chunk in chunks:
                if (converted := conversion.feed(chunk)) is not None:
                    yield converted
        if (rest := conversion.finish()) is not None:
            yield rest

    async def close(self) -> None:
        await self._voice.close()


@dataclass(slots=True)
class _Conversion:
    """One sentence. What the resampler holds back waits with the phones and words that start in it."""

    resampler: Resampler
    audio: AudioFormat
    given: int = 0
    knows_phones: bool = True
    phones: list[PhoneTiming] = field(default_factory=list)
    words: list[WordTiming] = field(default_factory=list)
    """Those not given yet, with times from the start of the sentence."""

    def feed(self, chunk: SpeechChunk) -> SpeechChunk | None:
        phones = chunk.stream_phones()
        self.knows_phones = phones is not None
        self.phones += phones or ()
        self.words += (
            replace(w, start=w.start + chunk.start, end=w.end + chunk.start) for w in chunk.words
        )
        return self._given(self.resampler.feed(chunk.audio.samples), last=False)

    def finish(self) -> SpeechChunk | None:
        return self._given(self.resampler.finish(), last=True)

    def _given(self, samples: Samples, *, last: bool) -> SpeechChunk | None:
        if not len(samples):
            return None
        audio = AudioChunk(samples, self.audio, self.given)
        self.given = audio.end
        start, end = audio.position / self.audio.rate, audio.end / self.audio.rate
        phones = tuple(p.moved(-start) for p in self.phones if p.start < end)
        words = tuple(
            replace(w, start=max(0.0, w.start - start), end=w.end - start)
            for w in self.words
            if w.start < end
        )
        self.phones = [p for p in self.phones if p.start >= end]
        self.words = [w for w in self.words if w.start >= end]
        return SpeechChunk(audio, phones if self.knows_phones else None, words)
