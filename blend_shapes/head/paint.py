"""Colours of the skin, and shade baked where light comes in from few directions."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from blend_shapes.head.colour import linear, mixed, srgb
from blend_shapes.head.field import Array, Field, bump
from blend_shapes.head.look import Look
from blend_shapes.head.points import Piece, Triangles, Zone

Fields = Sequence[Field]

_SKIN_ROUGHNESS: Final = 0.56
_LIP_ROUGHNESS: Final = 0.34
_WET_ROUGHNESS: Final = 0.20
_HAIR_ROUGHNESS: Final = 0.70


def openness(p: Array, normal: Array, fields: Fields) -> Array:
    """Share of the sky that points see, 0 to 1: distance fields read along the normal (Evans, "Fast
    approximations for global illumination", 2006)."""
    hidden = np.zeros(len(p))
    for step, weight in ((3.0, 0.20), (7.0, 0.24), (14.0, 0.26), (26.0, 0.22), (44.0, 0.16)):
        q = p + normal * step
        nearest = np.min([field(q) for field in fields], axis=0)
        hidden += weight * np.clip(1.0 - nearest / step, 0.0, 1.4)
    return np.clip(1.0 - 0.80 * hidden, 0.25, 1.0)


def _evened(values: Array, triangles: Triangles, rounds: int = 3) -> Array:
    """Values averaged with those of neighbouring vertices, so that no triangle shows."""
    ends = np.concatenate([triangles[:, [0, 1, 2]].ravel(), triangles[:, [1, 2, 0]].ravel()])
    starts = np.concatenate([triangles[:, [1, 2, 0]].ravel(), triangles[:, [0, 1, 2]].ravel()])
    count = np.maximum(np.bincount(ends, minlength=len(values)), 1)
    for _ in range(rounds):
        around = np.bincount(ends, values[starts], len(values)) / count
        values = 0.4 * values + 0.6 * around
    return values


def shaded(colour: Array, openness: Array, tint: Array) -> Array:
    """Linear colour darkened towards a tint: shade on skin is warm, not grey."""
    return colour * (tint + (1.0 - tint) * openness[:, None]) * (0.45 + 0.55 * openness)[:, None]


def _spot(p: Array, centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Array:
    folded = p * np.sign(np.where(p[:, :1] == 0.0, 1.0, p[:, :1])) ** np.array([1.0, 0.0, 0.0])
    return bump(np.sqrt((((folded - np.array(centre)) / np.array(radii)) ** 2).sum(axis=1)))


def skin_colours(skin: Piece, normal: Array, look: Look, fields: Fields) -> Array:
    """Linear RGB (n, 3) of the skin mesh."""
    n, p = len(skin), skin.position
    colour = np.tile(srgb(look.skin), (n, 1))
    blush = 0.55 * _spot(p, (43.0, look.cheek_height + 4.0, 55.0), (30.0, 22.0, 40.0))
    blush += 0.40 * _spot(p, (0.0, -look.nose_length, look.nose_depth), (15.0, 13.0, 22.0))
    blush += 0.22 * _spot(p, (0.0, look.chin_height, 80.0), (20.0, 14.0, 30.0))
    blush += 0.45 * (skin.zone == Zone.EAR)
    blush += 0.25 * _spot(p, (look.eye_x, 8.0, look.eye_z + 20.0), (26.0, 16.0, 22.0))
    colour = mixed(colour, np.tile(srgb(look.blush), (n, 1)), np.clip(blush, 0.0, 0.85))
    for zone, code in (
        (Zone.LIP, look.lips),
        (Zone.RIM, look.blush),
        (Zone.LASH, look.lash_colour),
        (Zone.BROW, look.brow_colour),
    ):
        colour[skin.zone == zone] = srgb(code)
    light = linear(colour)
    light[skin.zone == Zone.NOSTRIL] *= np.array([0.22, 0.12, 0.10])
    light[skin.zone == Zone.MOUTH] = np.array([0.028, 0.006, 0.007])
    seen = _evened(openness(p, normal, fields), skin.triangles)
    seen[np.isin(skin.zone, (Zone.MOUTH, Zone.LASH, Zone.RIM, Zone.NOSTRIL))] = 1.0
    seen[skin.zone == Zone.LIP] = np.maximum(seen[skin.zone == Zone.LIP], 0.8)
    return shaded(light, seen, np.array([0.80, 0.62, 0.58]))


def skin_roughness(skin: Piece) -> Array:
    """(n,) from 0 to 1."""
    rough = np.full(len(skin), _SKIN_ROUGHNESS)
    rough[skin.zone == Zone.LIP] = _LIP_ROUGHNESS
    rough[np.isin(skin.zone, (Zone.MOUTH, Zone.RIM))] = _WET_ROUGHNESS
    rough[np.isin(skin.zone, (Zone.BROW, Zone.LASH))] = _HAIR_ROUGHNESS
    return rough
