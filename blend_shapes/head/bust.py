"""Shoulders in a garment with a round collar, closing softly below."""

import numpy as np

from blend_shapes.head.field import Array, carve, cone, ellipsoid, folded, join
from blend_shapes.head.look import Look

COLLAR: float = -108.0
"""Height of the collar at the neck's axis."""


def garment(p: Array, look: Look) -> Array:
    """Distance from the garment."""
    q = folded(p)
    wide = look.shoulders
    slope = cone(q, (0.0, COLLAR - 14.0, -28.0), (0.74 * wide, -164.0, -30.0), look.neck + 5.0, 25.0)
    arm = cone(q, (0.76 * wide, -168.0, -30.0), (0.84 * wide, -250.0, -26.0), 24.0, 27.0)
    chest = ellipsoid(q, (0.0, -224.0, -20.0), (0.78 * wide, 86.0, 56.0))
    d = join(join(slope, chest, 34.0), arm, 16.0)
    d = -join(-d, p[:, 1] + 244.0, 26.0)
    d = carve(d, ellipsoid(q, (0.0, COLLAR + 6.0, -25.0), (look.neck + 2.5, 24.0, look.neck + 2.5)), 5.0)
    return join(d, _collar(q, look), 7.0)


def _collar(p: Array, look: Look) -> Array:
    """A ring around the neck, lower in front."""
    y = p[:, 1] - COLLAR + (p[:, 2] + 26.0) * 0.20
    gap = np.hypot(p[:, 0], p[:, 2] + 25.0) - (look.neck + 5.5)
    return np.hypot(gap, y * 0.72) - 5.0
