"""How near the lower lip of the generated head is to its upper teeth, straight from the mesh: what f and v
look like."""

from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from blend_shapes.arkit import TWINS
from blend_shapes.head import teeth
from blend_shapes.head.field import Array
from blend_shapes.head.lip_gap import DEFAULT, pair_slopes
from blend_shapes.head.lips import COLUMNS, lip_loops
from blend_shapes.head.look import LOOKS
from blend_shapes.head.morphs import mouth_morphs

_LOOPS: Final = (1, 2, 3, 4)
"""Loops of the lower lip that can touch teeth: from inside the mouth to the red in front."""
_STEPS: Final = 6
"""Points along the edge of each triangle of the teeth."""


def lip_to_teeth(weights: NDArray[np.floating]) -> Array:
    """Millimetres between the middle of the lower lip and the upper teeth; weights (frames, 52) in ARKit
    order, result (frames,). Left and right count as their mean."""
    lips, deltas, edge = _lower_lip()
    mean = _mean_of_sides(weights)
    return np.array([edge.query(lips + np.tensordot(row, deltas, 1))[0].min() for row in mean], np.float64)


def least_gap(weights: NDArray[np.floating]) -> Array:
    """Millimetres between the lips where they are closest, over the inner 70 percent of the mouth; shapes
    as above. Below 0 where they press into each other."""
    apart = _mean_of_sides(weights) @ pair_slopes(LOOKS[DEFAULT])
    return np.asarray(apart.min(axis=1))


def _mean_of_sides(weights: NDArray[np.floating]) -> Array:
    both = np.asarray(weights, np.float64)
    return np.asarray(0.5 * (both + both[:, list(TWINS)]))


@cache
def _lower_lip() -> tuple[Array, Array, Any]:
    """Places (n, 3) of the left half of the lower lip, their displacements (52, n, 3), and a tree of points
    on the upper teeth."""
    look = LOOKS[DEFAULT]
    lips, _ = lip_loops(look)
    width = 2 * COLUMNS + 1
    numbers = np.concatenate(
        [np.arange(loop * width + COLUMNS + COLUMNS // 2, (loop + 1) * width) for loop in _LOOPS]
    )
    tooth, triangles, _ = teeth.row_of_teeth(look, upper=True)
    steps = [(i, j, _STEPS - i - j) for i in range(_STEPS + 1) for j in range(_STEPS + 1 - i)]
    corners = np.array(steps) / _STEPS
    surface = (corners[:, :, None] * tooth[triangles][:, None]).sum(axis=2).reshape(-1, 3)
    return lips.position[numbers], mouth_morphs(lips, look)[:, numbers], cKDTree(surface)
