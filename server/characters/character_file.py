"""Reads a character from YAML. Every key of `Character` may stand in the file, no other."""

import dataclasses
import typing
from pathlib import Path
from typing import Any

import msgspec
import yaml

from blend_shapes.life.moods import MOODS
from server.errors import ConfigError
from server.speech.character import Character

_FOLDER = Path(__file__).parent
_FACTORS = (0.5, 2.0)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where PyYAML was built with it: ten times as fast, which the start shows."""


def names() -> tuple[str, ...]:
    """The characters that come with FaceWire."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.yaml")))


def load(name: str | Path) -> Character:
    """The character of a YAML file, or one that comes with FaceWire by its name.

    A text that ends in .yaml or .yml or names a folder is a file. Raises `ConfigError`, one line with
    file and key, for a file that cannot be read, unknown keys, wrong types, unknown moods and values
    out of range.
    """
    file = Path(name)
    if file.suffix not in (".yaml", ".yml") and len(file.parts) == 1:
        file = _FOLDER / f"{name}.yaml"
        if not file.exists():
            raise ConfigError(
                f"there is no character {str(name)!r}; there are {', '.join(names())}, or name a .yaml file"
            )
    try:
        data = yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: is not YAML in UTF-8: {' '.join(str(error).split())}") from error
    try:
        return _character(data)
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from error


def _character(data: object) -> Character:
    _check_keys(Character, data, "")
    try:
        character = msgspec.convert(data, Character)
    except msgspec.ValidationError as error:
        raise ConfigError(str(error).replace("`", "").replace("$.", "")) from error
    if character.mood not in MOODS:
        raise ConfigError(f"mood: there is no {character.mood!r}; there are {', '.join(sorted(MOODS))}")
    _check_range("mood_intensity", character.mood_intensity, 0.0, 1.0)
    _check_range("speaker.rate", character.speaker.rate, *_FACTORS)
    _check_range("speaker.pitch", character.speaker.pitch, *_FACTORS)
    for number, answer in enumerate(character.knowledge):
        for key in ("questions", "replies"):
            texts = getattr(answer, key)
            if not texts or not all(text.strip() for text in texts):
                raise ConfigError(f"knowledge[{number}].{key}: wants at least one text, none of them empty")
    return character


def _check_keys(cls: type, data: object, where: str) -> None:
    """Unknown keys in mappings that become dataclasses, at any depth."""
    if not isinstance(data, dict):
        raise ConfigError(f"{where or 'the file'}: wants keys and values, not {type(data).__name__}")
    known = typing.get_type_hints(cls)
    for key, value in data.items():
        place = f"{where}.{key}" if where else str(key)
        if key not in known:
            raise ConfigError(f"{place}: unknown key; there are {', '.join(known)}")
        _check_value(known[key], value, place)


def _check_value(wanted: Any, value: object, place: str) -> None:
    if dataclasses.is_dataclass(wanted):
        _check_keys(typing.cast(type, wanted), value, place)
    elif typing.get_origin(wanted) is tuple and isinstance(value, list):
        for number, item in enumerate(value):
            _check_value(typing.get_args(wanted)[0], item, f"{place}[{number}]")


def _check_range(key: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ConfigError(f"{key}: must be {low:g} to {high:g}, not {value:g}")
