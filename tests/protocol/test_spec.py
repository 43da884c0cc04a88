"""SPEC.md against the code: its tables of codes, and that it names every message and field."""

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from protocol import codes
from protocol import messages as m
from server import errors

SPEC = (Path(__file__).resolve().parents[2] / "protocol" / "SPEC.md").read_text(encoding="utf-8")

CONTROL: tuple[Any, ...] = get_args(m.ControlFromClient) + get_args(m.ControlFromServer)


def section(name: str) -> str:
    found = re.search(rf"<!-- {name}: .* -->\n(.*?)<!-- /{name} -->", SPEC, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_tables_of_codes_are_those_of_the_code() -> None:
    assert section("errors") == codes.error_table()
    assert section("closes") == codes.close_table()


@pytest.mark.parametrize("message", CONTROL, ids=lambda cls: cls.__name__)
def test_every_control_message_has_a_row_with_its_fields_in_order(message: Any) -> None:
    rows = [row for row in SPEC.splitlines() if row.startswith(f"| `{message.__struct_config__.tag}` |")]
    assert len(rows) == 1
    fields = rows[0].split("|")[2]
    places = []
    for field in msgspec.structs.fields(message):
        optional = "?" if not field.required and field.default is None else ""
        place = re.search(rf"`{re.escape(field.name + optional)}`", fields)
        assert place is not None, f"{field.name} is missing"
        places.append(place.start())
    assert places == sorted(places)


def test_every_error_class_of_the_server_has_a_code() -> None:
    for cls in (errors.FaceWireError, errors.PeerError, errors.EngineError, errors.CannotSpeak):
        assert cls.code in codes.ERRORS


def test_every_close_code_has_a_meaning_and_a_cause() -> None:
    assert set(codes.CLOSES) == set(codes.Close)
    assert {info.close for info in codes.ERRORS.values()} | {codes.Close.BYE, None} == {*codes.Close, None}


def test_codes_that_close_say_so() -> None:
    closing = {codes.Consequence.CLOSED, codes.Consequence.REFUSED_THEN_CLOSED}
    for info in codes.ERRORS.values():
        assert info.code == "internal" or (info.close is not None) == (info.consequence in closing)
        assert info.sentence.endswith(".")
