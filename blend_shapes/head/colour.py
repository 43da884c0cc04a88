"""Colours: sRGB as people write it, linear as glTF wants it."""

import numpy as np

from blend_shapes.head.field import Array


def srgb(code: str) -> Array:
    """`#rrggbb` as three values from 0 to 1, still gamma coded."""
    return np.array([int(code[i : i + 2], 16) / 255.0 for i in (1, 3, 5)])


def linear(colour: Array) -> Array:
    """Gamma-coded sRGB to linear light (IEC 61966-2-1)."""
    low = colour / 12.92
    high = ((np.maximum(colour, 0.0) + 0.055) / 1.055) ** 2.4
    return np.asarray(np.where(colour <= 0.04045, low, high))


def mixed(under: Array, over: Array, share: Array) -> Array:
    """Rows of colours laid over others, each by its share."""
    return np.asarray(under * (1.0 - share[:, None]) + over * share[:, None])
