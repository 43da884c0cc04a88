"""What is done to clean speech."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator

from blend_shapes.articulation.windows import Array
from blend_shapes.audio.training import augment
from blend_shapes.audio.training.augment import RATE
from tests.blend_shapes.audio.sounds import sentence

Change = Callable[[Array, Generator], Array]
CHANGES = [augment.room, augment.tilt, augment.narrow]
SEEDS = range(8)


def voice(seconds: float = 1.0) -> Array:
    """Silence first."""
    said = sentence(RATE, (0.3,), seconds) / 32_768.0
    return np.concatenate([np.zeros(RATE // 2), said]).astype(np.float32)


@pytest.mark.parametrize("change", CHANGES)
def test_sound_stays_as_long_and_in_its_place(change: Change) -> None:
    """Phones keep their times: what is heard is not more than 3 ms later, and never earlier."""
    sound = voice()
    for seed in SEEDS:
        changed = change(sound, np.random.default_rng(seed))
        assert changed.dtype == np.float32 and changed.shape == sound.shape
        assert np.isfinite(changed).all()
        assert np.abs(changed[: RATE // 2 - 80]).max() < 1e-3 * np.abs(changed).max()
        energy, plain = (np.convolve(x**2, np.ones(160) / 160, "same") for x in (changed, sound))
        lags = np.arange(-160, 161, 16)
        fits = [np.dot(np.roll(energy, -lag), plain) for lag in lags]
        assert -16 <= lags[int(np.argmax(fits))] <= (48 if change is not augment.room else 160)


@pytest.mark.parametrize("change", CHANGES)
def test_each_time_is_another_and_a_seed_is_the_same(change: Change) -> None:
    sound = voice()
    made = [change(sound, np.random.default_rng(seed)) for seed in SEEDS]
    assert all(np.array_equal(m, change(sound, np.random.default_rng(s))) for s, m in enumerate(made))
    assert min(np.abs(made[0] - m).max() for m in made[1:]) > 1e-4


def test_backgrounds_are_of_power_1_and_as_long_as_asked() -> None:
    voices = [voice(), voice(0.3)]
    for seed in range(30):
        rng = np.random.default_rng(seed)
        for sound in (augment.noise(12_345, rng, voices), augment.music(12_345, rng)):
            assert len(sound) == 12_345 and np.isfinite(sound).all()
            assert float(np.mean(sound**2)) == pytest.approx(1.0, abs=1e-3)


def test_loudness_wanders_by_some_decibels() -> None:
    for seed in SEEDS:
        decibels = 20.0 * np.log10(augment.swell(5 * RATE, np.random.default_rng(seed)))
        assert 0.3 < decibels.std() < 8.0
        assert np.abs(np.diff(decibels)).max() < 0.05, "never within a sound"


@pytest.mark.parametrize(("peak_db", "peak"), [(-20.0, 3277), (0.0, 32_767), (12.0, 32_767)])
def test_samples_are_as_loud_as_asked_and_clipped(peak_db: float, peak: int) -> None:
    samples = augment.quantised(voice(), peak_db)
    assert samples.dtype == np.int16
    assert np.abs(samples.astype(int)).max() == pytest.approx(peak, abs=1)
    assert (np.abs(samples.astype(int)) == 32_767).sum() > 20 or peak_db <= 0.0


def test_silence_stays_silent() -> None:
    nothing = np.zeros(1000, np.float32)
    assert not augment.quantised(nothing, 0.0).any()
    for change in CHANGES:
        assert not change(nothing, np.random.default_rng(1)).any()
