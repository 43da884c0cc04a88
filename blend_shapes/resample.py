"""Frames of one rate from poses of another, by monotone cubic interpolation.

Between two poses nothing overshoots: lips that a model closes stay closed, and weights stay in [0, 1].
Slopes are the harmonic means of the neighbouring differences, 0 where those differ in sign (Fritsch and
Butland 1984, doi 10.1137/0905021, for equal steps). Before the first pose and after the last one the
face is taken to stand still.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.articulation.windows import Array

BEYOND: Final = 2
"""Poses that must be known after the one before a frame."""


class MonotoneCubic:
    """One stream: poses at `rate` a second in, frames at `fps` out. Pose and frame 0 are at time 0.

    Poses and frames have shape (number, channels). Frames do not depend on how the poses were cut into
    calls. Memory does not grow.
    """

    def __init__(self, rate: int, fps: int, channels: int) -> None:
        if rate < 1 or fps < 1:
            raise ValueError(f"rates want at least 1 a second, got {rate} and {fps}")
        self._rate = rate
        self._fps = fps
        self._poses: Array = np.zeros((0, channels), np.float32)
        self._origin = 0
        """Number of the first pose that is kept."""
        self._next = 0

    def feed(self, poses: Array) -> Array:
        """The frames that are certain after these poses: those with BEYOND poses after the one before.

        A frame at the very time of a pose is that pose, and certain with it.
        """
        self._poses = np.concatenate([self._poses, poses])
        known = self._origin + len(self._poses)
        stop = self._next
        while stop * self._rate // self._fps + (BEYOND if self._between(stop) else 0) < known:
            stop += 1
        return self._frames_to(stop)

    def finish(self, stop: int) -> Array:
        """The frames up to number `stop` - 1. Raises ValueError if there was no pose at all."""
        if not len(self._poses):
            raise ValueError("no pose to make frames from")
        wanted = stop * self._rate // self._fps + BEYOND + 1
        missing = max(wanted - self._origin - len(self._poses), 0)
        self._poses = np.concatenate([self._poses, np.repeat(self._poses[-1:], missing, axis=0)])
        return self._frames_to(max(stop, self._next))

    def _between(self, frame: int) -> bool:
        return bool(frame * self._rate % self._fps)

    def _frames_to(self, stop: int) -> Array:
        ticks = np.arange(self._next, stop, dtype=np.int64) * self._rate
        before = ticks // self._fps
        frames = self._at(before - self._origin, ((ticks - before * self._fps) / self._fps)[:, None])
        self._next = stop
        unused = min(stop * self._rate // self._fps - 1 - self._origin, len(self._poses) - 1)
        if unused > 0:
            self._poses = self._poses[unused:]
            self._origin += unused
        return frames

    def _at(self, k: NDArray[np.int64], share: NDArray[np.float64]) -> Array:
        """Between pose k and the next, `share` of the way; k counts from the first pose that is kept."""
        last = len(self._poses) - 1
        before, here = self._poses[np.maximum(k - 1, 0)], self._poses[k]
        there, after = (self._poses[np.minimum(k + n, last)] for n in (1, 2))
        step = there - here
        leaving, arriving = _slope(here - before, step), _slope(step, after - there)
        u = share.astype(np.float32)
        bent = u * (1.0 - u) * ((1.0 - u) * (leaving - step) - u * (arriving - step))
        frames: Array = here + u * step + bent
        return np.clip(frames, np.minimum(here, there), np.maximum(here, there), out=frames)


def _slope(left: Array, right: Array) -> Array:
    """Harmonic mean of two differences, 0 where they differ in sign."""
    product = left * right
    both = left + right
    same = product > 0.0
    return np.where(same, 2.0 * product / np.where(same, both, 1.0), np.float32(0.0))
