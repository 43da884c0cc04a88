"""Voice `tone`: a fake for tests and for hearing what was cut where; a tone for each word.

Everything about it is known in advance: each character lasts `character_s`, each word is a chunk.
"""

from collections.abc import AsyncGenerator

import numpy as np

from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import AudioChunk, AudioFormat, Samples
from server.clock import Clock, SystemClock
from server.errors import CannotSpeak
from server.ports import VoiceTraits
from server.speech.character import Speaker
from server.speech.values import Sentence, SpeechChunk, WordTiming

_LEVEL = 6000
_LOWEST_HZ = 220.0
_OTHER_PHONES = {"c": "k", "g": "ɡ", "j": "dʒ", "q": "k", "r": "ɹ", "x": "k", "y": "j"}
_STOPS = frozenset("pbtdkɡ")
_CLOSED = 0.6
"""How much of a stop is closure."""


class ToneVoice:
    """Speaks tones. `latency_s` passes on `clock` before each chunk."""

    def __init__(
        self,
        rate: int = 24_000,
        character_s: float = 0.06,
        latency_s: float = 0.0,
        clock: Clock | None = None,
    ) -> None:
        if rate <= 0 or round(rate * character_s) < 1:
            raise ValueError(
                f"a character must last a sample or more, not {character_s} s at {rate} a second"
            )
        self._format = AudioFormat(rate)
        self._character = self._format.samples(character_s)
        self._latency_s = latency_s
        self._clock = clock or SystemClock()

    @property
    def traits(self) -> VoiceTraits:
        return VoiceTraits(self._format.rate, phones=True)

    async def speak(self, sentence: Sentence, speaker: Speaker) -> AsyncGenerator[SpeechChunk, None]:
        """See `Voice.speak`; the speaker changes nothing."""
        if not any(map(str.isalnum, sentence.text)):
            raise CannotSpeak("there is nothing to say in this text: it has no letters or digits")
        offset = 0
        for number, word in enumerate(sentence.text.split(" ")):
            if self._latency_s:
                await self._clock.sleep_until(self._clock.now() + self._latency_s)
            yield self._say(word, number, offset)
            offset += len(word) + 1

    async def close(self) -> None:
        """Nothing is held."""

    def _say(self, word: str, number: int, offset: int) -> SpeechChunk:
        """One word and the pause of one character after it."""
        samples = np.concatenate([self._tone(len(word), number), np.zeros(self._character, np.int16)])
        audio = AudioChunk(samples, self._format, offset * self._character)
        phones = tuple(self._phone(letter, place) for place, letter in enumerate(f"{word} "))
        spoken = len(word) * self._character / self._format.rate
        words = (WordTiming(word, 0.0, spoken, offset),) if word else ()
        return SpeechChunk(audio, phones, words)

    def _tone(self, characters: int, number: int) -> Samples:
        count = characters * self._character
        hertz = _LOWEST_HZ * 2 ** (number % 12 / 12)
        phase = np.arange(count) * (2 * np.pi * hertz / self._format.rate)
        tone: Samples = (_LEVEL * np.sin(phase)).astype(np.int16)
        return tone

    def _phone(self, letter: str, place: int) -> PhoneTiming:
        step = self._character / self._format.rate
        start, end = place * step, (place + 1) * step
        small = letter.lower()
        phone = _OTHER_PHONES.get(small, small if "a" <= small <= "z" else "a" if small.isalnum() else "")
        release = start + _CLOSED * step if phone in _STOPS else end
        return PhoneTiming(phone, start, release, end, word_start=place == 0)
