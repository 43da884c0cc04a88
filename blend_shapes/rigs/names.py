"""The many spellings of a shape's name, brought to one.

``Face.M_F00_000_00_Fcl_MTH_A``, ``A25_Jaw_Open``, ``blendShape1.jawOpen`` and ``eyeBlink.L`` are read as
words; a look-up then drops leading words until the rest is known.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

_SIDES: Final = {"l": "left", "r": "right", "left": "left", "right": "right"}
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\x00-\x7f]+")
_ENDINGS: Final = frozenset(("morph", "shape", "blendshape", "bs"))
_LONG: Final = 6
"""A single word of so many letters is known behind a prefix too; shorter ones mean too many things."""


def words(name: str) -> list[str]:
    """Lower-case words of a name, without namespace, numbering and endings that say nothing; sides as
    "left" and "right"."""
    name = re.sub(r"\.[0-9]+$", "", unicodedata.normalize("NFKC", name))
    parts = [part for part in re.split(r"[.:|/]", name) if part]
    if not parts:
        return []
    last = parts[-1]
    if last.lower() in _SIDES and len(parts) > 1:
        last = f"{parts[-2]}_{last}"
    found = [_SIDES.get(word.lower(), word.lower()) for word in _WORD.findall(last)]
    while len(found) > 1 and found[-1] in _ENDINGS:
        found.pop()
    return found


def look_up(name: str, known: Mapping[str, str]) -> tuple[str, int] | None:
    """The entry of `known` that a name means and how many leading words it was behind; None without one.

    `known` is keyed by joined words. A prefix that is known itself is no prefix: ``jawOpen_mouthClose``
    corrects two shapes and is neither.
    """
    spelled = words(name)
    for dropped in range(len(spelled)):
        if dropped and any("".join(spelled[i:dropped]) in known for i in range(dropped)):
            return None
        for rest in _orders(spelled[dropped:]):
            key = "".join(rest)
            if key in known and (dropped == 0 or len(rest) > 1 or len(key) >= _LONG):
                return known[key], dropped
    return None


def _orders(rest: list[str]) -> Iterator[list[str]]:
    """As spelled, and with a leading side at the end."""
    yield rest
    if rest[0] in ("left", "right") and len(rest) > 1:
        yield [*rest[1:], rest[0]]
