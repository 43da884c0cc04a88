"""Names as they are shown to others."""

import pytest

from server.errors import PeerError
from server.rooms.names import cleaned, distinct


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Ada", "Ada"),
        ("  Ada \t  Lovelace\n", "Ada Lovelace"),
        ("A\u0000d\u202ea\ufeff", "A d a"),
        ("Zoe\u0308", "Zoë"),
        ("小林", "小林"),
        ("a\u2028b", "a b"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_name_is_what_can_be_seen_of_it(given: str, shown: str) -> None:
    assert cleaned(given, "a member", 40) == shown


@pytest.mark.parametrize("given", ["", "   ", "\u0000\u0007", "\u200d\u200d", "\u202e"])
def test_a_name_of_nothing_is_refused(given: str) -> None:
    with pytest.raises(PeerError, match="a room needs a name") as refused:
        cleaned(given, "a room", 40)
    assert refused.value.code == "bad_name"


def test_a_long_name_is_refused_with_what_would_be_right() -> None:
    assert cleaned("x" * 40, "a member", 40) == "x" * 40
    assert cleaned(" " * 100 + "x", "a member", 40) == "x"
    with pytest.raises(PeerError, match="41 characters; give one of at most 40") as refused:
        cleaned("x" * 41, "a member", 40)
    assert refused.value.code == "bad_name"


@pytest.mark.parametrize(
    ("name", "taken", "shown"),
    [
        ("Ada", [], "Ada"),
        ("Ada", ["Bo"], "Ada"),
        ("Ada", ["Ada"], "Ada 2"),
        ("ADA", ["ada", "Ada 2"], "ADA 3"),
        ("Ada", ["Ada", "Ada 3"], "Ada 2"),
        ("abcdefgh", ["abcdefgh"], "abcdef 2"),
        ("abcde gh", ["abcde gh"], "abcde 2"),
    ],
)
def test_a_name_that_is_taken_gets_a_number(name: str, taken: list[str], shown: str) -> None:
    assert distinct(name, taken, 8) == shown


def test_numbers_never_make_a_name_too_long() -> None:
    taken: list[str] = []
    for _ in range(120):
        taken.append(distinct("Guest", taken, 6))
    assert len({name.casefold() for name in taken}) == 120
    assert max(map(len, taken)) <= 6
