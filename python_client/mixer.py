"""The voices of a room in one stream of sound, each at its own volume, the sum held within bounds. Pure."""

from typing import Final

import numpy as np

from protocol.face_format import Floats
from python_client.live_playout import LivePlayout
from python_client.playout import Anchor

KNEE: Final = np.float32(0.75)
"""Up to here a sum is left as it is; beyond it is bent, and never reaches 1."""
LOUDEST: Final = 4.0
LEAVING_MS: Final = 10


class PeerVoice:
    """One speaker in a mix; belongs to the audio thread."""

    def __init__(self, playout: LivePlayout) -> None:
        self.playout = playout
        self.volume = 1.0
        """From 0 to `LOUDEST`."""
        self.apart = False
        """Left out of the mix: somebody else pulls it."""
        self._gain = 1.0
        self._block = np.zeros(0, np.float32)

    def add(self, out: Floats) -> tuple[Anchor, bool]:
        """Add the next block to `out`; what holds at its first sample, and whether it was added as it is.

        A changed volume is reached within the block.
        """
        if len(self._block) != len(out):
            self._block = np.empty(len(out), np.float32)
        before, self._gain = self._gain, min(max(self.volume, 0.0), LOUDEST)
        anchor = self.playout.pull(self._block)
        if before != self._gain:
            steps = np.arange(1, len(out) + 1) / len(out)
            self._block *= before + (self._gain - before) * steps
        elif self._gain != 1:
            self._block *= np.float32(self._gain)
        out += self._block
        return anchor, self._gain == before == 1

    @property
    def silent(self) -> bool:
        """Whether nothing is left to be heard."""
        return self.playout.state == "idle"


class Mixer:
    """The voices of those who are in the room, by their numbers."""

    def __init__(self) -> None:
        self.voices: dict[int, PeerVoice] = {}
        self._leaving: list[PeerVoice] = []

    def drop(self, peer: int) -> None:
        """This one is gone: what is still heard fades."""
        voice = self.voices.pop(peer, None)
        if voice is not None and not voice.apart and not voice.silent:
            voice.playout.flush(LEAVING_MS)
            self._leaving.append(voice)

    def mix(self, out: Floats) -> dict[int, Anchor]:
        """Add the next block of each voice to `out`, shape (n,), which holds the avatar's; their anchors.

        One voice alone, at its own volume, is left as it is.
        """
        sounding, plain = int(out.any()), True
        anchors: dict[int, Anchor] = {}
        for peer, voice in self.voices.items():
            if not voice.apart:
                anchors[peer], untouched = voice.add(out)
                sounding += not voice.silent
                plain = plain and untouched
        for voice in self._leaving:
            voice.add(out)
            sounding += 1
        self._leaving = [voice for voice in self._leaving if not voice.silent]
        if sounding > 1 or not plain:
            limit(out)
        return anchors


def limit(sound: Floats) -> None:
    """Hold `sound` within -1..1.

    Beyond `KNEE`, x is KNEE + (1 - KNEE) t / (1 + t), where t = (x - KNEE) / (1 - KNEE); no corner.
    """
    size = np.abs(sound)
    high = size > KNEE
    if high.any():
        t = (size[high] - KNEE) / (1 - KNEE)
        sound[high] = np.copysign(KNEE + (1 - KNEE) * t / (1 + t), sound[high])
