"""Rooms and echoes: how what one loudspeaker plays comes back to a microphone."""

import numpy as np
from numpy.random import Generator
from scipy.signal import butter, fftconvolve, sosfilt

from tests.sounds.noises import RATE, Sound


def reverberant(sound: Sound, rng: Generator, decay_s: float, tail_db: float = -3.0) -> Sound:
    """The direct sound and a tail of exponentially decaying noise, RT60 `decay_s`, `tail_db` below it."""
    count = int(decay_s * RATE)
    times = np.arange(count) / RATE
    tail = rng.normal(0.0, 1.0, count) * np.exp(-6.9 * times / decay_s) * np.minimum(times / 0.004, 1.0)
    tail = sosfilt(butter(1, 4000, fs=RATE, output="sos"), tail)
    response = tail * 10 ** (tail_db / 20) / np.sqrt(np.sum(tail**2))
    response[0] = 1.0
    return np.asarray(fftconvolve(sound, response), np.float32)


def echo(played: Sound, rng: Generator, *, level_db: float, delay_ms: float, decay_s: float) -> Sound:
    """What the microphone hears of `played`: coloured by a small loudspeaker, late, in a room.

    `level_db` is its power against that of `played`.
    """
    loudspeaker = butter(
        2, (rng.uniform(120, 300), rng.uniform(5000, 7500)), "bandpass", fs=RATE, output="sos"
    )
    sound = reverberant(np.asarray(sosfilt(loudspeaker, played), np.float32), rng, decay_s)
    sound *= 10 ** (level_db / 20) * np.sqrt(np.mean(played**2) / (np.mean(sound**2) + 1e-12))
    return np.concatenate([np.zeros(round(delay_ms * RATE / 1000), np.float32), sound])


def levelled(sound: Sound, db: float) -> Sound:
    """With this power over its loud parts, in decibels of full scale."""
    power = sound.astype(np.float64) ** 2
    loud = power[power > 1e-3 * power.max()]
    return np.asarray(sound * 10 ** (db / 20) / np.sqrt(np.mean(loud)), np.float32)
