"""Error codes and close codes, each with its human sentence and what follows: the one table.

`SPEC.md` carries the two tables that `error_table` and `close_table` write. Pure.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final


class Consequence(Enum):
    """What follows an error, as SPEC.md says it."""

    TOLD = "nothing is lost; it is said once"
    REFUSED = "the message is refused, the connection lives"
    REFUSED_THEN_CLOSED = "the message is refused; repeated, the connection closes"
    LEFT_OUT = "this part of the reply is left out, the turn goes on"
    TURN_ENDS = "the turn ends, the connection lives"
    CLOSED = "the connection closes"


class Close(IntEnum):
    """WebSocket close codes of the protocol."""

    BYE = 1000
    GOING_AWAY = 1001
    INTERNAL = 1011
    BAD_MESSAGES = 4400
    UNAUTHORISED = 4401
    TIMEOUT = 4408
    SESSION_TAKEN = 4409
    TOO_LARGE = 4413
    TOO_MANY = 4429


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """One error code. `close` is the close code of a connection that it closes, at once or repeated."""

    code: str
    sentence: str
    consequence: Consequence
    close: Close | None = None


_C = Consequence

ERRORS: Final[dict[str, CodeInfo]] = {
    info.code: info
    for info in (
        CodeInfo(
            "bad_message",
            "The bytes are no message of this protocol; the text names the field and what it should hold.",
            _C.REFUSED_THEN_CLOSED,
            Close.BAD_MESSAGES,
        ),
        CodeInfo(
            "unknown_type",
            "No message of this direction has this type or kind.",
            _C.REFUSED_THEN_CLOSED,
            Close.BAD_MESSAGES,
        ),
        CodeInfo(
            "wrong_order",
            "The message is well-formed but not legal now; the text says what is.",
            _C.REFUSED_THEN_CLOSED,
            Close.BAD_MESSAGES,
        ),
        CodeInfo(
            "bad_request",
            "The message is legal but asks for something that cannot be done.",
            _C.REFUSED,
        ),
        CodeInfo("empty_text", "There is nothing to say or to answer in this text.", _C.REFUSED),
        CodeInfo("text_too_long", "The text is longer than `limits.text_chars`.", _C.REFUSED),
        CodeInfo("unknown_character", "The server has no character of this name.", _C.REFUSED),
        CodeInfo("unknown_voice", "The server has no voice of this name.", _C.REFUSED),
        CodeInfo("unknown_language", "No engine here works in this language.", _C.REFUSED),
        CodeInfo("unknown_mood", "The server has no mood of this name.", _C.REFUSED),
        CodeInfo("unknown_room", "There is no such room, or this session is not in it.", _C.REFUSED),
        CodeInfo("room_full", "The room has no place left; try again after `retry_after_ms`.", _C.REFUSED),
        CodeInfo("in_a_room", "This session is in a room already, and can be in one only.", _C.REFUSED),
        CodeInfo("bad_name", "A room or member cannot be called so; the text says what can.", _C.REFUSED),
        CodeInfo(
            "not_available",
            "This server has no engine for it; `welcome.features` and `welcome.mic` say what it has.",
            _C.REFUSED,
        ),
        CodeInfo("busy", "Too much is waiting; try again after `retry_after_ms`.", _C.REFUSED),
        CodeInfo(
            "microphone_overflow",
            "Microphone audio came faster than it could be understood; the oldest was dropped.",
            _C.TOLD,
        ),
        CodeInfo("cannot_speak", "The voice has no way to say this text.", _C.LEFT_OUT),
        CodeInfo("engine_failed", "An engine failed and no other could take over.", _C.TURN_ENDS),
        CodeInfo(
            "too_many_messages",
            "More than `limits.messages_per_s` arrived.",
            _C.REFUSED_THEN_CLOSED,
            Close.TOO_MANY,
        ),
        CodeInfo(
            "too_large",
            "A message is larger than `limits.message_bytes` or `limits.mic_ms`.",
            _C.CLOSED,
            Close.TOO_LARGE,
        ),
        CodeInfo(
            "unauthorised", "The token is missing or not accepted here.", _C.CLOSED, Close.UNAUTHORISED
        ),
        CodeInfo(
            "too_many_sessions",
            "The server is full; try again after `retry_after_ms`.",
            _C.CLOSED,
            Close.TOO_MANY,
        ),
        CodeInfo(
            "hello_timeout", "No `hello` came within `limits.hello_timeout_s`.", _C.CLOSED, Close.TIMEOUT
        ),
        CodeInfo("idle_timeout", "Nothing came for `limits.idle_timeout_s`.", _C.CLOSED, Close.TIMEOUT),
        CodeInfo(
            "session_taken", "A newer connection resumed this session.", _C.CLOSED, Close.SESSION_TAKEN
        ),
        CodeInfo(
            "going_away",
            "The server is starting or stopping; reconnect in a moment, a session goes on.",
            _C.CLOSED,
            Close.GOING_AWAY,
        ),
        CodeInfo("internal", "A fault of the server, not of the client.", _C.TURN_ENDS, Close.INTERNAL),
    )
}

CLOSES: Final[dict[Close, str]] = {
    Close.BYE: "said `bye`; the session is not kept",
    Close.GOING_AWAY: "the server is stopping; reconnect and resume",
    Close.INTERNAL: "a fault of the server; reconnecting may help",
    Close.BAD_MESSAGES: "too many bad messages",
    Close.UNAUTHORISED: "not authorised; reconnecting with the same token does not help",
    Close.TIMEOUT: "no `hello` in time, or silent too long",
    Close.SESSION_TAKEN: "a newer connection has the session; do not reconnect",
    Close.TOO_LARGE: "a message was too large",
    Close.TOO_MANY: "too many messages, or too many sessions; reconnect later",
}

FINAL: Final = frozenset(
    {Close.BYE, Close.BAD_MESSAGES, Close.UNAUTHORISED, Close.SESSION_TAKEN, Close.TOO_LARGE}
)
"""After these a client does not reconnect by itself: the same would happen again."""


class BadMessage(Exception):
    """The peer sent something this protocol does not allow; `code` is a key of `ERRORS`.

    `text` says what is wrong and what would be right, and is fit to be sent to the peer.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


def error_table() -> str:
    """SPEC.md's table of error codes, in Markdown."""
    rows = ["| code | meaning | what follows | close code |", "|---|---|---|---|"]
    for info in ERRORS.values():
        close = "" if info.close is None else str(int(info.close))
        rows.append(f"| `{info.code}` | {info.sentence} | {info.consequence.value} | {close} |")
    return "\n".join(rows) + "\n"


def close_table() -> str:
    """SPEC.md's table of close codes, in Markdown."""
    rows = ["| close code | meaning |", "|---|---|"]
    rows += [f"| {int(close)} | {meaning} |" for close, meaning in CLOSES.items()]
    return "\n".join(rows) + "\n"
