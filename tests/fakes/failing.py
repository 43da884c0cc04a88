"""Engines that fail in declared ways."""

import asyncio
from collections.abc import AsyncGenerator

from server.history import History
from server.ports import Brain, Voice, VoiceTraits
from server.speech.character import Character, Speaker
from server.speech.values import Sentence, SpeechChunk
from tests.fakes.streams import OpenStreams

FOREVER_S = 1e6


class Failing:
    """Before its result number `after` it raises `error`, or with None hangs; so often as `times` says."""

    def __init__(self, error: Exception | None, after: int = 0, times: int = 1_000_000) -> None:
        self.error = error
        self.after = after
        self.times = times
        self.streams = OpenStreams()

    async def reached(self, result: int) -> None:
        if result == self.after and self.times > 0:
            self.times -= 1
            if self.error is None:
                await asyncio.sleep(FOREVER_S)
            else:
                raise self.error


class FailingVoice(Failing):
    """Speaks as `voice` does, until it fails."""

    def __init__(
        self, voice: Voice, error: Exception | None, after: int = 0, times: int = 1_000_000
    ) -> None:
        super().__init__(error, after, times)
        self.voice = voice
        self.asked: list[str] = []

    @property
    def traits(self) -> VoiceTraits:
        return self.voice.traits

    async def speak(self, sentence: Sentence, speaker: Speaker) -> AsyncGenerator[SpeechChunk, None]:
        self.asked.append(sentence.text)
        with self.streams.one():
            given = 0
            await self.reached(given)
            async for chunk in self.voice.speak(sentence, speaker):
                yield chunk
                given += 1
                await self.reached(given)

    async def close(self) -> None:
        await self.voice.close()


class FailingBrain(Failing):
    """Thinks as `brain` does, until it fails."""

    def __init__(
        self, brain: Brain, error: Exception | None, after: int = 0, times: int = 1_000_000
    ) -> None:
        super().__init__(error, after, times)
        self.brain = brain

    async def think(self, history: History, character: Character) -> AsyncGenerator[str, None]:
        with self.streams.one():
            given = 0
            await self.reached(given)
            async for piece in self.brain.think(history, character):
                yield piece
                given += 1
                await self.reached(given)

    async def close(self) -> None:
        await self.brain.close()
