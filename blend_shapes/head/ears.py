"""Ears: a dish with a rolled rim, set into the side of the head."""

from typing import Final

import numpy as np

from blend_shapes.head.look import Look
from blend_shapes.head.points import Piece, Zone, closed, piece, rows

AROUND: Final = 22
_PROFILE: Final = (
    (0.06, -1.5),
    (0.34, -1.5),
    (0.52, 1.5),
    (0.64, 3.2),
    (0.76, 2.4),
    (0.88, 4.6),
    (0.97, 4.4),
    (1.00, 2.4),
    (0.92, 0.2),
    (0.55, -9.0),
)
"""Radius and height over the dish's plane, from the middle over the rim to the back."""


def ear(look: Look) -> Piece:
    """The left ear."""
    angle = np.linspace(0.0, 2.0 * np.pi, AROUND, endpoint=False)
    away = np.array([0.86, 0.0, 0.51])
    back = np.array([0.51, 0.0, -0.86])
    up = np.array([0.0, 0.98, -0.17])
    centre = np.array([look.face_width + 9.0, -10.0, -6.0])
    lines = []
    for radius, high in _PROFILE:
        across = np.cos(angle) * (13.0 + 3.5 * np.sin(angle)) * radius
        along = np.sin(angle) * 25.0 * radius + 4.0 * (1.0 - radius)
        lobe = np.clip(-np.sin(angle), 0.0, 1.0) ** 2
        over = high * (1.0 - 0.55 * lobe) - 3.0 * radius * np.clip(-np.cos(angle), 0.0, 1.0)
        lines.append(
            centre + look.ear * (np.outer(across, back) + np.outer(along, up) + np.outer(over, away))
        )
    position = np.concatenate(lines)
    numbers = np.arange(len(position)).reshape(len(_PROFILE), AROUND)
    triangles = rows(closed(numbers))
    return piece(position, triangles, Zone.EAR)
