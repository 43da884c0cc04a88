"""Nostrils: small dark patches that lie on the underside of the nose."""

from typing import Final

import numpy as np

from blend_shapes.head import forms
from blend_shapes.head.field import Array, gradient, surface_along
from blend_shapes.head.look import Look
from blend_shapes.head.points import Piece, Zone, outward, piece

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
    disc = np.outer(np.cos(angle), across) * wide * 0.27 + np.outer(np.sin(angle), along) * wide * 0.36
    position = np.concatenate([centre, centre + disc])
    for _ in range(4):
        position = position - (skin(position) - _LIFT)[:, None] * gradient(skin, position)
    step = np.arange(_AROUND)
    fan = np.column_stack([0 * step, 1 + step, 1 + (step + 1) % _AROUND])
    return piece(position, outward(position, fan, inside[0]), Zone.NOSTRIL)
