"""Any message survives both forms; any bytes are a message or `BadMessage`, nothing else."""

import base64
import json
from typing import Any, get_args

import msgpack
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import codec
from protocol import messages as m
from protocol.codes import ERRORS, BadMessage
from tests.protocol.message_strategies import from_client, from_server

DECODERS = [codec.decode_from_client, codec.decode_from_server]

trees = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(st.text(max_size=5) | st.integers(0, 9), inner, max_size=4)
    ),
    max_leaves=12,
)
TAGS = [c.__struct_config__.tag for c in get_args(m.Message)]
FIELDS = sorted({f for c in get_args(m.Message) for f in c.__struct_fields__})


def plain(message: Any) -> Any:
    """The message as plain values in canonical order, written from the class alone."""
    if not isinstance(message, msgspec.Struct):
        return [plain(item) for item in message] if isinstance(message, tuple) else message
    config = message.__struct_config__
    if config.array_like:
        return [config.tag, *(getattr(message, name) for name in message.__struct_fields__)]
    known = {} if config.tag is None else {"type": config.tag}
    for field in msgspec.structs.fields(message):
        value = getattr(message, field.name)
        if field.required or value != field.default:
            known[field.name] = plain(value)
    return known


def jsonable(value: Any) -> Any:
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case dict():
            return {key: jsonable(item) for key, item in value.items()}
        case list():
            return [jsonable(item) for item in value]
    return value


@given(from_client)
def test_any_client_message_round_trips(message: m.FromClient) -> None:
    assert codec.decode_from_client(codec.encode(message)) == message
    assert codec.decode_from_client(codec.encode_json(message)) == message


@given(from_server)
def test_any_server_message_round_trips(message: m.FromServer) -> None:
    assert codec.decode_from_server(codec.encode(message)) == message
    assert codec.decode_from_server(codec.encode_json(message)) == message


@given(from_client | from_server)
def test_bytes_are_those_of_an_independent_packer(message: m.Message) -> None:
    assert codec.encode(message) == msgpack.packb(plain(message))
    assert json.loads(codec.encode_json(message)) == jsonable(plain(message))


def check(data: bytes | str) -> None:
    for decode in DECODERS:
        try:
            decode(data)
        except BadMessage as refused:
            assert refused.code in ERRORS
            assert 0 < len(refused.text) < 600
            refused.text.encode()


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    check(data)


@given(st.text(st.characters(), max_size=200))
def test_any_text(text: str) -> None:
    check(text)


@given(st.sampled_from(["{", "["]), st.text(st.sampled_from('{}[]":,0.eE+-ntruefals\\ud8 '), max_size=80))
def test_text_like_json(opening: str, text: str) -> None:
    check(opening + text)


@given(trees)
def test_any_value(value: Any) -> None:
    check(msgpack.packb(value))


@given(
    st.sampled_from(TAGS),
    st.dictionaries(st.sampled_from(FIELDS), trees, max_size=6),
    st.lists(trees, max_size=8),
)
def test_any_values_in_the_right_places(
    tag: str | int, fields: dict[str, Any], elements: list[Any]
) -> None:
    check(msgpack.packb([tag, *elements] if isinstance(tag, int) else {"type": tag, **fields}))


@given(from_client | from_server, st.data())
def test_a_damaged_message(message: m.Message, draw: st.DataObject) -> None:
    data = bytearray(codec.encode(message))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    check(bytes(data))


@pytest.mark.parametrize("depth", [50, 900, 1100, 100_000])
def test_depth(depth: int) -> None:
    ends = {b"\x91": b"\xc0", b"\x81\xa1x": b"\xc0"}
    for opening, end in ends.items():
        check(opening * depth + end)
        check(b"\x82\xa4type\xa3bye\xa1x" + opening * depth + end)
    check("[" * depth + "]" * depth)
    check('{"type":"bye","x":' + "[" * depth + "]" * depth + "}")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"type": "dance"}, ["'dance'", "hello", "bye"]),
        ([7], ["7", "16"]),
        ({"type": "hello", "face": {"format": "u4"}}, ["hello.face.format", "'u4'", "'q8'", "'f32'"]),
        ({"type": "hello", "mode": "x" * 9000}, ["hello.mode", "'converse'", "'drive'"]),
        ({"type": "hello", "max_ahead_ms": 99}, ["hello.max_ahead_ms", "100"]),
        ({"type": "text", "text": 5}, ["text.text", "`str`", "`int`"]),
        ([16, 0, -1], ["kind 16[2]", ">= 0"]),
        ({"type": "x" * 9000}, ["xxx...", "hello"]),
    ],
)
def test_the_text_says_what_is_wrong_and_what_would_be_right(message: Any, expected: list[str]) -> None:
    with pytest.raises(BadMessage) as caught:
        codec.decode_from_client(msgpack.packb(message))
    for part in expected:
        assert part in caught.value.text
    assert len(caught.value.text) < 600
