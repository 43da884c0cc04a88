"""How far apart the lips of the generated head are, straight from its mesh.

Morph targets add up linearly, so the gap of each pair of touching vertices is one dot product with the
weights; the pairs come from the mesh of the default look.
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import TWINS
from blend_shapes.head.field import Array
from blend_shapes.head.lips import contact_pairs, lip_loops
from blend_shapes.head.look import LOOKS, Look
from blend_shapes.head.morphs import mouth_morphs

DEFAULT: Final = "mira"
PAIRS: Final = 5


@cache
def pair_slopes(look: Look) -> Array:
    """(52, PAIRS): millimetres by which weight 1 of each shape parts each pair of lip vertices, from the
    middle of the mouth towards its left corner (right and left are mirror images)."""
    lips, _ = lip_loops(look)
    upper, lower = contact_pairs(PAIRS)
    deltas = mouth_morphs(lips, look)
    return np.asarray(deltas[:, upper, 1] - deltas[:, lower, 1])


def lip_gap(weights: NDArray[np.floating]) -> Array:
    """Vertical distance in millimetres between the lips where they meet at rest, the mean over the pairs;
    weights (frames, 52) in ARKit order, result (frames,). Lips that press into each other count as 0."""
    apart = np.asarray(weights, np.float64) @ _both_sides(LOOKS[DEFAULT])
    return np.asarray(np.maximum(apart, 0.0).mean(axis=1))


@cache
def _both_sides(look: Look) -> Array:
    """(52, 2 PAIRS): the pairs of the left half and their mirror images."""
    left = pair_slopes(look)
    return np.concatenate([left, left[list(TWINS)]], axis=1)
