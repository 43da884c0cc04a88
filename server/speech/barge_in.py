"""Whether somebody means to interrupt the avatar, from one window of the microphone to the next. Pure.

What sounds like a voice ducks the avatar within two windows. Sustained speech interrupts it; a closed-mouth
hum ("mhm"), a cough or a noise does not, and then the avatar's voice comes back. What is judged here has
no echo in it any more (`echo.py`). Everything is counted in windows of 32 ms.
"""

from enum import Enum
from typing import Final

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
DULL: Final = 1e-3
"""Power above 1 kHz against all: a hum, which is a murmur through the nose alone, has less."""
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
        speaks = self._speaks(powers)
        if speaks and probability >= SURE:
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

    def _speaks(self, powers: Powers) -> bool:
        """Whether a voice is loud enough to tell, and no hum."""
        power = float(powers.sum())
        self._loudest = max(self._loudest, power)
        return power >= LOUD * self._loudest and bool(powers[_BRIGHT].sum() > DULL * power)
