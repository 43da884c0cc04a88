"""Sentences of espeak-ng at the rate of detectors and recognizers, from the first sound to the last."""

from functools import cache

import numpy as np

from server.audio.chunk import Samples
from server.corpus import espeak
from server.corpus.spoken import RATE
from server.ports import LISTENING_RATE

assert RATE == LISTENING_RATE


@cache
def spoken(text: str, language: str = "en-us", variant: str = "", rate: float = 1.0) -> Samples:
    """The same array for the same words: not to be written."""
    sound = espeak.speak(text, language, variant, rate, pitch=1.0).samples
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > 100)
    heard = sound[loud[0] : loud[-1] + 1]
    heard.flags.writeable = False
    return heard
