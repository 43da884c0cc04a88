"""The loudness of a voice that can be lowered for a while: even ramps between gains. Pure."""

import numpy as np

from protocol.face_format import Floats


class Fader:
    """Starts at a gain of 1."""

    def __init__(self) -> None:
        self.gain = 1.0
        """Of the last sample."""
        self._from = self._to = 1.0
        self._length = self._done = 1

    def fade(self, gain: float, samples: int) -> None:
        """Be at `gain` after so many samples, evenly from where it is; a ramp under way ends."""
        self._from, self._to = self.gain, gain
        self._length, self._done = max(1, samples), 0

    def reset(self) -> None:
        """Full loudness from the next sample on."""
        self.gain = self._from = self._to = 1.0

    def apply(self, sound: Floats) -> None:
        """Give the next samples, shape (n,), their loudness."""
        done = np.minimum(np.arange(self._done + 1, self._done + 1 + len(sound)), self._length)
        if self._from != self._to or self._to != 1.0:
            sound *= self._from + (self._to - self._from) * done / self._length
        self._done = min(self._done + len(sound), self._length)
        self.gain = self._from + (self._to - self._from) * self._done / self._length
