"""What the audio network hears: log-mel spectra of many streams of one rate, levelled by each voice.

A step is one point of the 60 Hz grid; it sees two spectra, the later one of the 25 ms that end `AHEAD_S`
after the step. Mel bands are read off the spectrum at any sample rate, so no sound is resampled: a slower
stream only has no upper bands. Every step stands at a sample counted from the stream's first, so no cutting
of the sound changes one.
"""

from functools import lru_cache
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len, rfft

from blend_shapes.articulation.windows import Array

STEP_HZ: Final = 60
AHEAD_S: Final = 0.058
"""Sound beyond a step that it sees."""
LEAST_RATE: Final = 8_000
MOST_RATE: Final = 48_000
BANDS: Final = 40
SPECTRA: Final = 2
"""Spectra a step, half a step apart."""
INPUTS: Final = SPECTRA * (2 * BANDS + 2)
"""Numbers a step: each band against the voice's own mean, and against its loudness; two levels."""

_WINDOW_S: Final = 0.025
_LOWEST_HZ, _HIGHEST_HZ = 50.0, 7600.0
_FLOOR: Final = 1e-9
"""Power, 1 being full scale, below which nothing is heard."""
_PEAK_DB: Final = (-55.0, -30.0)
"""The loudness of a voice is never taken for less than the first; a stream begins with the second."""
_PEAK_RISE: Final = 0.15
_PEAK_FALL_DB: Final = 3.0 / (SPECTRA * STEP_HZ)
_MEAN_SHARE: Final = 1.0 / (3.0 * SPECTRA * STEP_HZ)
"""A voice's mean spectrum runs over three seconds."""
_ACTIVE_DB: Final = 25.0
"""A spectrum not more than this below the loudness counts for the mean."""
_VOICE_BANDS: Final = slice(3, 21)
_FIRST_MEAN: Final = -(18.0 + 0.3 * np.arange(BANDS, dtype=np.float32))
"""Of ordinary speech against its loudness: falling towards high bands."""


def mel(hz: Array | float) -> Array:
    """The mel scale of O'Shaughnessy 1987."""
    return np.asarray(2595.0 * np.log10(1.0 + np.asarray(hz) / 700.0), np.float32)


@lru_cache(maxsize=64)
def _filters(rate: int, warp: float) -> tuple[Array, Array, int]:
    """The window of a spectrum, triangular filters (bins, BANDS) over its lowest bins, and its length."""
    size = round(_WINDOW_S * rate)
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    window /= window.sum()
    padded = next_fast_len(size, real=True)
    bins = np.arange(padded // 2 + 1) * (rate / padded) * warp
    edges = np.linspace(float(mel(_LOWEST_HZ)), float(mel(_HIGHEST_HZ)), BANDS + 2)
    at = mel(bins)[:, None]
    low, mid, high = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.minimum((at - low) / (mid - low), (high - at) / (high - mid))
    weights = np.maximum(triangles, 0.0).astype(np.float32)
    return window, weights[bins <= _HIGHEST_HZ], padded


def spectra(sound: Array, rate: int, warp: float = 1.0) -> Array:
    """Decibels of full scale (n, BANDS) of n windows of sound (n, samples of a window), 1 being full scale.

    `warp` moves the formants up by that factor (vocal tract length perturbation).
    """
    window, weights, padded = _filters(rate, warp)
    lines = rfft(sound * window, padded)[:, : len(weights)]
    power = lines.real**2 + lines.imag**2
    return np.asarray(10.0 * np.log10(power @ weights + _FLOOR), np.float32)


class Levels:
    """The running loudness and mean spectrum of many voices, a row each."""

    def __init__(self, count: int) -> None:
        self._peak = np.empty(count, np.float32)
        self._mean = np.empty((count, BANDS), np.float32)
        self.reset(np.arange(count))

    def grow(self, count: int) -> None:
        """Room for so many voices."""
        more = Levels(count - len(self._peak))
        self._peak = np.concatenate([self._peak, more._peak])
        self._mean = np.concatenate([self._mean, more._mean])

    def reset(self, rows: NDArray[np.int64]) -> None:
        """These rows belong to new voices."""
        self._peak[rows] = _PEAK_DB[1]
        self._mean[rows] = _FIRST_MEAN

    def level(self, rows: NDArray[np.int64], decibels: Array) -> Array:
        """The next spectrum of each of these rows (n, BANDS) as inputs (n, INPUTS / SPECTRA)."""
        total = 10.0 * np.log10(np.sum(10.0 ** (0.1 * decibels), axis=1, dtype=np.float32))
        peak = self._peak[rows]
        louder = total > peak
        peak = np.where(louder, peak + _PEAK_RISE * (total - peak), peak - _PEAK_FALL_DB)
        peak = np.clip(peak, _PEAK_DB[0], 0.0).astype(np.float32)
        self._peak[rows] = peak
        shape = decibels - peak[:, None]
        mean = self._mean[rows]
        active = total > peak - _ACTIVE_DB
        mean += (_MEAN_SHARE * active)[:, None].astype(np.float32) * (shape - mean)
        self._mean[rows] = mean
        levels = np.stack([0.05 * total + 2.5, 0.1 * (total - peak)], axis=1)
        own = np.clip((shape - mean) / 12.0, -4.0, 4.0)
        return np.concatenate(
            [own, np.clip(0.05 * shape + 1.0, -4.0, 2.0), levels], axis=1, dtype=np.float32
        )


def voiced(inputs: Array) -> Array:
    """How loud the bands of voice (150 to 2000 Hz) of the latest spectrum are, (n,): 1 for the voice's own
    loud vowels, 0 from 25 to 30 dB below them."""
    bands = inputs[:, INPUTS // SPECTRA + BANDS :][:, _VOICE_BANDS]
    return np.asarray(np.clip((bands.mean(axis=1) + 1.25) / 1.45, 0.0, 1.1), np.float32)


Steps = TypeVar("Steps", int, NDArray[np.int64])


class Places:
    """Which samples of a stream of this rate a step sees."""

    def __init__(self, rate: int) -> None:
        """Raises ValueError outside LEAST_RATE to MOST_RATE."""
        if not LEAST_RATE <= rate <= MOST_RATE:
            raise ValueError(f"sound wants {LEAST_RATE} to {MOST_RATE} samples a second, got {rate}")
        self.rate = rate
        self._ahead = round(AHEAD_S * rate)
        self.window = round(_WINDOW_S * rate)
        self.half = round(rate / (SPECTRA * STEP_HZ))
        """Samples from one spectrum of a step to the other."""
        self.span = self.window + self.half
        """Samples that a step sees."""

    def end(self, step: Steps) -> Steps:
        """Sample after the last that a step sees."""
        return step * self.rate // STEP_HZ + self._ahead

    def steps(self, samples: int) -> int:
        """How many steps so many samples are enough for."""
        beyond = samples - self._ahead
        return -(-(beyond + 1) * STEP_HZ // self.rate) if beyond >= 0 else 0
