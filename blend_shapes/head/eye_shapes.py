"""The morphs of lids and brows."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from blend_shapes.head import forms
from blend_shapes.head.field import Array, bump, smoothstep
from blend_shapes.head.lids import Lids
from blend_shapes.head.look import Look

_FADE: Final = 0.44
"""Angle over which a lid's turn fades above the upper and below the lower rim."""
_PUSH: Final = 1.5
"""A lid on its way cuts the corner of its arc; this much outward keeps it off the ball."""


@dataclass(frozen=True)
class EyeShapes:
    """Fields of the left eye and brow for vertices at `position` hanging on `anchor`, both (n, 3)."""

    position: Array
    anchor: Array
    look: Look

    @cached_property
    def lids(self) -> Lids:
        return Lids(self.look)

    @cached_property
    def _where(self) -> tuple[Array, Array, Array]:
        return self.lids.angles(self.anchor)

    @cached_property
    def u(self) -> Array:
        """-1 at the inner corner, 1 at the outer one."""
        return np.clip(self._where[0] / self.look.eye_half_width, -1.0, 1.0)

    @cached_property
    def of_eye(self) -> Array:
        """Whether a vertex lies around the left eye at all."""
        near = smoothstep(17.0, 6.0, self._where[2] - self.look.eye_radius)
        return np.asarray(near * (self.anchor[:, 0] > 0.0) * (self.anchor[:, 2] > self.look.eye_z - 8.0))

    @cached_property
    def shares(self) -> tuple[Array, Array]:
        """How far vertices go with the upper and with the lower lid."""
        turn = self._where[1]
        seal = self.lids.seal(self.u)
        upper = smoothstep(1.0, 0.0, np.clip((turn - self.lids.upper(self.u)) / _FADE, 0.0, 1.0))
        lower = smoothstep(1.0, 0.0, np.clip((self.lids.lower(self.u) - turn) / _FADE, 0.0, 1.0))
        is_upper = turn >= seal
        return self.of_eye * upper * is_upper, self.of_eye * lower * ~is_upper

    def _turned(self, upper: Array, lower: Array) -> Array:
        """Displacement when the lids' rims turn by these angles at their u."""
        by_upper, by_lower = self.shares
        by = by_upper * upper + by_lower * lower
        way = np.maximum(np.abs(upper), np.abs(lower))
        push = _PUSH * (by_upper + by_lower) * np.clip(way / 0.4, 0.0, 1.0)
        return self.lids.turned(self.position, by, push) - self.position

    def blink(self) -> Array:
        seal = self.lids.seal(self.u)
        return self._turned(seal - self.lids.upper(self.u), seal - self.lids.lower(self.u))

    def _open(self) -> Array:
        """1 in the middle of the opening, 0 at its corners."""
        return np.asarray(np.clip(1.0 - self.u**2, 0.0, None) ** 0.8)

    def _lids(self, upper_mm: float, lower_mm: float) -> Array:
        radius = self.look.eye_radius + forms.LID
        return self._turned(upper_mm / radius * self._open(), lower_mm / radius * self._open())

    def squint(self) -> Array:
        return self._lids(-1.1, 2.6)

    def wide(self) -> Array:
        return self._lids(2.6, -0.5)

    def look_up(self) -> Array:
        return self._lids(2.2, 1.0)

    def look_down(self) -> Array:
        return self._lids(-4.2, -1.6)

    def look_beside(self, way: float) -> Array:
        """Lids drawn along a little by the cornea: way is 1 towards the temple."""
        upper, lower = self.shares
        share = (upper + lower) * self._open() * (1.0 - 0.5 * self.u**2)
        return np.outer(share, (1.3 * way, 0.0, 0.0))

    def _band(self, centre_x: float, reach_x: float) -> Array:
        """A part of the brow's band on the forehead."""
        x, y, z = self.anchor.T
        high = self.look.brow_height - 1.0
        below = bump(np.clip(high - y, 0.0, None) / 13.0)
        over = bump(np.clip(y - high, 0.0, None) / 40.0)
        along = bump(np.clip(np.abs(x - centre_x) / reach_x, 0.0, 1.0))
        return np.asarray(below * over * along * smoothstep(20.0, 45.0, z))

    def _slid(self, d: Array) -> Array:
        """Follows the curve of the forehead: back when going up or outwards."""
        d[:, 2] -= 0.30 * d[:, 1] * smoothstep(24.0, 50.0, self.anchor[:, 1])
        d[:, 2] -= (
            0.45 * d[:, 0] * np.sign(self.anchor[:, 0]) * smoothstep(24.0, 48.0, np.abs(self.anchor[:, 0]))
        )
        return d

    def brow_down(self) -> Array:
        inner, all_ = self._band(12.0, 26.0), self._band(28.0, 40.0)
        d = np.outer(inner, (-3.0, -5.4, 2.4)) + np.outer(all_, (-0.8, -3.6, 0.9))
        return self._slid(d * smoothstep(-4.0, 4.0, self.anchor[:, 0])[:, None])

    def brow_outer_up(self) -> Array:
        return self._slid(np.outer(self._band(44.0, 38.0), (0.2, 8.6, 0.2)))

    def brow_inner_up(self) -> Array:
        """Both sides at once."""
        return self._slid(np.outer(self._band(0.0, 38.0), (0.0, 10.0, 0.4)))
