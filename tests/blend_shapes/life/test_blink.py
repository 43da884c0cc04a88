"""Blinks: statistics, shape, occasions."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import kstest, lognorm

from blend_shapes.arkit import INDEX
from blend_shapes.articulation.windows import evaluate
from blend_shapes.life.blink import (
    ATTENTIVE_S,
    CLOSE_S,
    DOUBLE_S,
    DOUBLES,
    HOLD_S,
    IDLE_S,
    LATER_S,
    LEAST_S,
    LENGTH_S,
    OPEN_S,
    SIGMA,
    SPEAKING_S,
    SUPPRESS_S,
    Blinks,
    blink,
)
from blend_shapes.life.pulses import Pulse, total

HOUR = 3600.0
LEFT, RIGHT = INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]


def times_of(seed: int, median: float, until: float = HOUR) -> NDArray[np.float64]:
    return np.array(Blinks(seed, lambda _: median).until(until))


def lids(pulses: list[Pulse], times: NDArray[np.float64]) -> NDArray[np.float32]:
    """Weights of the left and the right lid, shape (times, 2)."""
    return total([p.vector for p in pulses], evaluate([p.window for p in pulses], times))[:, [LEFT, RIGHT]]


@pytest.mark.parametrize("median", [SPEAKING_S, IDLE_S, ATTENTIVE_S])
def test_intervals_are_log_normal(median: float) -> None:
    """Those that are no doubles, of many faces, against the distribution that is stated (2.6, 3.6, 5 s;
    0.6)."""
    gaps = np.concatenate([np.diff(times_of(seed, median)) for seed in range(12)])
    singles = gaps[gaps >= LEAST_S]
    assert len(singles) > 5000
    stated = lognorm(0.6, scale={SPEAKING_S: 2.6, IDLE_S: 3.6, ATTENTIVE_S: 5.0}[median])
    assert kstest(singles, stated.cdf).statistic < 0.025
    assert SIGMA == 0.6


def test_doubles() -> None:
    gaps = np.concatenate([np.diff(times_of(seed, SPEAKING_S)) for seed in range(12)])
    doubles = gaps[gaps < LEAST_S]
    assert len(doubles) / len(gaps) == pytest.approx(0.12, abs=0.012)
    assert doubles.min() >= 0.25 and doubles.max() <= 0.40
    assert kstest(doubles, "uniform", (0.25, 0.15)).pvalue > 0.01
    assert (DOUBLES, DOUBLE_S) == (0.12, (0.25, 0.40))


def test_rates_are_human() -> None:
    """Bentivoglio 1997: 26 a minute in conversation, 17 at rest."""
    for median, least, most in ((SPEAKING_S, 19, 28), (IDLE_S, 13, 19), (ATTENTIVE_S, 9, 14)):
        per_minute = np.mean([len(times_of(seed, median)) / 60 for seed in range(5)])
        assert least < per_minute < most


def test_lids_close_fully_and_faster_than_they_open() -> None:
    t = np.arange(0.9, 1.4, 1 / 1000)
    left, right = lids(blink(1.0), t).T
    assert np.array_equal(left, right)
    assert left.max() == pytest.approx(1.0, abs=1e-6)
    closed = t[left > 0.999]
    assert closed[0] - 1.0 == pytest.approx(0.083, abs=0.006)
    assert 0.033 <= closed[-1] - closed[0] <= 0.060
    opened = t[left > 0][-1] - (1.0 + CLOSE_S + HOLD_S)
    assert opened == pytest.approx(0.133, abs=0.004)
    after_80ms = left[np.searchsorted(t, 1.0 + CLOSE_S + HOLD_S + 0.080)]
    assert 1 - after_80ms == pytest.approx(0.70, abs=0.03)
    at_60 = lids(blink(1.0), np.arange(54, 90) / 60)[:, 0]
    assert (at_60 > 0.95).sum() >= 2
    assert pytest.approx(CLOSE_S + HOLD_S + OPEN_S) == LENGTH_S


def test_the_right_lid_is_a_little_later() -> None:
    pulses = Blinks(1, lambda _: SPEAKING_S).pulses(HOUR)
    lags = np.array(
        [right.start - left.start for left, right in zip(pulses[::4], pulses[2::4], strict=True)]
    )
    assert lags.min() >= 0.0 and lags.max() <= LATER_S <= 0.008
    assert lags.mean() == pytest.approx(0.004, abs=0.0005)


def test_squint_and_brow_go_along() -> None:
    face = total([p.vector for p in blink(0.0)], evaluate([p.window for p in blink(0.0)], np.array([0.1])))
    assert 0.10 <= face[0, INDEX["eyeSquintLeft"]] <= 0.15
    assert face[0, INDEX["browDownRight"]] == pytest.approx(0.03)


def test_occasions_invite_a_blink_unless_one_just_was() -> None:
    def blinks_of(seed: int, *occasions: tuple[float, float]) -> list[float]:
        blinks = Blinks(seed, lambda _: 1e6)
        for occasion in occasions:
            blinks.occasion(*occasion)
        return blinks.until(60.0)

    alone = [seed for seed in range(12) if blinks_of(seed, (10.0, 1.0)) == [10.0]]
    assert len(alone) > 5, "few have a double"
    for gap, twice in ((LENGTH_S + SUPPRESS_S - 0.01, False), (LENGTH_S + SUPPRESS_S + 0.01, True)):
        for seed in alone:
            found = blinks_of(seed, (10.0, 1.0), (10.0 + gap, 1.0), (20.0, 0.0))
            assert (10.0 + gap in found) == twice
            assert 20.0 not in found


def test_occasions_are_taken_as_often_as_stated() -> None:
    blinks = Blinks(3, lambda _: 1e9)
    for n in range(1, 2001):
        blinks.occasion(2.0 * n, 0.4)
    taken = {round(t, 6) for t in blinks.until(1e4)} & {2.0 * n for n in range(1, 2001)}
    assert len(taken) / 2000 == pytest.approx(0.4, abs=0.035)


def test_the_pace_may_change() -> None:
    times = np.array(Blinks(2, lambda at: SPEAKING_S if at < HOUR else ATTENTIVE_S).until(2 * HOUR))
    assert (times < HOUR).sum() > 1.6 * (times >= HOUR).sum()


def test_the_walk_does_not_depend_on_its_steps() -> None:
    blinks = Blinks(7, lambda _: SPEAKING_S)
    stepped = [t for until in np.arange(0.0, 100.0, 0.37) for t in blinks.until(float(until))]
    assert stepped == [t for t in times_of(7, SPEAKING_S, 100.0).tolist() if t < 99.9]
