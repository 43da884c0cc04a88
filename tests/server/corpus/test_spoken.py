"""An utterance with its phones."""

import numpy as np
import pytest

from blend_shapes.phonemes.timing import PhoneTiming
from server.corpus.spoken import RATE, Spoken, at_corpus_rate, within


@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 44_100])
def test_sound_of_any_rate_keeps_its_length_and_pitch(rate: int) -> None:
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)).astype(np.int16)
    samples = at_corpus_rate(tone, rate)
    assert Spoken(samples, ()).seconds == pytest.approx(1.0, abs=0.001)
    strongest = int(np.argmax(np.abs(np.fft.rfft(samples))))
    assert strongest * RATE / len(samples) == pytest.approx(440, abs=2)


def test_phones_end_with_the_sound() -> None:
    phones = [PhoneTiming("p", 0.2, 0.4, 0.5, 1, True), PhoneTiming("a", 0.5, 0.9, 0.9)]
    assert within(phones, 1.0) == tuple(phones)
    assert within(phones, 0.5) == (phones[0],)
    assert within(phones, 0.3) == (PhoneTiming("p", 0.2, 0.3, 0.3, 1, True),)
