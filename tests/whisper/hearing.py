"""Sounds for tests: phrases by voices of espeak-ng that the tiny Whisper has not learnt from."""

import numpy as np

from server.audio.chunk import Samples
from server.corpus.spoken import RATE
from tests.whisper.phrases import said
from tests.whisper.speakers import Speaker


def spoken(text: str, voice: str = "m7", accent: str = "en-us", *, rate: float = 1.0) -> Samples:
    """The text with a third of a second of silence around it, 16-bit samples at 16 kHz.

    Chinese text is spoken in Chinese, whatever the accent.
    """
    accent = accent if said(text, "").language == "en" else "cmn"
    made = Speaker("espeak", voice, accent, rate).say(text)
    assert made is not None
    silence = np.zeros(RATE // 3, np.int16)
    return np.concatenate([silence, made.samples, silence])
