"""The powers of what was sent, by the time of the playhead."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.audio.chunk import AudioChunk, AudioFormat, Samples
from server.speech.bands import RATE, WINDOW, band_powers
from server.speech.sent_voice import EARLIEST, HOP, LAGS, TAIL_S, SentVoice

FORMAT = AudioFormat(RATE)
NOW = -EARLIEST
"""Index of the window that ends at the playhead."""


def noise(seconds: float) -> Samples:
    return np.random.default_rng(3).integers(-8000, 8000, FORMAT.samples(seconds)).astype(np.int16)


def sent(samples: Samples, *cuts: int, rate: int = RATE) -> SentVoice:
    voice = SentVoice(rate)
    for begin, end in zip((0, *cuts), (*cuts, len(samples)), strict=True):
        voice.add(AudioChunk(samples[begin:end], AudioFormat(rate), begin))
    return voice


def test_windows_are_those_before_the_playhead() -> None:
    sound = np.zeros(RATE, np.int16)
    sound[8000 : 8000 + WINDOW] = noise(1)[:WINDOW]
    powers = sent(sound).before((8000 + WINDOW) / RATE)
    assert powers.shape[0] == LAGS
    ratios = powers[NOW] / band_powers(sound[8000 : 8000 + WINDOW])
    assert 0.8 < ratios.min() < ratios.max() < 2, "with the reverberation of what came before"
    assert np.argmax(powers.sum(axis=1)) in (NOW - 1, NOW)
    later = sent(sound).before((8000 + WINDOW + 10 * HOP) / RATE)
    assert later[NOW + 10] == pytest.approx(powers[NOW])


def test_silence_lies_before_the_beginning_and_beyond_what_was_sent() -> None:
    voice = sent(noise(0.5))
    assert not voice.before(0.05)[NOW + 12 :].any()
    assert voice.before(0.05)[:NOW].any(), "sent, and not yet heard"
    beyond = voice.before(0.6)
    assert not beyond[: NOW + 10].any()
    assert beyond[NOW + 20].any()


def test_after_the_end_comes_reverberation_that_dies_away() -> None:
    voice = sent(noise(0.5))
    voice.end()
    levels = [voice.before(0.5 + t)[NOW].sum() for t in (0.05, 0.1, 0.2, TAIL_S - 0.1)]
    assert all(a > 2 * b for a, b in pairwise(levels))
    assert levels[0] > 0
    assert not voice.before(0.5 + TAIL_S + 0.7)[:NOW].any()


def test_it_forgets_what_is_long_past() -> None:
    voice = sent(noise(4))
    voice.before(4.0)
    assert not voice.before(1.0).any()
    assert voice.before(3.5)[NOW].any(), "a step back is known"


def test_another_rate_means_the_same() -> None:
    times = np.arange(3 * 24_000) / 24_000
    tone = np.rint(5000 * np.sin(2 * np.pi * 500 * times)).astype(np.int16)
    at_16k = np.rint(5000 * np.sin(2 * np.pi * 500 * np.arange(3 * RATE) / RATE)).astype(np.int16)
    a, b = sent(tone, rate=24_000).before(1.5), sent(at_16k).before(1.5)
    assert a.sum(axis=1) == pytest.approx(b.sum(axis=1), rel=0.02)


@given(st.lists(st.integers(0, 8000), max_size=6).map(sorted))
def test_however_it_is_cut(cuts: list[int]) -> None:
    sound = noise(0.5)
    assert sent(sound, *cuts).before(0.4) == pytest.approx(sent(sound).before(0.4), rel=1e-4, abs=1e-9)
