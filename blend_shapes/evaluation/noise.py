"""Made-up noise, always the same for the same seed: over a recording at a level below its speech, and of a
room without anyone."""

from typing import Final

import numpy as np
from scipy import signal

from blend_shapes.evaluation.recording import Curve, Recording
from blend_shapes.evaluation.speech import FPS, LOWEST_HZ, Mask, above_rumble, speech

KINDS: Final = ("white", "shaped")
ROOM_DB: Final = -50.0
"""Level of the made-up room, dB of full scale: a quiet office through a laptop's microphone."""
_HUM_HZ: Final = 50.0


def with_noise(recording: Recording, snr_db: float, kind: str, seed: int = 1) -> Recording:
    """The recording with white noise or noise of the spectrum of its own speech ("shaped").

    Speech and noise are compared above 150 Hz, the speech where it sounds. Samples that no longer fit are
    clipped. Raises ValueError for another kind.
    """
    if kind not in KINDS:
        raise ValueError(f"noise is {' or '.join(KINDS)}, not {kind!r}")
    count, rate = len(recording.samples), recording.rate
    noise = np.random.default_rng(seed).standard_normal(count)
    voice = above_rumble(recording.samples, rate)[_sounding(recording)]
    if not len(voice):
        return recording
    if kind == "shaped":
        noise = _shaped(noise, voice, rate)
    sections = signal.butter(4, LOWEST_HZ, "highpass", fs=rate, output="sos")
    level = np.sqrt(np.mean(signal.sosfilt(sections, noise) ** 2))
    noise *= np.sqrt(np.mean(voice**2)) / level * 10.0 ** (-snr_db / 20.0)
    samples = np.clip(np.rint(recording.samples + 32768.0 * noise), -32768, 32767).astype(np.int16)
    return Recording(
        f"{recording.name} + {kind} noise at {snr_db:g} dB",
        samples,
        rate,
        recording.phones,
        recording.capture,
        recording.lips,
    )


def _sounding(recording: Recording) -> Mask:
    """Of each sample whether its frame sounds like speech."""
    mask = speech(recording).sounding
    frame = np.rint(np.arange(len(recording.samples)) * FPS / recording.rate).astype(int)
    return np.asarray(mask[np.minimum(frame, len(mask) - 1)])


def _shaped(noise: Curve, voice: Curve, rate: int) -> Curve:
    """White noise with the long-term spectrum of a voice."""
    hz, power = signal.welch(voice, rate, nperseg=min(len(voice), rate // 16))
    spectrum = np.fft.rfft(noise)
    at = np.fft.rfftfreq(len(noise), 1.0 / rate)
    return np.asarray(np.fft.irfft(spectrum * np.sqrt(np.interp(at, hz, power)), len(noise)))


def room(seconds: float = 10.0, rate: int = 16_000, seed: int = 1) -> Recording:
    """A room with nobody in it: noise that falls by 3 dB an octave, and mains hum, at ROOM_DB together."""
    count = round(seconds * rate)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    hz = np.fft.rfftfreq(count, 1.0 / rate)
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(hz, 20.0)), count)
    times = np.arange(count) / rate
    hum = np.sin(2 * np.pi * _HUM_HZ * times) + 0.5 * np.sin(2 * np.pi * 3 * _HUM_HZ * times)
    sound = noise / noise.std() + 0.7 * hum
    sound *= 10.0 ** (ROOM_DB / 20.0) / np.sqrt(np.mean(sound**2))
    return Recording("made-up room", np.rint(32768.0 * sound).astype(np.int16), rate)
