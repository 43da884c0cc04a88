"""Slow drift: an Ornstein-Uhlenbeck process."""

import numpy as np
import pytest
from numpy.typing import NDArray

from blend_shapes.life.drift import CHANNELS, DEVIATION, MOST, STEP_S, TIME_CONSTANT_S, drift

HZ = 10


def minutes(count: int, seeds: range) -> NDArray[np.float32]:
    """Shape (seeds, times, 6), ten a second."""
    t = np.arange(count * 60 * HZ) / HZ
    return np.array([drift(seed, t) for seed in seeds])


def test_deviations_of_the_head() -> None:
    """1.5, 1.2 and 0.8 degrees of yaw, pitch and roll."""
    found = minutes(20, range(6)).std(axis=(0, 1))
    assert np.allclose(found[:3], (1.5, 1.2, 0.8), rtol=0.08)
    assert np.allclose(found, DEVIATION, rtol=0.1)
    assert np.abs(minutes(20, range(6)).mean(axis=(0, 1)) / DEVIATION).max() < 0.15


@pytest.mark.parametrize("lag_s", [1.0, 2.0, 4.0])
def test_time_constant(lag_s: float) -> None:
    """The correlation falls as exp(-lag / 2.5 s)."""
    x = minutes(30, range(6))[:, :, :3] / DEVIATION[:3]
    lag = round(lag_s * HZ)
    correlation = (x[:, lag:] * x[:, :-lag]).mean() / (x * x).mean()
    assert correlation == pytest.approx(np.exp(-lag_s / 2.5), abs=0.06)
    assert TIME_CONSTANT_S == 2.5


def test_it_is_smooth_bounded_and_slow() -> None:
    t = np.arange(60 * 600) / 60
    x = drift(9, t)
    assert (np.abs(x) <= MOST * DEVIATION * 1.001).all()
    assert np.abs(np.diff(x[:, :3], axis=0)).max() * 60 < 8.0
    assert np.abs(np.diff(x[:, :3], n=2, axis=0)).max() * 3600 < 30.0, "no corners at the lattice"


def test_channels_do_not_go_together() -> None:
    x = minutes(30, range(3)).reshape(-1, len(CHANNELS))
    correlations = np.corrcoef(x.T) - np.eye(len(CHANNELS))
    assert np.abs(correlations).max() < 0.15


def test_it_repeats_when_asked() -> None:
    period = 14
    t = np.arange(round(2 * period * STEP_S * 60)) / 60
    x = drift(9, t, period)
    n = len(t) // 2
    assert np.allclose(x[:n], x[n:], atol=1e-6)
    assert np.abs(x[0] - x[n - 1]).max() < 0.2
    assert x.std(axis=0)[:3].min() > 0.1


def test_any_time_can_be_asked_for() -> None:
    t = np.arange(6000) / 60
    whole = drift(3, t)
    assert np.array_equal(drift(3, t[1234:1300]), whole[1234:1300])
    assert np.array_equal(drift(3, t[-1:]), whole[-1:])
