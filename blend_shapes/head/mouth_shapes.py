"""The morphs of jaw, lips and cheeks: displacement fields with soft masks in the face's own coordinates.

Amounts in millimetres at weight 1 for a head 240 mm high; they follow the ranges of captured faces.
Every function returns (n, 3) and reads where a vertex hangs (its anchor), never its number.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from blend_shapes.head.field import Array, bump, smoothstep
from blend_shapes.head.lips import lip_height, mouth_line
from blend_shapes.head.look import Look

CONDYLE: Final = np.array([0.0, -14.0, 4.0])
"""A point of the axis that the jaw turns about."""
JAW_ANGLE: Final = 0.285
JAW_GLIDE: Final = np.array([0.0, -1.0, 9.0])
"""The joint slides forward as the jaw opens."""
CORNER_STAYS: Final = 0.25
"""Share of the jaw's way that the corners keep when the lips close over an open jaw."""


def opened(p: Array) -> Array:
    """Where the fully opened jaw takes points, as displacement."""
    y, z = p[:, 1] - CONDYLE[1], p[:, 2] - CONDYLE[2]
    c, s = np.cos(JAW_ANGLE), np.sin(JAW_ANGLE)
    turned = np.column_stack([0.0 * y, y * c - z * s - y, z * c + y * s - z])
    return np.asarray(turned + JAW_GLIDE)


