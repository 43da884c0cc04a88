"""A folder with someone else's model: its files, read with errors that say what would be right."""

import json
import logging
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from server.errors import ConfigError

_LICENCES: Final = ("license", "licence", "copying", "notice")

log = logging.getLogger(__name__)


class ModelFolder:
    """Reads the files of one folder. Every error is a ConfigError of one line."""

    def __init__(self, path: str) -> None:
        self.path = Path(path).expanduser()
        if not self.path.is_dir():
            what = "is a file, not a folder" if self.path.is_file() else "does not exist"
            raise ConfigError(f"{self.path} {what}; folder must be the one that the model was unpacked to")

    def tell_licence(self) -> None:
        """Name in the log the terms that the model came with."""
        found = sorted(
            path
            for path in self.path.iterdir()
            if path.is_file() and path.name.lower().startswith(_LICENCES)
        )
        if found:
            log.info("the model in %s is used under its own terms: %s", self.path, found[0].name)
        else:
            log.info("the model in %s came without a file that says its terms of use", self.path)

    def find(self, *patterns: str) -> Path:
        """The file that matches the first pattern that any matches. Raises if that is not one."""
        for pattern in patterns:
            found = sorted(path for path in self.path.glob(pattern) if path.is_file())
            if len(found) == 1:
                return found[0]
            if found:
                names = ", ".join(path.name for path in found)
                raise ConfigError(f"{self.path} has {len(found)} files {pattern} ({names}); one is wanted")
        wanted = " or ".join(patterns)
        raise ConfigError(f"{self.path} has no {wanted}; it has {self._names()}")

    def has(self, name: str) -> bool:
        return (self.path / name).is_file()

    def json(self, path: Path) -> Mapping[str, Any]:
        """The object in a JSON file."""
        value = self.value(path)
        if not isinstance(value, dict):
            raise ConfigError(f"{path}: a JSON object is wanted, not {type(value).__name__}")
        return value

    def value(self, path: Path) -> object:
        """Whatever is in a JSON file."""
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeError, ValueError) as error:
            raise ConfigError(f"{path} cannot be read as JSON: {' '.join(str(error).split())}") from None

    def arrays(
        self, path: Path, names: Sequence[str], optional: Sequence[str] = ()
    ) -> dict[str, NDArray[Any]]:
        """The named arrays of an npz file, and the optional ones it has; nothing in it is executed."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                if missing := [name for name in names if name not in archive.files]:
                    raise ConfigError(
                        f"{path} has no {', '.join(missing)}; it has {', '.join(archive.files[:60])}"
                    )
                there = [name for name in optional if name in archive.files]
                return {name: archive[name] for name in (*names, *there)}
        except (OSError, ValueError, EOFError, TypeError, zipfile.BadZipFile) as error:
            raise ConfigError(
                f"{path} cannot be read as an npz file: {' '.join(str(error).split())}"
            ) from None

    def _names(self) -> str:
        names = sorted(path.name for path in self.path.iterdir())
        return ", ".join(names[:20]) + (" ..." if len(names) > 20 else "") if names else "no file at all"


class Fields:
    """An object of a JSON file, asked for one field after the other."""

    def __init__(self, path: Path, values: Mapping[str, Any], inside: str = "") -> None:
        self._path = path
        self._values = values
        self._inside = inside

    def inner(self, name: str) -> "Fields":
        value = self._get(name)
        if not isinstance(value, dict):
            raise ConfigError(f"{self._path}: {self._inside}{name} must be an object")
        return Fields(self._path, value, f"{self._inside}{name}.")

    def number(self, name: str, default: float | None = None) -> float:
        """A finite number; `default` where it is not there."""
        if default is not None and name not in self._values:
            return default
        value = self._get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
            raise ConfigError(f"{self._path}: {self._inside}{name} must be a number, not {value!r}")
        return float(value)

    def count(self, name: str) -> int:
        """A whole number from 0 on."""
        value = self._get(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ConfigError(f"{self._path}: {self._inside}{name} must be a whole number, not {value!r}")
        return value

    def text(self, name: str) -> str:
        value = self._get(name)
        if not isinstance(value, str):
            raise ConfigError(f"{self._path}: {self._inside}{name} must be text, not {value!r}")
        return value

    def numbers(self, name: str, count: int | None = None) -> list[float]:
        """A list of numbers; of `count` where that is given."""
        value = self._get(name)
        good = isinstance(value, list) and all(
            isinstance(v, int | float) and not isinstance(v, bool) and np.isfinite(v) for v in value
        )
        if not good or (count is not None and len(value) != count):
            how_many = "" if count is None else f"{count} "
            raise ConfigError(f"{self._path}: {self._inside}{name} must be a list of {how_many}numbers")
        return [float(v) for v in value]

    def _get(self, name: str) -> Any:
        if name not in self._values:
            has = ", ".join(self._values)
            raise ConfigError(f"{self._path}: {self._inside}{name} is missing (it has {has})")
        return self._values[name]
