"""The lips: two closed rolls that turn inwards, loops of skin around them, and the dark bag behind."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.head import forms
from blend_shapes.head.field import Array
from blend_shapes.head.look import Look
from blend_shapes.head.points import Piece, Zone, rows

COLUMNS: Final = 14
"""Steps from the middle of a lip to its corner."""
INSIDE: Final = 3
"""Loops behind the line where the lips meet."""


@dataclass(frozen=True, slots=True)
class Ring:
    """One loop: how much wider than the mouth, how far above and below, and how far forward."""

    wider: float
    above: float
    """Share of the upper lip's height, then millimetres beyond its border."""
    beyond_above: float
    beyond_below: float
    bulge_above: float
    """Forward, in parts of the look's bulge."""
    bulge_below: float
    back: float
    """Backward from the surface, millimetres."""


RINGS: Final = (
    Ring(-3.5, 0.0, 7.0, 7.0, 0.0, 0.0, 6.2),
    Ring(-1.6, 0.0, 2.6, 2.6, 0.1, 0.1, 4.8),
    Ring(-0.6, 0.0, 0.5, 0.5, 0.3, 0.3, 2.6),
    Ring(0.0, 0.0, 0.0, 0.0, 0.55, 0.62, 0.8),
    Ring(0.35, 0.22, 0.0, 0.0, 1.00, 1.10, 0.0),
    Ring(0.7, 0.55, 0.0, 0.0, 1.02, 1.22, 0.0),
    Ring(1.1, 0.84, 0.0, 0.0, 0.78, 0.80, 0.0),
    Ring(1.5, 1.0, 0.0, 0.0, 0.50, 0.34, 0.0),
    Ring(2.6, 1.0, 1.2, 1.2, 0.25, -0.06, 0.0),
    Ring(4.6, 1.0, 3.0, 3.4, 0.08, -0.40, 0.0),
    Ring(8.0, 1.0, 5.6, 6.6, 0.0, -0.36, 0.0),
    Ring(12.0, 1.0, 8.2, 10.6, 0.0, -0.10, 0.0),
    Ring(16.5, 1.0, 10.8, 15.0, 0.0, 0.0, 0.0),
)
CONTACT: Final = INSIDE
BORDER: Final = 7


def mouth_line(x: Array, look: Look) -> Array:
    """Height of the line where the lips meet; the corners rise a little."""
    t = np.abs(x) / look.mouth_half_width
    return np.asarray(
        look.mouth_height - 0.7 * np.exp(-((t / 0.28) ** 2)) + 1.9 * np.clip(t, 0, 1.6) ** 2.4
    )


def lip_height(t: Array, side: Array, look: Look) -> Array:
    """Height of the upper (side 1) or lower lip at t from 0, the middle, to 1, the corner."""
    bow = 1.0 - 0.20 * np.exp(-((t / 0.13) ** 2)) + 0.06 * np.exp(-(((t - 0.26) / 0.16) ** 2))
    upper = look.lip_upper * np.clip(1.0 - t**1.75, 0.0, None) ** 0.95 * bow
    lower = look.lip_lower * np.clip(1.0 - t**2.1, 0.0, None) ** 0.85
    return np.asarray(np.where(side > 0.0, upper, lower))


def _half_loop() -> tuple[Array, Array]:
    """t and side: upper middle, corner, lower middle."""
    t = np.sin(0.5 * np.pi * np.linspace(0.0, 1.0, COLUMNS + 1))
    return np.concatenate([t, t[-2::-1]]), np.concatenate([np.ones(COLUMNS + 1), -np.ones(COLUMNS)])


