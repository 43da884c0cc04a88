"""Lessons for the network: what it hears beside what it should answer, step by step, made from speech.

A lesson is some utterances of one speaker, each in circumstances of its own, with silence around them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import resample_poly

from blend_shapes.articulation.windows import Array
from blend_shapes.audio.hearing import INPUTS, LEAST_RATE, SPECTRA, Levels, Places, spectra
from blend_shapes.audio.training import augment
from blend_shapes.audio.training.augment import RATE, quantised
from blend_shapes.audio.training.targets import Answers, answers, at_rest
from blend_shapes.phonemes.timing import PhoneTiming

Samples = NDArray[np.int16]
Speech = tuple[Samples, Sequence[PhoneTiming]]
"""Samples at RATE, and the phones in them."""


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """One recording: inputs (steps, INPUTS) and answers of as many steps."""

    inputs: NDArray[np.float16]
    answers: Answers


@dataclass(frozen=True, slots=True)
class Pace:
    """Faster and higher, or slower and deeper, and formants moved beside: one for a whole lesson."""

    speed: float
    warp: float
    halved: bool
    """At half the rate, as a telephone samples."""

    @classmethod
    def drawn(cls, rng: Generator) -> "Pace":
        return cls(rng.uniform(0.85, 1.2), 2.0 ** rng.normal(0.0, 0.13), bool(rng.random() < 0.1))


def lessons(speech: Sequence[Speech], others: Sequence[Array], rng: Generator) -> list[Lesson]:
    """Of one speaker's utterances; `others` are voices that may talk in the background."""
    pace = Pace.drawn(rng)
    rate = round(RATE * pace.speed)
    arranged = [_arranged(utterance, rng) for utterance in speech]
    heard = [_heard(voice, others, pace, rng) for voice, _ in arranged]
    made = []
    rate_heard = max(rate // 2, LEAST_RATE) if pace.halved else rate
    for inputs, (voice, phones) in zip(listen(heard, rate_heard, pace.warp), arranged, strict=True):
        timed = [_scaled(p, 1.0 / pace.speed) for p in phones]
        made.append(Lesson(inputs, answers(timed, quantised(voice, -4.0), rate, len(inputs))))
    return made


def quiet_lessons(number: int, rng: Generator) -> list[Lesson]:
    """Nobody speaks: noise, music, clicks, nothing."""
    heard = []
    for _ in range(number):
        count = int(RATE * rng.uniform(3.0, 10.0))
        kind = rng.random()
        sound = augment.music(count, rng) if kind < 0.3 else augment.noise(count, rng)
        if kind > 0.95:
            sound = np.zeros(count, np.float32)
        if kind < 0.6:
            sound = augment.room(sound, rng)
        heard.append(quantised(augment.tilt(sound, rng), rng.uniform(-65.0, -6.0)))
    return [Lesson(inputs, at_rest(len(inputs))) for inputs in listen(heard, RATE)]


def plain_lessons(speech: Sequence[Speech], snr_db: float | None = None) -> list[Lesson]:
    """Utterances as they were made, or with noise at a signal-to-noise ratio, to measure on."""
    rng = np.random.default_rng(1)
    heard = [samples if snr_db is None else _noisy(samples, snr_db, rng) for samples, _ in speech]
    return [
        Lesson(inputs, answers(phones, samples, RATE, len(inputs)))
        for inputs, (samples, phones) in zip(listen(heard, RATE), speech, strict=True)
    ]


def _noisy(samples: Samples, snr_db: float, rng: Generator) -> Samples:
    voice = samples.astype(np.float32) / 32768.0
    level = float(np.sqrt(np.mean(voice**2))) * 10.0 ** (-snr_db / 20.0)
    return quantised(voice + level * augment.noise(len(voice), rng), -3.0)


def _arranged(utterance: Speech, rng: Generator) -> tuple[Array, list[PhoneTiming]]:
    """With a loudness that wanders, and silence before and after."""
    samples, phones = utterance
    voice = samples.astype(np.float32) / 32768.0
    voice *= augment.swell(len(voice), rng)
    lead, trail = (int(RATE * rng.exponential(0.5)) for _ in range(2))
    return np.pad(voice, (lead, trail + RATE // 5)), [p.moved(lead / RATE) for p in phones]


def _heard(voice: Array, others: Sequence[Array], pace: Pace, rng: Generator) -> Samples:
    sound = augment.room(voice, rng) if rng.random() < 0.55 else voice
    if rng.random() < 0.85:
        sound = augment.tilt(sound, rng)
    power = float(np.sqrt(np.mean(sound**2)))
    snr_db = rng.uniform(2.0, 45.0) if rng.random() < 0.85 else 70.0
    music = rng.random() < 0.05
    background = augment.music(len(sound), rng) if music else augment.noise(len(sound), rng, others)
    sound = sound + power * 10.0 ** (-snr_db / 20.0) * background
    if rng.random() < 0.25:
        sound = augment.narrow(sound, rng)
    if pace.halved:
        sound = resample_poly(sound, 1, 2).astype(np.float32)
    return quantised(sound, rng.uniform(-30.0, 0.0) if rng.random() < 0.9 else rng.uniform(0.0, 12.0))


def _scaled(p: PhoneTiming, by: float) -> PhoneTiming:
    return PhoneTiming(p.phone, p.start * by, p.release * by, p.end * by, p.stress, p.word_start)


def listen(heard: Sequence[Samples], rate: int, warp: float = 1.0) -> list[NDArray[np.float16]]:
    """What the network hears of whole recordings, each (steps, INPUTS), as streams give it."""
    places, levels = Places(rate), Levels(len(heard))
    decibels = [_decibels(samples, places, rate, warp) for samples in heard]
    inputs = [np.empty((len(d), INPUTS), np.float16) for d in decibels]
    for k in range(max(map(len, decibels), default=0)):
        rows = np.array([i for i, d in enumerate(decibels) if k < len(d)])
        now = np.stack([decibels[i][k] for i in rows])
        told = np.concatenate([levels.level(rows, now[:, half]) for half in range(SPECTRA)], axis=1)
        for i, row in zip(rows.tolist(), told, strict=True):
            inputs[i][k] = row
    return inputs


def _decibels(samples: Samples, places: Places, rate: int, warp: float) -> Array:
    """(steps, SPECTRA, BANDS)"""
    ends = places.end(np.arange(places.steps(len(samples)))) + places.span
    sound = np.concatenate([np.zeros(places.span, np.float32), samples.astype(np.float32) / 32768.0])
    windows = np.lib.stride_tricks.sliding_window_view(sound, places.window)
    halves = [ends - places.window - (SPECTRA - 1 - half) * places.half for half in range(SPECTRA)]
    return np.stack([spectra(windows[at], rate, warp) for at in halves], axis=1)
