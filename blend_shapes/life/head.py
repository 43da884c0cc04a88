"""The head's speed: what moves it takes turns, so that together it is never too fast."""

from typing import Final

from blend_shapes.articulation.windows import Array
from blend_shapes.life.pulses import GAZE_AT, HEAD_AT, Pulse

FASTEST_DEG_S: Final = 60.0
"""A head that is not thrown about."""
PULSES_DEG_S: Final = 44.0
"""What pulses share; the rest is left to drift, moods and to waking up."""
_STEEPEST: Final = 1.5
"""Of smoothstep, against its mean."""
_SHARES: Final = (1.0, 0.75, 0.5, 0.25)


class HeadRoom:
    """Lets pulses move the head, in the order they begin, and makes them smaller where others move it.

    A window that rises or falls moves the head one way, at _STEEPEST times its mean speed at most. All that
    go the same way at one time together keep the limit; what goes back does not count for them.
    """

    def __init__(self) -> None:
        self._ramps: list[tuple[float, float, tuple[float, ...]]] = []
        """(start, end, velocity at its most)."""

    def admitted(self, pulse: Pulse) -> Pulse:
        """The pulse, with as much of its head as there is room for, and of the gaze that goes with it."""
        head = pulse.vector[HEAD_AT].tolist()
        if not any(head):
            return pulse
        start, per_rise, end, per_fall = pulse.window
        rise, fall = (tuple(sign * _STEEPEST * x for x in head) for sign in (per_rise, -per_fall))
        ramps = ((start, start + 1.0 / per_rise, rise), (end - 1.0 / per_fall, end, fall))
        for share in _SHARES:
            wanted = [(a, b, tuple(share * x for x in velocity)) for a, b, velocity in ramps]
            if all(self._fits(*ramp) for ramp in wanted):
                self._ramps += wanted
                return pulse if share == 1.0 else Pulse(pulse.window, _scaled(pulse.vector, share))
        return Pulse(pulse.window, _scaled(pulse.vector, 0.0))

    def forget(self, before: float) -> None:
        """No pulse begins before this time any more."""
        self._ramps = [r for r in self._ramps if r[1] > before]

    def _fits(self, start: float, end: float, velocity: tuple[float, ...]) -> bool:
        """Whether this much more keeps the limit at all times between the two."""
        meanwhile = [r for r in self._ramps if r[0] < end and r[1] > start]
        for at in [start, *(a for a, _, _ in meanwhile if a > start)]:
            together = [velocity, *(v for a, b, v in meanwhile if a <= at < b)]
            one_way = (sum(max(x, 0.0) for x in axis) for axis in zip(*together, strict=True))
            other_way = (sum(max(-x, 0.0) for x in axis) for axis in zip(*together, strict=True))
            if sum(max(a, b) ** 2 for a, b in zip(one_way, other_way, strict=True)) > PULSES_DEG_S**2:
                return False
        return True


def _scaled(vector: Array, share: float) -> Array:
    scaled = vector.copy()
    scaled[HEAD_AT] *= share
    scaled[GAZE_AT] *= share
    return scaled
