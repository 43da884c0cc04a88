"""Blendshape weights from the vertices of a face: regularised least squares between 0 and 1.

For vertices d (displacements from the neutral face) and shapes D the weights w minimise

    |D w - d|^2 + l1 (sum w)^2 + l2 |w|^2 + temporal |w - w_before|^2 + symmetry sum (w_left - w_right)^2

with 0 <= w <= 1. The normal equations of all this are made once; a frame costs one product with D
(none, where the caller has projected its own basis) and a few solutions of a system of one row a shape.
The bounds are kept by active sets (Stark and Parker 1995, "Bounded-variable least-squares"): the result
is the minimum itself, so nothing depends on where the search began.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Pair = tuple[int, int]

_TOLERANCE: Final = 1e-10
"""A gradient that pushes a weight off its bound must be larger, relative to the largest on the diagonal."""
_LEAST: Final = 1e-6
"""The least l2, relative to the same: shapes that are alike still have one solution."""


@dataclass(frozen=True, slots=True)
class Penalties:
    """Strengths, in the squared units of the vertices."""

    l1: float = 0.0
    l2: float = 0.0
    temporal: float = 0.0
    symmetry: float = 0.0


class Solver:
    """The shapes of one face; shared by all that solve with it, never written after it is made."""

    def __init__(
        self,
        shapes: NDArray[Any],
        penalties: Penalties,
        *,
        symmetric: Sequence[Pair] = (),
        cancelling: Sequence[Pair] = (),
    ) -> None:
        """`shapes` has a row of vertex displacements, flat, for each shape. Pairs are numbers of rows.

        Of each pair in `cancelling` only the stronger one moves. Raises ValueError for shapes of zeros
        only, and values that are not finite or negative where that makes no sense.
        """
        self._shapes = np.asarray(shapes, np.float64)
        if self._shapes.ndim != 2 or not np.isfinite(self._shapes).all():
            raise ValueError("shapes want one row of finite displacements each")
        strengths = (penalties.l1, penalties.l2, penalties.temporal, penalties.symmetry)
        if not all(np.isfinite(s) and s >= 0.0 for s in strengths):
            raise ValueError(f"penalties want finite numbers from 0 on, got {strengths}")
        count = len(self._shapes)
        matrix = self._shapes @ self._shapes.T
        largest = float(matrix.diagonal().max(initial=0.0))
        if largest == 0.0:
            raise ValueError("no shape moves a vertex")
        diagonal = max(penalties.l2 + penalties.temporal, _LEAST * largest)
        matrix += penalties.l1 + diagonal * np.eye(count)
        for left, right in symmetric:
            between = np.zeros(count)
            between[left], between[right] = 1.0, -1.0
            matrix += penalties.symmetry * np.outer(between, between)
        self._matrix = matrix
        self._tolerance = _TOLERANCE * largest
        self._temporal = penalties.temporal
        self._cancelling = tuple(cancelling)

    @property
    def size(self) -> int:
        return len(self._matrix)

    def project(self, vertices: NDArray[Any]) -> Vector:
        """Displacements onto the shapes: (..., flat vertices) to (..., shapes). Linear."""
        projected: Vector = np.asarray(vertices, np.float64) @ self._shapes.T
        return projected

    def solve(self, projected: Vector, before: Vector) -> Vector:
        """The weights for one frame's `project`ed vertices, after those of the frame before."""
        wanted = projected + self._temporal * before
        upper = np.ones(self.size)
        weights = self._bounded(wanted, upper, before)
        if self._cancelling:
            for i, j in self._cancelling:
                upper[j if weights[i] >= weights[j] else i] = 0.0
            weights = self._bounded(wanted, upper, weights)
        return weights

    def _bounded(self, wanted: Vector, upper: Vector, start: Vector) -> Vector:
        """The minimum of w A w / 2 - wanted w between 0 and `upper`."""
        weights = np.clip(start, 0.0, upper)
        free = (weights > 0.0) & (weights < upper)
        for _ in range(8 * self.size):  # far more than ever needed; what is in hand is always allowed
            self._settle(weights, free, wanted, upper)
            slope = self._matrix @ weights - wanted
            inward = np.where(weights <= 0.0, -slope, np.where(weights >= upper, slope, 0.0))
            inward[free | (upper == 0.0)] = 0.0
            leaver = int(inward.argmax())
            if inward[leaver] <= self._tolerance:
                break
            free[leaver] = True
        return weights

    def _settle(self, weights: Vector, free: NDArray[np.bool_], wanted: Vector, upper: Vector) -> None:
        """Move the free weights to their minimum; those that meet a bound stay there. In place."""
        while free.any():
            rest = wanted[free] - self._matrix[np.ix_(free, ~free)] @ weights[~free]
            target = np.linalg.solve(self._matrix[np.ix_(free, free)], rest)
            now, most = weights[free], upper[free]
            way = target - now
            room = np.where(way < 0.0, now, most - now)
            shares = np.divide(room, np.abs(way), out=np.full(len(way), np.inf), where=way != 0.0)
            first = int(shares.argmin())
            if shares[first] >= 1.0:
                weights[free] = np.clip(target, 0.0, most)
                return
            moved = np.clip(now + shares[first] * way, 0.0, most)
            moved[first] = 0.0 if way[first] < 0.0 else most[first]
            weights[free] = moved
            free[np.flatnonzero(free)[first]] = False
