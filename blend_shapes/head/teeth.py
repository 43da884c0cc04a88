"""Teeth as two arcs with gaps hinted, and a tongue that bends."""

from typing import Final

import numpy as np

from blend_shapes.head import forms
from blend_shapes.head.field import Array
from blend_shapes.head.look import Look
from blend_shapes.head.points import Triangles, closed, outward, rows

UPPER_EDGE: Final = -2.2
"""Edge of the upper teeth against the line of the mouth, millimetres."""
BEHIND_LIPS: Final = 5.6
"""Millimetres from the surface of the face to the teeth."""
_TEETH: Final = 10
_STEPS: Final = 4
"""Vertices along one tooth."""


def arch_front(look: Look) -> float:
    """How far forward the front teeth stand, millimetres: just behind the lips."""
    lips = forms.profile_height(np.zeros(1), np.array([look.mouth_height]), look)
    return float(lips[0]) - BEHIND_LIPS


def arch(u: Array, front: Array) -> tuple[Array, Array]:
    """Places (x, z) along the front of an arch; u from -1 to 1."""
    angle = u * 1.25
    return 24.0 * np.sin(angle), front - 30.0 * (1.0 - np.cos(angle))


def row_of_teeth(look: Look, upper: bool) -> tuple[Array, Triangles, Array]:
    """Positions, triangles, and for each vertex how much of it is tooth rather than gum."""
    n = _TEETH * _STEPS + 1
    u = np.linspace(-1.0, 1.0, n)
    within = np.abs((np.arange(n) / _STEPS) % 1.0 - 0.5) * 2.0  # 1 in a gap, 0 in the middle of a tooth
    sign = 1.0 if upper else -1.0
    front = arch_front(look) - (0.0 if upper else 2.2)
    edge = look.mouth_height + (UPPER_EDGE if upper else UPPER_EDGE - 1.2)
    tall = 8.5 * (1.0 - 0.18 * np.abs(u))
    edges = edge + sign * (0.55 * within**4 + 1.2 * u**2)
    profile = ((4.2, 0.1), (1.6, 0.0), (0.0, 0.25), (0.0, 0.85), (1.2, 1.05), (0.8, 1.25), (5.0, 1.6))
    lines, tooth = [], []
    for back, high in profile:
        x, z = arch(u, front - back - 0.55 * within**4 * (0.0 < high < 1.0))
        shrink = 1.0 - 0.010 * back
        lines.append(np.column_stack([x * shrink, edges + sign * high * tall, z]))
        tooth.append(np.full(n, 1.0 if high < 1.0 else 0.0) * (1.0 - 0.22 * within**6))
    numbers = np.arange(len(profile) * n).reshape(len(profile), n)
    position = np.concatenate(lines)
    centre = np.array([0.0, edge + sign * 4.0, front - 40.0])
    return position, outward(position, rows(numbers), centre), np.concatenate(tooth)


def tongue(look: Look) -> tuple[Array, Triangles]:
    """A flattened, rounded body from the root to the tip."""
    rings, around = 14, 16
    s = np.linspace(0.0, 1.0, rings)
    angle = np.linspace(0.0, 2.0 * np.pi, around, endpoint=False)
    lines = []
    for t in s:
        wide = 17.5 * (1.0 - 0.42 * t**2.0) * np.sqrt(max(1e-4, 1.0 - max(0.0, (t - 0.72) / 0.28) ** 2))
        high = 6.0 * (1.0 - 0.45 * t) * np.sqrt(max(1e-4, 1.0 - max(0.0, (t - 0.8) / 0.2) ** 2))
        x, y = wide * np.cos(angle), high * np.sin(angle)
        y = y - 1.6 * np.exp(-((x / 3.0) ** 2)) * (np.sin(angle) > 0.0) * min(1.0, 2.0 * (1.0 - t))
        centre_y = look.mouth_height - 12.5 + 2.5 * np.sin(np.pi * t) - 0.8 * t
        z = 30.0 + (arch_front(look) - 8.0 - 30.0) * t
        lines.append(np.column_stack([x, centre_y + y, np.full(around, z)]))
    numbers = np.arange(rings * around).reshape(rings, around)
    position = np.concatenate(lines)
    triangles = outward(position, rows(closed(numbers)), np.array([0.0, look.mouth_height - 12.0, 55.0]))
    return position, triangles
