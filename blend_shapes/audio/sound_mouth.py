"""The mouth of one stream of sound, by the network: frames at any rate, each so long after its sound."""

import math
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import HEAD_ANGLES
from blend_shapes.articulation.shapes import REST_FACE
from blend_shapes.articulation.windows import smoothstep
from blend_shapes.audio import network
from blend_shapes.audio.hearing import STEP_HZ
from blend_shapes.audio.listeners import Listeners
from blend_shapes.face import FaceFrames, Weights

LOOK_AHEAD_S: Final = Fraction(60, 1000)
"""Of frames that are steps, as all are at 60, 30, 20 or 15 a second."""
_LINGER_S: Final = 0.10
_EASE_S: Final = 0.20
"""After its sound a mouth still does what the network asks, then goes to rest."""


def look_ahead(fps: int) -> Fraction:
    """Seconds of sound that are known beyond a frame when it is given, exactly: more where some frames are
    between two steps."""
    return LOOK_AHEAD_S + Fraction(fps - math.gcd(STEP_HZ, fps), fps * STEP_HZ)


class SoundMouth:
    """Pushed along by sound; synchronous, memory does not grow. Frames do not depend on how it was cut.

    Of a crowd of `listeners`, `hear` what there is for each, let the crowd work until none is `ready`, then
    take `frames` of each; `follow` does the three for a mouth by itself. A mouth that is dropped gives back
    its place in the crowd.
    """

    def __init__(self, fps: int, rate: int, listeners: Listeners | None = None) -> None:
        """Raises ValueError for a rate that is not heard, or no fps."""
        if fps < 1:
            raise ValueError(f"a face wants at least one frame a second, got fps={fps}")
        self._ahead = look_ahead(fps)
        self.look_ahead = float(self._ahead)
        self._fps = fps
        self._rate = rate
        self._listeners = Listeners(network.default()) if listeners is None else listeners
        self._stream = self._listeners.begin(rate)
        self._poses: Weights = REST_FACE[:0]
        self._origin = 0
        """Step of the first of `_poses`."""
        self._next = 0
        self._end: float | None = None

    @property
    def ready(self) -> bool:
        """Whether there is work to do before the frames of all that was heard are known."""
        return self._stream.ready

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take the next mono samples. Raises ValueError for samples that are not 16-bit, RuntimeError after
        the end."""
        if self._end is not None:
            raise RuntimeError("this mouth has settled; begin another for the next sound")
        if samples.dtype != np.int16 or samples.ndim != 1:
            raise ValueError(f"sound wants mono int16 samples, got {samples.dtype} of {samples.ndim} axes")
        self._stream.hear(samples)

    def end(self) -> None:
        """The sound is over: what the mouth still does is known after the next work. Twice is once."""
        if self._end is None:
            self._end = self._stream.heard / self._rate
            tail = self._last_frame() / self._fps - self._end + self.look_ahead
            self._stream.hear(np.zeros(math.ceil(tail * self._rate), np.int16))

    def frames(self) -> FaceFrames:
        """The frames now certain; after `end`, those through the first that is at rest."""
        self._poses = np.concatenate([self._poses, self._stream.take()])
        if self._end is not None:
            self._listeners.end(self._stream)
            return self._frames_to(self._last_frame() + 1)
        ahead, unit = self._ahead.as_integer_ratio()
        certain = (self._stream.heard * unit - ahead * self._rate) * self._fps // (self._rate * unit) + 1
        return self._frames_to(max(certain, self._next))

    def follow(self, samples: NDArray[np.int16]) -> FaceFrames:
        """Take the next mono samples and give the frames now certain. Raises as `hear`."""
        self.hear(samples)
        self._listeners.work()
        return self.frames()

    def settle(self) -> FaceFrames:
        """The sound has ended: the remaining frames, through the one at rest."""
        self.end()
        self._listeners.work()
        return self.frames()

    def _last_frame(self) -> int:
        """The first one at rest after the sound."""
        assert self._end is not None
        return math.ceil((self._end + _LINGER_S + _EASE_S) * self._fps - 1e-6)

    def _frames_to(self, stop: int) -> FaceFrames:
        first, fps = self._next, self._fps
        if stop <= first:
            return FaceFrames.empty(first, fps)
        ticks = np.arange(first, stop, dtype=np.int64) * STEP_HZ
        low = ticks // fps - self._origin
        weights = self._poses[low]
        if STEP_HZ % fps:
            share = ((ticks % fps) / fps).astype(np.float32)[:, None]
            high = np.minimum(low + 1, len(self._poses) - 1)
            weights += share * (self._poses[high] - weights)
        if self._end is not None:
            left = 1.0 - smoothstep((ticks / (STEP_HZ * fps) - self._end - _LINGER_S) / _EASE_S)[:, None]
            weights = np.where(left < 1.0, REST_FACE + left * (weights - REST_FACE), weights)
        self._next = stop
        drop = min(stop * STEP_HZ // fps - self._origin, len(self._poses))
        self._poses, self._origin = self._poses[drop:], self._origin + drop
        return FaceFrames(first, fps, weights, np.zeros((len(weights), len(HEAD_ANGLES)), np.float32))
