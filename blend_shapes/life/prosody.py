"""How head, brows and breath go along with speech: beats on accents, settling at ends, breathing in before.

After Kim, Cvejic, Davis 2014 (the head starts with a focused word and peaks after it, the brows peak with
it); sizes are ours.
"""

from typing import Final

from blend_shapes.articulation.windows import row
from blend_shapes.life.chance import between, uniform
from blend_shapes.life.gestures import gesture
from blend_shapes.life.phrasing import Accent, Mark, Onset
from blend_shapes.life.pulses import Pulse, expression

_BEAT: Final = expression({"headPitch": -1.0})
_BEAT_PROBABILITY: Final = 0.7
_BEAT_APART_S: Final = 0.4
_BROWS: Final = expression({"browInnerUp": 0.24, "browOuterUp": 0.17, "eyeWide": 0.05})
_FROWN: Final = expression({"browDown": 0.16, "eyeSquint": 0.06})
_BROW_PROBABILITY: Final = 0.35
_BROWS_APART_S: Final = 1.0
_HIGH: Final = 2.5
"""Standard deviations of pitch that make the largest beat."""
_LEAST_INHALE_S: Final = 0.16
_SETTLE: Final = expression({"headPitch": -2.0})
_INHALE: Final = expression({"noseSneer": 0.03, "jawOpen": 0.03, "headPitch": 0.6})
_REST_BREATH: Final = expression({"noseSneer": 0.02, "headPitch": 0.4})

BREATH_S: Final = (1.2, 0.5, 1.0, 1.5)
"""In, hold, out, pause: 14 breaths a minute."""
BREATH_PERIOD_S: Final = sum(BREATH_S)


class Prosody:
    """Pulses for the marks of one turn, in order of time.

    `ahead_s`: how far sound is heard before the face is composed. What is known later than it should begin
    begins when it is known.
    """

    def __init__(self, seed: int, ahead_s: float = 0.0) -> None:
        self._seed = seed
        self._ahead = ahead_s
        self._last_beat = -10.0
        self._last_brow = -10.0

    def answer(self, mark: Mark, *, frowning: bool) -> list[Pulse]:
        """`frowning`: the mood lowers brows where others raise them."""
        known = max(mark.known - self._ahead, 0.0)  # a turn begins at rest
        if isinstance(mark, Onset):
            return self._inhale(mark, known)
        if isinstance(mark, Accent):
            pulses = [*self._beat(mark), *self._brows(mark, frowning)]
        elif mark.asks:
            pulses = gesture("question", mark.at)
        else:
            pulses = [Pulse(row(mark.at, mark.at + 0.3, mark.at + 0.45, mark.at + 1.2), _SETTLE)]
        return [pulse.from_then(known) for pulse in pulses]

    def _beat(self, accent: Accent) -> list[Pulse]:
        seed, n, at, height = self._seed, accent.number, accent.at, accent.height
        probability = _BEAT_PROBABILITY if height is None else min(max(0.55 + 0.25 * height, 0.3), 1.0)
        if at - self._last_beat < _BEAT_APART_S or uniform(seed, "beat", n) > probability:
            return []
        self._last_beat = at
        size = _sized(1.5, 4.0, height, between(seed, "beatsize", n, 0.0, 1.0))
        return [Pulse(row(at - 0.06, at + 0.12, at + 0.12, at + 0.47), size * _BEAT)]

    def _brows(self, accent: Accent, frowning: bool) -> list[Pulse]:
        seed, n, at, height = self._seed, accent.number, accent.at, accent.height
        probability = _BROW_PROBABILITY if height is None else min(max(0.2 + 0.15 * height, 0.2), 0.5)
        if at - self._last_brow < _BROWS_APART_S or uniform(seed, "brows", n) > probability:
            return []
        self._last_brow = at
        size = _sized(0.75, 1.25, height, between(seed, "browsize", n, 0.0, 1.0))
        return [Pulse(row(at - 0.10, at, at + 0.03, at + 0.38), size * (_FROWN if frowning else _BROWS))]

    def _inhale(self, onset: Onset, known: float) -> list[Pulse]:
        """Breathing in is over when speech begins; for less than _LEAST_INHALE_S there is no time."""
        start = max(onset.at - 0.25, known)
        if start > onset.at - _LEAST_INHALE_S:
            return []
        return [Pulse(row(start, onset.at - 0.08, onset.at - 0.06, onset.at + 0.08), _INHALE)]


def _sized(least: float, most: float, height: float | None, chance: float) -> float:
    """A size by the height of the pitch and a little chance, or by chance alone."""
    share = chance if height is None else min(max(0.8 * height / _HIGH + 0.2 * chance, 0.0), 1.0)
    return least + (most - least) * share


def breath(number: int, period_s: float = BREATH_PERIOD_S) -> Pulse:
    """Quiet breath `number` of a row that begins at 0."""
    into, hold, out, _ = (part * period_s / BREATH_PERIOD_S for part in BREATH_S)
    start = number * period_s
    full = start + into
    return Pulse(row(start, full, full + hold, full + hold + out), _REST_BREATH)
