"""Made-up sound for tests: buzzing voices with known pitch, noise, and a made-up sentence."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Sound = NDArray[np.int16]


def rounded(sound: ArrayLike) -> Sound:
    return np.clip(np.rint(np.asarray(sound, np.float64)), -32768, 32767).astype(np.int16)


def buzz(
    f0: ArrayLike, rate: int, seconds: float, lowest: int = 1, band: tuple[float, float] = (0.0, 3400.0)
) -> NDArray[np.float64]:
    """A train of pulses with this fundamental (hertz, constant or for each sample), level about 4000.

    Harmonics from `lowest` on, where they lie in the band.
    """
    count = round(seconds * rate)
    pitch = np.broadcast_to(np.asarray(f0, np.float64), (count,))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    top = min(band[1], 0.45 * rate)
    sound = np.zeros(count)
    for k in range(lowest, int(top / pitch.min()) + 1):
        inside = (k * pitch >= band[0]) & (k * pitch <= top)
        sound += np.where(inside, np.cos(k * phase + 0.3 * k * k), 0.0)
    return 4000.0 * sound / max(float(np.sqrt(np.mean(sound**2))), 1e-9)


def noise(count: int, level: float, seed: int = 1) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0.0, level, count)


def sentence(
    rate: int, accents: Sequence[float] = (), seconds: float = 2.0, rising: bool = False, low: float = 110.0
) -> NDArray[np.float64]:
    """Syllables of 200 ms on a falling pitch.

    Accented ones begin at the given times and go 5 semitones up and down again, 4 dB louder; a rising one
    ends 6 semitones higher.
    """
    t = np.arange(round(seconds * rate)) / rate
    semitones = -1.5 * t / seconds
    loud = np.zeros(len(t))
    for at in accents:
        inside = (t >= at) & (t < at + 0.2)
        hill = np.sin(np.pi * (t - at) / 0.2) ** 2
        semitones += np.where(inside, 5.0 * hill, 0.0)
        loud += np.where(inside, 4.0 * hill, 0.0)
    if rising:
        semitones += 7.0 * np.clip((t - seconds + 0.3) / 0.25, 0.0, 1.0)
    syllables = 0.55 - 0.45 * np.cos(2 * np.pi * t / 0.2)
    return 0.5 * syllables * 10 ** (loud / 20) * buzz(low * 2 ** (semitones / 12), rate, seconds)
