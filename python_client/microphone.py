"""What a microphone hears as messages: cut, numbered and timed for one connection after the other. Pure."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol import messages as m
from protocol import pcm16

MESSAGE_S: Final = 0.02

Samples = NDArray[np.int16]


class Microphone:
    """Mono sound at `rate` samples a second, in messages of 20 ms.

    Its time goes on while it is muted, so that the sound after it is where it belongs.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.muted = False
        self._size = round(MESSAGE_S * rate)
        self.begin()

    def begin(self) -> None:
        """A new connection: numbers and times count from the next sample heard."""
        self._seq = 0
        self._position = 0
        self._pending: Samples = np.zeros(0, np.int16)

    @property
    def position(self) -> int:
        """Samples of this connection that were given out or left out."""
        return self._position

    def hear(self, samples: Samples) -> list[m.Microphone]:
        """The messages that are complete with these `samples`, shape (n,); the rest waits.

        While it is muted nothing is given out.
        """
        if self.muted:
            self._position += len(self._pending) + len(samples)
            self._pending = self._pending[:0]
            return []
        sound = np.concatenate([self._pending, np.asarray(samples, np.int16)])
        whole = len(sound) - len(sound) % self._size
        self._pending = sound[whole:]
        return [self._message(sound[at : at + self._size]) for at in range(0, whole, self._size)]

    def finish(self) -> list[m.Microphone]:
        """What waits, however short."""
        rest, self._pending = self._pending, self._pending[:0]
        return [self._message(rest)] if len(rest) else []

    def _message(self, samples: Samples) -> m.Microphone:
        message = m.Microphone(self._seq, pcm16.micros(self._position, self.rate), pcm16.pack(samples))
        self._seq += 1
        self._position += len(samples)
        return message
