"""Whether the user means to interrupt the avatar: judged window by window, without the avatar's own echo.

The voice that was sent is compared with what the microphone hears, at the media time of the playhead. While
it is not certain the avatar is ducked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from server.audio.chunk import Samples
from server.speech.alignment import Alignment
from server.speech.bands import Powers, band_powers
from server.speech.barge_in import BargeIn, Decision
from server.speech.echo import Echo
from server.speech.sent_voice import LATEST_S, SentVoice
from server.turn.events import VoiceDucked

DUCKED: Final = 0.25
"""Loudness of a ducked voice: 12 dB less, still understood."""
DUCK_MS: Final = 60
BACK_MS: Final = 250
OBEYED: Final = 12
"""Windows after which a ducked voice is heard as such: the way to the client, its device and the room."""


@dataclass(frozen=True, slots=True)
class Playing:
    """What the avatar says, as far as it is heard now."""

    turn: int
    seconds: float
    """The playhead on the turn's timeline."""
    voice: SentVoice | None = None
    """What was sent of it; None where it is not known."""


class Interruption:
    """Judges one microphone. `tell` takes the duck and its end."""

    def __init__(self, tell: Callable[[VoiceDucked], None]) -> None:
        self._tell = tell
        self._echo = Echo()
        self._policy = BargeIn()
        self._alignment = Alignment()
        self._turn = 0
        self._voice: SentVoice | None = None
        self._ducked_for = 0

    def follow(self, heard_s: float, playing: Playing | None) -> None:
        """Sound up to `heard_s` of the microphone's timeline has come now, while this plays."""
        if playing is None:
            return
        if playing.turn != self._turn:
            self._turn, self._voice = playing.turn, playing.voice
            self._alignment = Alignment()
            self._policy.reset()
            self._ducked_for = 0
        self._alignment.follow(heard_s, playing.seconds)

    def clean(self, window: Samples, heard_s: float) -> Samples:
        """The next window, which ended at `heard_s`, without the avatar's echo; see `Echo.remove`."""
        return self._echo.remove(window, self._sent(self._alignment.playhead(heard_s)))

    def hear(self, window: Samples, probability: float, playing: Playing | None) -> int:
        """Judge the next clean window and the probability that somebody speaks in it.

        0, or how many windows ago the voice began that interrupts what plays.
        """
        if playing is None:
            self._policy.reset()
            self._ducked_for = 0
            return 0
        decision = self._policy.hear(probability, band_powers(window))
        self._ducked_for = self._ducked_for + 1 if self._policy.ducked else 0
        if decision is Decision.DUCK:
            self._tell(VoiceDucked(playing.turn, DUCKED, DUCK_MS))
        elif decision is Decision.RESUME:
            self._tell(VoiceDucked(playing.turn, 1.0, BACK_MS))
        return self._policy.windows if decision is Decision.INTERRUPT else 0

    def rest(self, playing: Playing | None) -> None:
        """Nothing is heard for a while: whatever was ducked comes back."""
        if self._policy.ducked and playing is not None:
            self._tell(VoiceDucked(playing.turn, 1.0, BACK_MS))
        self._policy.reset()
        self._ducked_for = 0

    def _sent(self, playhead_s: float) -> Powers | None:
        if self._voice is None or not self._voice.heard_after(playhead_s - LATEST_S):
            return None
        sent = self._voice.before(playhead_s)
        return sent * np.float32(DUCKED**2) if self._ducked_for > OBEYED else sent
