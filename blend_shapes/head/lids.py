"""The lids in their own coordinates: turns about the eyeball's horizontal axis.

A point seen from the eyeball's centre has a `beside` angle towards the temple, which a lid's turn does not
change, and a `turn` angle upwards, which is all that it changes; so a lid slides over the ball.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from blend_shapes.head import forms
from blend_shapes.head.field import Array, surface_along
from blend_shapes.head.look import Look
from blend_shapes.head.points import Piece, Zone, closed, joined, outward, piece, rows

AROUND: Final = 44
"""Vertices in each loop around an eye."""
_UP: Final = (0.0, 0.085, 0.17, 0.235, 0.31, 0.42, 0.56)
_DOWN: Final = (0.0, 0.08, 0.16, 0.25, 0.36, 0.48, 0.60)
_OUT: Final = (0.0, 0.05, 0.10, 0.145, 0.19, 0.25, 0.32)
_INWARD_SHARE: Final = 0.30
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


def _loop(lids: Lids, ring: int, u: Array, side: Array) -> tuple[Array, Array]:
    """(beside, turn) of one loop on the skin; 0 is the rim's edge."""
    wide = lids.look.eye_half_width
    out = np.where(u > 0.0, _OUT[ring], _OUT[ring] * _INWARD_SHARE)
    round_ = np.sqrt(np.clip(1.0 - u**2, 0.0, None))
    upper = lids.upper(u) + _UP[ring] * round_
    lower = lids.lower(u) - _DOWN[ring] * round_
    return u * (wide + out), np.where(side > 0.0, upper, lower)


def lid_loops(look: Look) -> tuple[Piece, Array]:
    """Both lids of the left eye from inside the rim to the orbit, and the outermost loop's (AROUND, 3)
    positions, which are the last ones of the piece."""
    lids, radius = Lids(look), look.eye_radius
    u, side = _around()
    beside, turn = _loop(lids, 0, u, side)
    edge = lids.direction(beside, turn)
    wider = lids.direction(*_loop(lids, 1, u, side))
    inside = lids.centre + (0.45 * edge + 0.55 * wider) * (radius - 0.8)
    rim = lids.centre + (0.86 * edge + 0.14 * wider) * (radius + 0.12)
    loops = [inside, rim]
    for ring in range(len(_UP)):
        way = lids.direction(*_loop(lids, ring, u, side))
        where = surface_along(lambda p: forms.skin(p, look), np.tile(lids.centre, (AROUND, 1)), way)
        if ring == 3:
            depth = 1.5 * look.lid_crease * np.clip(1.0 - u**2, 0.0, None) ** 0.5 * (side > 0.0)
            where = where - way * depth[:, None]
        loops.append(where)
    numbers = np.arange(len(loops) * AROUND).reshape(len(loops), AROUND)
    position = np.concatenate(loops)
    triangles = outward(position, rows(closed(numbers)), lids.centre - np.array([0.0, 0.0, 14.0]))
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
    edge = lids.centre + root * (look.eye_radius + forms.LID)
    low = lids.centre + root * (look.eye_radius + 0.35)
    above = lids.centre + lids.direction(u * wide, lids.upper(u) + 0.055) * (look.eye_radius + forms.LID + 0.55)
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


