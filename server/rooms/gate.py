"""When somebody in a room is speaking: voice activity with hysteresis. Pure; it counts windows."""

from typing import Final

ONSET: Final = 0.5
"""A window at least as likely to be speech as this counts towards an onset."""
REST: Final = 0.35
"""A window less likely than this counts towards a rest. Both as Silero's own iterator has them."""
ONSET_WINDOWS: Final = 2
"""So many in a row are an onset: a click is none."""


class VoiceGate:
    """Open while somebody speaks, and for `hangover` windows after that."""

    def __init__(self, hangover: int) -> None:
        self._hangover = hangover
        self._row = 0
        self.open = False

    def judge(self, probability: float) -> bool:
        """Take the next window's probability of speech; whether it has opened or closed the gate."""
        counts = probability < REST if self.open else probability >= ONSET
        self._row = self._row + 1 if counts else 0
        if self._row < (self._hangover if self.open else ONSET_WINDOWS):
            return False
        self.open = not self.open
        self._row = 0
        return True
