"""How well a folder's Whisper understands voices that it never heard, through faster-whisper."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from faster_whisper import WhisperModel

from server.audio.chunk import Samples
from server.speech.word_errors import WordErrors, word_errors, words
from tests.whisper.phrases import ALIEN, Said, everything, number, said, scrambled
from tests.whisper.sounds import NO_SPEECH, Sound, no_speech, said_by_somebody

_AS_A_RECOGNIZER: Final[dict[str, Any]] = {"without_timestamps": True, "temperature": 0.0, "beam_size": 2}
"""As the server uses it."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What faster-whisper made of a sound."""

    text: str
    language: str
    no_speech: float
    """The highest probability of no speech that a segment has; 1 where there is no segment."""


@dataclass(slots=True)
class Row:
    """Figures of one topic."""

    sounds: int = 0
    exact: int = 0
    errors: WordErrors = field(default_factory=lambda: WordErrors(0))
    given: WordErrors = field(default_factory=lambda: WordErrors(0))
    """Errors when the language need not be found out."""
    languages: int = 0
    answered: int = 0
    wrong: list[tuple[str, str]] = field(default_factory=list)


def understand(
    model: WhisperModel, samples: Samples, language: str | None = None, **options: Any
) -> Understood:
    segments, info = model.transcribe(samples.astype(np.float32) / 32768.0, language=language, **options)
    found = list(segments)
    text = "".join(segment.text for segment in found).strip()
    silent = max((segment.no_speech_prob for segment in found), default=1.0)
    return Understood(text, info.language, silent)


def errors(said: str, found: str, language: str) -> WordErrors:
    """In words of English, in letters of Chinese."""
    a, b = words(said), words(found)
    return word_errors(a, b) if language == "en" else word_errors("".join(a), "".join(b))


def measure(folder: Path, each: int, seed: int, engines: Sequence[str]) -> dict[str, Row]:
    """Rows by topic: `each` phrase so often, by voices that were not learnt from."""
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
    rows: dict[str, Row] = defaultdict(Row)
    for sound in _sounds(each, random.Random(seed), engines):
        found, row = understand(model, sound.samples, **_AS_A_RECOGNIZER), rows[sound.topic]
        wanted = " ".join(w.text for w in sound.written)
        row.sounds += 1
        row.exact += found.text == wanted
        row.errors += errors(wanted, found.text, sound.language)
        given = understand(model, sound.samples, sound.language, **_AS_A_RECOGNIZER)
        row.given += errors(wanted, given.text, sound.language)
        row.languages += found.language == sound.language
        row.answered += bool(found.text) and found.no_speech < 0.6
        if found.text != wanted:
            row.wrong.append((wanted, found.text))
    return rows


def _sounds(each: int, rng: random.Random, engines: Sequence[str]) -> Iterator[Sound]:
    for _ in range(each):
        for what in _texts(rng):
            if (sound := said_by_somebody(what, rng, "unseen", engines)) is not None:
                yield sound
        for kind in NO_SPEECH * 4:
            yield no_speech(kind, np.random.default_rng(rng.getrandbits(64)))


def _texts(rng: random.Random) -> Iterator[Said]:
    yield from everything()
    for _ in range(4):
        yield number("en", rng)
        yield scrambled("en", rng)
    yield number("zh", rng)
    yield from (said(text, "never learnt") for text in ALIEN)


def table(rows: dict[str, Row]) -> str:
    """The figures as Markdown, and some of what was understood otherwise."""
    lines = [
        "| topic | sounds | exact | word errors | with the language given | language | taken for speech |",
        "|---|---|---|---|---|---|---|",
    ]
    for topic, row in rows.items():
        rates = [f"{e.rate:.1%}" if e.words else f"{e.inserted} words" for e in (row.errors, row.given)]
        shares = [f"{n / row.sounds:.0%}" for n in (row.exact, row.languages, row.answered)]
        lines.append("| " + " | ".join([topic, str(row.sounds), shares[0], *rates, *shares[1:]]) + " |")
    for topic, row in rows.items():
        lines += [f"{topic}: {wanted!r} -> {found!r}" for wanted, found in row.wrong[:6]]
    return "\n".join(lines)
