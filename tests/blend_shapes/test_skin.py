from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from blend_shapes.skin import Skin, SkinSolve, SkinTrack, Strengths
from blend_shapes.solve import Penalties, Solver

COUNT, SHAPES, COMPONENTS = 60, 8, 5
RNG = np.random.default_rng(4)
NEUTRAL = RNG.normal(size=(COUNT, 3))
VERTICES = np.arange(5, COUNT)
DELTAS = RNG.normal(size=(SHAPES, COUNT, 3)) * 0.3
SKIN = Skin(
    NEUTRAL + 0.05 * DELTAS[0],
    RNG.normal(size=(COMPONENTS, COUNT, 3)) * 0.2,
    RNG.normal(size=(COUNT, 3)) * 0.1,
    RNG.normal(size=(COUNT, 3)) * 0.1,
)
STRENGTHS = Strengths(
    skin=1.1,
    upper=0.9,
    lower=1.3,
    upper_smoothing=0.02,
    lower_smoothing=0.05,
    mask_level=0.5,
    mask_softness=0.1,
    eyelid_open=0.06,
    lip_open=-0.03,
)
SOLVER = Solver(DELTAS[:, VERTICES].reshape(SHAPES, -1), Penalties(l2=0.5, temporal=0.3))


def smoothed(values: NDArray[np.float64], half_life: float, rate: int) -> NDArray[np.float64]:
    share = 1.0 - 0.5 ** (1.0 / rate / half_life)
    one = two = values[0]
    found = []
    for value in values:
        one = one + share * (value - one)
        two = two + share * (one - two)
        found.append(two)
    return np.array(found)


def by_vertices(coefficients: NDArray[np.float64], s: Strengths, rate: int) -> NDArray[np.float64]:
    """The long way: every vertex of every frame, then the solver."""
    height = SKIN.mean[:, 1]
    share = (height - height.min()) / np.ptp(height)
    lower = (1.0 / (1.0 + np.exp(-(s.mask_level - share) / s.mask_softness)))[:, None]
    offset = s.lip_open * SKIN.lip_open - s.eyelid_open * SKIN.eye_close
    weights, last = [], np.zeros(SHAPES)
    ups = smoothed(coefficients, s.upper_smoothing, rate)
    downs = smoothed(coefficients, s.lower_smoothing, rate)
    for up, down in zip(ups, downs, strict=True):
        above = s.skin * np.tensordot(up, SKIN.components, 1) + offset
        below = s.skin * np.tensordot(down, SKIN.components, 1) + offset
        vertices = SKIN.mean + s.upper * (1.0 - lower) * above + s.lower * lower * below
        last = SOLVER.solve(SOLVER.project((vertices - NEUTRAL)[VERTICES].reshape(-1)), last)
        weights.append(last)
    return np.array(weights)


def test_weights_are_those_of_the_vertices_that_are_never_made() -> None:
    coefficients = RNG.normal(size=(20, COMPONENTS))
    track = SkinTrack(SkinSolve(SKIN, STRENGTHS, SOLVER, NEUTRAL, VERTICES), 30)
    expected = by_vertices(coefficients, STRENGTHS, 30)
    found = np.concatenate([track.follow(coefficients[:7]), track.follow(coefficients[7:])])
    assert np.allclose(found, expected, atol=1e-8)
    assert 0.05 < expected.max() <= 1.0


def test_two_tracks_do_not_mix() -> None:
    solve = SkinSolve(SKIN, STRENGTHS, SOLVER, NEUTRAL, VERTICES)
    coefficients = RNG.normal(size=(10, COMPONENTS))
    one, other = SkinTrack(solve, 30), SkinTrack(solve, 30)
    parts = []
    for frame in coefficients:
        parts.append(one.follow(frame[None]))
        other.follow(-frame[None])
    assert np.array_equal(np.concatenate(parts), SkinTrack(solve, 30).follow(coefficients))


def test_without_smoothing_a_frame_stands_for_itself() -> None:
    plain = replace(STRENGTHS, upper_smoothing=0.0, lower_smoothing=0.0)
    solver = Solver(DELTAS[:, VERTICES].reshape(SHAPES, -1), Penalties(l2=0.5))
    solve = SkinSolve(SKIN, plain, solver, NEUTRAL, VERTICES)
    coefficients = RNG.normal(size=(6, COMPONENTS))
    together = SkinTrack(solve, 30).follow(coefficients)
    alone = [SkinTrack(solve, 30).follow(frame[None])[0] for frame in coefficients]
    assert np.allclose(together, alone, atol=1e-8)


def test_sizes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(vertices, 3\)"):
        Skin(np.zeros((4, 2)), np.zeros((1, 4, 2)), np.zeros((4, 2)), np.zeros((4, 2)))
    with pytest.raises(ValueError, match="components of"):
        replace(SKIN, components=np.zeros((2, COUNT - 1, 3)))
    with pytest.raises(ValueError, match="an offset of"):
        replace(SKIN, lip_open=np.zeros((COUNT + 1, 3)))
    with pytest.raises(ValueError, match="neutral face"):
        SkinSolve(SKIN, STRENGTHS, SOLVER, NEUTRAL[1:], VERTICES)
    with pytest.raises(ValueError, match="softness"):
        SkinSolve(SKIN, replace(STRENGTHS, mask_softness=0.0), SOLVER, NEUTRAL, VERTICES)
    with pytest.raises(ValueError, match="no height"):
        SkinSolve(replace(SKIN, mean=np.ones((COUNT, 3))), STRENGTHS, SOLVER, NEUTRAL, VERTICES)
