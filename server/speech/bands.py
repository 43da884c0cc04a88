"""Power of sound in bands of equal width on the mel scale: what echoes and hums are told by. Pure."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.audio.chunk import Samples

RATE: Final = 16_000
"""Samples a second of what is measured here."""
WINDOW: Final = 512
"""Samples that are measured at once: 32 ms."""
BANDS: Final = 18
Powers = NDArray[np.float32]
"""Mean squares of samples in -1..1, shape (..., BANDS)."""

_LOWEST_HZ, _HIGHEST_HZ = 100.0, 7000.0
_FULL_SCALE: Final = np.float32(32768)


def _edges() -> NDArray[np.float64]:
    """Of the bands in Hz: evenly on the mel scale (O'Shaughnessy 1987, Speech Communication, page 150)."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (_LOWEST_HZ, _HIGHEST_HZ))
    return np.asarray(700 * (10 ** (np.linspace(low, high, BANDS + 1) / 2595) - 1))


EDGES_HZ: Final = _edges()
"""Where the bands begin, and where the last one ends."""
_TAPER: Final = np.hanning(WINDOW).astype(np.float32)
_LINES_HZ: Final = np.fft.rfftfreq(WINDOW, 1 / RATE)
_CENTRES_HZ: Final = (EDGES_HZ[:-1] + EDGES_HZ[1:]) / 2
_INSIDE: Final = (EDGES_HZ[:-1] <= _LINES_HZ[:, None]) & (_LINES_HZ[:, None] < EDGES_HZ[1:])
_SUMS: Final = _INSIDE.astype(np.float32) * np.float32(2 / (WINDOW * np.sum(_TAPER**2)))


def band_powers(windows: Samples | NDArray[np.float32]) -> Powers:
    """Of windows of 16-bit values, shape (..., WINDOW), under a Hann taper each; shape (..., BANDS)."""
    lines = np.fft.rfft(windows * (_TAPER / _FULL_SCALE))
    return np.asarray((lines.real**2 + lines.imag**2).astype(np.float32) @ _SUMS)


def spread(gains: Powers) -> NDArray[np.float64]:
    """A gain for each band, shape (BANDS,), as one for each line of a window's spectrum."""
    return np.asarray(np.interp(_LINES_HZ, _CENTRES_HZ, gains))
