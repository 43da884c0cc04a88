"""Meshes of distance fields by surface nets (Gibson, "Constrained Elastic Surface Nets", 1998)."""

import numpy as np

from blend_shapes.head.field import Array, Field, gradient
from blend_shapes.head.points import Triangles


def surface_net(field: Field, low: Array, high: Array, step: float) -> tuple[Array, Array, Triangles]:
    """Positions, normals and triangles of a field's zero surface inside a box; the surface is left open
    where the box cuts it."""
    axes = [np.arange(low[i], high[i] + step, step) for i in range(3)]
    shape = tuple(len(a) for a in axes)
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    values = field(grid).reshape(shape)
    place, number = _cells(values, low, step)
    triangles = np.concatenate([_quads(values, number, axis) for axis in range(3)])
    normal = gradient(field, place)
    for _ in range(3):  # pull the cells' means onto the surface
        place = place - np.clip(field(place), -step, step)[:, None] * normal
        normal = gradient(field, place)
    return place, normal, triangles


def _cells(values: Array, low: Array, step: float) -> tuple[Array, Triangles]:
    """One vertex in each cell that the surface crosses: the mean of the crossings of its edges."""
    cells = tuple(n - 1 for n in values.shape)
    total, count = np.zeros((*cells, 3)), np.zeros(cells)
    for axis in range(3):
        for i in (0, 1):
            for j in (0, 1):
                start, end = [i, i, i], [i, i, i]
                others = [k for k in range(3) if k != axis]
                start[others[0]] = end[others[0]] = i
                start[others[1]] = end[others[1]] = j
                start[axis], end[axis] = 0, 1
                a, b = (
                    values[tuple(slice(c, c + n) for c, n in zip(q, cells, strict=True))]
                    for q in (start, end)
                )
                crossed = (a < 0.0) != (b < 0.0)
                share = np.where(crossed, a / np.where(crossed, a - b, 1.0), 0.0)
                corner = np.array(start, float)
                total += crossed[..., None] * (corner + share[..., None] * np.eye(3)[axis])
                count += crossed
    used = count > 0
    number = np.full(cells, -1, np.int64)
    number[used] = np.arange(used.sum())
    where = np.argwhere(used) + total[used] / count[used][:, None]
    return low + where * step, number


def _quads(values: Array, number: Triangles, axis: int) -> Triangles:
    """Two triangles around each grid edge along an axis that the surface crosses."""
    b, c = (axis + 1) % 3, (axis + 2) % 3
    size = number.shape
    inner = [slice(1, n) for n in size]
    inner[axis] = slice(0, size[axis])
    near = values[tuple(inner)] < 0.0
    ahead = list(inner)
    ahead[axis] = slice(1, size[axis] + 1)
    far = values[tuple(ahead)] < 0.0
    at = np.argwhere(near != far) + np.array([0 if k == axis else 1 for k in range(3)])
    out = near[near != far]
    unit_b, unit_c = np.eye(3, dtype=np.int64)[b], np.eye(3, dtype=np.int64)[c]
    corners = [at - unit_b - unit_c, at - unit_c, at, at - unit_b]
    q = np.column_stack([number[tuple(corner.T)] for corner in corners])
    q[~out] = q[~out][:, ::-1]
    return np.concatenate([q[:, [0, 1, 2]], q[:, [0, 2, 3]]])
