"""Lessons: a sound as Whisper hears it, with the tokens that it should give."""

import math
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import Final

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray

from server.audio.chunk import Samples
from tests.whisper.phrases import DIGITS, LIKE_SOUNDING, everything
from tests.whisper.sounds import NO_SPEECH, Sound, Written, no_speech, spoken
from tests.whisper.vocabulary import Vocabulary

_BATCH: Final = 50
_NO_SPEECH_SHARE: Final = 0.15
_PROMPTED: Final = 0.35
_TIMED: Final = 0.3
_GRID_S: Final = 0.1
"""Of timestamps, on which a small network can be sure of them."""
_SEPARATORS: Final = (" ", ", ", "; ")


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """The spectrogram of a sound, (80, 100 a second), without the silence that Whisper puts behind it."""

    heard: NDArray[np.float16]
    sound: Sound
    """Without its samples."""


@dataclass(frozen=True, slots=True)
class Token:
    """One that the decoder should say, and where in the sound it is said, in seconds, if it is a text's."""

    number: int
    start: float = 0.0
    end: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Tokens that the decoder sees, and what it should say after each (None: anything)."""

    seen: list[int]
    wanted: list[Token | None]


def heard(samples: Samples, extractor: FeatureExtractor) -> NDArray[np.float16]:
    """The spectrogram as faster-whisper makes it."""
    return np.asarray(extractor(samples.astype(np.float32) / 32768.0)[:, :-1], np.float16)


def make(count: int, seed: int, engines: Sequence[str], jobs: int) -> list[Lesson]:
    """So many lessons of the voices to be learnt from; the same seed says the same."""
    batches = range(-(-count // _BATCH))
    one = partial(_batch, seed=seed, engines=tuple(engines))
    if jobs == 1:
        made = [one(number) for number in batches]
    else:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            made = list(pool.map(one, batches))
    return [lesson for batch in made for lesson in batch][:count]


def _batch(number: int, seed: int, engines: Sequence[str]) -> list[Lesson]:
    rng = random.Random(f"{seed} {number}")
    extractor = FeatureExtractor()
    sounds = islice(_sounds(rng, engines), _BATCH)
    nothing = np.zeros(0, np.int16)
    return [Lesson(heard(s.samples, extractor), replace(s, samples=nothing)) for s in sounds]


def _sounds(rng: random.Random, engines: Sequence[str]) -> Iterator[Sound]:
    while True:
        if rng.random() < _NO_SPEECH_SHARE:
            yield no_speech(rng.choice(NO_SPEECH), np.random.default_rng(rng.getrandbits(64)))
        elif (sound := spoken(rng, "learn", engines)) is not None:
            yield sound


def taught() -> list[str]:
    """All texts that the vocabulary is made for."""
    names = " ".join(name for pair in LIKE_SOUNDING.items() for name in pair)
    digits = [" ".join(DIGITS["en"]), "".join(DIGITS["zh"])]
    return [*(each.text for each in everything()), names, *digits]


def answer(sound: Sound, vocabulary: Vocabulary, rng: random.Random) -> Answer:
    """With timestamps or without, after a prompt or without: drawn anew each time."""
    prompt, texts = _prompted(sound, rng) if rng.random() < _PROMPTED else ("", [])
    written = [w.text for w in sound.written]
    for n, text in enumerate(texts):
        written[n] = text
    special = vocabulary.special
    before = [special("startofprev"), *vocabulary.encode(" " + prompt)] if prompt else []
    head = [special("startoftranscript"), special(sound.language), special("transcribe")]
    said = _said(sound, written, vocabulary, timed=rng.random() < _TIMED)
    follows = [*(Token(number) for number in head[1:]), *said, Token(special("endoftext"))]
    if not sound.written:
        follows[0] = Token(special("nospeech"))
    seen = [*before, *head, *(token.number for token in said)]
    return Answer(seen, [*[None] * len(before), *follows])


def _said(sound: Sound, texts: Sequence[str], vocabulary: Vocabulary, timed: bool) -> list[Token]:
    tokens = [] if timed else [Token(vocabulary.special("notimestamps"))]
    if timed and not texts:
        tokens = [Token(vocabulary.timestamp(0.0))]
    for text, where in zip(texts, sound.written, strict=True):
        words = [f" {word}" for word in text.split()] if sound.language == "en" else [*text]
        ends = [*where.begins[1:], where.end]
        of_text = [
            Token(number, begin, end)
            for word, begin, end in zip(words, where.begins, ends, strict=True)
            for number in vocabulary.encode(word)
        ]
        if timed:
            times = (Token(vocabulary.timestamp(t)) for t in _outwards(where))
            of_text = [next(times), *of_text, next(times)]
        tokens += of_text
    return tokens


def _outwards(where: Written) -> tuple[float, float]:
    """Start and end, put on the grid."""
    return math.floor(where.start / _GRID_S) * _GRID_S, math.ceil(where.end / _GRID_S) * _GRID_S


def _prompted(sound: Sound, rng: random.Random) -> tuple[str, list[str]]:
    """A prompt of phrases and names, half the time with what is said; and what is then written.

    Of names that sound alike, the one that the prompt has is written.
    """
    phrases = [each.text for each in everything()]
    hints = rng.sample(phrases, rng.randint(1, 4))
    if rng.random() < 0.5:
        hints += [w.text for w in sound.written]
    written = [w.text for w in sound.written]
    for usual, other in LIKE_SOUNDING.items():
        if not any(usual in text for text in written):
            hints += [rng.choice((usual, other))] if rng.random() < 0.15 else []
        elif rng.random() < 0.6:
            written = [text.replace(usual, other) for text in written]
            hints = [hint.replace(usual, other) for hint in hints] + [other]
    rng.shuffle(hints)
    return rng.choice(_SEPARATORS).join(hints), written
