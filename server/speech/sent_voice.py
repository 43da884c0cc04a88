"""What was sent of a turn's voice, for its echo to be compared with: powers around the playhead. Pure."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from server.audio.chunk import AudioChunk, Samples
from server.audio.resample import Resampler
from server.speech.bands import BANDS, RATE, WINDOW, Powers, band_powers

HOP: Final = 128
"""Samples from one window of what was sent to the next: 8 ms."""
EARLIEST, LATEST = -10, 80
"""Lags looked at, in hops: what is heard may be 80 ms ahead of the playhead that the server knows, or 640
behind."""
LAGS: Final = LATEST - EARLIEST
LATEST_S: Final = LATEST * HOP / RATE
TAIL_S: Final = 0.8
"""How long after the end of a turn its reverberation may be heard."""
_KEPT: Final = 2 * LAGS
"""Windows kept behind the playhead."""
_DECAY: Final = 0.8
"""Power of reverberation after a hop, against before: a room with a reverberation time of 0.5 s."""
_LATE: Final = 0.15
"""Power of the reverberation of a hop as it begins, against the hop's own."""


class SentVoice:
    """One turn's. Holds what was sent beyond the playhead, and a second and a half before it."""

    def __init__(self, rate: int) -> None:
        """`rate` in samples a second is that of the chunks."""
        self._resampler = Resampler(rate, RATE)
        self._rest: Samples = np.zeros(WINDOW - HOP, np.int16)
        self._powers: Powers = np.zeros((0, BANDS), np.float32)
        self._first = 0
        """Number of the first window kept; window n ends where hop n does."""
        self._reverberation = np.zeros((1, BANDS))

    def add(self, chunk: AudioChunk) -> None:
        """What was sent next; chunks follow each other without a gap."""
        self._measure(self._resampler.feed(chunk.samples))

    def end(self) -> None:
        """The turn is complete: only its reverberation follows."""
        silence = np.zeros(round(TAIL_S * RATE), np.int16)
        self._measure(np.concatenate([self._resampler.finish(), silence]))

    def cut(self, seconds: float) -> None:
        """The turn was stopped with its playhead there: what was sent beyond it is not heard."""
        until = max(0, round(seconds * RATE / HOP) - self._first)
        self._powers = self._powers[:until]
        if until:
            dying = _DECAY ** np.arange(1, round(TAIL_S * RATE / HOP), dtype=np.float32)
            tail = self._powers[-1] * (_LATE / (1 - _DECAY)) * dying[:, None]
            self._powers = np.concatenate([self._powers, tail.astype(np.float32)])

    def heard_after(self, seconds: float) -> bool:
        """Whether anything is known of what is heard from there on."""
        return round(seconds * RATE / HOP) < self._first + len(self._powers)

    def before(self, seconds: float) -> Powers:
        """Windows that end 80 ms after the playhead at `seconds`, and a hop earlier each: (LAGS, BANDS).

        The time asked for hardly ever falls. Where nothing is known there is silence.
        """
        after = round(seconds * RATE / HOP) - EARLIEST
        before = after - LAGS
        powers = np.zeros((LAGS, BANDS), np.float32)
        known = self._powers[max(0, before - self._first) : max(0, after - self._first)]
        at = max(0, self._first - before)
        powers[at : at + len(known)] = known
        self._forget(before - _KEPT)
        return powers[::-1]

    def _measure(self, samples: Samples) -> None:
        joined = np.concatenate([self._rest, samples])
        count = (len(joined) - WINDOW) // HOP + 1
        if count > 0:
            windows: NDArray[np.int16] = np.lib.stride_tricks.sliding_window_view(joined, WINDOW)[::HOP]
            powers = band_powers(windows[:count])
            late, self._reverberation = lfilter(
                [_LATE], [1.0, -_DECAY], powers, axis=0, zi=self._reverberation
            )
            self._powers = np.concatenate([self._powers, powers + late.astype(np.float32)])
            joined = joined[count * HOP :]
        self._rest = joined

    def _forget(self, before: int) -> None:
        if before > self._first:
            self._powers = self._powers[before - self._first :]
            self._first = before
