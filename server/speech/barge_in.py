"""Whether somebody means to interrupt the avatar, from one window of the microphone to the next. Pure.

What sounds like a voice ducks the avatar within two windows. Sustained speech interrupts it; a closed-mouth
hum ("mhm"), a cough or a noise does not, and then the avatar's voice comes back. What is judged here has
no echo in it any more (`echo.py`). Everything is counted in windows of 32 ms.
"""

from enum import Enum
from typing import Final

import numpy as np

from server.speech.bands import EDGES_HZ, Powers

PROBABLE: Final = 0.5
"""Voice activity that may be a voice."""
SURE: Final = 0.65
"""Voice activity that counts as speech; coughs reach it for a window or two."""
DUCK_AFTER: Final = 2
INTERRUPT_AFTER: Final = 4
"""Windows of speech: 128 ms, to which come what the detector needs to rise, and the rest of a window."""
RESUME_AFTER: Final = 10
"""Windows without a voice after which it was nothing: longer than the closure of a stop."""
LEAK: Final = 0.1
"""What each of them takes back of what was counted."""
LOUD: Final = 10**-1.8
"""Power against the loudest window of this voice: what is weaker is breath and reverberation."""
DULL: Final = 10**-2.7
"""Power above 1 kHz against all: a murmur through the nose has less, in speech too."""
STEADY_DB: Final = 6.0
"""Change of the spectrum from window to window: a hum changes less, a murmur in speech becomes a vowel."""
_DEPTH: Final = 10**-3.5
"""Of a spectrum, below its power, that is compared."""
_BRIGHT: Final = EDGES_HZ[:-1] >= 950


class Decision(Enum):
    """What is to be done after a window."""

    IGNORE = "nothing has changed"
    DUCK = "lower the avatar's voice"
    INTERRUPT = "the user speaks: stop the reply"
    RESUME = "it was nothing: bring the voice back"


class BargeIn:
    """The policy for one microphone while the avatar talks; `reset` where a reply begins or ends."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Nothing has been heard, nothing is ducked."""
        self.ducked = False
        self.windows = 0
        """Since this voice began, the one judged last included."""
        self._over = False
        self._speech = self._voiced = 0.0
        self._silent = 0
        self._loudest = 0.0
        self._shape: Powers | None = None
        """The spectrum of the last loud window in decibels, about its mean."""

    def hear(self, probability: float, powers: Powers) -> Decision:
        """Judge the next window: its voice activity, 0 to 1, and its power in each band, shape (BANDS,).

        After INTERRUPT the next window is judged as after `reset`.
        """
        if self._over:
            self.reset()
        if self.windows or probability >= PROBABLE:
            self.windows += 1
        if probability < PROBABLE:
            return self._wait()
        self._silent = 0
        self._voiced += 1
        if self._hums(powers) is False and probability >= SURE:
            self._speech += 1
        if self._speech >= INTERRUPT_AFTER:
            self._over = True
            return Decision.INTERRUPT
        if not self.ducked and self._voiced >= DUCK_AFTER:
            self.ducked = True
            return Decision.DUCK
        return Decision.IGNORE

    def _wait(self) -> Decision:
        self._silent += 1
        self._speech = max(0.0, self._speech - LEAK)
        self._voiced = max(0.0, self._voiced - LEAK)
        if self._silent < RESUME_AFTER:
            return Decision.IGNORE
        ducked = self.ducked
        self.reset()
        return Decision.RESUME if ducked else Decision.IGNORE

    def _hums(self, powers: Powers) -> bool | None:
        """Whether a window is a hum; None where it is too weak to tell."""
        power = float(powers.sum())
        self._loudest = max(self._loudest, power)
        if power < LOUD * self._loudest or power == 0:
            return None
        shape = 10 * np.log10(np.maximum(powers, power * _DEPTH))
        shape -= shape.mean()
        before, self._shape = self._shape, shape
        steady = before is None or np.sqrt(np.mean((shape - before) ** 2)) < STEADY_DB
        return bool(steady and powers[_BRIGHT].sum() < DULL * power)
