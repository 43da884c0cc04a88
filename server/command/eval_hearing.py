"""Measure the recognizer on recordings: how many words it gets wrong, also with noise.

A FOLDER holds speech as WAV or FLAC, and under the same name beside it what is said: a text (.lab, .txt) or
a Praat TextGrid with a tier of words.
"""

import argparse
import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from blend_shapes.audio.sound_file import read_sound
from blend_shapes.evaluation import textgrid
from blend_shapes.evaluation.noise import KINDS, with_noise
from blend_shapes.evaluation.recording import Recording
from server import config
from server.audio.resample import Resampler
from server.command.faults import BadFile
from server.engines import catalog
from server.errors import ConfigError
from server.ports import LISTENING_RATE, WINDOW, Hints, Recognizer
from server.speech.word_errors import WordErrors, word_errors, words

FOLDER: Final = Path("..", "shared", "eval", "speech")
SOUNDS: Final = (".wav", ".flac")
TEXTS: Final = (".lab", ".txt", ".TextGrid")
LEAST_SNR_DB, MOST_SNR_DB = -20.0, 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A recording and the words in it."""

    recording: Recording
    words: list[str]


@dataclass(frozen=True, slots=True)
class Result:
    """What was made of a recording, and how long that took."""

    name: str
    text: str
    confidence: float
    errors: WordErrors
    real_time: float
    """Seconds of work for each second of sound."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", default=[FOLDER])
    parser.add_argument("--config", type=Path, metavar="FILE", help="its engines.recognizer is measured")
    parser.add_argument(
        "--recognizer", metavar="NAME", help="this one instead: auto, faster-whisper, pocketsphinx"
    )
    parser.add_argument("--language", metavar="TAG", help="what is spoken; found out without it")
    parser.add_argument(
        "--noise", action="append", type=float, default=[], metavar="DB", help="also so far above noise"
    )


def run(args: argparse.Namespace) -> int:
    """Print a line for each recording, and one for all. Raises FaceWireError."""
    if bad := [db for db in args.noise if not LEAST_SNR_DB <= db <= MOST_SNR_DB]:
        raise ConfigError(f"--noise {bad[0]:g}: from {LEAST_SNR_DB:g} to {MOST_SNR_DB:g} dB")
    slot = config.load(args.config or config.nearby()).engines.recognizer
    if args.recognizer is not None:
        slot = config.Slot(args.recognizer)
    if slot is None:
        raise ConfigError("engines.recognizer is none: name one with --recognizer")
    recordings = [said for folder in args.folders for said in read(folder)]
    recognizer = catalog.make("recognizer", slot.use, slot.options)
    asyncio.run(_measure(recognizer, recordings, args.noise, Hints(args.language)))
    return 0


def read(folder: Path) -> list[Said]:
    """All recordings of a folder that have a text. Raises BadFile for none, and one that is unreadable."""
    if not folder.is_dir():
        raise BadFile(f"{folder} is no folder")
    found = []
    for sound in sorted(path for path in folder.iterdir() if path.suffix.lower() in SOUNDS):
        beside = (sound.with_suffix(suffix) for suffix in TEXTS)
        if (text := next((path for path in beside if path.is_file()), None)) is None:
            continue
        found.append(Said(Recording(sound.stem, *_sound(sound)), _words(text)))
    if not found:
        raise BadFile(f"{folder}: no sound with its text beside it ({', '.join(TEXTS)})")
    return found


def _sound(path: Path) -> tuple[np.ndarray[tuple[int], np.dtype[np.int16]], int]:
    try:
        return read_sound(path)
    except (OSError, ValueError) as error:
        raise BadFile(f"{path}: {error}") from None


def _words(path: Path) -> list[str]:
    try:
        if path.suffix == ".TextGrid":
            return words(" ".join(textgrid.words(path.read_bytes())))
        return words(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise BadFile(f"{path}: {error}") from None


async def _measure(
    recognizer: Recognizer, recordings: list[Said], noises: list[float], hints: Hints
) -> None:
    try:
        for db in (None, *noises):
            kinds = (None,) if db is None else KINDS
            for kind in kinds:
                title = "as recorded" if kind is None else f"{kind} noise {db:g} dB below"
                await _table(title, recognizer, [_noisy(said, db, kind) for said in recordings], hints)
    finally:
        await recognizer.close()


def _noisy(said: Said, db: float | None, kind: str | None) -> Said:
    if db is None or kind is None:
        return said
    return Said(with_noise(said.recording, db, kind), said.words)


async def _table(title: str, recognizer: Recognizer, recordings: list[Said], hints: Hints) -> None:
    print(title)
    total = WordErrors(0)
    for said in recordings:
        result = await recognised(recognizer, said, hints)
        total += result.errors
        print(f"  {result.name}: {_told(result.errors)}, {result.real_time:.2f} times real time")
        print(f"    {result.text!r} (confidence {result.confidence:.2f})")
    print(f"  all: {_told(total)}")


def _told(errors: WordErrors) -> str:
    return (
        f"word error rate {errors.rate:.3f} of {errors.words} words "
        f"({errors.substituted} wrong, {errors.inserted} too many, {errors.deleted} missing)"
    )


async def recognised(recognizer: Recognizer, said: Said, hints: Hints) -> Result:
    """What the recognizer makes of the whole recording, handed over at once."""
    recording = said.recording
    resampler = Resampler(recording.rate, LISTENING_RATE)
    sound = np.concatenate([resampler.feed(recording.samples), resampler.finish()])
    begin = time.perf_counter()
    transcript = recognizer.begin(hints)
    try:
        for at in range(0, len(sound), WINDOW):
            transcript.follow(sound[at : at + WINDOW])
        heard = await transcript.understood()
    finally:
        transcript.close()
    took = (time.perf_counter() - begin) / recording.seconds
    errors = word_errors(said.words, words(heard.text))
    return Result(recording.name, heard.text, heard.confidence, errors, took)
