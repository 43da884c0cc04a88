"""A voice that remembers what it said: the same sentence in the same voice is spoken only once."""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from server.engines.voices.speech_store import SpeechStore
from server.ports import Voice, VoiceTraits
from server.speech.character import Speaker
from server.speech.values import Sentence, SpeechChunk

LONGEST_S = 60.0
"""Longer sentences are not remembered."""


class CachedVoice:
    """`voice`, which it owns from now on, with what `store` holds of it under `name`.

    The name stands for the engine and its options: another model is another name.
    """

    def __init__(self, voice: Voice, name: str, store: SpeechStore) -> None:
        self._voice = voice
        self._name = name
        self._store = store
        self.hits = 0
        self.misses = 0

    @property
    def traits(self) -> VoiceTraits:
        return self._voice.traits

    async def speak(self, sentence: Sentence, speaker: Speaker) -> AsyncGenerator[SpeechChunk, None]:
        """See `Voice.speak`. Only a sentence that was spoken to its end is kept."""
        key = self._key(sentence, speaker)
        if (known := await self._store.get(key)) is not None:
            self.hits += 1
            for chunk in known:
                yield chunk
            return
        self.misses += 1
        spoken: list[SpeechChunk] = []
        async with aclosing(self._voice.speak(sentence, speaker)) as chunks:
            async for chunk in chunks:
                spoken.append(chunk)
                yield chunk
        if spoken and spoken[-1].end <= LONGEST_S:
            await self._store.put(key, tuple(spoken))

    async def close(self) -> None:
        await self._voice.close()

    def _key(self, sentence: Sentence, speaker: Speaker) -> str:
        said = (self._name, self.traits.rate, sentence.text, sentence.mood, msgspec.to_builtins(speaker))
        return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:40]
