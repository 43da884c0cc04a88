"""Correlation, lag, AUC, spectral power and warping, on curves whose answers are known."""

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from blend_shapes.evaluation.curves import (
    _warp,
    agreement,
    auc,
    parabola,
    pearson,
    power_share,
    turning_offsets,
)
from blend_shapes.evaluation.recording import Track

FPS = 60
TIMES = np.arange(600) / FPS


def wave(times: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sin(2 * np.pi * 1.3 * times) + 0.5 * np.sin(2 * np.pi * 2.9 * times + 1))


@pytest.mark.parametrize("late_s", [-0.09, -0.025, 0.0, 0.01, 0.05, 0.09])
def test_a_shifted_curve_gives_its_lag(late_s: float) -> None:
    found = agreement(Track(wave(TIMES - late_s), FPS), Track(3 + 2 * wave(TIMES), FPS), np.ones(600, bool))
    assert found.r == pytest.approx(1.0, abs=0.01)
    assert found.lag_s == pytest.approx(late_s, abs=0.003)
    assert found.seconds == 10.0


def test_rates_may_differ() -> None:
    truth = Track(wave(np.arange(2000) / 200 + 0.5), 200, 0.5)
    found = agreement(Track(wave(TIMES), FPS), truth, np.ones(600, bool))
    assert found.r == pytest.approx(1.0, abs=0.01)
    assert found.lag_s == pytest.approx(0.0, abs=0.002)
    assert found.seconds == pytest.approx(9.5)


def test_only_what_the_mask_allows_counts() -> None:
    mask = TIMES < 5
    spoiled = np.where(TIMES < 5.2, wave(TIMES), 9.0)
    assert agreement(Track(spoiled, FPS), Track(wave(TIMES), FPS), mask).r == pytest.approx(1.0, abs=0.01)
    assert agreement(Track(spoiled, FPS), Track(wave(TIMES), FPS), ~mask).r < 0.5


def test_noise_does_not_agree_and_a_flat_curve_says_nothing() -> None:
    noise = np.random.default_rng(1).standard_normal(600)
    assert abs(agreement(Track(noise, FPS), Track(wave(TIMES), FPS), np.ones(600, bool)).r) < 0.25
    flat = agreement(Track(np.ones(600), FPS), Track(wave(TIMES), FPS), np.ones(600, bool))
    assert math.isnan(flat.r)
    assert math.isnan(agreement(Track(wave(TIMES), FPS), Track(wave(TIMES), FPS), TIMES < 0.4).r)


def test_pearson_of_opposites() -> None:
    assert pearson(TIMES, -TIMES) == pytest.approx(-1.0)
    assert math.isnan(pearson(TIMES, np.ones(600)))


def test_parabola_finds_the_peak() -> None:
    def curve(x: float) -> float:
        return 2.0 - (x - 0.3) ** 2

    assert parabola(curve(-1), curve(0), curve(1)) == pytest.approx((0.3, 2.0))
    assert parabola(1.0, 2.0, 3.0) == (0.0, 2.0)


def test_auc() -> None:
    assert auc(np.array([2.0, 3.0]), np.array([0.0, 1.0])) == 1.0
    assert auc(np.array([0.0]), np.array([1.0, 2.0])) == 0.0
    assert auc(np.array([1.0, 1.0]), np.array([1.0])) == 0.5
    assert auc(np.array([1.0, 3.0]), np.array([2.0])) == 0.5
    assert math.isnan(auc(np.zeros(0), np.array([1.0])))


def test_power_above_a_frequency() -> None:
    low, high = np.sin(2 * np.pi * 3 * TIMES), np.sin(2 * np.pi * 12 * TIMES)
    assert power_share(low, FPS, 8) < 1e-3
    assert power_share(high, FPS, 8) > 0.999
    assert power_share(5 + low + high, FPS, 8) == pytest.approx(0.5, abs=0.02)
    assert math.isnan(power_share(np.ones(600), FPS, 8))
    assert math.isnan(power_share(low[:30], FPS, 8))


@pytest.mark.parametrize("late", [0, 3, 6, -4])
def test_turning_points_of_a_shifted_curve_are_off_by_the_shift(late: int) -> None:
    measured, truth = wave(TIMES - late / FPS), wave(TIMES)
    mask = (TIMES > 1) & (TIMES < 9)
    found = turning_offsets(0.3 * measured, truth, FPS, mask)
    assert len(found) > 10
    assert found.mean() == pytest.approx(abs(late) / FPS, abs=0.003)


def test_flat_curves_have_no_turning_points() -> None:
    assert not len(turning_offsets(np.ones(600), wave(TIMES), FPS, np.ones(600, bool)))
    assert not len(turning_offsets(wave(TIMES), wave(TIMES), FPS, np.zeros(600, bool)))


def cheapest(measured: NDArray[np.float64], truth: NDArray[np.float64], reach: int) -> float:
    """The cost of the cheapest warping path, by trying every one."""
    n = len(truth)
    best = math.inf

    def walk(i: int, j: int, cost: float) -> None:
        nonlocal best
        cost += (measured[j] - truth[i]) ** 2
        if cost >= best:
            return
        if i == j == n - 1:
            best = cost
            return
        for a, b in ((i + 1, j + 1), (i + 1, j), (i, j + 1)):
            if a < n and b < n and abs(b - a) <= reach:
                walk(a, b, cost)

    walk(0, 0, 0.0)
    return best


def test_warping_is_the_cheapest() -> None:
    """Each point of the truth is paired with a run of points; their cost together is the least possible."""
    random = np.random.default_rng(2)
    for _ in range(20):
        measured, truth = random.standard_normal(8), random.standard_normal(8)
        offsets = _warp(measured, truth, 3)
        assert offsets[0] >= 0.0
        assert (np.abs(offsets) <= 3).all()
        cost = best_with_means(measured, truth, offsets)
        assert cost == pytest.approx(cheapest(measured, truth, 3))


def best_with_means(
    measured: NDArray[np.float64], truth: NDArray[np.float64], offsets: NDArray[np.float64]
) -> float:
    """The cheapest path whose runs have these means."""
    n = len(truth)
    runs = [
        [(a, b) for a in range(n) for b in range(a, n) if (a + b) / 2 == i + offsets[i]] for i in range(n)
    ]
    least = math.inf
    for path in itertools.product(*runs):
        joined = all(b[0] in (a[1], a[1] + 1) for a, b in itertools.pairwise(path))
        if joined and path[0][0] == 0 and path[-1][1] == n - 1:
            inside = (((measured[a : b + 1] - truth[i]) ** 2).sum() for i, (a, b) in enumerate(path))
            least = min(least, float(sum(inside)))
    return least
