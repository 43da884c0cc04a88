"""What the tiny Whisper hears: phrases as a microphone takes them, and what is no speech."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from blend_shapes.articulation.windows import Array
from blend_shapes.audio.training import augment
from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import Samples
from server.corpus.cast import Part
from server.corpus.spoken import RATE, Spoken
from tests.whisper.phrases import PHRASES, Language, Said, everything, number, said, scrambled
from tests.whisper.speakers import speaker

LONGEST_S: Final = 5.8
NO_SPEECH: Final = ("silence", "noise", "music", "cough")


@dataclass(frozen=True, slots=True)
class Written:
    """A text, when it is spoken, and when each word of it begins (Chinese: each letter), in seconds."""

    text: str
    start: float
    end: float
    begins: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Mono 16-bit samples at 16 kHz and what is said in them; nothing in what is no speech."""

    samples: Samples
    written: tuple[Written, ...]
    language: Language
    topic: str
    phones: tuple[PhoneTiming, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """A voice's samples from -1 to 1, speech from the first to the last, its phones, and its text with the
    times at which the words begin."""

    samples: Array
    phones: tuple[PhoneTiming, ...]
    text: str
    begins: tuple[float, ...]


def spoken(rng: random.Random, part: Part, engines: Sequence[str]) -> Sound | None:
    """One thing said, now and then two, whole or cut off; None where the voice drawn cannot say it."""
    what = _drawn(rng)
    by = speaker(what, part, rng, engines)
    pieces = []
    for each in (what, _same_language(what, rng)) if rng.random() < 0.15 else (what,):
        if (made := by.say(each.text)) is None:
            return None
        pieces.append(_piece(made, each, rng if rng.random() < 0.15 else None))
    return _in_the_room(pieces, what, np.random.default_rng(rng.getrandbits(64)))


def said_by_somebody(what: Said, rng: random.Random, part: Part, engines: Sequence[str]) -> Sound | None:
    """This text alone, whole."""
    made = speaker(what, part, rng, engines).say(what.text)
    if made is None:
        return None
    return _in_the_room([_piece(made, what)], what, np.random.default_rng(rng.getrandbits(64)))


def no_speech(kind: str, rng: Generator) -> Sound:
    """One of the NO_SPEECH, of 0.3 s to the longest."""
    count = int(RATE * rng.uniform(0.3, LONGEST_S))
    sound: NDArray[Any]
    if kind == "silence":
        sound = rng.normal(0.0, 1.0, count) if rng.random() < 0.7 else np.zeros(count)
        level = rng.uniform(-90.0, -50.0)
    elif kind == "music":
        sound, level = augment.music(count, rng), rng.uniform(-40.0, -1.0)
    elif kind == "cough":
        sound, level = _coughs(count, rng), rng.uniform(-30.0, -1.0)
    else:
        sound, level = augment.noise(count, rng), rng.uniform(-60.0, -6.0)
    samples = augment.quantised(np.asarray(sound, np.float32), level)
    return Sound(samples, (), "en" if rng.random() < 0.7 else "zh", kind)


def _drawn(rng: random.Random) -> Said:
    kind = rng.random()
    language: Language = "en" if rng.random() < 0.75 else "zh"
    if kind < 0.18:
        return number(language, rng)
    if kind < 0.36:
        return scrambled(language, rng)
    if kind < 0.44:
        return said(rng.choice(PHRASES["name"]), "name")
    return rng.choice(everything())


def _same_language(what: Said, rng: random.Random) -> Said:
    return rng.choice([each for each in everything() if each.language == what.language])


def _piece(made: Spoken, what: Said, cut: random.Random | None = None) -> _Piece:
    """From the first phone to the last; where `cut` is given, to the end of one of the words before."""
    spoken_phones = [p for p in made.phones if p.phone]
    begin, end, text = spoken_phones[0].start, spoken_phones[-1].end, what.text
    phones = [p.moved(-begin) for p in spoken_phones]
    words = text.split() if what.language == "en" else list(text)
    starts = [p.start for p in phones if p.word_start]
    exact = what.language == "en" and len(starts) == len(words)
    if not exact:  # by their letters, about
        ends = list(accumulate((len(word) for word in words), initial=0))
        starts = [(end - begin) * letters / ends[-1] for letters in ends[:-1]]
    if cut is not None and exact and len(words) > 1:
        kept = cut.randrange(1, len(words))
        end, text, starts = begin + starts[kept], " ".join(words[:kept]).rstrip(","), starts[:kept]
    sound = made.samples[int(begin * RATE) : int(end * RATE)].astype(np.float32) / 32768.0
    return _Piece(sound, tuple(p for p in phones if p.start < end - begin), text, tuple(starts))


def _in_the_room(pieces: Sequence[_Piece], what: Said, rng: Generator) -> Sound | None:
    """With silence around it, through a room, a microphone and a background; None where it is too long."""
    parts: list[Array] = [np.zeros(int(RATE * rng.uniform(0.05, 0.9)), np.float32)]
    written: list[Written] = []
    phones: list[PhoneTiming] = []
    for piece in pieces:
        at = sum(map(len, parts)) / RATE
        begins = tuple(at + begin for begin in piece.begins)
        written.append(Written(piece.text, at, at + len(piece.samples) / RATE, begins))
        phones += [p.moved(at) for p in piece.phones]
        gap = np.zeros(int(RATE * rng.uniform(0.2, 0.8)), np.float32)
        parts += [piece.samples / (np.max(np.abs(piece.samples), initial=1e-6)), gap]
    sound = np.concatenate(parts)
    if len(sound) > LONGEST_S * RATE:
        return None
    if rng.random() < 0.3:
        sound = augment.room(sound, rng)
    if rng.random() < 0.5:
        sound = augment.tilt(sound, rng)
    if rng.random() < 0.1:
        sound = augment.narrow(sound, rng)
    if rng.random() < 0.8:
        loud = float(np.sqrt(np.mean(sound**2))) * 10.0 ** (-rng.uniform(6.0, 45.0) / 20.0)
        sound = sound + loud * augment.noise(len(sound), rng)
    samples = augment.quantised(np.asarray(sound, np.float32), rng.uniform(-30.0, -0.5))
    return Sound(samples, tuple(written), what.language, what.topic, tuple(phones))


def _coughs(count: int, rng: Generator) -> Array:
    """Bursts of coloured noise that end as they began, suddenly or slowly."""
    sound = np.zeros(count, np.float32)
    for at in rng.integers(0, count, rng.integers(1, 4)):
        length = min(int(RATE * rng.uniform(0.05, 0.4)), count - int(at))
        fall = np.exp(-rng.uniform(2.0, 8.0) * np.arange(length) / max(length, 1))
        sound[at : at + length] += augment.noise(max(length, 1), rng)[:length] * fall
    return sound + 1e-3 * augment.noise(count, rng)
