"""How jaws move: a smoothed curve moves less than the curve, jitter is jitter."""

import numpy as np
import pytest

from blend_shapes.evaluation.jaw import jaw_motion
from blend_shapes.evaluation.recording import Recording, Track
from blend_shapes.evaluation.speech import speech
from tests.blend_shapes.evaluation.made import RATE, voice

HEARD = speech(Recording("made", voice([(1.0, 9.0)], 10.0), RATE))
TIMES = np.arange(601) / 60


def test_a_sine_has_the_motion_of_a_sine() -> None:
    hz, size = 1.25, 0.2
    found = jaw_motion(Track(0.3 + size * np.sin(2 * np.pi * hz * TIMES), 60), HEARD)
    assert found.seconds == pytest.approx(8.0, abs=0.1)
    assert found.values.std() == pytest.approx(size / np.sqrt(2), rel=0.02)
    assert found.opening.max() == pytest.approx(2 * np.pi * hz * size, rel=0.02)
    assert found.closing.max() == pytest.approx(2 * np.pi * hz * size, rel=0.02)
    assert found.acceleration.mean() == pytest.approx((2 * np.pi * hz) ** 2 * size * 2 / np.pi, rel=0.03)
    assert found.high < 0.01


def test_a_smoothed_jaw_moves_less() -> None:
    jaw = 0.3 + 0.2 * np.sin(2 * np.pi * 3 * TIMES)
    smooth = np.convolve(np.pad(jaw, 6, mode="edge"), np.ones(13) / 13, "valid")
    rough, calm = (jaw_motion(Track(c, 60), HEARD) for c in (jaw, smooth))
    assert calm.values.std() < 0.8 * rough.values.std()
    assert np.percentile(calm.opening, 95) < 0.8 * np.percentile(rough.opening, 95)
    assert np.percentile(calm.closing, 95) < 0.8 * np.percentile(rough.closing, 95)
    assert calm.acceleration.mean() < 0.8 * rough.acceleration.mean()


def test_silence_does_not_count() -> None:
    jaw = np.where(HEARD.speaking, 0.3, np.random.default_rng(1).random(len(HEARD.speaking)))
    found = jaw_motion(Track(jaw, 60), HEARD)
    assert found.values.std() == pytest.approx(0.0, abs=1e-9)
    assert not len(found.opening)


def test_a_reference_limits_the_time() -> None:
    found = jaw_motion(Track(np.sin(TIMES), 60), HEARD, Track(np.zeros(60), 30, 3.0))
    assert found.seconds == pytest.approx(2.0, abs=0.1)


def test_a_capture_of_another_rate_has_the_same_motion() -> None:
    slow = np.arange(301) / 30
    fine, coarse = (jaw_motion(Track(np.sin(t), rate), HEARD) for t, rate in ((TIMES, 60.0), (slow, 30.0)))
    assert fine.values == pytest.approx(coarse.values)
    assert fine.acceleration == pytest.approx(coarse.acceleration, abs=1e-6)
