"""One synthesised utterance with the times of its phones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import Samples
from server.audio.resample import Resampler

RATE: Final = 16_000
"""Samples a second of everything in the corpus."""


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """Mono 16-bit samples at RATE, and the phones in them, in order of time."""

    samples: Samples
    phones: tuple[PhoneTiming, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def at_corpus_rate(samples: Samples, rate: int) -> Samples:
    """The same sound at RATE."""
    resampler = Resampler(rate, RATE)
    return np.concatenate([resampler.feed(samples), resampler.finish()])


def within(phones: Sequence[PhoneTiming], seconds: float) -> tuple[PhoneTiming, ...]:
    """The phones cut off where the sound ends."""
    return tuple(
        PhoneTiming(p.phone, p.start, min(p.release, seconds), min(p.end, seconds), p.stress, p.word_start)
        for p in phones
        if p.start < seconds
    )
