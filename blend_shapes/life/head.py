"""The head's speed: what moves it takes turns, so that together it is never too fast."""

from typing import Final

import numpy as np

from blend_shapes.articulation.windows import Array
from blend_shapes.life.pulses import GAZE_AT, HEAD_AT, Pulse

FASTEST_DEG_S: Final = 60.0
"""A head that is not thrown about."""
PULSES_DEG_S: Final = 44.0
"""What pulses share; the rest is left to drift, moods and to waking up."""
_STEEPEST: Final = 1.5
"""Of smoothstep, against its mean."""
_SHARES: Final = (1.0, 0.75, 0.5, 0.25, 0.0)


class HeadRoom:
    """Lets pulses move the head, in the order they begin, and makes them smaller where others move it.

    A window that rises or falls moves the head one way, at _STEEPEST times its mean speed at most. All that
    go the same way at one time together keep the limit; what goes back does not count for them.
    """

    def __init__(self) -> None:
        self._ramps: list[tuple[float, float, Array]] = []
        """(start, end, velocity at its most)."""

    def admitted(self, pulse: Pulse) -> Pulse:
        """The pulse, with as much of its head as there is room for, and of the gaze that goes with it."""
        head = pulse.vector[HEAD_AT]
        if not head.any():
            return pulse
        start, per_rise, end, per_fall = pulse.window
        ramps = (
            (start, start + 1.0 / per_rise, head * np.float32(_STEEPEST * per_rise)),
            (end - 1.0 / per_fall, end, head * np.float32(-_STEEPEST * per_fall)),
        )
        share = next(s for s in _SHARES if s == 0.0 or all(self._fits(a, b, s * v) for a, b, v in ramps))
        if share == 0.0:
            return Pulse(pulse.window, _scaled(pulse.vector, 0.0))
        self._ramps += [(a, b, share * v) for a, b, v in ramps]
        return pulse if share == 1.0 else Pulse(pulse.window, _scaled(pulse.vector, share))

    def forget(self, before: float) -> None:
        """No pulse begins before this time any more."""
        self._ramps = [r for r in self._ramps if r[1] > before]

    def _fits(self, start: float, end: float, velocity: Array) -> bool:
        """Whether this much more keeps the limit at all times between the two."""
        meanwhile = [r for r in self._ramps if r[0] < end and r[1] > start]
        for at in [start, *(a for a, _, _ in meanwhile if a > start)]:
            together = np.array([velocity, *(v for a, b, v in meanwhile if a <= at < b)])
            one_way = np.maximum(together, 0.0).sum(axis=0)
            other_way = np.maximum(-together, 0.0).sum(axis=0)
            if float(np.square(np.maximum(one_way, other_way)).sum()) > PULSES_DEG_S**2:
                return False
        return True


def _scaled(vector: Array, share: float) -> Array:
    scaled = vector.copy()
    scaled[HEAD_AT] *= share
    scaled[GAZE_AT] *= share
    return scaled
