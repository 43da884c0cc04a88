"""TextGrids of Praat, long and short: phones from a tier of intervals named "phones".

Source of the format: the Praat manual, "TextGrid file formats". Both forms list the same values in the
same order; the long one only adds names, so numbers, quoted texts and flags are read and all else skipped.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from blend_shapes.phonemes import arpabet
from blend_shapes.phonemes.ipa import is_stop
from blend_shapes.phonemes.normalise import FLITE_CLOSURE_SHARE
from blend_shapes.phonemes.timing import PhoneTiming

_VALUE: Final = re.compile(
    r'"((?:[^"]|"")*)"|<(\w+)>|(?<![\w\[.])(-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)(?![\w\].])'
)
_PHONES: Final = ("phones", "phone", "phoneme", "phonemes", "mau")
_WORDS: Final = ("words", "word", "ort")
_RELEASES: Final = ("releases", "release")
_PAUSES: Final = frozenset(("<p:>", "#", "<eps>", "_"))


@dataclass(frozen=True, slots=True)
class _Tier:
    name: str
    marks: tuple[tuple[float, float, str], ...]
    """Start, end and text; of a point start and end are the same."""


def phones(data: bytes) -> tuple[PhoneTiming, ...]:
    """The phones of a TextGrid, ARPABET, SAMPA-free IPA or espeak-ng's names. Raises ValueError.

    A stop's label holds closure and burst. A tier of points named "releases" dates bursts; a stop without
    one has flite's share of closure.
    """
    tiers = list(_tiers(_text(data)))
    found = [t for t in tiers if re.split(r"\W+", t.name.lower())[-1] in _PHONES]
    if not found:
        names = ", ".join(repr(t.name) for t in tiers) or "none"
        raise ValueError(f'no tier named "phones"; there are {names}')
    bursts = [start for t in tiers if t.name.lower() in _RELEASES for start, _, _ in t.marks]
    return tuple(_phone(start, end, label, bursts) for start, end, label in found[0].marks)


def words(data: bytes) -> tuple[str, ...]:
    """The words of a TextGrid, in order of time. Raises ValueError."""
    tiers = list(_tiers(_text(data)))
    found = [t for t in tiers if re.split(r"\W+", t.name.lower())[-1] in _WORDS]
    if not found:
        names = ", ".join(repr(t.name) for t in tiers) or "none"
        raise ValueError(f'no tier named "words"; there are {names}')
    marks = (label.strip() for _, _, label in found[0].marks)
    return tuple(word for word in marks if word and word not in _PAUSES)


def _phone(start: float, end: float, label: str, bursts: list[float]) -> PhoneTiming:
    phone, stress = ("", 0) if label.strip() in _PAUSES else arpabet.to_ipa(label.strip())
    release = end
    if is_stop(phone):
        own = [b for b in bursts if start <= b <= end]
        release = own[0] if own else start + FLITE_CLOSURE_SHARE * (end - start)
    return PhoneTiming(phone, start, release, end, stress)


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _tiers(text: str) -> Iterator[_Tier]:
    values: Iterator[str | float] = (
        float(m[3]) if m[3] is not None else m[1].replace('""', '"') if m[1] is not None else f"<{m[2]}>"
        for m in _VALUE.finditer(text)
    )
    if [_next(values), _next(values)] != ["ooTextFile", "TextGrid"]:
        raise ValueError('not a TextGrid: it begins with File type = "ooTextFile"')
    _span(values)
    if _next(values) != "<exists>":
        return
    for _ in range(_count(values)):
        kind, name = _next(values), str(_next(values))
        _span(values)
        if kind not in ("IntervalTier", "TextTier"):
            raise ValueError(f"a tier is an IntervalTier or a TextTier, not {kind!r}")
        interval = kind == "IntervalTier"
        yield _Tier(name, tuple(_mark(values, interval) for _ in range(_count(values))))


def _next(values: Iterator[str | float]) -> str | float:
    value = next(values, None)
    if value is None:
        raise ValueError("the TextGrid ends before its last tier does: truncated?")
    return value


def _number(values: Iterator[str | float]) -> float:
    value = _next(values)
    if not isinstance(value, float):
        raise ValueError(f"a number is wanted where {value!r} stands")
    return value


def _count(values: Iterator[str | float]) -> int:
    return int(_number(values))


def _span(values: Iterator[str | float]) -> tuple[float, float]:
    return _number(values), _number(values)


def _mark(values: Iterator[str | float], interval: bool) -> tuple[float, float, str]:
    start = _number(values)
    end = _number(values) if interval else start
    if end < start:
        raise ValueError(f"an interval from {start:g} s to {end:g} s runs backwards")
    return start, end, str(_next(values))
