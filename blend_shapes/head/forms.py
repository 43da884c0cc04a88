"""The large forms of the head as one smooth solid: skull, jaw, cheeks, sockets, nose, lids, neck."""

import numpy as np

from blend_shapes.head.field import Array, carve, cone, ellipsoid, folded, join, rounded_fold, sphere
from blend_shapes.head.look import Look

LID: float = 1.7
"""Thickness of the lids, millimetres."""


def eye_centre(look: Look) -> tuple[float, float, float]:
    """Centre of the left eyeball."""
    return (look.eye_x, 0.0, look.eye_z)


def skin(p: Array, look: Look) -> Array:
    """Distance from the skin, without lips and ears; mirror images in x."""
    p = folded(p)
    d = ellipsoid(p, (0.0, 34.0, -8.0), (76.0, 88.0, 89.0))
    d = join(d, _face(p, look), 26.0)
    d = _eyes(p, d, look)
    d = join(d, _nose(p, look), 14.0)
    return join(d, neck(p, look), 14.0)


def neck(p: Array, look: Look) -> Array:
    """The column of the neck."""
    upper, lower = (0.0, -60.0, -20.0), (0.0, -190.0, -30.0)
    return cone(p, upper, lower, look.neck, look.neck + 2.0)


def _face(p: Array, look: Look) -> Array:
    d = ellipsoid(p, (0.0, -22.0, 20.0), (look.face_width, 72.0, 64.0))
    chin = cone(
        p,
        (-look.chin_width, look.chin_height, 65.0),
        (look.chin_width, look.chin_height, 65.0),
        look.chin_radius,
        look.chin_radius,
    )
    d = join(d, chin, 24.0)
    q = rounded_fold(p)
    if look.jaw_corner > 0.0:
        d = join(d, sphere(q, (look.jaw_width, -60.0, 18.0), look.jaw_corner), 46.0)
    d = join(d, sphere(q, (37.0, look.cheek_height, 51.0), look.cheek), 16.0)
    return join(d, ellipsoid(p, (0.0, look.mouth_height + 2.0, 58.0), (29.0, 25.0, 29.0)), 16.0)


def _eyes(p: Array, d: Array, look: Look) -> Array:
    x, y, z = eye_centre(look)
    p = rounded_fold(p)
    d = carve(d, ellipsoid(p, (x - 2.0, y - 1.0, 87.0), (25.0, 18.0, 16.0)), 24.0)
    if look.brow_ridge > 0.0:
        ridge = cone(p, (8.0, 17.0, 74.0), (44.0, 19.0, 56.0), 8.0, 6.0)
        d = join(d, ridge, 14.0)
    return join(d, sphere(p, (x, y, z), look.eye_radius + LID), 9.0)


def _nose(p: Array, look: Look) -> Array:
    tip = (0.0, -look.nose_length, look.nose_depth - look.nose_width)
    bridge = cone(p, (0.0, 2.0, look.nose_bridge - 4.0), tip, 5.0, look.nose_width * 0.86)
    ball = ellipsoid(p, tip, (look.nose_width, look.nose_width * 0.88, look.nose_width))
    wing = (look.nose_width * 1.18, -look.nose_length - 3.2, look.nose_depth - look.nose_width - 7.5)
    wings = ellipsoid(p, wing, (look.nose_width * 0.66, look.nose_width * 0.62, look.nose_width * 0.85))
    return join(join(bridge, ball, 6.0), wings, 5.0)


def profile_height(x: Array, y: Array, look: Look) -> Array:
    """How far forward (z) the skin lies at points of the front view, from 55 mm outwards."""
    depth = np.full_like(x, 30.0)
    for _ in range(80):
        depth = depth - 0.75 * skin(np.column_stack([x, y, depth]), look)
    return depth
