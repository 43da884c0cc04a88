"""What is no speech: coughs, clicks, doors and keys. Arrays of float32 (samples,) at RATE, peaks near 1."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

RATE: Final = 16_000
Sound = NDArray[np.float32]


def cough(rng: Generator) -> Sound:
    """One to three coughs: a burst, a breath through the throat, often a voiced end.

    The three phases and their lengths are those of Korpas, Sadlonova and Vrabec (1996), Analysis of the
    cough sound: an overview.
    """
    coughs = [_one_cough(rng) for _ in range(rng.integers(1, 4))]
    gaps = [_silence(rng.uniform(0.08, 0.25)) for _ in coughs]
    return _peaked(np.concatenate([part for pair in zip(coughs, gaps, strict=True) for part in pair]))


def click(rng: Generator) -> Sound:
    """A mouse, a pen, a tongue: up to three knocks of a few milliseconds."""
    return _at_random(
        rng, int(rng.integers(1, 4)), 0.5, lambda: _knock(rng, rng.uniform(1500, 6000), 0.004)
    )


def door(rng: Generator) -> Sound:
    """A door that falls shut: a low thump, a latch, and a rattle of the panel."""
    thump = _knock(rng, rng.uniform(60, 160), rng.uniform(0.05, 0.12)) * 1.5
    latch = _knock(rng, rng.uniform(1200, 3000), 0.015) * 0.5
    creak = _band(rng.normal(0.0, 1.0, int(0.2 * RATE)), 200, 900) * np.hanning(int(0.2 * RATE)) * 0.3
    return _peaked(
        _mixed(
            (0.0, _peaked(creak) * np.float32(0.2)), (0.25, thump), (0.25 + rng.uniform(0.01, 0.05), latch)
        )
    )


def keyboard(rng: Generator) -> Sound:
    """Somebody types for a second or two."""
    return _at_random(rng, int(rng.integers(6, 16)), 1.5, lambda: _keystroke(rng))


def rustle(rng: Generator) -> Sound:
    """Paper or cloth near the microphone: noise that swells."""
    count = int(rng.uniform(0.4, 1.2) * RATE)
    swell = np.abs(_band(rng.normal(0.0, 1.0, count), 2, 12))
    return _peaked(_band(rng.normal(0.0, 1.0, count), 800, 6000) * swell)


NOISES: Final[dict[str, Callable[[Generator], Sound]]] = {
    "cough": cough,
    "click": click,
    "door": door,
    "keyboard": keyboard,
    "rustle": rustle,
}


def _one_cough(rng: Generator) -> Sound:
    burst = rng.normal(0.0, 1.0, int(rng.uniform(0.03, 0.06) * RATE))
    breath = rng.normal(0.0, 1.0, int(rng.uniform(0.1, 0.22) * RATE)) * 0.5
    breath *= np.exp(-3.0 * np.arange(len(breath)) / len(breath))
    sound = np.concatenate([burst * np.linspace(0.3, 1.0, len(burst)), breath])
    sound = _resonances(sound, [(rng.uniform(400, 700), 300), (rng.uniform(1200, 1800), 500)])
    if rng.random() < 0.5:
        count = int(rng.uniform(0.04, 0.1) * RATE)
        phase = np.cumsum(np.linspace(rng.uniform(180, 300), 120, count)) / RATE
        voiced = (phase % 1.0 - 0.5) * np.hanning(count)
        voiced = _resonances(voiced, [(rng.uniform(400, 700), 150), (1400, 300)])
        sound = np.concatenate([sound, voiced * 0.4])
    return _peaked(sound)


def _keystroke(rng: Generator) -> Sound:
    down, up = (_knock(rng, rng.uniform(900, 5000), rng.uniform(0.004, 0.015)) for _ in range(2))
    return _mixed((0.0, down), (rng.uniform(0.06, 0.12), up * 0.4))


def _knock(rng: Generator, hz: float, decay_s: float) -> Sound:
    count = int(8 * decay_s * RATE)
    times = np.arange(count) / RATE
    ring = np.sin(2 * np.pi * hz * times) + rng.normal(0.0, 0.5, count)
    return np.asarray(ring * np.exp(-times / decay_s), np.float32)


def _at_random(rng: Generator, count: int, seconds: float, make: Callable[[], Sound]) -> Sound:
    return _peaked(
        _mixed(*((rng.uniform(0.0, seconds), make() * rng.uniform(0.3, 1)) for _ in range(count)))
    )


def _mixed(*parts: tuple[float, Sound]) -> Sound:
    """The sounds together, each from its time in seconds on."""
    size = max(int(at * RATE) + len(sound) for at, sound in parts)
    mixed = np.zeros(size, np.float32)
    for at, sound in parts:
        mixed[int(at * RATE) :][: len(sound)] += sound
    return mixed


def _resonances(sound: NDArray[np.float64], poles: list[tuple[float, float]]) -> NDArray[np.float64]:
    """Through resonators of these frequencies and bandwidths in Hz, one after the other."""
    for hz, width in poles:
        radius = np.exp(-np.pi * width / RATE)
        sound = lfilter([1 - radius], [1, -2 * radius * np.cos(2 * np.pi * hz / RATE), radius**2], sound)
    return sound


def _band(sound: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    return np.asarray(sosfilt(butter(2, (low, high), "bandpass", fs=RATE, output="sos"), sound))


def _silence(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), np.float32)


def _peaked(sound: NDArray[np.floating]) -> Sound:
    return np.asarray(sound / (np.max(np.abs(sound)) + 1e-9), np.float32)
