"""Vertices under construction: where they are, what they hang on, what they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.head.field import Array

Triangles = NDArray[np.int64]
MIRROR: Final = np.array([-1.0, 1.0, 1.0])
SEAM: Final = 1e-6
"""Vertices this close to the middle belong to both halves."""


class Zone(IntEnum):
    """What a vertex of the skin mesh belongs to; decides its colour."""

    SKIN = 0
    LIP = 1
    MOUTH = 2
    RIM = 3
    LASH = 4
    BROW = 5
    EAR = 6
    NOSTRIL = 7


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Vertices and triangles, counter-clockwise from outside."""

    position: Array
    """(n, 3) millimetres."""
    anchor: Array
    """(n, 3): where the masks of the morphs are read: lashes hang on their lid, lips on their own side."""
    zone: NDArray[np.int64]
    triangles: Triangles

    def __len__(self) -> int:
        return len(self.position)


def piece(position: Array, triangles: Triangles, zone: Zone, anchor: Array | None = None) -> Piece:
    """A piece of one zone, hanging on itself unless told otherwise."""
    zones = np.full(len(position), int(zone), np.int64)
    return Piece(position, position if anchor is None else anchor, zones, triangles)


def joined(pieces: Sequence[Piece]) -> Piece:
    """Pieces one after the other, sharing no vertices."""
    starts = np.cumsum([0] + [len(p) for p in pieces[:-1]])
    return Piece(
        np.concatenate([p.position for p in pieces]),
        np.concatenate([p.anchor for p in pieces]),
        np.concatenate([p.zone for p in pieces]),
        np.concatenate([p.triangles + start for p, start in zip(pieces, starts, strict=True)]),
    )


def mirrored(half: Piece) -> tuple[Piece, NDArray[np.int64]]:
    """The left half (x >= 0) and its mirror image as one piece sharing the seam, and for each vertex the
    index of its mirror image."""
    n = len(half)
    seam = np.abs(half.position[:, 0]) < SEAM
    twin = np.where(seam, np.arange(n), n + np.cumsum(~seam) - 1)
    position, anchor = half.position.copy(), half.anchor.copy()
    position[seam, 0] = anchor[seam, 0] = 0.0
    whole = Piece(
        np.concatenate([position, position[~seam] * MIRROR]),
        np.concatenate([anchor, anchor[~seam] * MIRROR]),
        np.concatenate([half.zone, half.zone[~seam]]),
        np.concatenate([half.triangles, twin[half.triangles][:, ::-1]]),
    )
    back = np.concatenate([twin, np.flatnonzero(~seam)])
    return whole, back


def strip(inner: NDArray[np.int64], outer: NDArray[np.int64]) -> Triangles:
    """Two triangles for each step between two rows of vertex numbers of the same length."""
    a, b, c, d = inner[:-1], inner[1:], outer[:-1], outer[1:]
    return np.concatenate([np.column_stack([a, c, b]), np.column_stack([b, c, d])])


def rows(numbers: NDArray[np.int64]) -> Triangles:
    """The strips between successive rows of a grid of vertex numbers."""
    return np.concatenate([strip(numbers[i], numbers[i + 1]) for i in range(len(numbers) - 1)])


def closed(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """A grid of vertex numbers with its first column repeated at the end."""
    return np.concatenate([numbers, numbers[:, :1]], axis=1)


def outward(position: Array, triangles: Triangles, centre: Array) -> Triangles:
    """The triangles, each turned so that it faces away from a centre inside."""
    a, b, c = (position[triangles[:, i]] for i in range(3))
    facing = (np.cross(b - a, c - a) * ((a + b + c) / 3.0 - centre)).sum(axis=1)
    turned = triangles.copy()
    turned[facing < 0.0] = turned[facing < 0.0][:, ::-1]
    return turned


def vertex_normals(position: Array, triangles: Triangles) -> Array:
    """Unit normals, weighted by the area of the triangles around."""
    a, b, c = (position[triangles[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    total = np.stack(
        [np.bincount(triangles.ravel(), np.repeat(face[:, axis], 3), len(position)) for axis in range(3)],
        axis=1,
    )
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.asarray(np.where(length > 1e-12, total / np.maximum(length, 1e-12), (0.0, 0.0, 1.0)))
