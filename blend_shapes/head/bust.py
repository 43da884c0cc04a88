"""Shoulders in a garment with a round collar, closing softly below."""

import numpy as np

from blend_shapes.head.field import Array, carve, cone, ellipsoid, folded, join
from blend_shapes.head.look import Look


def garment(p: Array, look: Look) -> Array:
    """Distance from the garment."""
    q = folded(p)
    wide = look.shoulders
    d = ellipsoid(q, (0.0, -194.0, -28.0), (wide * 0.72, 60.0, 60.0))
    d = join(d, ellipsoid(q, (wide * 0.66, -189.0, -30.0), (wide * 0.36, 40.0, 44.0)), 30.0)
    yoke = cone(q, (0.0, -185.0, -30.0), (0.0, -142.0, -27.0), look.neck + 24.0, look.neck + 9.0)
    d = join(d, yoke, 18.0)
    d = carve(d, _collar_space(q, look), 6.0)
    return join(d, _collar(q, look), 8.0)


def _collar_space(p: Array, look: Look) -> Array:
    return ellipsoid(p, (0.0, -128.0, -24.0), (look.neck + 6.0, 30.0, look.neck + 8.0))


def _collar(p: Array, look: Look) -> Array:
    """A ring around the neck, lower in front."""
    y = p[:, 1] + 137.0 + (p[:, 2] + 26.0) * 0.16
    gap = np.hypot(p[:, 0], p[:, 2] + 26.0) - (look.neck + 10.0)
    return np.hypot(gap, y * 0.8) - 7.5
