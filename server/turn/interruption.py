"""Whether the user means to interrupt the avatar: judged while it talks, window by window."""

from dataclasses import dataclass
from typing import Final

from server.audio.chunk import Samples

SPEECH: Final = 0.5
SUSTAINED: Final = 8
"""Windows of speech that interrupt: 256 ms."""


@dataclass(frozen=True, slots=True)
class Playing:
    """What the avatar says, as far as it is heard now."""

    turn: int
    seconds: float
    """The playhead on the turn's timeline."""


class Interruption:
    """The policy for one microphone. Sustained speech interrupts; what is shorter does not."""

    def __init__(self) -> None:
        self._speech = 0
        self._windows = 0

    def hear(self, window: Samples, probability: float, playing: Playing | None) -> int:
        """Judge the next window of the microphone, also while nothing plays.

        0, or how many windows ago the speech began that interrupts what plays.
        """
        if playing is None:
            self._speech = self._windows = 0
            return 0
        self._speech = max(0, self._speech + (1 if probability >= SPEECH else -1))
        self._windows = self._windows + 1 if self._speech else 0
        if self._speech < SUSTAINED:
            return 0
        ago, self._speech, self._windows = self._windows, 0, 0
        return ago
