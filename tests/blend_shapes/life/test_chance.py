"""Randomness by counting."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from blend_shapes.life.chance import between, lognormal, normal, uniform


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
    draws = np.array([normal(1, "x", i) for i in range(4000)])
    assert abs(draws.mean()) < 0.05 and abs(draws.std() - 1.0) < 0.04
