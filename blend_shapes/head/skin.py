"""The skin as one mesh: loops for lips and lids, and an even scatter of vertices over the rest of the head.

The left half is triangulated in a flat chart of the head (longitude and elevation seen from its middle,
continued down the neck) and mirrored.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree

from blend_shapes.head import forms
from blend_shapes.head.brows import brow
from blend_shapes.head.ears import ear
from blend_shapes.head.field import Array, surface_along
from blend_shapes.head.lids import eye_parts
from blend_shapes.head.lips import lip_loops
from blend_shapes.head.look import Look
from blend_shapes.head.nostrils import nostril
from blend_shapes.head.points import Piece, Triangles, Zone, joined, outward, piece

MIDDLE: Final = np.array([0.0, -15.0, 0.0])
"""The chart's eye: every part of the skin above the neck is seen from here."""
SCALE: Final = 80.0
"""Millimetres of chart to a radian."""
NECK_TOP: Final = -1.22 * SCALE
"""Chart height below which rays slide down the neck."""
NECK_LENGTH: Final = 50.0
NECK_BOTTOM: Final = -158.0
NECK_AXIS: Final = -24.0


def chart(p: Array) -> Array:
    """Places of points above the neck in the chart, (n, 2)."""
    q = p - MIDDLE
    flat = np.hypot(q[:, 0], q[:, 2])
    return np.column_stack([np.arctan2(q[:, 0], q[:, 2]), np.arctan2(q[:, 1], flat)]) * SCALE


def lifted(places: Array, look: Look) -> Array:
    """The skin at places of the chart."""
    around = places[:, 0] / SCALE
    elevation = np.maximum(places[:, 1], NECK_TOP) / SCALE
    level = np.column_stack([np.sin(around), 0.0 * around, np.cos(around)])
    rays = level * np.cos(elevation)[:, None] + np.outer(np.sin(elevation), (0.0, 1.0, 0.0))
    p = surface_along(lambda q: forms.skin(q, look), np.tile(MIDDLE, (len(places), 1)), rays)
    down = np.clip((NECK_TOP - places[:, 1]) / NECK_LENGTH, 0.0, 1.0)
    height = p[:, 1] * (1.0 - down) + NECK_BOTTOM * down
    axis = np.column_stack([0.0 * height, height, np.full(len(height), NECK_AXIS)])
    on_neck = surface_along(lambda q: forms.skin(q, look), axis, level)
    p = np.where((down > 0.0)[:, None], on_neck, p)
    middle = (np.abs(places[:, 0]) < 1e-9) | (np.abs(places[:, 0] - np.pi * SCALE) < 1e-9)
    p[middle, 0] = 0.0
    return p


def _grid(left: float, right: float, low: float, high: float, step: float) -> Array:
    """A triangular lattice."""
    lines = []
    for i, y in enumerate(np.arange(low, high + 1e-9, step * 0.866)):
        lines.append(
            np.column_stack(
                [
                    np.arange(left + (i % 2) * step / 2, right + 1e-9, step),
                    y + 0 * np.arange(left + (i % 2) * step / 2, right + 1e-9, step),
                ]
            )
        )
    return np.concatenate(lines)


def _scatter(fixed: Array) -> Array:
    """Places between the loops and over the rest of the head, finer where the face moves."""
    end = np.pi * SCALE
    levels = [
        (_grid(0.0, 12.0, -28.0, -16.0, 1.8), 1.8),
        (_grid(0.0, 25.0, -36.0, 2.0, 2.8), 2.8),
        (_grid(0.0, 62.0, -78.0, 46.0, 5.2), 5.2),
        (_grid(0.0, end, NECK_TOP - NECK_LENGTH, 1.5 * SCALE, 11.5), 11.5),
    ]
    low, high = NECK_TOP - NECK_LENGTH, 1.5 * SCALE
    edge = np.arange(low, high, 11.5)
    borders = [
        np.column_stack([np.full_like(edge, end), edge]),
        *(np.column_stack([np.linspace(0.0, end, 23), np.full(23, y)]) for y in (low, high)),
    ]
    taken = [fixed]
    for places, step in [*levels[:3], *((b, 8.0) for b in borders), levels[3]]:
        near, _ = cKDTree(np.concatenate(taken)).query(places)
        taken.append(places[near > 0.78 * step])
    return np.concatenate(taken[1:])


def _inside(places: Array, loop: Array) -> NDArray[np.bool_]:
    """Whether places lie within a closed loop (even-odd rule)."""
    x, y = places[:, 0][:, None], places[:, 1][:, None]
    a, b = loop, np.roll(loop, -1, axis=0)
    crosses = (a[:, 1] > y) != (b[:, 1] > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = a[:, 0] + (y - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])
    return np.asarray((crosses & (x < at)).sum(axis=1) % 2 == 1)


def _remainder(mouth: Array, orbit: Array, look: Look) -> tuple[Array, Triangles]:
    """Vertices that fill the half outside two loops, and triangles over (mouth, orbit, these)."""
    holes = [chart(mouth), chart(orbit)]
    fixed = np.concatenate(holes)
    places = _scatter(fixed)
    places = places[~(_inside(places, holes[0]) | _inside(places, holes[1]))]
    flat = np.concatenate([fixed, places])
    triangles = np.asarray(Delaunay(flat).simplices, np.int64)
    middle = flat[triangles].mean(axis=1)
    kept = ~(_inside(middle, holes[0]) | _inside(middle, holes[1]))
    return lifted(places, look), triangles[kept]


def half_skin(look: Look) -> Piece:
    """The left half of everything that moves with the skin: skin, lips, lids, lashes, brow and ear."""
    lips, mouth = lip_loops(look)
    eyes, orbit = eye_parts(look)
    filled, triangles = _remainder(mouth, orbit, look)
    loops = joined([lips, eyes])
    width = len(mouth)
    mouth_at = np.flatnonzero((lips.position[:, None] == mouth[None]).all(axis=2).any(axis=1))
    mouth_at = mouth_at[-width:]
    orbit_at = len(lips) + np.flatnonzero((eyes.position[:, None] == orbit[None]).all(axis=2).any(axis=1))
    number = np.concatenate([mouth_at, orbit_at, len(loops) + np.arange(len(filled))])
    rest = piece(filled, np.empty((0, 3), np.int64), Zone.SKIN)
    body = joined([loops, rest])
    faces = number[triangles]
    faces = outward_chart(body.position, faces)
    body = Piece(body.position, body.anchor, body.zone, np.concatenate([body.triangles, faces]))
    return joined([body, brow(look), ear(look), nostril(look)])


def outward_chart(position: Array, triangles: Triangles) -> Triangles:
    """Triangles facing away from the axis of head and neck."""
    centre = position[triangles].mean(axis=1) * np.array([0.0, 1.0, 0.0])
    centre[:, 1] = np.maximum(centre[:, 1], MIDDLE[1]) * 0.3 + centre[:, 1] * 0.7
    return outward(position, triangles, centre)
