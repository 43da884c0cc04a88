"""How head, brows and breath go along with speech: beats on accents, settling at ends, breathing in before.

After Kim, Cvejic, Davis 2014 (the head starts with a focused word and peaks after it, the brows peak with
it); sizes are ours.
"""

from typing import Final

import numpy as np

from blend_shapes.articulation.windows import Array, Times, row, smoothstep
from blend_shapes.life.chance import between, uniform
from blend_shapes.life.phrasing import Accent, ClauseEnd, Mark, Onset
from blend_shapes.life.pulses import Pulse, expression

_BEAT: Final = expression({"headPitch": -1.0})
_BEAT_PROBABILITY: Final = 0.7
_BEAT_APART_S: Final = 0.4
_BROWS: Final = expression({"browInnerUp": 0.24, "browOuterUp": 0.17, "eyeWide": 0.05})
_FROWN: Final = expression({"browDown": 0.16, "eyeSquint": 0.06})
_BROW_PROBABILITY: Final = 0.35
_BROWS_APART_S: Final = 1.0
_SETTLE: Final = expression({"headPitch": -2.0})
_INHALE: Final = expression({"noseSneer": 0.03, "jawOpen": 0.03, "headPitch": 0.6})
_REST_BREATH: Final = expression({"noseSneer": 0.02, "headPitch": 0.4})
_BREATHING: Final = np.flatnonzero(_REST_BREATH)

BREATH_S: Final = (1.2, 0.5, 1.0, 1.5)
"""In, hold, out, pause: 14 breaths a minute."""
BREATH_PERIOD_S: Final = sum(BREATH_S)


class Prosody:
    """Pulses for the marks of one turn, in order of time."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._last_beat = -10.0
        self._last_brow = -10.0

    def answer(self, mark: Mark, *, frowning: bool) -> list[Pulse]:
        """`frowning`: the mood lowers brows where others raise them."""
        if isinstance(mark, Accent):
            return [*self._beat(mark), *self._brows(mark, frowning)]
        if isinstance(mark, ClauseEnd):
            return [Pulse(row(mark.at, mark.at + 0.3, mark.at + 0.45, mark.at + 1.2), _SETTLE)]
        return self._inhale(mark)

    def _beat(self, accent: Accent) -> list[Pulse]:
        seed, n, at = self._seed, accent.number, accent.at
        if at - self._last_beat < _BEAT_APART_S or uniform(seed, "beat", n) > _BEAT_PROBABILITY:
            return []
        self._last_beat = at
        size = between(seed, "beatsize", n, 1.5, 4.0)
        return [Pulse(row(at - 0.06, at + 0.12, at + 0.12, at + 0.47), size * _BEAT)]

    def _brows(self, accent: Accent, frowning: bool) -> list[Pulse]:
        seed, n, at = self._seed, accent.number, accent.at
        if at - self._last_brow < _BROWS_APART_S or uniform(seed, "brows", n) > _BROW_PROBABILITY:
            return []
        self._last_brow = at
        size = between(seed, "browsize", n, 0.75, 1.25)
        return [Pulse(row(at - 0.10, at, at + 0.03, at + 0.38), size * (_FROWN if frowning else _BROWS))]

    def _inhale(self, onset: Onset) -> list[Pulse]:
        return [Pulse(row(onset.at - 0.25, onset.at - 0.08, onset.at - 0.05, onset.at + 0.1), _INHALE)]


def add_breath(life: Array, times: Times, period_s: float = BREATH_PERIOD_S) -> None:
    """Quiet breathing onto `life`, shape (times, 57), in place; it begins at 0 and repeats every
    `period_s`."""
    into, hold, out, _ = (part * period_s / BREATH_PERIOD_S for part in BREATH_S)
    phase = times % period_s
    full = smoothstep(phase / into) - smoothstep((phase - into - hold) / out)
    life[:, _BREATHING] += full[:, None] * _REST_BREATH[_BREATHING]
