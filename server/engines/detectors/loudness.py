"""Detector `loudness`: whatever is loud is speech. For tests, and for microphones in quiet rooms."""

import math

import numpy as np

from server.audio.chunk import Samples

FULL_SCALE = 32_768


class LoudnessDetector:
    """Holds nothing but its threshold, so it is its own judge of every microphone."""

    def __init__(self, threshold_db: float = -40.0) -> None:
        """A window is speech from the level `threshold_db` on, relative to a full-scale square wave."""
        if not (math.isfinite(threshold_db) and threshold_db <= 0):
            raise ValueError(f"threshold_db is 0 or less, not {threshold_db}")
        self._threshold = FULL_SCALE * 10 ** (threshold_db / 20)

    def begin(self) -> "LoudnessDetector":
        return self

    def probability(self, window: Samples) -> float:
        """1 for speech, 0 for none; see `VoiceActivity.probability`."""
        level = math.sqrt(np.mean(np.square(window, dtype=np.float64)))
        return float(level >= self._threshold)

    async def close(self) -> None:
        """Nothing is held."""
