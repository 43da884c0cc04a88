"""Hair as clean shells over the skull: a hairline drawn on a chart of the head, volumes, broad locks."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy.interpolate import PchipInterpolator

from blend_shapes.head import forms
from blend_shapes.head.field import Array, bump, ellipsoid, folded, join, smoothstep, sphere
from blend_shapes.head.look import Look

SCALE: Final = 80.0
"""Millimetres of the hairline's chart to a radian: longitude and elevation seen from the origin."""


@dataclass(frozen=True)
class Hairline:
    """Where hair begins: for each longitude the elevation above which the head wears hair."""

    points: tuple[tuple[float, float], ...]
    """Longitude (left positive) and elevation in chart millimetres; with a first longitude of 0 both
    sides are alike."""

    @property
    def alike(self) -> bool:
        return self.points[0][0] == 0.0

    @cached_property
    def _curve(self) -> PchipInterpolator:
        points = self.points
        if self.alike:
            points = (*((-along, up) for along, up in points[:0:-1]), *points)
        return PchipInterpolator(*np.array(points).T)

    def below(self, p: Array) -> Array:
        """Roughly how far points lie outside the hair, in millimetres; the edge stands upright."""
        flat = np.hypot(p[:, 0], p[:, 2])
        along = np.arctan2(p[:, 0], p[:, 2]) * SCALE
        away = self._curve(along) - np.arctan2(p[:, 1], flat) * SCALE
        scale = np.linalg.norm(p, axis=1) / SCALE
        return np.asarray(scale * away / np.hypot(1.0, self._curve.derivative()(along)))


_SIDE_PART: Final = Hairline(
    (
        (-251.5, -140.0),
        (-116.0, -140.0),
        (-98.0, -62.0),
        (-90.0, -20.0),
        (-82.0, 8.0),
        (-70.0, 29.0),
        (-46.0, 45.0),
        (-14.0, 58.0),
        (22.0, 70.0),
        (42.0, 61.0),
        (60.0, 43.0),
        (74.0, 20.0),
        (84.0, -8.0),
        (96.0, -62.0),
        (114.0, -140.0),
        (251.5, -140.0),
    )
)
_FRINGE: Final = Hairline(
    (
        (0.0, 37.5),
        (30.0, 37.0),
        (52.0, 34.0),
        (66.0, 25.0),
        (76.0, 4.0),
        (82.0, -30.0),
        (89.0, -50.0),
        (97.0, -34.0),
        (104.0, 0.0),
        (114.0, 22.0),
        (134.0, 29.0),
        (152.0, 18.0),
        (172.0, -14.0),
        (200.0, -36.0),
        (251.5, -44.0),
    )
)
_CROPPED: Final = Hairline(
    (
        (0.0, 56.0),
        (28.0, 57.0),
        (48.0, 54.0),
        (62.0, 43.0),
        (74.0, 33.0),
        (86.0, 20.0),
        (95.0, -4.0),
        (102.0, -12.0),
        (110.0, 0.0),
        (117.0, 20.0),
        (134.0, 29.0),
        (150.0, 20.0),
        (166.0, -10.0),
        (188.0, -36.0),
        (215.0, -46.0),
        (251.5, -48.0),
    )
)


def hair(p: Array, look: Look) -> Array:
    """Distance from the hair of a look."""
    return STYLES[look.hair](p, look)


def tone(p: Array, look: Look) -> Array:
    """How light the hair is, about 1: fine strands, darker roots, a soft lighter band."""
    parting, crown = PARTINGS[look.hair]
    angle, away = _around(p, parting, crown)
    fine = np.sin(angle * 37.0 + 1.5 * np.sin(angle * 5.0)) + 0.6 * np.sin(angle * 23.0 + 1.0)
    strands = 0.085 * fine * smoothstep(12.0, 50.0, away)
    height = np.arctan2(p[:, 1] - 10.0, np.hypot(p[:, 0], p[:, 2]))
    band = 0.34 * bump((height - 0.62 + 0.05 * np.sin(angle * 9.0)) / 0.34)
    roots = 0.26 * bump(away / 42.0)
    return np.asarray(1.0 + strands + band - roots - 0.22 * smoothstep(0.1, -0.7, height))


def _around(p: Array, parting: float, crown: float) -> tuple[Array, Array]:
    """Longitude about a point on the crown, from which strands run, and millimetres from it."""
    x, z = p[:, 0] - parting, p[:, 2] - crown
    return np.arctan2(x, z), np.hypot(x, z)


def _locks(p: Array, look: Look, count: float, depth: float) -> Array:
    """Broad locks as shallow valleys, away from crown and ends."""
    angle, away = _around(p, *PARTINGS[look.hair])
    wave = np.sin(angle * count + 0.9 * np.sin(p[:, 1] * 0.03)) + 0.4 * np.sin(angle * count * 2.0 + 1.0)
    return np.asarray(depth * wave * smoothstep(18.0, 75.0, away))


def _cut(d: Array, line: Hairline, p: Array, edge: float) -> Array:
    """A volume ended at the hairline with a rounded edge."""
    return -join(-d, -line.below(p), edge)


def _bob(p: Array, look: Look) -> Array:
    d = ellipsoid(p, (-2.0, 35.0, -9.0), (85.0, 94.0, 97.0))
    d = join(d, ellipsoid(p, (0.0, -18.0, -9.0), (91.0, 78.0, 86.0)), 22.0)
    part = np.exp(-(((p[:, 0] - 21.0) / 4.0) ** 2)) * smoothstep(-30.0, 5.0, p[:, 2])
    d = d + 3.4 * part * smoothstep(60.0, 90.0, p[:, 1]) + _locks(p, look, 9.0, 0.8)
    ends = -(p[:, 1] + 68.0 - 0.10 * p[:, 2])
    return -join(-_cut(d, _SIDE_PART, p, 7.0), -ends, 16.0)


def _buns(p: Array, look: Look) -> Array:
    q = folded(p)
    d = ellipsoid(p, (0.0, 36.0, -9.0), (83.0, 93.0, 97.0))
    d = join(d, forms.skin(p, look) - 5.5, 6.0) + _locks(p, look, 10.0, 0.6)
    d = _cut(d, _FRINGE, p, 6.0)
    bun = sphere(q, (58.0, 110.0, -16.0), 30.0)
    turn = np.arctan2(q[:, 1] - 110.0, q[:, 0] - 58.0) * 2.0 + (q[:, 2] + 16.0) * 0.17
    return join(d, bun + 0.7 * np.sin(turn), 8.0)


def _short(p: Array, look: Look) -> Array:
    top = ellipsoid(p, (0.0, 52.0, -12.0), (81.0, 86.0, 92.0))
    quiff = ellipsoid(p, (4.0, 100.0, 36.0), (62.0, 34.0, 46.0))
    d = join(forms.skin(p, look) - 4.0, join(top, quiff, 22.0), 12.0)
    return _cut(d + _locks(p, look, 7.0, 1.5), _CROPPED, p, 5.0)


STYLES: Final[dict[str, Callable[[Array, Look], Array]]] = {"bob": _bob, "buns": _buns, "short": _short}
PARTINGS: Final = {"bob": (21.0, -22.0), "buns": (0.0, -20.0), "short": (14.0, -34.0)}
"""Where the strands of a style run from: x and z on the crown."""
