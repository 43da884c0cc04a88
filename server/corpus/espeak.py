"""Utterances of espeak-ng: any of its languages and variants, at any rate and pitch."""

import numpy as np

from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import Samples
from server.corpus.spoken import RATE, Spoken, within
from server.engines.voices import espeak_library
from server.engines.voices.espeak_chunks import ChunkCutter
from server.engines.voices.espeak_library import Event
from server.errors import EngineError


def speak(text: str, language: str, variant: str, rate: float, pitch: float) -> Spoken:
    """`variant` is one of the library's, or ""; `rate` and `pitch` are factors.

    Raises `EngineError` for a voice that does not exist.
    """
    library = espeak_library.load()
    cutter = ChunkCutter(text, language, library.rate, RATE)
    chunks = []

    def receive(samples: Samples, events: list[Event]) -> bool:
        if (chunk := cutter.feed(samples, events)) is not None:
            chunks.append(chunk)
        return True

    library.synthesise(text, _identifier(language, variant), rate, pitch, receive)
    chunks.append(cutter.finish())
    phones: list[PhoneTiming] = []
    for chunk in chunks:
        phones += [p.moved(chunk.audio.position / RATE) for p in chunk.phones or ()]
    sound = np.concatenate([chunk.audio.samples for chunk in chunks])
    return Spoken(sound, within(phones, len(sound) / RATE))


def _identifier(language: str, variant: str) -> str:
    """The voice of the library for a language, with a variant or ""."""
    voices = espeak_library.load().voices
    found = next((v.identifier for v in voices if v.language.lower() == language), None)
    if found is None:
        raise EngineError(f"espeak-ng has no voice for {language!r}", permanent=True)
    return f"{found}+{variant}" if variant else found
