"""Nostrils: soft dark dimples, patches on the underside of the nose that fade into the skin."""

from typing import Final

import numpy as np

from blend_shapes.head import forms
from blend_shapes.head.field import Array, gradient, surface_along
from blend_shapes.head.look import Look
from blend_shapes.head.points import Piece, Zone, closed, outward, piece, rows

_AROUND: Final = 14
_LIFT: Final = 0.25
"""Millimetres over the skin."""


def nostril(look: Look) -> Piece:
    """The left nostril."""

    def skin(p: Array) -> Array:
        return forms.skin(p, look)

    wide = look.nose_width
    inside = np.array([[wide * 0.60, -look.nose_length - 1.0, look.nose_depth - wide - 4.0]])
    down = np.array([[0.10, -0.86, 0.50]])
    centre = surface_along(skin, inside, down / np.linalg.norm(down))
    normal = gradient(skin, centre)[0]
    across = np.cross(normal, (0.35, 0.0, 1.0))
    across /= np.linalg.norm(across)
    along = np.cross(across, normal)
    angle = np.linspace(0.0, 2.0 * np.pi, _AROUND, endpoint=False)
    disc = np.outer(np.cos(angle), across) * wide * 0.30 + np.outer(np.sin(angle), along) * wide * 0.40
    position = np.concatenate([centre, centre + 0.4 * disc, centre + disc])
    for _ in range(4):
        position = position - (skin(position) - _LIFT)[:, None] * gradient(skin, position)
    step = np.arange(_AROUND)
    fan = np.column_stack([0 * step, 1 + step, 1 + (step + 1) % _AROUND])
    ring = rows(closed(1 + np.arange(2 * _AROUND).reshape(2, _AROUND)))
    triangles = outward(position, np.concatenate([fan, ring]), inside[0])
    whole = piece(position, triangles, Zone.NOSTRIL)
    whole.zone[1 + _AROUND :] = int(Zone.SKIN)
    return whole
