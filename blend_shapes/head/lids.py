"""The lids in their own coordinates: turns about the eyeball's horizontal axis.

A point seen from the eyeball's centre has a `beside` angle towards the temple, which a lid's turn does not
change, and a `turn` angle upwards, which is all that it changes; so a lid slides over the ball.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from blend_shapes.head import forms
from blend_shapes.head.field import Array
from blend_shapes.head.look import Look
from blend_shapes.head.points import Piece, Zone, closed, joined, piece, rows

AROUND: Final = 44
"""Vertices in each loop around an eye."""
_UP: Final = (0.0, 1.7, 3.5, 4.9, 6.8, 9.4, 12.4)
_DOWN: Final = (0.0, 1.8, 3.7, 5.8, 8.2, 10.8, 13.6)
_OUT: Final = (0.0, 1.2, 2.4, 3.4, 4.7, 6.4, 8.4)
"""Millimetres from the rim to each loop, in the front view."""
_INWARD_SHARE: Final = 0.60
"""Loops lie closer together towards the nose."""
SEAL_HEIGHT: Final = 0.16
"""Where closed lids meet: the share of the opening above the lower lid."""


@dataclass(frozen=True, slots=True)
class Lids:
    """The left eye's lids."""

    look: Look

    @property
    def centre(self) -> Array:
        return np.array(forms.eye_centre(self.look))

    def upper(self, u: Array) -> Array:
        """Turn angle of the upper rim; u is -1 at the inner corner and 1 at the outer one."""
        skewed = np.clip(u + 0.10 * (1.0 - u**2), -1.0, 1.0)
        return np.asarray(self.look.eye_upper * np.clip(1.0 - np.abs(skewed) ** 2.3, 0.0, None) ** 0.80)

    def lower(self, u: Array) -> Array:
        """Turn angle of the lower rim."""
        skewed = np.clip(u - 0.08 * (1.0 - u**2), -1.0, 1.0)
        return np.asarray(-self.look.eye_lower * np.clip(1.0 - np.abs(skewed) ** 2.3, 0.0, None) ** 0.85)

    def seal(self, u: Array) -> Array:
        """Turn angle at which closed lids meet."""
        low = self.lower(u)
        return low + SEAL_HEIGHT * (self.upper(u) - low)

    def direction(self, beside: Array, turn: Array) -> Array:
        """Unit vectors (n, 3) from the eyeball's centre, in the head's axes."""
        local = np.column_stack(
            [np.sin(beside), np.cos(beside) * np.sin(turn), np.cos(beside) * np.cos(turn)]
        )
        return local @ self._tilt()

    def angles(self, p: Array) -> tuple[Array, Array, Array]:
        """(beside, turn, distance) of points."""
        local = (p - self.centre) @ self._tilt().T
        distance = np.linalg.norm(local, axis=1)
        beside = np.arcsin(np.clip(local[:, 0] / np.maximum(distance, 1e-9), -1.0, 1.0))
        return beside, np.arctan2(local[:, 1], local[:, 2]), distance

    def turned(self, p: Array, by: Array, push: Array) -> Array:
        """Points turned upwards by angles and pushed outwards by millimetres."""
        local = (p - self.centre) @ self._tilt().T
        cos, sin = np.cos(by), np.sin(by)
        x, y, z = local.T
        spun = np.column_stack([x, y * cos + z * sin, z * cos - y * sin])
        length = np.maximum(np.linalg.norm(spun, axis=1), 1e-9)
        return np.asarray((spun * (1.0 + push / length)[:, None]) @ self._tilt() + self.centre)

    def _tilt(self) -> Array:
        c, s = np.cos(self.look.eye_tilt), np.sin(self.look.eye_tilt)
        return np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])


def _around() -> tuple[Array, Array]:
    """u and side (1 upper, -1 lower) of a loop's vertices: inner corner, upper lid, outer corner, lower."""
    angle = np.linspace(0.0, 2.0 * np.pi, AROUND, endpoint=False)
    return -np.cos(angle), np.where(np.sin(angle) >= -1e-9, 1.0, -1.0)


