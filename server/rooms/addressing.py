"""Whether somebody in a room speaks to a character: by its name. Pure."""

import re
from dataclasses import dataclass

_WORDS = re.compile(r"\w+(?:['’]\w+)*")
_SPACED = re.compile(r"[a-zA-Z\u00c0-\u052f]")
"""Scripts that part their words."""
_LONG_NAME = 4
"""From so many letters on, a recognizer may have one of them wrong."""
_PAUSE = " ,.;:!?-\u2013\u2014、，。！？：；"


@dataclass(frozen=True, slots=True)
class Addressed:
    """What was said, without the name where it only calls; `named` where the name was said at all."""

    text: str
    named: bool


def addressed(text: str, name: str) -> Addressed:
    """What of `text` is meant for whoever is called `name`, of which the first word is enough.

    The name counts as a word of its own, in any case, with one wrong letter but the first if it is long. In
    scripts that do not part their words it counts wherever it stands.
    """
    if not _SPACED.search(name):
        start = text.find(name)
        return _without(text, start, start + len(name)) if start >= 0 else Addressed(text, False)
    called = _WORDS.findall(name)[0].casefold()
    for word in _WORDS.finditer(text):
        if _sounds_like(re.split("['’]", word[0])[0].casefold(), called):
            return _without(text, word.start(), word.end())
    return Addressed(text, False)


def _without(text: str, start: int, end: int) -> Addressed:
    """A name at the very beginning or end only calls; in the middle it may be spoken of."""
    before, after = text[:start].strip(_PAUSE), text[end:].strip(" ,;:-\u2013\u2014、，：；")
    if not before and after.strip(_PAUSE):
        return Addressed(after, True)
    if not after.strip(_PAUSE) and before:
        return Addressed(text[:start].rstrip(" ,;:-、，") + after, True)
    return Addressed(text, True)


def _sounds_like(word: str, name: str) -> bool:
    if word == name:
        return True
    if len(name) < _LONG_NAME or word[:1] != name[:1] or abs(len(word) - len(name)) > 1:
        return False
    same = 0
    while same < min(len(word), len(name)) and word[same] == name[same]:
        same += 1
    rest, other = word[same:], name[same:]
    return rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]
