"""A run of face frames on one frame grid: the value that every part of the project passes on."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS, HEAD_ANGLES

Weights = NDArray[np.float32]
"""Shape (frames, 52), each in [0, 1]."""
Angles = NDArray[np.float32]
"""Shape (frames, 3): yaw, pitch, roll in degrees."""


def frame_time_us(index: int, fps: int) -> int:
    """Media time of frame `index` in microseconds, rounded to nearest from the exact quotient."""
    return (2_000_000 * index + fps) // (2 * fps)


def frames_before(time_us: int, fps: int) -> int:
    """How many frames of the grid lie strictly before `time_us`."""
    if time_us <= 0:
        return 0
    n = time_us * fps // 1_000_000
    return n + 1 if frame_time_us(n, fps) < time_us else n


@dataclass(frozen=True, slots=True, eq=False)
class FaceFrames:
    """Consecutive frames `first`, `first + 1`, ... of the grid with `fps` frames a second.

    The arrays belong to the value: whoever receives it may keep but not write them.
    """

    first: int
    fps: int
    weights: Weights
    head: Angles

    @classmethod
    def empty(cls, first: int, fps: int) -> "FaceFrames":
        return cls(
            first,
            fps,
            np.zeros((0, len(CHANNELS)), np.float32),
            np.zeros((0, len(HEAD_ANGLES)), np.float32),
        )

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def end(self) -> int:
        """Index after the last frame."""
        return self.first + len(self.weights)

    @property
    def pts(self) -> int:
        """Media time of the first frame in microseconds."""
        return frame_time_us(self.first, self.fps)

    def times(self) -> NDArray[np.float64]:
        """Media time of each frame in seconds, exact grid."""
        return np.arange(self.first, self.end, dtype=np.float64) / self.fps

    def split(self, index: int) -> tuple["FaceFrames", "FaceFrames"]:
        """Frames before grid index `index`, and the rest."""
        n = min(max(index - self.first, 0), len(self))
        head = FaceFrames(self.first, self.fps, self.weights[:n], self.head[:n])
        tail = FaceFrames(self.first + n, self.fps, self.weights[n:], self.head[n:])
        return head, tail

    @staticmethod
    def join(parts: Iterable["FaceFrames"]) -> "FaceFrames":
        """Neighbouring runs as one. Raises ValueError on a hole, an overlap or no parts."""
        runs = list(parts)
        if not runs:
            raise ValueError("no frames to join")
        for a, b in itertools.pairwise(runs):
            if a.end != b.first or a.fps != b.fps:
                raise ValueError(f"frames up to {a.end} cannot be followed by {b.first}")
        return FaceFrames(
            runs[0].first,
            runs[0].fps,
            np.concatenate([r.weights for r in runs]),
            np.concatenate([r.head for r in runs]),
        )
