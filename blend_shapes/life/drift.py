"""Slow drift: value noise, smooth between random heights on a lattice in time."""

from functools import lru_cache
from typing import Final

import numpy as np

from blend_shapes.articulation.windows import Array, Times, smoothstep
from blend_shapes.life.chance import between

CHANNELS: Final = ("headYaw", "headPitch", "headRoll", "asymmetry", "jawSide", "mouthSide")
SPREAD: Final = np.array([2.8, 2.3, 1.5, 1.0, 0.02, 0.02], np.float32)
"""Largest excursion: head in degrees (standard deviations about 1.3, 1.1, 0.7), the rest in weights;
asymmetry from -1 to 1."""
STEP_S: Final = 1.5


@lru_cache(maxsize=1024)
def _heights(seed: int, index: int) -> tuple[float, ...]:
    return tuple(between(seed, "drift" + c, index, -1.0, 1.0) for c in CHANNELS)


def drift(seed: int, times: Times, period_steps: int | None = None) -> Array:
    """Shape (times, 6), columns as CHANNELS. With `period_steps` it repeats after so many steps, from 0
    to 0."""
    position = times / STEP_S
    index = np.floor(position).astype(np.int64)
    low, high = int(index[0]), int(index[-1]) + 1
    if period_steps is None:
        heights = np.array([_heights(seed, i) for i in range(low, high + 1)], np.float32)
    else:
        wrapped = [i % period_steps for i in range(low, high + 1)]
        heights = np.array(
            [_heights(seed, i) if i else (0.0,) * len(CHANNELS) for i in wrapped], np.float32
        )
    share = smoothstep(position - index)[:, None]
    below, above = heights[index - low], heights[index - low + 1]
    result: Array = (below + (above - below) * share) * SPREAD
    return result
