"""A voice that does not know its phones: the same syllables for any text, as long as the text is."""

from collections.abc import AsyncGenerator, Sequence

import numpy as np

from server.audio.chunk import AudioChunk, AudioFormat
from server.ports import VoiceTraits
from server.speech.character import Speaker
from server.speech.values import Sentence, SpeechChunk
from tests.blend_shapes.audio.sounds import rounded, sentence

FORMAT = AudioFormat(16_000)
CHARACTER_S = 0.06
CHUNK = 5_000


class PhonelessVoice:
    """With high pitch where it is told, in seconds from the beginning of a sentence."""

    def __init__(self, accents: Sequence[float] = ()) -> None:
        self._accents = accents
        self.traits = VoiceTraits(rate=FORMAT.rate, phones=False)

    async def speak(self, sentence_: Sentence, speaker: Speaker) -> AsyncGenerator[SpeechChunk, None]:
        seconds = len(sentence_.text) * CHARACTER_S
        sound = rounded(sentence(FORMAT.rate, self._accents, seconds))
        for at in range(0, len(sound), CHUNK):
            yield SpeechChunk(AudioChunk(np.array(sound[at : at + CHUNK]), FORMAT, at), phones=None)

    async def close(self) -> None:
        pass
