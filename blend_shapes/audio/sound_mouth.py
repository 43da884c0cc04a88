"""The mouth of one stream of sound, by the network: frames at any rate, each so long after its sound."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import HEAD_ANGLES
from blend_shapes.articulation.windows import Array, smoothstep
from blend_shapes.audio import network
from blend_shapes.audio.hearing import STEP_HZ
from blend_shapes.audio.listeners import Listeners
from blend_shapes.audio.speaking_mouth import face, rest
from blend_shapes.face import FaceFrames

LOOK_AHEAD_S: Final = 0.060
"""Of frames that lie on the grid of steps: 60, 30, 20 or 15 a second. Between two steps one step more."""
_LINGER_S: Final = 0.10
_EASE_S: Final = 0.20
"""After its sound a mouth still does what the network asks, then goes to rest."""


def look_ahead(fps: int) -> float:
    """Seconds of sound that must be known beyond a frame."""
    return LOOK_AHEAD_S + (1.0 / STEP_HZ if STEP_HZ % fps else 0.0)


class SoundMouth:
    """Pushed along by sound; synchronous, memory does not grow. Frames do not depend on how it was cut.

    Of a crowd of `listeners`, `hear` what there is for each, let the crowd work once, then take `frames`
    of each; `follow` does the three for a mouth by itself.
    """

    def __init__(self, fps: int, rate: int, listeners: Listeners | None = None) -> None:
        """`listeners` are of the same `rate`. Raises ValueError for a rate that is not heard, or no fps."""
        if fps < 1:
            raise ValueError(f"a face wants at least one frame a second, got fps={fps}")
        self.look_ahead = look_ahead(fps)
        self._fps = fps
        self._rate = rate
        self._listeners = Listeners(network.default(), rate) if listeners is None else listeners
        self._stream = self._listeners.begin()
        self._core: Array = rest(1)[:0]
        self._origin = 0
        """Step of the first of `_core`."""
        self._next = 0
        self._end: float | None = None

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
            heard = self._stream.heard
            self._end = heard / self._rate
            tail = _LINGER_S + _EASE_S + self.look_ahead + 2 / STEP_HZ
            self._stream.hear(np.zeros(math.ceil(tail * self._rate), np.int16))

    def frames(self) -> FaceFrames:
        """The frames now certain; after `end`, those through the first that is at rest."""
        self._core = np.concatenate([self._core, self._stream.take()])
        last = self._origin + len(self._core) - 1
        stop = last * self._fps // STEP_HZ + 1 if last >= 0 else 0
        if self._end is not None:
            self._listeners.end(self._stream)
            stop = math.ceil((self._end + _LINGER_S + _EASE_S) * self._fps) + 1
        return self._frames_to(max(stop, self._next))

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

    def _frames_to(self, stop: int) -> FaceFrames:
        first, fps = self._next, self._fps
        if stop <= first:
            return FaceFrames.empty(first, fps)
        ticks = np.arange(first, stop, dtype=np.int64) * STEP_HZ
        low = ticks // fps - self._origin
        share = ((ticks % fps) / fps).astype(np.float32)[:, None]
        high = np.minimum(low + (share[:, 0] > 0.0), len(self._core) - 1)
        core = self._core[low] + share * (self._core[high] - self._core[low])
        if self._end is not None:
            since = ticks / (STEP_HZ * fps) - self._end - _LINGER_S
            core += smoothstep(since / _EASE_S)[:, None] * (rest(1) - core)
        self._next = stop
        drop = stop * STEP_HZ // fps - self._origin
        self._core, self._origin = self._core[drop:], self._origin + min(drop, len(self._core))
        weights = face(core)
        return FaceFrames(first, fps, weights, np.zeros((len(weights), len(HEAD_ANGLES)), np.float32))
