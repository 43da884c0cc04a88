"""Brows: tapered strips that lie on the skin and go where it goes."""

from typing import Final

import numpy as np

from blend_shapes.head import forms
from blend_shapes.head.look import Look
from blend_shapes.head.points import Piece, Zone, outward, piece, rows

ALONG: Final = 16
_ACROSS: Final = ((-0.5, -0.5), (-0.32, 0.75), (0.0, 1.1), (0.32, 0.75), (0.5, -0.5))
"""Place across in parts of the thickness, and height over the skin in millimetres."""


def brow(look: Look) -> Piece:
    """The left brow, from the nose to the temple."""
    u = np.linspace(0.0, 1.0, ALONG)
    x = look.eye_x - 18.5 + 40.0 * u
    arch = (
        look.brow_arch * np.sin(np.pi * np.clip(u * 0.86, 0.0, 1.0))
        - 5.0 * np.clip(u - 0.62, 0.0, None) ** 1.3 * 2.2
    )
    y = look.brow_height - 2.0 + arch
    thick = look.brow_thickness * np.clip(u * 7.0 + 0.45, 0.0, 1.0) * (1.0 - 0.80 * u**1.7)
    lines, hung = [], []
    for across, high in _ACROSS:
        place = y + across * thick
        depth = forms.profile_height(x, place, look)
        taper = np.clip(4.0 * (1.0 - u) + 0.35, 0.0, 1.0)
        lines.append(np.column_stack([x + across * 1.5 * (u < 0.2), place, depth + high * taper]))
        hung.append(np.column_stack([x, place, depth]))
    position = np.concatenate(lines)
    numbers = np.arange(len(position)).reshape(len(_ACROSS), ALONG)
    triangles = outward(position, rows(numbers), np.array([look.eye_x * 0.6, 20.0, 0.0]))
    return piece(position, triangles, Zone.BROW, np.concatenate(hung))
