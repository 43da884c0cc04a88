"""Recordings in a folder: each sound file with whatever lies beside it under the same name.

| beside NAME.wav or NAME.flac | what it is |
|---|---|
| NAME_annot.json | EMU: phone labels |
| NAME.upper_lip and NAME.lower_lip | EMU: lip sensors of an articulograph (SSFF) |
| NAME.TextGrid | Praat: phones |
| NAME.npz | the solved face of FACEGOOD-Audio2Face |
| NAME.json | BEAT: the face at 60 frames a second |
| NAME.csv | Live Link Face |
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from blend_shapes.audio.sound_file import read_sound
from blend_shapes.evaluation import emu, faces, textgrid
from blend_shapes.evaluation.recording import Capture, Recording, Track
from blend_shapes.phonemes.timing import PhoneTiming

SOUNDS: Final = (".wav", ".flac")
_PHONES: Final[dict[str, Callable[[bytes], tuple[PhoneTiming, ...]]]] = {
    "_annot.json": emu.phones,
    ".TextGrid": textgrid.phones,
    ".textgrid": textgrid.phones,
}
_FACES: Final[dict[str, Callable[[bytes], Capture]]] = {
    ".npz": faces.facegood,
    ".json": faces.beat,
    ".csv": faces.live_link,
}
_T = TypeVar("_T")


class BadRecording(ValueError):
    """A folder or a file that cannot be measured on; the text names it and says what would be right."""


def read_folder(folder: Path) -> list[Recording]:
    """Every recording in a folder and those inside it, by name. Raises BadRecording."""
    if not folder.is_dir():
        raise BadRecording(f"{folder}: no such folder")
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SOUNDS and p.is_file())
    if not found:
        raise BadRecording(f"{folder}: holds no recordings; speech as .wav or .flac is wanted")
    return [read(path) for path in found]


def read(sound: Path) -> Recording:
    """A sound file and what lies beside it. Raises BadRecording naming the file that is wrong."""
    samples, rate = _parsed(sound, read_sound)
    return Recording(
        f"{sound.parent.name}/{sound.stem}",
        samples,
        rate,
        _first(sound, _PHONES),
        _first(sound, _FACES),
        _lips(sound),
    )


def _lips(sound: Path) -> Track | None:
    upper, lower = sound.with_suffix(".upper_lip"), sound.with_suffix(".lower_lip")
    if not (upper.is_file() and lower.is_file()):
        return None
    above = _parsed(upper, Path.read_bytes)
    return _parsed(lower, lambda path: emu.lip_distance(above, path.read_bytes()))


def _first(sound: Path, readers: dict[str, Callable[[bytes], _T]]) -> _T | None:
    """What the first companion that exists holds."""
    for ending, reader in readers.items():
        beside = sound.with_name(sound.stem + ending)
        if beside.is_file():
            return _parsed(beside, partial(_whole, reader))
    return None


def _whole(reader: Callable[[bytes], _T], path: Path) -> _T:
    return reader(path.read_bytes())


def _parsed(path: Path, reader: Callable[[Path], _T]) -> _T:
    try:
        return reader(path)
    except OSError as error:
        raise BadRecording(f"{path}: {error.strerror or error}") from None
    except ValueError as error:
        raise BadRecording(f"{path}: {error}") from None
