"""From clean synthetic speech to what microphones hear: rooms, noises, bands, levels, other voices.

Everything is drawn from one random generator, so the same seed gives the same sound.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import butter, fftconvolve, sosfilt

from blend_shapes.articulation.windows import Array

RATE: Final = 16_000


def swell(count: int, rng: Generator) -> Array:
    """A gain that wanders as a speaker's loudness does, syllable by syllable: factors (count,)."""
    knots = max(2, round(count / RATE * rng.uniform(2.0, 5.0)) + 2)
    decibels = rng.normal(0.0, rng.uniform(1.0, 5.0), knots)
    curve = np.interp(np.linspace(0, knots - 1, count), np.arange(knots), decibels)
    return np.asarray(10.0 ** (curve / 20.0), np.float32)


def room(sound: Array, rng: Generator) -> Array:
    """In a room with 0.1 to 0.7 s of reverberation, at some distance: decaying noise after the sound."""
    decay_s = rng.uniform(0.1, 0.7)
    size = int(decay_s * RATE)
    times = np.arange(size) / RATE
    tail = rng.normal(0.0, 1.0, size) * np.exp(-6.9 * times / decay_s)
    tail *= np.minimum(times / rng.uniform(0.001, 0.012), 1.0) ** 2
    dull = butter(1, rng.uniform(2000.0, 7000.0), fs=RATE, output="sos")
    tail = sosfilt(dull, tail)
    tail *= 10.0 ** (-rng.uniform(-2.0, 15.0) / 20.0) / np.sqrt(np.sum(tail**2) + 1e-12)
    tail[0] = 1.0
    return np.asarray(fftconvolve(sound, tail)[: len(sound)], np.float32)


def tilt(sound: Array, rng: Generator) -> Array:
    """Through a microphone of its own colour: a slope, a resonance, and the ends of its band."""
    size = 257
    octaves = np.log2(np.maximum(np.linspace(0.0, RATE / 2, size), 40.0) / 1000.0)
    decibels = rng.normal(0.0, 2.5) * octaves
    for _ in range(int(rng.integers(0, 4))):
        decibels += rng.normal(0.0, 4.0) * np.exp(
            -(((octaves - rng.uniform(-3.5, 3.0)) / rng.uniform(0.2, 1.0)) ** 2)
        )
    low = rng.uniform(20.0, 120.0) if rng.random() < 0.8 else rng.uniform(120.0, 320.0)
    decibels -= 10.0 * np.log10(1.0 + 2.0 ** (4.0 * (np.log2(low / 1000.0) - octaves)))
    impulse = irfft(10.0 ** (decibels / 20.0))
    impulse = np.roll(impulse, 64)[:128] * np.hanning(128)
    return np.asarray(fftconvolve(sound, impulse)[64 : 64 + len(sound)], np.float32)


def narrow(sound: Array, rng: Generator) -> Array:
    """As a telephone or a thrifty codec passes it."""
    if rng.random() < 0.4:
        band = butter(
            4, (rng.uniform(200, 350), rng.uniform(3200, 3600)), "bandpass", fs=RATE, output="sos"
        )
    else:
        band = butter(6, rng.uniform(3400, 7400), fs=RATE, output="sos")
    return np.asarray(sosfilt(band, sound), np.float32)


def noise(count: int, rng: Generator, voices: Sequence[Array] = ()) -> Array:
    """A background of power 1: coloured noise that may swell, hum, clicks, or people who talk."""
    kind = rng.random()
    if kind < 0.25 and voices:
        sound = sum(
            (_looped(voices[int(i)], count, rng) for i in rng.integers(0, len(voices), rng.integers(2, 7))),
            np.zeros(count, np.float32),
        )
    else:
        size = next_fast_len(count, real=True)
        lines = rfft(rng.normal(0.0, 1.0, size))
        lines *= (np.maximum(np.fft.rfftfreq(size, 1 / RATE), 20.0) / 500.0) ** rng.uniform(-1.2, 0.3)
        sound = irfft(lines, size)[:count]
        if kind > 0.85:
            sound *= swell(count, rng) ** 2
        if rng.random() < 0.25:
            sound = sound / (np.std(sound) + 1e-9) + _hum(count, rng)
        if rng.random() < 0.15:
            sound = sound / (np.std(sound) + 1e-9) + _clicks(count, rng)
    return np.asarray(sound / (np.sqrt(np.mean(sound**2)) + 1e-9), np.float32)


def music(count: int, rng: Generator) -> Array:
    """Chords of harmonic tones that change a few times a second, power 1."""
    times, sound = np.arange(count) / RATE, np.zeros(count)
    begin = 0
    while begin < count:
        stop = min(count, begin + int(RATE * rng.uniform(0.12, 0.8)))
        t = times[: stop - begin]
        for note in rng.integers(36, 84, rng.integers(1, 5)):
            hz = 440.0 * 2.0 ** ((note - 69) / 12)
            for n in range(1, int(rng.integers(2, 9))):
                if n * hz < RATE / 2:
                    sound[begin:stop] += np.sin(2 * np.pi * n * hz * t) * np.exp(-3 * t) / n
        begin = stop
    return np.asarray(sound / (np.sqrt(np.mean(sound**2)) + 1e-9), np.float32)


def quantised(sound: Array, peak_db: float) -> NDArray[np.int16]:
    """With its peak at so many decibels of full scale, clipped above, as 16-bit samples."""
    peak = float(np.max(np.abs(sound), initial=1e-6))
    scaled = sound * (10.0 ** (peak_db / 20.0) / peak)
    return np.asarray(np.rint(np.clip(scaled, -1.0, 1.0) * 32767.0), np.int16)


def _looped(voice: Array, count: int, rng: Generator) -> Array:
    return np.asarray(np.roll(np.resize(voice, count), int(rng.integers(0, count))), np.float32)


def _hum(count: int, rng: Generator) -> Array:
    times = np.arange(count) / RATE
    hz = rng.choice((50.0, 60.0, 100.0, 120.0))
    hum = sum(
        (rng.uniform(0, 1) / n * np.sin(2 * np.pi * hz * n * times) for n in range(1, 8)), np.zeros(count)
    )
    return np.asarray(rng.uniform(0.3, 2.0) * hum, np.float32)


def _clicks(count: int, rng: Generator) -> Array:
    sound = np.zeros(count, np.float32)
    for at in rng.integers(0, count, rng.integers(1, 1 + max(2, count // RATE))):
        length = int(rng.integers(8, 600))
        burst = rng.normal(0.0, 1.0, length) * np.exp(-5.0 * np.arange(length) / length)
        sound[at : at + length] += rng.uniform(2.0, 20.0) * burst[: count - at]
    return sound
