"""Lessons for the network: what it hears beside what it should answer, step by step, made from speech.

A lesson is some utterances of one speaker, each in circumstances of its own, with silence around them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import resample_poly

from blend_shapes.articulation.windows import Array
from blend_shapes.audio.hearing import INPUTS, Levels, Places, spectra
from blend_shapes.audio.training import augment
from blend_shapes.audio.training.targets import Answers, answers, at_rest
from blend_shapes.phonemes.timing import PhoneTiming

Speech = tuple[NDArray[np.int16], Sequence[PhoneTiming]]
"""Samples at `augment.RATE`, and the phones in them."""
_LISTEN_AT_ONCE: Final = 512


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
    return [_lesson(utterance, others, pace, rng) for utterance in speech]


def quiet_lessons(number: int, others: Sequence[Array], rng: Generator) -> list[Lesson]:
    """Nobody speaks: noise, music, a click, nothing."""
    made = []
    for _ in range(number):
        count = int(augment.RATE * rng.uniform(3.0, 10.0))
        kind = rng.random()
        sound = augment.music(count, rng) if kind < 0.3 else augment.noise(count, rng)
        if kind > 0.95:
            sound = np.zeros(count, np.float32)
        if kind < 0.6:
            sound = augment.room(sound, rng)
        heard = augment.quantised(augment.tilt(sound, rng), rng.uniform(-65.0, -6.0))
        inputs = listen(heard, augment.RATE)
        made.append(Lesson(inputs, at_rest(len(inputs))))
    return made


def plain_lesson(utterance: Speech, snr_db: float | None = None, seed: int = 0) -> Lesson:
    """An utterance as it was made, or with noise at a signal-to-noise ratio."""
    samples, phones = utterance
    if snr_db is not None:
        voice = samples.astype(np.float32) / 32768.0
        background = augment.noise(len(voice), np.random.default_rng(seed))
        level = float(np.sqrt(np.mean(voice**2))) * 10.0 ** (-snr_db / 20.0)
        samples = augment.quantised(voice + level * background, -3.0)
    inputs = listen(samples, augment.RATE)
    return Lesson(inputs, answers(phones, utterance[0], augment.RATE, len(inputs)))


def _lesson(utterance: Speech, others: Sequence[Array], pace: Pace, rng: Generator) -> Lesson:
    samples, phones = utterance
    voice = samples.astype(np.float32) / 32768.0
    voice *= augment.swell(len(voice), rng)
    lead, trail = (int(augment.RATE * rng.exponential(0.5)) for _ in range(2))
    voice = np.pad(voice, (lead, trail + augment.RATE // 5))
    rate = round(augment.RATE * pace.speed)
    later = lead / augment.RATE
    timed = [_scaled(p.moved(later), 1.0 / pace.speed) for p in phones]
    clean = augment.quantised(voice, -4.0)
    sound = _circumstances(voice, others, rng)
    if pace.halved:
        heard = augment.quantised(resample_poly(sound, 1, 2).astype(np.float32), rng.uniform(-30.0, 6.0))
        inputs = listen(heard, max(rate // 2, 8_000), pace.warp)
    else:
        peak_db = rng.uniform(-30.0, 0.0) if rng.random() < 0.9 else rng.uniform(0.0, 12.0)
        inputs = listen(augment.quantised(sound, peak_db), rate, pace.warp)
    return Lesson(inputs, answers(timed, clean, rate, len(inputs)))


def _circumstances(voice: Array, others: Sequence[Array], rng: Generator) -> Array:
    sound = augment.room(voice, rng) if rng.random() < 0.55 else voice
    if rng.random() < 0.85:
        sound = augment.tilt(sound, rng)
    power = float(np.sqrt(np.mean(sound**2)))
    snr_db = rng.uniform(2.0, 45.0) if rng.random() < 0.85 else 70.0
    background = augment.music(len(sound), rng) if rng.random() < 0.05 else augment.noise(len(sound), rng, others)
    sound = sound + power * 10.0 ** (-snr_db / 20.0) * background
    return augment.narrow(sound, rng) if rng.random() < 0.25 else sound


def _scaled(p: PhoneTiming, by: float) -> PhoneTiming:
    return PhoneTiming(p.phone, p.start * by, p.release * by, p.end * by, p.stress, p.word_start)


def listen(samples: NDArray[np.int16], rate: int, warp: float = 1.0) -> NDArray[np.float16]:
    """What the network hears of a whole recording, shape (steps, INPUTS), as a stream gives it."""
    places, levels = Places(rate), Levels(1)
    steps = places.steps(len(samples))
    ends = places.end(np.arange(steps))
    sound = np.concatenate([np.zeros(places.span, np.float32), samples.astype(np.float32) / 32768.0])
    row, inputs = np.zeros(1, np.int64), np.empty((steps, INPUTS), np.float16)
    decibels = np.empty((steps, 2, len(levels.mean_of(0))), np.float32)
    for half in (0, 1):
        begins = ends + places.span - places.window - (1 - half) * places.half
        for i in range(0, steps, _LISTEN_AT_ONCE):
            at = begins[i : i + _LISTEN_AT_ONCE, None] + np.arange(places.window)
            decibels[i : i + _LISTEN_AT_ONCE, half] = spectra(sound[at], rate, warp)
    for k in range(steps):
        inputs[k] = np.concatenate([levels.level(row, decibels[k, half][None]) for half in (0, 1)], axis=1)[0]
    return inputs
