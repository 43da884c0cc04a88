"""TIMINGS.json: phones with their times, as other tools and hand labels give them.

``{"phones": [{"phone": "b", "start": 0.10, "release": 0.16, "end": 0.18, "stress": 0}], "duration": 1.2}``:
IPA, seconds, in order of time; what lies between two phones is a pause. `release` and `stress` may be left
out, and so may `duration`, which is then the end of the last phone.
"""

import itertools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from blend_shapes.phonemes import normalise
from blend_shapes.phonemes.timing import PhoneTiming
from server.command.faults import BadFile
from server.command.sound_file import LONGEST_S

TOLERANCE_S: Final = 0.001
"""By this much neighbours may overlap: labels are rounded."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Phones in order of time without overlap, and how long the recording they belong to is."""

    phones: tuple[PhoneTiming, ...]
    duration: float


class _Phone(msgspec.Struct, forbid_unknown_fields=True):
    phone: str
    start: float
    end: float
    release: float | None = None
    stress: int = 0


class _File(msgspec.Struct, forbid_unknown_fields=True):
    phones: list[_Phone]
    duration: float | None = None


def read_timings(path: Path) -> Timings:
    """Read and check a TIMINGS file. Raises BadFile naming the entry that is wrong."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror or error}") from None
    try:
        return parse_timings(data)
    except ValueError as error:
        raise BadFile(f"{path}: {error}") from None


def parse_timings(data: bytes) -> Timings:
    """The timings in a file's bytes. Raises ValueError naming the entry that is wrong."""
    try:
        file = msgspec.json.decode(data, type=_File)
    except msgspec.ValidationError as error:
        what, _, at = str(error).partition(" - at `")
        where = at.removeprefix("$").removesuffix("`").lstrip(".")
        raise ValueError(f"{where}: {what}" if where else what) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"not JSON ({error})") from None
    last = max((p.end for p in file.phones), default=0.0)
    duration = last if file.duration is None else file.duration
    for index, phone in enumerate(file.phones):
        _check(index, phone)
    for index, (a, b) in enumerate(itertools.pairwise(file.phones)):
        if b.start < a.end - TOLERANCE_S:
            raise ValueError(
                f"phones[{index + 1}] ({b.phone}) starts at {b.start:g} s, before phones[{index}] "
                f"({a.phone}) ends at {a.end:g} s; phones stand in order of time and do not overlap"
            )
    if not 0 < duration <= LONGEST_S:
        raise ValueError(f"duration: {duration:g} s; it is above 0 and at most {LONGEST_S:g}")
    if last > duration + TOLERANCE_S:
        raise ValueError(f"duration: {duration:g} s, but the last phone ends at {last:g} s")
    return Timings(tuple(_timing(p) for p in file.phones), duration)


def _check(index: int, p: _Phone) -> None:
    name = f"phones[{index}] ({p.phone})"
    if not all(math.isfinite(t) for t in (p.start, p.end, p.release or 0.0)):
        raise ValueError(f"{name}: times are finite numbers of seconds")
    if p.start < 0:
        raise ValueError(f"{name}: starts at {p.start:g} s; no time is negative")
    if p.end < p.start:
        raise ValueError(f"{name}: ends at {p.end:g} s, before it starts at {p.start:g} s")
    if p.release is not None and not p.start <= p.release <= p.end:
        raise ValueError(
            f"{name}: release {p.release:g} s is not between start {p.start:g} and end {p.end:g}"
        )
    if p.stress not in (0, 1, 2):
        raise ValueError(f"{name}: stress {p.stress}; it is 0 (none), 1 (primary) or 2 (secondary)")


def _timing(p: _Phone) -> PhoneTiming:
    phone, marked = normalise.split_stress(p.phone)
    stress = p.stress or marked
    if p.release is None:
        return normalise.plain(phone, p.start, p.end, stress=stress)
    return PhoneTiming(phone, p.start, p.release, p.end, stress)
