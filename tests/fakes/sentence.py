"""A spoken sentence, as a microphone would hear it."""

import numpy as np
from numpy.typing import NDArray

from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.resample import Resampler
from server.engines.voices.espeak import EspeakVoice
from tests.contracts.voice import speak


async def sentence(
    rate: int, text: str = "Papa may go home.", *, before_s: float = 0.5, after_s: float = 0.5
) -> NDArray[np.int16]:
    """espeak's voice saying `text`, shape (n,) at `rate`, between two silences."""
    samples, _ = await sentence_and_phones(rate, text, before_s=before_s, after_s=after_s)
    return samples


async def sentence_and_phones(
    rate: int, text: str, *, before_s: float = 0.5, after_s: float = 0.5
) -> tuple[NDArray[np.int16], list[PhoneTiming]]:
    """The same with its phones, timed from the first sample on."""
    voice = EspeakVoice()
    chunks = await speak(voice, text)
    await voice.close()
    resampler = Resampler(chunks[0].audio.format.rate, rate)
    pieces = [resampler.feed(chunk.audio.samples) for chunk in chunks]
    before, after = (np.zeros(round(s * rate), np.int16) for s in (before_s, after_s))
    phones = [p.moved(chunk.start + before_s) for chunk in chunks for p in chunk.phones or ()]
    return np.concatenate([before, *pieces, resampler.finish(), after]), phones
