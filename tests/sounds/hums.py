"""Closed-mouth hums, "mhm": a voice through the nose alone. Arrays of float32 (samples,), peak 1."""

import numpy as np
from numpy.random import Generator
from scipy.signal import lfilter

from tests.sounds.noises import RATE, Sound


def hum(rng: Generator) -> Sound:
    """ "Mhm" or "mm" of one to three syllables, of any voice.

    The nasal murmur has its strongest pole near 250 to 300 Hz, weak ones near 1000 and 2200 Hz, and a zero
    between them (Stevens 1998, Acoustic Phonetics, chapter 9).
    """
    base = rng.uniform(85, 260)
    parts = []
    for n in range(int(rng.integers(1, 4))):
        if n:
            parts.append(_breath(rng))
        rise = rng.uniform(0.9, 1.4)
        parts.append(_murmur(rng, base * rng.uniform(0.9, 1.2), rise, rng.uniform(0.12, 0.3)))
    sound = np.concatenate(parts)
    return np.asarray(sound / np.max(np.abs(sound)), np.float32)


def _murmur(rng: Generator, hz: float, rise: float, seconds: float) -> Sound:
    count = int(seconds * RATE)
    pitch = hz * np.linspace(1.0, rise, count) * (1 + 0.01 * rng.normal())
    phase = np.cumsum(pitch) / RATE
    pulses = np.diff(np.floor(phase), prepend=0.0)
    source = lfilter([1.0], [1.0, -0.97], pulses)  # 6 dB an octave down
    voice = _through_nose(source, rng.uniform(240, 320))
    attack = np.minimum(1.0, np.arange(count) / (0.03 * RATE))
    return np.asarray(voice / np.max(np.abs(voice)) * attack * attack[::-1], np.float32)


def _through_nose(source: Sound, first: float) -> Sound:
    total = np.zeros(len(source))
    for hz, width, gain in ((first, 70, 1.0), (1000.0, 150, 0.06), (2200.0, 250, 0.02)):
        radius = np.exp(-np.pi * width / RATE)
        cosine = np.cos(2 * np.pi * hz / RATE)
        total += gain * lfilter([1 - radius], [1, -2 * radius * cosine, radius**2], source)
    return np.asarray(total, np.float32)


def _breath(rng: Generator) -> Sound:
    count = int(rng.uniform(0.04, 0.1) * RATE)
    return np.asarray(rng.normal(0.0, 0.01, count), np.float32)
