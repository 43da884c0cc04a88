"""A voice with declared latency: a tenth of a second of sound for each character."""

import asyncio
from collections.abc import AsyncGenerator

import numpy as np

from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import AudioChunk, AudioFormat
from server.errors import CannotSpeak
from server.ports import VoiceTraits
from server.speech.character import Speaker
from server.speech.values import Sentence, SpeechChunk, WordTiming
from tests.fakes.streams import OpenStreams

FORMAT = AudioFormat(8000)
CHARACTER_S = 0.1


class SlowVoice:
    """One chunk a word, each after `latency_s`; refuses sentences with `refused` in them."""

    def __init__(self, latency_s: float = 0.02, refused: str = "\0") -> None:
        self.latency_s = latency_s
        self.refused = refused
        self.streams = OpenStreams()
        self.traits = VoiceTraits(rate=FORMAT.rate, phones=True)

    async def speak(self, sentence: Sentence, speaker: Speaker) -> AsyncGenerator[SpeechChunk, None]:
        if self.refused in sentence.text:
            raise CannotSpeak(f"no {self.refused!r} here")
        with self.streams.one():
            offset = position = 0
            for word in sentence.text.split():
                await asyncio.sleep(self.latency_s)
                offset = sentence.text.index(word, offset)
                seconds = len(word) * CHARACTER_S
                samples = np.full(FORMAT.samples(seconds), 1000, np.int16)
                phones = (
                    PhoneTiming("m", 0, 0.08, 0.08, word_start=True),
                    PhoneTiming("a", 0.08, seconds, seconds),
                )
                timing = WordTiming(word, 0, seconds, offset)
                yield SpeechChunk(AudioChunk(samples, FORMAT, position), phones, (timing,))
                position += len(samples)
                offset += len(word)

    async def close(self) -> None:
        pass