def _loop(ring: Ring, look: Look) -> tuple[Array, Array]:
    """Front view of one loop, and its anchors: lips that touch hang on different sides of the line."""
    t, side = _half_loop()
    x = (look.mouth_half_width + ring.wider) * t
    oval = np.sqrt(np.clip(1.0 - t**2, 0.0, None))
    beyond = np.where(side > 0.0, ring.beyond_above, ring.beyond_below)
    rise = ring.above * lip_height(t, side, look) + beyond * oval
    y = mouth_line(np.minimum(x, look.mouth_half_width * 1.05), look) + side * rise
    least = 0.5 * lip_height(t, side, look)
    hung = mouth_line(np.minimum(x, look.mouth_half_width * 1.05), look) + side * np.maximum(rise, least)
    return np.column_stack([x, y]), np.column_stack([x, hung])


def lip_loops(look: Look) -> tuple[Piece, Array]:
    """The left half of lips, skin around and bag behind, and the outermost loop (2 COLUMNS + 1, 3)."""
    t, side = _half_loop()
    positions, anchors = [], []
    for number, ring in enumerate(RINGS):
        plane, hung = _loop(ring, look)
        depth = forms.profile_height(plane[:, 0], plane[:, 1], look)
        if number < CONTACT:
            line = mouth_line(plane[:, 0], look)
            depth = forms.profile_height(plane[:, 0], line, look)
        full = np.clip(1.0 - t**2.6, 0.0, None) ** 0.8
        bulge = look.lip_bulge * full * np.where(side > 0.0, ring.bulge_above, ring.bulge_below)
        tuck = 1.6 * np.clip((t - 0.72) / 0.28, 0.0, 1.0) ** 2 * (BORDER + 3 - number) / 10.0
        z = depth + bulge - ring.back - np.clip(tuck, 0.0, None) * (number >= CONTACT)
        positions.append(np.column_stack([plane, z]))
        anchors.append(np.column_stack([hung, z]))
    position, anchor = np.concatenate(positions), np.concatenate(anchors)
    bag_position, bag_anchor = _bag(look)
    width = 2 * COLUMNS + 1
    count = len(RINGS)
    numbers = np.arange((count + len(bag_position) // width) * width).reshape(-1, width)
    order = np.concatenate([numbers[count:][::-1], numbers[:count]])
    ring_of = np.arange(numbers.size) // width
    zone = np.full(numbers.size, int(Zone.SKIN))
    zone[ring_of <= BORDER] = int(Zone.LIP)
    zone[(ring_of <= 0) | (ring_of >= count)] = int(Zone.MOUTH)
    whole = Piece(
        np.concatenate([position, bag_position]),
        np.concatenate([anchor, bag_anchor]),
        zone,
        rows(order)[:, ::-1],
    )
    return whole, positions[-1]


def _bag(look: Look) -> tuple[Array, Array]:
    """Three loops that close the mouth behind teeth and tongue, the last one drawn to a point."""
    t, side = _half_loop()
    angle = np.arcsin(np.clip(t, 0.0, 1.0))
    position, anchor = [], []
    for z, wide, high in ((62.0, 30.0, 21.0), (40.0, 27.0, 20.0), (22.0, 16.0, 12.0), (16.0, 0.0, 0.0)):
        x = wide * np.sin(angle)
        y = look.mouth_height - 1.0 + side * high * np.cos(angle)
        position.append(np.column_stack([x, y, np.full_like(x, z)]))
        hung = look.mouth_height + side * np.maximum(np.cos(angle) * 8.0, 0.0)
        front = np.full_like(x, forms.profile_height(np.zeros(1), np.array([look.mouth_height]), look)[0])
        anchor.append(np.column_stack([np.minimum(x, look.mouth_half_width), hung, front]))
    return np.concatenate(position), np.concatenate(anchor)


def contact_pairs(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers in `lip_loops` of vertices of the upper and lower lip that touch at rest, `count` of them
    from the middle towards the corner, over the inner 70 percent of the mouth."""
    first = CONTACT * (2 * COLUMNS + 1)
    steps = np.linspace(0.0, 0.5 * COLUMNS, count).round().astype(np.int64)  # t = sin: half the steps, 0.7
    return first + steps, first + 2 * COLUMNS - steps
