"""What the network hears."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blend_shapes.audio.hearing import (
    AHEAD_S,
    BANDS,
    INPUTS,
    LEAST_RATE,
    MOST_RATE,
    SPECTRA,
    STEP_HZ,
    Levels,
    Places,
    spectra,
)
from blend_shapes.audio.listeners import Listeners
from blend_shapes.audio.training.lessons import listen
from tests.blend_shapes.audio.networks import Noting
from tests.blend_shapes.audio.sounds import Sound, noise, rounded, sentence

RATES = [8000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000]


def voice(rate: int) -> Sound:
    """A sentence in a room that is not quite quiet, then a pause."""
    return rounded(
        np.concatenate([sentence(rate, seconds=0.8), np.zeros(rate // 2)]) + noise(13 * rate // 10, 20.0)
    )


@pytest.mark.parametrize("rate", [LEAST_RATE, LEAST_RATE + 1, MOST_RATE - 1, MOST_RATE])
def test_rates_that_are_heard(rate: int) -> None:
    places = Places(rate)
    assert places.window / rate == pytest.approx(0.025, abs=1 / rate)
    assert places.span == places.window + places.half


@pytest.mark.parametrize("rate", [0, -1, LEAST_RATE - 1, MOST_RATE + 1])
def test_rates_that_are_not(rate: int) -> None:
    with pytest.raises(ValueError, match=f"8000 to 48000 samples a second, got {rate}"):
        Places(rate)


@given(st.integers(LEAST_RATE, MOST_RATE), st.integers(0, 200_000))
def test_a_step_is_ready_with_the_last_sample_that_it_sees(rate: int, samples: int) -> None:
    places = Places(rate)
    ready = places.steps(samples)
    assert ready == 0 or places.end(ready - 1) <= samples
    assert places.end(ready) > samples


@given(st.integers(LEAST_RATE, MOST_RATE), st.integers(0, 10**9))
def test_a_step_sees_as_far_ahead_as_declared_for_hours(rate: int, step: int) -> None:
    ahead = Places(rate).end(step) / rate - step / STEP_HZ
    assert AHEAD_S - 1.51 / rate < ahead < AHEAD_S + 0.51 / rate


def test_steps_of_arrays_are_those_of_numbers() -> None:
    places = Places(11_025)
    assert places.end(np.arange(100)).tolist() == [places.end(k) for k in range(100)]


@pytest.mark.parametrize("rate", RATES)
def test_a_stream_hears_what_training_lets_the_network_hear(rate: int) -> None:
    """Up to half precision, which lessons are kept in."""
    sound, network = voice(rate), Noting()
    listeners = Listeners(network)
    stream = listeners.begin(rate)
    for piece in np.array_split(sound, 23):
        stream.hear(piece)
        listeners.work()
    streamed = np.concatenate(network.heard)
    (lesson,) = listen([sound], rate)
    assert streamed.shape == lesson.shape == (Places(rate).steps(len(sound)), INPUTS)
    assert np.allclose(streamed, lesson, rtol=1e-3, atol=1e-3)
    moves = np.ptp(streamed, axis=0) > 0.3
    assert moves.all() or (rate < 16_000 and moves[:28].all()), "no input stands still"


def test_lessons_of_several_voices_do_not_mix() -> None:
    one, other = voice(16_000), rounded(noise(8000, 3000.0))
    together = listen([one, other], 16_000)
    assert np.array_equal(together[0], listen([one], 16_000)[0])
    assert np.array_equal(together[1], listen([other], 16_000)[0])


@pytest.mark.parametrize("hz", [200.0, 1000.0, 3000.0])
def test_a_tone_is_in_the_same_band_as_loud_at_any_rate(hz: float) -> None:
    found = []
    for rate in (8000, 16_000, 44_100, 48_000):
        t = np.arange(Places(rate).window) / rate
        found.append(spectra(0.5 * np.sin(2 * np.pi * hz * t)[None].astype(np.float32), rate)[0])
    peaks = {int(np.argmax(f)) for f in found}
    assert len(peaks) == 1
    levels = [f.max() for f in found]
    assert max(levels) - min(levels) < 1.5
    assert found[0][abs(np.arange(BANDS) - peaks.pop()) > 6].max() < min(levels) - 40.0


def test_a_slow_stream_has_no_upper_bands() -> None:
    hiss = noise(200, 0.3)[None].astype(np.float32)
    bands = spectra(hiss, 8000)[0]
    assert bands[:25].min() > -60.0
    assert (bands[32:] == bands[-1]).all() and bands[-1] == pytest.approx(-90.0)


def test_warp_moves_formants_up() -> None:
    t = np.arange(400) / 16_000
    tone = np.sin(2 * np.pi * 1000.0 * t)[None].astype(np.float32)
    low, plain, high = (int(np.argmax(spectra(tone, 16_000, warp))) for warp in (0.8, 1.0, 1.25))
    assert low < plain < high


def test_a_microphones_gain_hardly_shows() -> None:
    sound = voice(16_000).astype(np.float64)
    quiet, loud = (listen([rounded(gain * sound)], 16_000)[0].astype(np.float64) for gain in (1.0, 5.0))
    own = [slice(half * INPUTS // SPECTRA, half * INPUTS // SPECTRA + BANDS) for half in range(SPECTRA)]
    for bands in own:
        apart = np.abs(quiet[30:45, bands] - loud[30:45, bands]).mean()
        assert apart < 0.3 * np.abs(loud[30:45, bands]).mean()


def test_inputs_are_bounded_whatever_is_heard() -> None:
    full = np.tile(np.array([32767, -32768], np.int16), 8000)
    for sound in (np.zeros(16_000, np.int16), full, np.concatenate([full, np.zeros(8000, np.int16), full])):
        heard = listen([sound], 16_000)[0]
        assert np.isfinite(heard).all() and np.abs(heard).max() <= 8.0


def test_rows_of_levels_are_apart_and_begin_anew() -> None:
    rng = np.random.default_rng(1)
    decibels = rng.uniform(-80, -20, (30, 2, BANDS)).astype(np.float32)
    levels, fresh = Levels(2), Levels(1)
    row = np.array([1])
    for spectrum in decibels[:20]:
        levels.level(np.array([0, 1]), spectrum)
    levels.reset(row)
    for spectrum in decibels[20:]:
        again = levels.level(row, spectrum[1:])
        assert np.array_equal(again, fresh.level(np.array([0]), spectrum[1:]))


def test_levels_grow_and_keep_what_they_know() -> None:
    rng = np.random.default_rng(1)
    decibels = rng.uniform(-80, -20, (20, 1, BANDS)).astype(np.float32)
    grown, plain = Levels(1), Levels(1)
    row = np.array([0])
    for k, spectrum in enumerate(decibels):
        if k == 10:
            grown.grow(7)
        assert np.array_equal(grown.level(row, spectrum), plain.level(row, spectrum))
    new = grown.level(np.array([6]), decibels[0])
    assert np.array_equal(new, Levels(1).level(row, decibels[0]))
