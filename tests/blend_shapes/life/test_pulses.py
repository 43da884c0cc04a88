"""The pulses of a face that have begun and are not over."""

import numpy as np
import pytest

from blend_shapes.articulation.windows import evaluate, row
from blend_shapes.life.pulses import Pulse, Pulses, expression, total

TIMES = np.arange(0.0, 4.0, 0.05)
EARLY = Pulse(row(0.0, 0.2, 0.4, 1.0), expression({"jawOpen": 0.5, "headYaw": 3.0}))
LATE = Pulse(row(1.5, 1.8, 2.0, 3.0), expression({"jawOpen": 0.2, "browInnerUp": 1.0}))


def plain(*pulses: Pulse) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return total([p.vector for p in pulses], evaluate([p.window for p in pulses], TIMES))


def test_the_sum_is_that_of_all_of_them_whenever_they_came() -> None:
    pulses = Pulses()
    assert not pulses.total(TIMES)[0].any()
    for n, added in enumerate([EARLY, LATE]):
        pulses.add(added)
        assert np.array_equal(pulses.total(TIMES)[0], plain(*[EARLY, LATE][: n + 1]))
    assert len(pulses) == 2


def test_other_windows_are_evaluated_along() -> None:
    pulses = Pulses()
    pulses.add(EARLY)
    others = [[], [row(0.0, 1.0, 2.0, 3.0)], [row(0.5, 0.6, 0.7, 0.8), row(1.0, 2.0, 2.0, 3.0)]]
    life, found = pulses.total(TIMES, *others)
    assert np.array_equal(life, plain(EARLY))
    for rows, windows in zip(others, found, strict=True):
        assert np.array_equal(windows, evaluate(rows, TIMES))


@pytest.mark.parametrize(("before", "left"), [(0.99, 2), (1.0, 1), (2.99, 1), (3.0, 0)])
def test_what_is_over_is_forgotten(before: float, left: int) -> None:
    pulses = Pulses()
    pulses.add(EARLY)
    pulses.add(LATE)
    pulses.forget(before)
    assert len(pulses) == left
    assert np.array_equal(pulses.total(TIMES)[0], plain(*[EARLY, LATE][2 - left :]))


@pytest.mark.parametrize(("at", "left"), [(1.49, 1), (1.5, 1), (1.51, 2)])
def test_none_begins_at_the_stop_or_later(at: float, left: int) -> None:
    for first in (True, False):
        pulses = Pulses()
        pulses.add(EARLY)
        if first:
            pulses.stop(at)
        pulses.add(LATE)
        if not first:
            pulses.stop(at)
        assert len(pulses) == left
