"""Language tags, compared by what they begin with: a voice or recognizer of `en` serves `en-GB` too."""

from collections.abc import Collection
from typing import Final

_MACROLANGUAGES: Final = {"cmn": "zh"}
"""Of a language that goes by two tags (ISO 639-3), the one that is common."""


def primary(tag: str) -> str:
    """The language alone of a BCP 47 tag, as `pt` of `pt-BR` or `pt_BR`."""
    language = tag.lower().replace("_", "-").partition("-")[0]
    return _MACROLANGUAGES.get(language, language)


def covered(tag: str, tags: Collection[str]) -> bool:
    """Whether one of these tags is of the same language; none at all stand for every language."""
    return not tags or primary(tag) in map(primary, tags)
