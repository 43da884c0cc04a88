"""Utterances of espeak-ng: any of its languages and variants, at any rate and pitch."""

import numpy as np

from blend_shapes.phonemes.timing import PhoneTiming
from server.corpus.spoken import RATE, Spoken, within
from server.engines.voices import espeak_library
from server.engines.voices.espeak_chunks import ChunkCutter
from server.engines.voices.espeak_library import Event, Samples


def speak(text: str, identifier: str, rate: float, pitch: float) -> Spoken:
    """`identifier` is a voice of the library with its variant; `rate` and `pitch` are factors.

    Raises `EngineError` for a voice that does not exist.
    """
    library = espeak_library.load()
    cutter = ChunkCutter(text, library.rate, RATE)
    chunks = []

    def receive(samples: Samples, events: list[Event]) -> bool:
        if (chunk := cutter.feed(samples, events)) is not None:
            chunks.append(chunk)
        return True

    library.synthesise(text, identifier, rate, pitch, receive)
    chunks.append(cutter.finish())
    phones: list[PhoneTiming] = []
    for chunk in chunks:
        phones += [p.moved(chunk.audio.position / RATE) for p in chunk.phones or ()]
    sound = np.concatenate([chunk.audio.samples for chunk in chunks])
    return Spoken(sound, within(phones, len(sound) / RATE))


def identifier(language: str, variant: str) -> str:
    """The voice of the library for a language, with a variant or "". Raises StopIteration for none."""
    found = next(v.identifier for v in espeak_library.load().voices if v.language.lower() == language)
    return f"{found}+{variant}" if variant else found