@dataclass(frozen=True)
class MouthShapes:
    """Fields for vertices at `position` hanging on `anchor`, both (n, 3)."""

    position: Array
    anchor: Array
    look: Look

    @cached_property
    def line(self) -> Array:
        """Height of the mouth's line below or above each vertex."""
        return mouth_line(
            np.minimum(np.abs(self.anchor[:, 0]), 1.1 * self.look.mouth_half_width), self.look
        )

    @cached_property
    def above(self) -> Array:
        """Millimetres above that line."""
        return np.asarray(self.anchor[:, 1] - self.line)

    @cached_property
    def column(self) -> Array:
        """0 in the middle, 1 at the corners of the mouth and beyond."""
        return np.clip(np.abs(self.anchor[:, 0]) / self.look.mouth_half_width, 0.0, 1.0)

    @cached_property
    def upper(self) -> Array:
        """1 on the upper lip, 0 on the lower, one half at the corners and softer further out."""
        soft = 1.0 + 0.7 * np.clip(np.abs(self.anchor[:, 0]) - self.look.mouth_half_width + 2.0, 0.0, None)
        return smoothstep(-1.0, 1.0, self.above / soft)

    @cached_property
    def away(self) -> Array:
        """Distance from the red of the lips."""
        side = np.clip(np.abs(self.anchor[:, 0]) - self.look.mouth_half_width - 1.0, 0.0, None)
        height = np.where(self.above > 0.0, self.look.lip_upper, self.look.lip_lower)
        return np.asarray(np.hypot(side, np.clip(np.abs(self.above) - height, 0.0, None)))

    @cached_property
    def front(self) -> Array:
        """Keeps what belongs to the mouth off the back of the head."""
        return smoothstep(8.0, 34.0, self.anchor[:, 2])

    def near(self, reach: float) -> Array:
        """1 on the lips, 0 `reach` millimetres from them; the nose keeps still."""
        nose = self.anchor[:, 1] - (-self.look.nose_length - 0.5 * self.look.nose_width)
        still = 1.0 - smoothstep(-9.0, 3.0, nose) * smoothstep(22.0, 8.0, np.abs(self.anchor[:, 0]))
        return bump(self.away / reach) * self.front * still

    def left(self, soft: float = 9.0) -> Array:
        """1 on the left half, 0 on the right."""
        return smoothstep(-soft, soft, self.anchor[:, 0])

    def spot(self, centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Array:
        """A soft spot that ends exactly at its radii."""
        away = (self.anchor - np.array(centre)) / np.array(radii)
        return bump(np.sqrt((away**2).sum(axis=1)))

    def jaw_share(self, above: Array | None = None) -> Array:
        """How far vertices go with the jaw."""
        high = self.above if above is None else above
        beside = np.clip(np.abs(self.anchor[:, 0]) - 0.92 * self.look.mouth_half_width, 0.0, None)
        soft = 1.0 + 0.95 * beside
        oval = np.clip(1.0 - self.column**2.2, 0.0, None) ** 0.55
        part = 1.0 - (1.0 - oval) * self.near(20.0)
        lower = 0.5 + part * (smoothstep(1.0, -1.0, high / soft) - 0.5)
        neck = smoothstep(-146.0, -104.0, self.anchor[:, 1])
        return np.asarray(lower * smoothstep(-8.0, 52.0, self.anchor[:, 2]) * neck)

    def jaw_open(self) -> Array:
        d = self.jaw_share()[:, None] * opened(self.position)
        d[:, 0] -= 4.6 * np.sign(self.anchor[:, 0]) * self.column**2 * self.near(24.0)
        return d

    def jaw_moved(self, way: tuple[float, float, float]) -> Array:
        """The jaw shifted; lips that touch go along in part so that they stay together."""
        share = self.jaw_share()
        shared = np.maximum(share, 0.55 * self.near(16.0))
        shared = np.where(self.away <= 0.0, np.maximum(0.55, share * 0.75), shared)
        return np.asarray(shared[:, None] * np.array(way))

    def mouth_close(self) -> Array:
        """What, added to the open jaw, brings both lips to one line, at every part of the way.

        Touching vertices of both lips share their place, so their open-jaw displacements differ only in
        the jaw's share; taking away exactly that displacement and adding a common one seals them.
        """
        half = 0.5 * lip_height(self.column, np.ones_like(self.column), self.look)
        stays = CORNER_STAYS * self.jaw_share(half)
        common = stays[:, None] * opened(self.position)
        common[:, 1] -= 2.0 * (1.0 - self.column**2)
        return self.near(19.0)[:, None] * (common - self.jaw_open())

    def _lips(
        self, upper: tuple[float, float, float], lower: tuple[float, float, float], reach: float
    ) -> Array:
        """Lips moved, most in the middle."""
        middle = (1.0 - self.column**2.2) * self.near(reach)
        share = self.upper
        return np.outer(middle * share, upper) + np.outer(middle * (1.0 - share), lower)

    def _narrowed(self, share: float, forward: float, reach: float) -> Array:
        """Corners drawn in and everything pushed forward."""
        near = self.near(reach)
        d = np.zeros_like(self.anchor)
        d[:, 0] = -share * np.clip(self.anchor[:, 0], -26.0, 26.0) * near
        d[:, 2] = forward * near * (1.0 - 0.25 * self.column**2) ** 2
        return d

    def funnel(self) -> Array:
        d = self._narrowed(0.40, 6.0, 21.0) + self._lips((0.0, 2.0, 1.5), (0.0, -2.8, 1.5), 15.0)
        flare = bump(np.clip(np.abs(np.abs(self.above) - 5.0) / 6.0, 0.0, 1.0)) * self.near(10.0)
        d[:, 2] += 1.4 * flare
        return d

    def pucker(self) -> Array:
        d = self._narrowed(0.48, 8.0, 25.0) + self._lips((0.0, 0.1, 0.6), (0.0, -0.1, 0.6), 14.0)
        full = 0.16 + 0.5 * self.column**2 * (1.0 - self.column**4)
        d[:, 1] += full * np.clip(self.above, -10.0, 8.0) * self.near(12.0)
        return d

    def _corner(self, reach: float = 27.0) -> Array:
        """1 at the left corner, falling along the lips to 0 in the middle and outwards over the cheek."""
        along = np.clip(self.anchor[:, 0] / self.look.mouth_half_width, 0.0, 1.0) ** 1.45
        return np.asarray(along * self.near(reach))

    def smile(self) -> Array:
        far = self._corner(36.0)
        d = np.outer(far, (8.6, 0.0, -4.4)) + np.outer(far * self.column**1.3, (0.0, 8.4, 0.0))
        cheek = self.spot((41.0, -32.0, 58.0), (30.0, 30.0, 40.0))
        d += np.outer(cheek, (1.6, 3.0, 2.6))
        d += np.outer((1.0 - self.column**2) * self.near(12.0) * self.left(18.0), (0.0, 0.2, -1.6))
        return d

    def frown(self) -> Array:
        d = np.outer(self._corner(30.0), (0.5, -9.0, -1.0))
        chin = self.spot((13.0, self.look.mouth_height - 24.0, 82.0), (18.0, 14.0, 26.0))
        return d + np.outer(chin, (0.0, 1.6, 0.8))

    def stretch(self) -> Array:
        return np.outer(self._corner(36.0), (8.2, -2.6, -4.0))

    def dimple(self) -> Array:
        d = np.outer(self._corner(22.0), (3.6, 1.0, -3.8))
        beside = self.spot(
            (self.look.mouth_half_width + 7.0, self.look.mouth_height + 1.5, 74.0), (9.0, 9.0, 20.0)
        )
        return d + np.outer(beside, (0.0, 0.0, -1.6))

    def lower_down(self) -> Array:
        middle = (1.0 - self.column**3) * self.near(17.0) * (1.0 - self.upper) * self.left()
        return np.outer(middle, (0.8, -7.0, 0.2))

    def upper_up(self) -> Array:
        middle = (1.0 - self.column**3) * self.near(15.0) * self.upper * self.left()
        fold = self.spot((19.0, -45.0, 80.0), (16.0, 15.0, 24.0))
        return np.outer(middle, (0.6, 5.8, 0.2)) + np.outer(fold, (0.8, 1.8, 0.9))

    def roll_lower(self) -> Array:
        red = (1.0 - self.upper) * self.near(11.0) * (1.0 - self.column**3)
        edge = smoothstep(0.0, 1.0, -self.above / self.look.lip_lower)
        d = np.outer(red, (0.0, 0.9, -4.9))
        d[:, 1] += red * (1.0 + 3.0 * edge)
        return d

    def roll_upper(self) -> Array:
        red = self.upper * self.near(9.0) * (1.0 - self.column**3)
        edge = smoothstep(0.0, 1.0, self.above / self.look.lip_upper)
        d = np.outer(red, (0.0, -1.5, -4.0))
        d[:, 1] -= red * 1.4 * edge
        return d

    def shrug_lower(self) -> Array:
        middle = self.near(15.0) * (1.0 - 0.8 * self.column**2)
        d = np.outer(middle * np.where(self.above < 0.0, 1.0, 0.78), (0.0, 4.4, 0.0))
        d[:, 2] += 1.8 * self.near(10.0) * (1.0 - self.upper) * (1.0 - self.column**2)
        chin = self.spot((0.0, self.look.mouth_height - 26.0, 82.0), (26.0, 20.0, 30.0))
        return d + np.outer(chin, (0.0, 3.2, 1.2))

    def shrug_upper(self) -> Array:
        middle = self.upper * self.near(14.0) * (1.0 - self.column**2)
        high = smoothstep(0.5, 1.0, self.above / self.look.lip_upper)
        return np.outer(middle, (0.0, 0.3, 1.2)) + np.outer(middle * high, (0.0, 3.6, 0.4))

    def press(self) -> Array:
        part = self.near(11.0) * self.left()
        d = np.zeros_like(self.anchor)
        d[:, 1] = -np.sign(self.above) * np.minimum(np.abs(self.above) / 2.4, 1.0) * 1.7 * part
        d[:, 2] = -1.1 * part * (1.0 - self.column**2)
        corner = self.spot(
            (self.look.mouth_half_width + 3.0, self.look.mouth_height + 2.0, 76.0), (9.0, 8.0, 18.0)
        )
        d[:, 2] -= 1.0 * corner
        return d

    def mouth_left(self) -> Array:
        near = self.near(24.0)
        forward = np.clip(self.anchor[:, 0], -26.0, 26.0) / 26.0
        return np.column_stack([9.5 * near, 0.6 * near * forward, -2.0 * near * forward])

    def cheek_puff(self) -> Array:
        d = np.zeros_like(self.anchor)
        for side in (1.0, -1.0):
            cheek = self.spot((side * 41.0, self.look.mouth_height + 4.0, 58.0), (27.0, 30.0, 42.0))
            d += np.outer(cheek, (side * 8.0, 0.0, 5.0))
        d[:, 2] += 1.6 * self.near(9.0)
        return d

    def cheek_squint(self) -> Array:
        cheek = self.spot((37.0, -27.0, 62.0), (27.0, 19.0, 34.0))
        return np.outer(cheek, (0.6, 4.8, 1.8))

    def nose_sneer(self) -> Array:
        wing = self.spot((12.0, -self.look.nose_length - 2.0, 84.0), (17.0, 17.0, 24.0)) * self.left(5.0)
        bridge = self.spot((9.0, -8.0, 76.0), (12.0, 17.0, 20.0)) * self.left(5.0)
        lip = (1.0 - self.column**3) * self.near(13.0) * self.upper * self.left()
        lip *= smoothstep(0.5, 1.1, self.above / self.look.lip_upper)  # lips that touch stay together
        d = np.outer(wing, (0.8, 4.0, 0.3)) + np.outer(bridge, (0.0, 1.2, 1.2))
        return np.asarray(d + np.outer(lip, (0.3, 1.8, 0.0)))

    def tongue_out(self) -> Array:
        """The lips make way for the tongue."""
        return self._lips((0.0, 1.0, 0.4), (0.0, -2.8, 0.6), 12.0)
