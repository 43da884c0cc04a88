"""Hair as a few large sculpted volumes with grooves along the strands."""

from collections.abc import Callable
from typing import Final

import numpy as np

from blend_shapes.head.field import Array, carve, cone, ellipsoid, folded, join, smoothstep, sphere
from blend_shapes.head.look import Look

Point = tuple[float, float, float]


def hair(p: Array, look: Look) -> Array:
    """Distance from the hair of a look."""
    return STYLES[look.hair](p)


def _grooves(p: Array, parting: float, count: float, depth: float) -> Array:
    """Strands that run away from a parting point on the crown."""
    x, z = p[:, 0] - parting, p[:, 2] + 18.0
    angle = np.arctan2(x, z)
    wave = np.sin(angle * count + 0.8 * np.sin(p[:, 1] * 0.045)) + 0.45 * np.sin(angle * count * 2.3 + 1.0)
    return np.asarray(depth * wave * smoothstep(16.0, 70.0, np.hypot(x, z)))


def _window(
    p: Array, centre: tuple[float, float], radii: tuple[float, float], turn: float, depth: float
) -> Array:
    """An oval opening for the face, in the front view, from `depth` forward."""
    c, s = np.cos(turn), np.sin(turn)
    x, y = p[:, 0] - centre[0], p[:, 1] - centre[1]
    u, v = (x * c + y * s) / radii[0], (y * c - x * s) / radii[1]
    oval = ((np.abs(u) ** 2.4 + np.abs(v) ** 2.4) ** (1.0 / 2.4) - 1.0) * min(radii)
    return np.asarray(np.maximum(oval, depth - p[:, 2]))


def _locks(p: Array, locks: tuple[tuple[Point, Point, Point, float, float], ...], d: Array) -> Array:
    """Bent, tapering locks laid over a shape: start, bend, end, radius at start and at end."""
    for start, bend, end, thick, thin in locks:
        mid = 0.55 * thick + 0.45 * thin
        lock = join(cone(p, start, bend, thick, mid), cone(p, bend, end, mid, thin), 8.0)
        d = join(d, lock, 16.0)
    return d


_SWEEP: Final = (
    ((30.0, 100.0, 36.0), (-18.0, 78.0, 63.0), (-70.0, -6.0, 30.0), 18.0, 12.0),
    ((34.0, 104.0, 30.0), (2.0, 86.0, 58.0), (-52.0, 40.0, 48.0), 18.0, 12.0),
    ((40.0, 98.0, 34.0), (60.0, 62.0, 40.0), (72.0, -6.0, 24.0), 14.0, 11.0),
)


def _bob(p: Array) -> Array:
    d = ellipsoid(p, (0.0, 36.0, -10.0), (83.0, 96.0, 97.0))
    d = join(d, ellipsoid(p, (0.0, -18.0, -22.0), (86.0, 76.0, 76.0)), 24.0)
    d = _locks(p, _SWEEP, d)
    d = carve(d, _window(p, (8.0, -44.0), (62.0, 106.0), -0.22, 8.0), 10.0)
    d = carve(d, ellipsoid(p, (0.0, -118.0, 24.0), (52.0, 75.0, 66.0)), 10.0)
    return d + _grooves(p, 22.0, 13.0, 1.1)


def _fringe(p: Array) -> Array:
    q = folded(p)
    d = ellipsoid(p, (0.0, 40.0, -12.0), (83.0, 96.0, 99.0))
    d = carve(d, _window(p, (0.0, -60.0), (63.0, 97.0), 0.0, 14.0), 8.0)
    d = carve(d, ellipsoid(q, (70.0, -20.0, 0.0), (30.0, 34.0, 30.0)), 10.0)
    d = carve(d, ellipsoid(p, (0.0, -90.0, -20.0), (80.0, 62.0, 90.0)), 12.0)
    bun = sphere(q, (60.0, 112.0, -22.0), 29.0)
    bun = bun + 1.1 * np.sin(np.arctan2(q[:, 1] - 112.0, q[:, 0] - 60.0) * 3.0 + (q[:, 2] + 22.0) * 0.30)
    side = join(
        cone(q, (62.0, 40.0, 44.0), (65.0, -10.0, 36.0), 11.0, 8.0),
        cone(q, (65.0, -10.0, 36.0), (61.0, -66.0, 42.0), 8.0, 4.5),
        8.0,
    )
    return join(join(d, bun, 4.0), side, 5.0) + _grooves(p, 0.0, 14.0, 0.9)


_QUIFF: Final = (
    ((30.0, 112.0, 30.0), (22.0, 114.0, 66.0), (-22.0, 104.0, 84.0), 24.0, 12.0),
    ((-4.0, 118.0, 30.0), (-12.0, 112.0, 70.0), (-44.0, 86.0, 66.0), 22.0, 10.0),
    ((44.0, 104.0, 20.0), (46.0, 96.0, 56.0), (14.0, 96.0, 84.0), 20.0, 11.0),
)


def _short(p: Array) -> Array:
    q = folded(p)
    d = ellipsoid(p, (0.0, 44.0, -12.0), (84.0, 93.0, 98.0))
    d = carve(d, _window(p, (0.0, -40.0), (62.0, 108.0), 0.0, 20.0), 4.0)
    d = carve(d, ellipsoid(q, (76.0, -26.0, 10.0), (40.0, 40.0, 36.0)), 3.0)
    d = carve(d, ellipsoid(p, (0.0, -110.0, -20.0), (90.0, 82.0, 110.0)), 3.0)
    return _locks(p, _QUIFF, d) + _grooves(p, 10.0, 11.0, 1.2)


STYLES: Final[dict[str, Callable[[Array], Array]]] = {"bob": _bob, "fringe": _fringe, "short": _short}
