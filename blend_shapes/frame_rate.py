"""A face at another number of frames a second: for listeners whose screens differ from the speaker's."""

from math import gcd

import numpy as np

from blend_shapes.articulation.windows import Array
from blend_shapes.face import FaceFrames
from blend_shapes.resample import MonotoneCubic


class FrameRate:
    """One stream of frames at `source` a second in, frames at `fps` out, on the same timeline.

    Both grids begin at time 0. A run that does not follow the one before it begins anew. At equal rates
    frames go through as they are; a frame at the very time of one that came is that one; any other waits
    for two more (`MonotoneCubic`). Memory does not grow.
    """

    def __init__(self, source: int, fps: int) -> None:
        self._source = source
        self._fps = fps
        self._stream: MonotoneCubic | None = None
        self._next = 0
        self._begun = 0
        """Grid index, at `fps`, of frame 0 of the stream."""
        self._first = 0
        """Grid index of the first frame to give: the ones before it are not of the run."""
        self._given = 0

    def feed(self, frames: FaceFrames) -> FaceFrames:
        """The frames that are certain after these."""
        if self._source == self._fps or not len(frames):
            return FaceFrames(self._grid(frames.first), self._fps, frames.weights, frames.head)
        poses = np.concatenate([frames.weights, frames.head], axis=1)
        if self._stream is None or frames.first != self._next:
            poses = self._begin(frames.first, poses)
        assert self._stream is not None, "a run has begun"
        self._next = frames.end
        first = max(self._first, self._begun + self._given)
        made = self._stream.feed(poses)
        self._given += len(made)
        made = made[len(made) - max(0, self._begun + self._given - first) :]
        split = frames.weights.shape[1]
        return FaceFrames(first, self._fps, made[:, :split], made[:, split:])

    def _begin(self, first: int, poses: Array) -> Array:
        """A new stream, from the last moment on both grids; until `first` the face stood still."""
        step = self._source // gcd(self._source, self._fps)
        missing = first % step
        self._stream = MonotoneCubic(self._source, self._fps, poses.shape[1])
        self._begun = (first - missing) * self._fps // self._source
        self._first = self._grid(first)
        self._given = 0
        return np.concatenate([np.repeat(poses[:1], missing, axis=0), poses])

    def _grid(self, first: int) -> int:
        """The first index at `fps` that is not before frame `first` of the source."""
        return -(-first * self._fps // self._source)
