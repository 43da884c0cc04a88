"""Eyeballs with a painted iris, and the catch-lights that stay where the light is while the eye turns."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.head.colour import srgb
from blend_shapes.head.field import Array, smoothstep
from blend_shapes.head.lids import Lids
from blend_shapes.head.look import Look
from blend_shapes.head.points import Triangles, closed, outward, rows

IRIS: Final = 0.50
"""Half angle of the iris at the eyeball's centre."""
PUPIL: Final = 0.235
CORNEA: Final = 0.028
"""How far the cornea stands out, in parts of the radius."""
_PIXELS: Final = 256
_AROUND: Final = 36
_RINGS: Final = 15
_GLINTS: Final = ((-0.15, 0.17, 0.105), (0.16, -0.17, 0.050))
"""Catch-lights: angle to the side, angle upwards, half angle."""


def eyeball(look: Look) -> tuple[Array, Array, Triangles, Array]:
    """Positions about the eyeball's own centre, normals, triangles and image places."""
    polar = np.repeat(np.linspace(0.02, np.pi * 0.72, _RINGS), _AROUND)
    around = np.tile(np.linspace(0.0, 2.0 * np.pi, _AROUND, endpoint=False), _RINGS)
    way = np.column_stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)])
    swell = 1.0 + CORNEA * smoothstep(IRIS * 1.35, 0.0, polar)
    uv = 0.5 + 0.5 * (np.clip(polar / (0.5 * np.pi), 0.0, 1.0))[:, None] * np.column_stack(
        [np.cos(around), -np.sin(around)]
    )
    numbers = np.arange(len(polar)).reshape(_RINGS, _AROUND)
    front = np.column_stack([np.full(_AROUND - 2, 0), np.arange(1, _AROUND - 1), np.arange(2, _AROUND)])
    position = way * (look.eye_radius * swell)[:, None]
    triangles = outward(position, np.concatenate([rows(closed(numbers)), front]), np.zeros(3))
    return position, way, triangles, uv


def iris_image(look: Look) -> NDArray[np.uint8]:
    """The eyeball seen from the front, equidistant about the pupil; (pixels, pixels, 3) sRGB."""
    axis = (np.arange(_PIXELS) + 0.5) / _PIXELS * 2.0 - 1.0
    x, y = np.meshgrid(axis, -axis)
    angle, polar = np.arctan2(y, x), np.hypot(x, y) * 0.5 * np.pi
    iris, white = srgb(look.iris), np.array([0.965, 0.945, 0.925])
    streaks = 0.5 + 0.5 * np.sin(angle * 31.0 + 1.7 * np.sin(angle * 7.0)) * np.sin(angle * 13.0 + 0.6)
    share = np.clip((polar - PUPIL) / (IRIS - PUPIL), 0.0, 1.0)
    light = 0.74 + 0.20 * streaks * (1.0 - share) - 0.62 * (y / IRIS * 0.5 * np.pi) * 0.55
    light = light + 0.30 * np.exp(-(((share - 0.30) / 0.22) ** 2))
    ring = smoothstep(0.72, 1.0, share)
    disc = iris * np.clip(light, 0.18, 1.5)[..., None]
    disc = disc * (1.0 - 0.72 * ring[..., None])
    disc = disc * smoothstep(PUPIL - 0.025, PUPIL + 0.02, polar)[..., None] + 0.012
    warm = np.clip((polar - 0.75) / 0.7, 0.0, 1.0)[..., None] * np.array([0.03, 0.16, 0.17])
    shade = 1.0 - 0.20 * smoothstep(0.16, 0.62, y)[..., None] * np.array([0.8, 1.0, 1.0])
    ball = (white - warm) * shade
    mix = smoothstep(IRIS - 0.022, IRIS + 0.028, polar)[..., None]
    picture = disc * (1.0 - mix) + ball * mix
    return np.asarray(np.round(np.clip(picture, 0.0, 1.0) * 255.0), np.uint8)


def glints(look: Look) -> tuple[Array, Array, Triangles]:
    """Both eyes' catch-lights in the head's axes: positions, normals, triangles."""
    lids, n = Lids(look), 14
    spread = np.linspace(0.0, 2.0 * np.pi, n, endpoint=False)
    position: list[Array] = []
    normal: list[Array] = []
    triangles: list[Triangles] = []
    for side in (1.0, -1.0):
        centre = lids.centre * np.array([side, 1.0, 1.0])
        for beside, turn, size in _GLINTS:
            a = np.concatenate([[beside], beside + size * np.cos(spread)])
            b = np.concatenate([[turn], turn + size * 1.1 * np.sin(spread)])
            way = np.column_stack([np.sin(a), np.cos(a) * np.sin(b), np.cos(a) * np.cos(b)])
            start = sum(len(p) for p in position)
            step = np.arange(n)
            triangles.append(start + np.column_stack([0 * step, 1 + step, 1 + (step + 1) % n]))
            position.append(centre + way * (look.eye_radius * (1.0 + CORNEA) + 0.35))
            normal.append(way)
    return np.concatenate(position), np.concatenate(normal), np.concatenate(triangles)
