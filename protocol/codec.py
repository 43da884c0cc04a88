"""Bytes and text to messages and back, in both subprotocols; raises `BadMessage` and nothing else.

`facewire.v1` is MessagePack in binary messages, `facewire.v1.json` the same shapes as JSON text with byte
strings in base64. What the fields may hold is checked while decoding. The only module that touches the
MessagePack codec. Pure.
"""

from typing import Any, Final, TypeVar, get_args

import msgspec
from msgspec import inspect

from protocol.codes import BadMessage
from protocol.messages import (
    ControlFromClient,
    ControlFromServer,
    FromClient,
    FromServer,
    MediaFromClient,
    MediaFromServer,
    Message,
)

__all__ = ["BadMessage", "decode_from_client", "decode_from_server", "encode", "encode_json"]

_M = TypeVar("_M")
_LONGEST_TEXT: Final = 300
_UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError, OverflowError)

_encoder: Final = msgspec.msgpack.Encoder()
_json_encoder: Final = msgspec.json.Encoder()


class _AnyMap(msgspec.Struct):
    type: str


class _AnyArray(msgspec.Struct, array_like=True):
    kind: int


class _Direction:
    """The reused decoders of one direction."""

    def __init__(self, sender: str, control: Any, media: Any) -> None:
        self.sender = sender
        self.control = msgspec.msgpack.Decoder(control)
        self.media = msgspec.msgpack.Decoder(media)
        self.json_control = msgspec.json.Decoder(control)
        self.json_media = msgspec.json.Decoder(media)
        classes = get_args(control) + (get_args(media) or (media,))
        self.types: dict[str | int, Any] = {cls.__struct_config__.tag: cls for cls in classes}


_CLIENT: Final = _Direction("client", ControlFromClient, MediaFromClient)
_SERVER: Final = _Direction("server", ControlFromServer, MediaFromServer)


def encode(message: Message) -> bytes:
    """Canonical MessagePack: fields in declared order, defaults of maps left out, smallest widths."""
    return _encoder.encode(message)


def encode_json(message: Message) -> str:
    """The same message for the JSON subprotocol."""
    return _json_encoder.encode(message).decode()


def decode_from_client(data: bytes | str) -> FromClient:
    """A client's message: `bytes` are MessagePack, `str` is JSON. Raises `BadMessage` only."""
    message: FromClient = _decode(_CLIENT, data)
    return message


def decode_from_server(data: bytes | str) -> FromServer:
    """A server's message: `bytes` are MessagePack, `str` is JSON. Raises `BadMessage` only."""
    message: FromServer = _decode(_SERVER, data)
    return message


def _decode(direction: _Direction, data: bytes | str) -> Any:
    try:
        if isinstance(data, str):
            return _json_decoder(direction, data).decode(data)
        first = data[0] if data else 0xC1
        if 0x90 <= first <= 0x9F or first in (0xDC, 0xDD):
            return direction.media.decode(data)
        if 0x80 <= first <= 0x8F or first in (0xDE, 0xDF):
            return direction.control.decode(data)
    except _UNREADABLE as error:
        raise _explain(direction, data, error) from None
    raise BadMessage("bad_message", _NEITHER if data else "the message is empty; " + _NEITHER)


_NEITHER: Final = "a message is one map (control) or one array (media)"


def _json_decoder(direction: _Direction, text: str) -> Any:
    opening = text.lstrip(" \t\r\n")[:1]
    if opening == "[":
        return direction.json_media
    if opening == "{":
        return direction.json_control
    raise BadMessage("bad_message", "a message is one JSON object (control) or one array (media)")


# --- what to say about a message that cannot be read (off the hot path) ------------------------------


def _explain(direction: _Direction, data: bytes | str, error: Exception) -> BadMessage:
    tag = _tag(data)
    if tag is not None and tag not in direction.types:
        return BadMessage("unknown_type", _unknown(direction, tag))
    if isinstance(error, RecursionError):
        return BadMessage(
            "bad_message", "values are nested too deeply; no message needs more than 3 levels"
        )
    if isinstance(error, UnicodeError):
        return BadMessage(
            "bad_message", "a string is not valid UTF-8; text is UTF-8 without lone surrogates"
        )
    what, _, path = _short(str(error)).partition(" - at `")
    if what.startswith("Invalid enum value") and tag is not None:
        what += _choices(direction.types[tag], path)
    return BadMessage("bad_message", f"{_where(tag, path)}: {what}")


def _tag(data: bytes | str) -> str | int | None:
    """The type or kind the message claims to be, where that much can be read."""
    try:
        if isinstance(data, str):
            if data.lstrip(" \t\r\n").startswith("["):
                return msgspec.json.decode(data, type=_AnyArray).kind
            return msgspec.json.decode(data, type=_AnyMap).type
        if 0x80 <= data[0] <= 0x8F or data[0] in (0xDE, 0xDF):
            return msgspec.msgpack.decode(data, type=_AnyMap).type
        return msgspec.msgpack.decode(data, type=_AnyArray).kind
    except _UNREADABLE:
        return None


def _unknown(direction: _Direction, tag: str | int) -> str:
    family = "kinds" if isinstance(tag, int) else "types"
    known = ", ".join(str(name) for name in direction.types if type(name) is type(tag))
    shown = repr(tag) if len(str(tag)) <= 40 else repr(tag)[:40] + "..."
    return f"{shown} is no message of the {direction.sender}; its {family} are {known}"


def _where(tag: str | int | None, path: str) -> str:
    """`$.face.format` in a hello becomes `hello.face.format`."""
    name = "message" if tag is None else f"kind {tag}" if isinstance(tag, int) else tag
    return name + path.removeprefix("$").removesuffix("`")


def _choices(cls: Any, path: str) -> str:
    """What the enumerated field at `path` of `cls` may hold, as the end of a sentence."""
    node: Any = inspect.type_info(cls)
    for name in path.removesuffix("`").removeprefix("$.").split("."):
        found = [f.type for f in getattr(node, "fields", ()) if f.encode_name == name]
        options = [t for found_type in found for t in getattr(found_type, "types", (found_type,))]
        node = next((t for t in options if isinstance(t, inspect.StructType | inspect.LiteralType)), None)
    if not isinstance(node, inspect.LiteralType):
        return ""
    return ", it is one of " + ", ".join(repr(value) for value in node.values)


def _short(text: str) -> str:
    """`text` without its middle where it is long; what the peer sent may be quoted in it."""
    return text if len(text) <= _LONGEST_TEXT else f"{text[:100]}...{text[-100:]}"
