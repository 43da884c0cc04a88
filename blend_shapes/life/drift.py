"""Slow drift: an Ornstein-Uhlenbeck process on a lattice in time, made smooth by a cubic B-spline.

On the lattice the process is a sum of the last random steps with falling weights, cut off where nothing is
left: so a height depends on seed and index only, and any time can be asked for.
"""

import math
from functools import lru_cache
from typing import Final

import numpy as np

from blend_shapes.articulation.windows import Array, Times
from blend_shapes.life.chance import normal

CHANNELS: Final = ("headYaw", "headPitch", "headRoll", "asymmetry", "jawSide", "mouthSide")
DEVIATION: Final = np.array([1.5, 1.2, 0.8, 0.5, 0.008, 0.008], np.float32)
"""Standard deviations: head in degrees, the rest in weights; asymmetry is from -1 to 1."""
TIME_CONSTANT_S: Final = 2.5
STEP_S: Final = 0.5
MOST: Final = 2.0
"""Standard deviations that nothing exceeds: the spline never leaves its heights."""

_LATTICE_CONSTANT_S: Final = 2.2
"""The spline adds the rest: it holds neighbouring heights together."""
_FADE: Final = math.exp(-STEP_S / _LATTICE_CONSTANT_S)
_STEPS: Final = 24
_WEIGHTS: Final = np.array([math.sqrt(1.0 - _FADE**2) * _FADE**j for j in range(_STEPS)])
_GAIN: Final = 1.13
"""Makes up for what spline and limit take away."""
_SPLINE: Final = np.array([[1, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]]) / 6.0
"""From four heights to the cubic B-spline between the middle ones, by powers of the way."""


@lru_cache(maxsize=4096)
def _step(seed: int, index: int) -> tuple[float, ...]:
    return tuple(normal(seed, "drift" + c, index) for c in CHANNELS)


@lru_cache(maxsize=1024)
def _height(seed: int, index: int, period: int) -> Array:
    """In standard deviations; with a period the steps repeat, and so do the heights."""
    steps = [_step(seed, (index - j) % period if period else index - j) for j in range(_STEPS)]
    heights = np.add.reduce(np.array(steps) * _WEIGHTS[:, None], axis=0)
    limited: Array = np.clip(_GAIN * heights, -MOST, MOST).astype(np.float32)
    return limited


@lru_cache(maxsize=1024)
def _cubic(seed: int, index: int, period: int) -> Array:
    """From point `index` of the lattice to the next: coefficients of 1, x, x^2, x^3, shape (4, 6)."""
    heights = np.array([_height(seed, i, period) for i in range(index - 1, index + 3)])
    cubic: Array = (_SPLINE @ heights * DEVIATION).astype(np.float32)
    return cubic


def drift(seed: int, times: Times, period_steps: int = 0) -> Array:
    """Shape (times, 6), columns as CHANNELS, for rising times. With `period_steps` it repeats after so many
    steps."""
    position = times / STEP_S
    index = np.floor(position)
    x = (position - index).astype(np.float32)[:, None]
    low, high = int(index[0]), int(index[-1])
    if low == high:
        c0, c1, c2, c3 = _cubic(seed, low, period_steps)
    else:
        cubics = np.array([_cubic(seed, i, period_steps) for i in range(low, high + 1)])
        c0, c1, c2, c3 = cubics[(index - low).astype(np.int64)].transpose(1, 0, 2)
    result: Array = c3 * x
    for c in (c2, c1):
        result += c
        result *= x
    result += c0
    return result
