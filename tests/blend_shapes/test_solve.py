import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from blend_shapes.solve import Penalties, Solver

VERTICES = 90


def shapes(count: int = 12, seed: int = 1) -> NDArray[np.float64]:
    """Random shapes that overlap: neighbours share half of what they move."""
    raw = np.random.default_rng(seed).normal(size=(count + 1, VERTICES))
    return raw[:-1] + raw[1:]


def solve(solver: Solver, vertices: NDArray[np.float64]) -> NDArray[np.float64]:
    return solver.solve(solver.project(vertices), np.zeros(solver.size))


@given(st.lists(st.sampled_from([0.0, 1.0, 0.3, 0.72, 0.05]), min_size=12, max_size=12))
def test_weights_that_made_the_vertices_are_found(weights: list[float]) -> None:
    deltas = shapes()
    found = solve(Solver(deltas, Penalties()), np.array(weights) @ deltas)
    assert np.allclose(found, weights, atol=1e-4)


@given(st.integers(0, 10_000))
def test_what_no_weights_make_is_met_as_closely_as_can_be(seed: int) -> None:
    """The minimum with the bounds, as a general solver finds it; more than one weight is at a bound."""
    rng = np.random.default_rng(seed)
    deltas, vertices = shapes(seed=seed), rng.normal(size=VERTICES) * 2.0
    penalties = Penalties(l1=2.0, l2=3.0, symmetry=5.0)
    found = solve(Solver(deltas, penalties, symmetric=[(0, 1), (4, 7)]), vertices)
    rows = [deltas.T, np.sqrt(2.0) * np.ones((1, 12)), np.sqrt(3.0) * np.eye(12)]
    for left, right in ((0, 1), (4, 7)):
        rows.append(np.sqrt(5.0) * (np.eye(12)[left] - np.eye(12)[right])[None])
    matrix = np.concatenate(rows)
    target = np.concatenate([vertices, np.zeros(len(matrix) - VERTICES)])
    expected = lsq_linear(matrix, target, (0.0, 1.0), method="bvls", tol=1e-14).x
    assert np.allclose(found, expected, atol=1e-6)
    assert (found == 0.0).any()


def test_weights_stay_between_0_and_1() -> None:
    deltas = shapes()
    wanted = np.array([-0.5, 2.0, 0.4, *np.zeros(9)])
    found = solve(Solver(deltas, Penalties()), wanted @ deltas)
    assert found.min() == 0.0 and found.max() == 1.0


def test_the_search_may_begin_anywhere() -> None:
    deltas = shapes()
    solver = Solver(deltas, Penalties(l2=1.0))
    projected = solver.project(np.random.default_rng(8).normal(size=VERTICES) * 3.0)
    starts = np.random.default_rng(9).integers(0, 2, size=(20, 12)).astype(float)
    found = [solver.solve(projected, start) for start in starts]
    assert all(np.allclose(f, found[0], atol=1e-9) for f in found)


def test_of_a_cancelling_pair_the_stronger_moves_alone() -> None:
    deltas = shapes()
    weights = np.array([0.6, 0.4, 0.5, 0.2, *np.zeros(8)])
    solver = Solver(deltas, Penalties(), cancelling=[(0, 1), (3, 2)])
    found = solve(solver, weights @ deltas)
    assert found[1] == 0.0 and found[3] == 0.0
    assert found[0] > 0.6 and found[2] > 0.5  # they take over some of what they overlap with
    assert np.allclose(solve(Solver(deltas, Penalties()), weights @ deltas), weights, atol=1e-4)


def test_symmetry_draws_a_pair_together() -> None:
    deltas = shapes()
    weights = np.array([0.8, 0.0, 0.2, *np.zeros(9)])
    apart = solve(Solver(deltas, Penalties()), weights @ deltas)
    weak, strong = (
        solve(Solver(deltas, Penalties(symmetry=s), symmetric=[(0, 2)]), weights @ deltas)
        for s in (30.0, 3e5)
    )
    assert apart[0] - apart[2] > weak[0] - weak[2] > strong[0] - strong[2]
    assert strong[0] == pytest.approx(strong[2], abs=1e-2)


def test_temporal_smoothing_holds_on_to_the_last_weights() -> None:
    deltas = shapes()
    weights = np.full(12, 0.5)
    before = np.zeros(12)
    still = Solver(deltas, Penalties(temporal=400.0))
    moved = still.solve(still.project(weights @ deltas), before)
    assert (moved < 0.5).all() and moved.mean() > 0.05
    for _ in range(500):
        moved = still.solve(still.project(weights @ deltas), moved)
    assert np.allclose(moved, weights, atol=1e-4)


def test_sparsity_and_shrinking_weaken() -> None:
    deltas = shapes()
    weights = np.full(12, 0.4)
    plain = solve(Solver(deltas, Penalties()), weights @ deltas).sum()
    for penalties in (Penalties(l1=100.0), Penalties(l2=100.0)):
        assert solve(Solver(deltas, penalties), weights @ deltas).sum() < plain - 0.1


def test_shapes_that_are_alike_share() -> None:
    deltas = shapes(3)
    twins = np.concatenate([deltas, deltas[:1]])
    found = solve(Solver(twins, Penalties()), 0.6 * deltas[0])
    assert found == pytest.approx([0.3, 0.0, 0.0, 0.3], abs=1e-3)


@pytest.mark.parametrize(
    ("deltas", "penalties", "says"),
    [
        (np.zeros((3, 9)), Penalties(), "no shape moves"),
        (np.full((3, 9), np.nan), Penalties(), "finite"),
        (np.zeros(9), Penalties(), "one row"),
        (np.zeros((0, 9)), Penalties(), "no shape moves"),
        (np.ones((3, 9)), Penalties(l2=-1.0), "from 0 on"),
        (np.ones((3, 9)), Penalties(temporal=np.inf), "from 0 on"),
    ],
)
def test_what_cannot_be_is_refused(deltas: NDArray[np.float64], penalties: Penalties, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Solver(deltas, penalties)
