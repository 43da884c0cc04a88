"""Blinks: statistics, shape, occasions."""

import numpy as np

from blend_shapes.articulation.windows import evaluate
from blend_shapes.life.blink import IDLE_S, SPEAKING_S, Blinks, blink


def times_of(
    seed: int, median: float, until: float = 3600.0
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([p.start for p in Blinks(seed, median).until(until)])


def test_rates_are_human() -> None:
    per_minute = [len(times_of(seed, SPEAKING_S)) / 60 for seed in range(5)]
    assert 17 < np.mean(per_minute) < 28, "26 in conversation"
    idle = [len(times_of(seed, IDLE_S)) / 60 for seed in range(5)]
    assert 12 < np.mean(idle) < 19, "17 at rest"


def test_intervals_are_skewed_with_some_doubles() -> None:
    gaps = np.diff(times_of(1, SPEAKING_S))
    assert np.median(gaps) < gaps.mean()
    assert 0.06 < (gaps < 0.45).mean() < 0.18
    assert gaps.min() >= 0.27
    assert gaps.max() < 20.0


def test_lids_close_fully_and_faster_than_they_open() -> None:
    pulse = blink(1.0)
    t = np.arange(0.9, 1.4, 1 / 240)
    lid = evaluate([pulse.window], t)[0]
    peak, last = t[lid.argmax()], t[lid >= 0.999][-1]
    assert lid.max() == 1.0 and last - peak >= 0.03
    assert peak - 1.0 < pulse.end - last
    at_60 = evaluate([pulse.window], np.arange(54, 90) / 60)[0]
    assert (at_60 > 0.95).sum() >= 2


def test_occasions_invite_a_blink_unless_one_just_was() -> None:
    def with_occasion(seed: int) -> list[float]:
        blinks = Blinks(seed, 1e6)
        blinks.occasion(10.0, 1.0)
        blinks.occasion(10.2, 1.0)
        blinks.occasion(20.0, 0.0)
        return [p.start for p in blinks.until(60.0)]

    assert all(10.0 in t and 10.2 not in t and 20.0 not in t for t in map(with_occasion, range(5)))


def test_the_walk_does_not_depend_on_its_steps() -> None:
    blinks = Blinks(7, SPEAKING_S)
    stepped = [p.start for t in np.arange(0.0, 100.0, 0.37) for p in blinks.until(float(t))]
    assert stepped == [t for t in times_of(7, SPEAKING_S, 100.0).tolist() if t < 99.9]
