"""A mouth that is driven by poses which someone else's model gives at a rate of its own.

The poses become frames of any rate. What holds for every mouth here holds for this one: it is at rest in
silence, at the beginning and at the end, weights stay in [0, 1] and mouthClose never exceeds jawOpen.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS, HEAD_ANGLES, INDEX
from blend_shapes.articulation import shapes
from blend_shapes.articulation.windows import Array, smoothstep
from blend_shapes.face import FaceFrames, Weights
from blend_shapes.resample import BEYOND, MonotoneCubic

SILENCE: Final = 0.001
"""Sound whose root mean square is below this, of full scale, is silence."""
HOLD_S: Final = 7 / 30
"""So long a silence is a pause, in which the mouth rests."""
RAMP_S: Final = 0.1
"""The mouth goes to rest, and comes from it, within this time. It comes before the sound does."""
EASE_S: Final = 0.25
"""After its sound a mouth goes to rest within this time."""
_JAW, _CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]


class DrivenMouth:
    """One turn: poses at `rate` a second in, frames at `fps` out. Pose and frame 0 are at time 0.

    Frames do not depend on how the poses were cut into calls. A model that was trained on speech moves
    the mouth in silence too; `HOLD_S` and `RAMP_S` follow LAM_Audio2Expression, which keeps a mouth still
    after 7 silent frames of 30 a second and ramps over 3.
    """

    def __init__(self, rate: int, fps: int) -> None:
        self._cubic = MonotoneCubic(rate, fps, len(CHANNELS))
        self._calm = _Calm(rate)
        self._fps = fps
        self._rate = rate
        self._given = False
        self._next = 0

    @staticmethod
    def ramp(rate: int) -> int:
        """How many poses beyond a run its loudness must be known."""
        return max(round(RAMP_S * rate), 1)

    def follow(self, poses: Weights, loudness: Array) -> FaceFrames:
        """Take the next run of poses (number, 52), give the frames now certain.

        `loudness` is the root mean square of the sound around each pose, of full scale, and around `ramp`
        more that follow. Frames are certain BEYOND poses after their time.
        """
        self._given = True
        share = self._calm.follow(loudness < SILENCE, len(poses))[:, None]
        return self._frames(self._cubic.feed(shapes.REST_FACE + share * (poses - shapes.REST_FACE)), None)

    def settle(self, end: float) -> FaceFrames:
        """The sound ended at `end` (seconds), `poses_until` it were given or none at all: what remains."""
        stop = math.ceil((end + EASE_S) * self._fps) + 1
        if not self._given:
            self._cubic.feed(shapes.REST_FACE)
        return self._frames(self._cubic.finish(max(stop, self._next)), end)

    def poses_until(self, end: float) -> int:
        """How many poses a turn wants whose sound ends at `end`."""
        return math.ceil((end + EASE_S) * self._rate) + BEYOND + 1

    def _frames(self, weights: Array, end: float | None) -> FaceFrames:
        first, self._next = self._next, self._next + len(weights)
        if end is not None:
            times = np.arange(first, self._next) / self._fps
            gone = smoothstep((times - end) / EASE_S)[:, None]
            weights = weights + gone * (shapes.REST_FACE - weights)
        weights = np.clip(weights, 0.0, 1.0)
        np.minimum(weights[:, _CLOSE], weights[:, _JAW], out=weights[:, _CLOSE])
        head = np.zeros((len(weights), len(HEAD_ANGLES)), np.float32)
        return FaceFrames(first, self._fps, weights.astype(np.float32, copy=False), head)


class _Calm:
    """How much of its motion a mouth keeps: 0 in pauses, 1 in speech, pose by pose."""

    def __init__(self, rate: int) -> None:
        self._hold = max(round(HOLD_S * rate), 1)
        self._ahead = DrivenMouth.ramp(rate)
        self._silent = self._hold
        """How many poses in a row were silent; a turn begins in silence."""
        self._share = 0.0

    def follow(self, silent: NDArray[np.bool_], count: int) -> Array:
        """For `count` poses, knowing which of them, and of some that follow, are in silence."""
        if len(silent) < count + self._ahead:
            raise ValueError(f"loudness of {count + self._ahead} poses is wanted, got {len(silent)}")
        shares = np.zeros(count, np.float32)
        for k in range(count):
            self._silent = self._silent + 1 if silent[k] else 0
            resting = self._silent >= self._hold and bool(silent[k : k + self._ahead + 1].all())
            step = -1.0 if resting else 1.0
            self._share = min(max(self._share + step / self._ahead, 0.0), 1.0)
            shares[k] = self._share
        return shares
