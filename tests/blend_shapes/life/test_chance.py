"""Randomness by counting."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from blend_shapes.life.chance import between, lognormal, uniform
from blend_shapes.life.drift import SPREAD, STEP_S, drift


@given(st.integers(-(2**70), 2**70), st.text(max_size=12), st.integers(-5, 2**40))
def test_draws_lie_inside(seed: int, stream: str, index: int) -> None:
    assert 0.0 < uniform(seed, stream, index) < 1.0
    assert 2.0 <= between(seed, stream, index, 2.0, 3.0) <= 3.0


def test_draws_are_even_and_streams_differ() -> None:
    a, b = (np.array([uniform(1, name, i) for i in range(4000)]) for name in ("one", "two"))
    assert abs(a.mean() - 0.5) < 0.02 and abs(a.std() - 12**-0.5) < 0.01
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.05
    assert abs(np.corrcoef(a[1:], a[:-1])[0, 1]) < 0.05
    assert abs(np.median([lognormal(1, "x", i, 2.6, 0.6) for i in range(2000)]) - 2.6) < 0.15


def test_drift_is_slow_bounded_and_periodic_when_asked() -> None:
    t = np.arange(6000) / 60
    free = drift(9, t)
    assert (np.abs(free) <= SPREAD).all()
    assert np.abs(np.diff(free, axis=0)).max() * 60 < 10.0
    assert free.std(axis=0)[:3].min() > 0.4
    looped = drift(9, t, 4)
    n = round(4 * STEP_S * 60)
    assert np.allclose(looped[:n], looped[n : 2 * n], atol=1e-9)
    assert not looped[0].any()