def _loop(look: Look, edge: Array, ring: int, u: Array, side: Array) -> Array:
    """One loop on the skin; `edge` is the rim as directions from the eyeball's centre."""
    round_ = np.sqrt(np.clip(1.0 - u**2, 0.0, None))
    rim = Lids(look).centre + edge * (look.eye_radius + forms.LID)
    out = np.where(u > 0.0, _OUT[ring], _OUT[ring] * _INWARD_SHARE) * u
    x = rim[:, 0] + out
    y = rim[:, 1] + out * np.sin(look.eye_tilt) + np.where(side > 0.0, _UP[ring], -_DOWN[ring]) * round_
    return np.column_stack([x, y, forms.profile_height(x, y, look)])


def lid_loops(look: Look) -> tuple[Piece, Array]:
    """Both lids of the left eye from inside the rim to the orbit, and the outermost loop's (AROUND, 3)
    positions, which are the last ones of the piece."""
    lids, radius = Lids(look), look.eye_radius
    u, side = _around()
    turn = np.where(side > 0.0, lids.upper(u), lids.lower(u))
    edge = lids.direction(u * look.eye_half_width, turn)
    wider = lids.direction(u * (look.eye_half_width + 0.04), turn + 0.08 * side * np.sqrt(1.0 - u**2))
    loops = [
        lids.centre + (0.45 * edge + 0.55 * wider) * (radius - 0.8),
        lids.centre + (0.86 * edge + 0.14 * wider) * (radius + 0.12),
    ]
    loops.append(lids.centre + edge * (radius + forms.LID))
    for ring in range(1, len(_UP)):
        where = _loop(look, edge, ring, u, side)
        if ring == 3:
            fold = 1.5 * look.lid_crease * np.clip(1.0 - u**2, 0.0, None) ** 0.5 * (side > 0.0)
            where[:, 2] -= fold
        loops.append(where)
    numbers = np.arange(len(loops) * AROUND).reshape(len(loops), AROUND)
    position = np.concatenate(loops)
    triangles = rows(closed(numbers))[:, ::-1]
    ring_of = np.arange(len(position)) // AROUND
    zone = np.where(ring_of <= 1, int(Zone.RIM), int(Zone.SKIN))
    return Piece(position, position, zone, triangles), loops[-1]


def lash_line(look: Look) -> Piece:
    """The upper lashes of the left eye as one dark shape that grows towards the outer corner."""
    lids, n = Lids(look), 25
    u = np.linspace(-0.93, 1.0, n)
    wide = look.eye_half_width
    root = lids.direction(u * wide, lids.upper(u))
    grown = ((u + 1.0) / 2.0) ** 1.3
    length = look.lashes * (0.25 + 0.75 * grown) * np.clip((u + 0.95) * 6.0, 0.0, 1.0)
    side = np.column_stack([0.15 + 0.75 * grown**2, 0.55 + 0.0 * u, np.full(n, 0.75)])
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    taper = np.clip((u + 0.93) * 2.2, 0.0, 1.0)
    edge = lids.centre + root * (look.eye_radius + forms.LID)
    low = edge - root * (1.3 * taper)[:, None]
    raised = lids.direction(u * wide, lids.upper(u) + 0.085 * taper)
    above = lids.centre + raised * (look.eye_radius + forms.LID + 0.55 * taper)[:, None]
    tip = edge + side * length[:, None]
    middle = edge + side * (0.55 * length)[:, None] - np.array([0.0, 0.12, 0.0]) * length[:, None]
    position = np.concatenate([low, middle, tip, above])
    numbers = np.arange(4 * n).reshape(4, n)
    triangles = rows(numbers)
    both = np.concatenate([triangles, triangles[:, ::-1]])
    return piece(position, both, Zone.LASH, np.tile(edge, (4, 1)))


def eye_parts(look: Look) -> tuple[Piece, Array]:
    """Lids and lashes of the left eye, and the outermost loop."""
    loops, orbit = lid_loops(look)
    return joined([loops, lash_line(look)]), orbit
