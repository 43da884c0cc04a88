"""What rooms and their members may be called. Pure."""

import unicodedata
from collections.abc import Collection
from typing import Final

from server.errors import PeerError

UNNAMED: Final = "Guest"
_UNSHOWN: Final = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")
"""Unicode categories of what has no shape of its own: it could hide or turn around what is beside it."""
_JOINERS: Final = "\u200c\u200d"
"""Some scripts and many emoji need them between two characters."""


def cleaned(name: str, what: str, limit: int) -> str:
    """The name as it is shown: composed (NFC), without what cannot be seen, blanks single and inside only.

    Raises PeerError "bad_name" where nothing or more than `limit` characters are left; `what` is named.
    """
    text = unicodedata.normalize("NFC", name)
    shown = "".join(c if c in _JOINERS or unicodedata.category(c) not in _UNSHOWN else " " for c in text)
    clean = " ".join(shown.split())
    if not clean.strip(_JOINERS + " "):
        raise PeerError(f"{what} needs a name of characters that can be seen", "bad_name")
    if len(clean) > limit:
        raise PeerError(
            f"the name of {what} has {len(clean)} characters; give one of at most {limit}", "bad_name"
        )
    return clean


def distinct(name: str, taken: Collection[str], limit: int) -> str:
    """The name, with the lowest free number behind it if somebody has it; of at most `limit` characters.

    Names that differ in case alone are the same to a reader.
    """
    folded = {other.casefold() for other in taken}
    number, tried = 1, name
    while tried.casefold() in folded:
        number += 1
        ending = f" {number}"
        tried = name[: limit - len(ending)].rstrip() + ending
    return tried
