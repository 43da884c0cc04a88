"""Distance fields: simple solids, smooth joins, and rays that meet their surface.

Points are arrays of shape (n, 3) in millimetres; distances have shape (n,), negative inside. Joins are the
polynomial smooth minimum (Inigo Quilez, "Smooth minimum", 2013); the ellipsoid is his first-order bound.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Field = Callable[[Array], Array]


def smoothstep(low: float, high: float, x: Array) -> Array:
    """0 at `low` and below, 1 at `high` and above, with flat ends between."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def bump(distance: Array) -> Array:
    """1 at distance 0, falling smoothly to exactly 0 at distance 1 and beyond."""
    return np.asarray(np.clip(1.0 - distance**2, 0.0, None) ** 2)


def join(a: Array, b: Array, radius: float) -> Array:
    """Smooth union."""
    h = np.maximum(radius - np.abs(a - b), 0.0) / radius
    return np.asarray(np.minimum(a, b) - h * h * radius * 0.25)


def carve(a: Array, b: Array, radius: float) -> Array:
    """Smooth difference: `a` without `b`."""
    return -join(-a, b, radius)


def ellipsoid(p: Array, centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Array:
    q = (p - np.array(centre)) / np.array(radii)
    k0 = np.sqrt((q**2).sum(axis=1))
    k1 = np.sqrt(((q / np.array(radii)) ** 2).sum(axis=1))
    return np.asarray(k0 * (k0 - 1.0) / np.maximum(k1, 1e-9))


def sphere(p: Array, centre: tuple[float, float, float], radius: float) -> Array:
    return np.asarray(np.linalg.norm(p - np.array(centre), axis=1) - radius)


def cone(
    p: Array,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    radius_start: float,
    radius_end: float,
) -> Array:
    """A capsule whose radius goes evenly from one end to the other."""
    a, axis = np.array(start), np.array(end) - np.array(start)
    along = np.clip((p - a) @ axis / max(axis @ axis, 1e-9), 0.0, 1.0)
    gap = np.linalg.norm(p - a - along[:, None] * axis, axis=1)
    return np.asarray(gap - radius_start - (radius_end - radius_start) * along)


def folded(p: Array) -> Array:
    """Both halves laid on the left one, so that what is built from it mirrors exactly."""
    return np.column_stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]])


def rounded_fold(p: Array, soft: float = 5.0) -> Array:
    """Both halves laid on the left one without a crease in the middle: x is at least `soft` there."""
    return np.column_stack([np.sqrt(p[:, 0] ** 2 + soft * soft), p[:, 1], p[:, 2]])


def surface_along(field: Field, origin: Array, direction: Array, steps: int = 90) -> Array:
    """Where rays that begin inside first leave a solid; both arrays (n, 3), directions of length 1."""
    travelled = np.zeros(len(direction))
    for _ in range(steps):
        travelled -= 0.75 * field(origin + travelled[:, None] * direction)
        travelled = np.maximum(travelled, 0.0)
    return np.asarray(origin + travelled[:, None] * direction)


def gradient(field: Field, p: Array, reach: float = 0.4) -> Array:
    """Unit normals of a field at points, by central differences over `reach` millimetres."""
    steps = np.eye(3) * reach
    slope = np.stack([field(p + step) - field(p - step) for step in steps], axis=1)
    length = np.linalg.norm(slope, axis=1, keepdims=True)
    return np.asarray(slope / np.maximum(length, 1e-12))
