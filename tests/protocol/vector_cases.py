"""The golden vectors as plain values: what `make_vectors` writes.

Packed by the `msgpack` package, so that they owe nothing to the codec they test.
"""
# ruff: noqa: E501  a case is a line

import base64
import struct
from collections.abc import Iterator
from typing import Any

import msgpack

Case = tuple[str, str, bytes | str, dict[str, Any]]
"""Folder, name, bytes (or the text of a JSON message), twin."""

CHANNELS = ["jawOpen", "mouthClose", "eyeBlinkLeft"]
BIGGEST = 2**53 - 1
EDGES = (0, 127, 128, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, BIGGEST)

HELLO_FULL = {
    "type": "hello",
    "token": "s3cret",
    "client": {"name": "vectors", "version": "1.2.3"},
    "mode": "drive",
    "character": "guide",
    "language": "zh-CN",
    "audio": {"codecs": ["opus", "pcm16"], "rate": 24000},
    "mic": {"codec": "pcm16", "rate": 16000},
    "face": {"format": "f32", "fps": 30, "profile": "vrm"},
    "max_ahead_ms": 400,
    "session": "a1b2",
    "resume_token": "t0ken",
    "resume": {"turn": 7, "pts": 1_234_567},
}
WELCOME = {
    "type": "welcome",
    "protocol": 1,
    "server": "facewire/0.1.0",
    "session": "a1b2",
    "resume_token": "t0ken",
    "resume_window_s": 30.0,
    "audio": {"codec": "pcm16", "rate": 24000},
    "face": {"format": "q8", "fps": 60, "profile": "arkit", "channels": CHANNELS, "head": True},
    "limits": {
        "message_bytes": 65536,
        "mic_ms": 200,
        "messages_per_s": 200,
        "text_chars": 4000,
        "hello_timeout_s": 10.0,
        "idle_timeout_s": 60.5,
    },
    "character": "guide",
}
WELCOME_FULL = {
    **WELCOME,
    "features": ["text", "say", "resume", "voice:espeak"],
    "mic": {"codec": "opus", "rate": 48000},
    "resumed": {"turn": 7, "pts": 1_200_000},
}
PLAYED = {"type": "played", "turn": 3, "pts": 250_000, "state": "playing"}
ERROR = {"type": "error", "code": "busy", "message": "Too much is waiting; try again."}

CLIENT: dict[str, Any] = {
    "hello": {"type": "hello"},
    "hello-full": HELLO_FULL,
    "hello-client-name-only": {"type": "hello", "client": {"name": "n"}},
    "hello-empty-offers": {"type": "hello", "audio": {}, "face": {}},
    "hello-no-codecs": {"type": "hello", "audio": {"codecs": []}},
    "text": {"type": "text", "text": "Hello, who are you?"},
    "text-id": {"type": "text", "text": "你好，世界 🙂", "id": "m-1"},
    "text-empty": {"type": "text", "text": ""},
    "say": {"type": "say", "text": "Word for word."},
    "say-full": {"type": "say", "text": "Now!", "mood": "happy", "id": "s", "queue": "now"},
    "say-next": {"type": "say", "text": "Then this.", "queue": "next"},
    "interrupt": {"type": "interrupt"},
    "interrupt-turn": {"type": "interrupt", "turn": 3},
    "interrupt-turn-0": {"type": "interrupt", "turn": 0},
    "played": PLAYED,
    "played-full": {**PLAYED, "buffered_ms": 187.5, "underruns": 2, "output_latency_ms": 0.0},
    "played-starved": {**PLAYED, "state": "starved"},
    "played-idle": {**PLAYED, "state": "idle"},
    "mic-open": {"type": "mic", "state": "open"},
    "mic-closed": {"type": "mic", "state": "closed"},
    "mic-muted": {"type": "mic", "state": "muted"},
    "configure": {"type": "configure"},
    "configure-full": {
        "type": "configure", "character": "guide", "voice": "espeak", "language": "en", "mood": "calm",
    },
    "join": {"type": "join", "room": "lobby"},
    "join-name": {"type": "join", "room": "lobby", "name": "Ada"},
    "leave": {"type": "leave", "room": "lobby"},
    "ping": {"type": "ping", "t": 1_700_000_000_000},
    "bye": {"type": "bye"},
    "microphone": [16, 0, 0, b"\x00\x01\xff\x7f"],
    "microphone-empty": [16, 1, 20_000, b""],
}  # fmt: skip

SERVER: dict[str, Any] = {
    "welcome": WELCOME,
    "welcome-full": WELCOME_FULL,
    "clip": {"type": "clip", "name": "idle", "fps": 30, "face": bytes(range(18))},
    "clip-listening": {"type": "clip", "name": "listening", "fps": 30, "face": b""},
    "clip-thinking": {"type": "clip", "name": "thinking", "fps": 240, "face": b"\xff" * 9},
    **{f"state-{s}": {"type": "state", "state": s} for s in ("idle", "listening", "thinking", "speaking")},
    "heard": {"type": "heard", "text": "what do you", "final": False},
    "heard-final": {"type": "heard", "text": "What do you do?", "final": True, "language": "en"},
    **{f"turn-{o}": {"type": "turn", "turn": 4, "origin": o} for o in ("text", "speech", "say", "greeting")},
    "turn-id": {"type": "turn", "turn": 5, "origin": "text", "id": "m-1"},
    "caption": {"type": "caption", "turn": 4, "pts": 120_000, "end": 480_000, "text": "Hello,"},
    "mood": {"type": "mood", "turn": 4, "pts": 0, "mood": "happy", "intensity": 0.75},
    "mood-full": {"type": "mood", "turn": 4, "pts": 0, "mood": "calm", "intensity": 1.0},
    "cue": {"type": "cue", "turn": 4, "pts": 960_000, "name": "wave"},
    "end": {"type": "end", "turn": 4, "pts": 2_400_000},
    "flush": {"type": "flush", "turn": 4, "reason": "client asked", "fade_ms": 8},
    "duck": {"type": "duck", "turn": 4, "level": 0.25, "fade_ms": 60},
    "duck-end": {"type": "duck", "turn": 4, "level": 1.0, "fade_ms": 200},
    "timings": {"type": "timings", "turn": 4, "stages": {"think": 1.25, "speak": 3.0, "ahead": -0.5}},
    "timings-none": {"type": "timings", "turn": 4, "stages": {}},
    **{
        f"peer-{s}": {"type": "peer", "room": "lobby", "peer": 2, "name": "Ada", "state": s}
        for s in ("joined", "left", "muted")
    },
    "peer-you": {"type": "peer", "room": "lobby", "peer": 3, "name": "Bo 2", "state": "joined", "you": True},
    "peer-you-left": {"type": "peer", "room": "lobby", "peer": 3, "name": "Bo 2", "state": "left", "you": True},
    "peer-character": {
        "type": "peer", "room": "lobby", "peer": 4, "name": "Mira", "state": "joined", "character": "Mira",
    },
    "said": {"type": "said", "peer": 4, "pts": 1_250_000, "end": 1_480_000, "text": "Hello "},
    "error": ERROR,
    "error-full": {**ERROR, "turn": 4, "retry_after_ms": 250, "fatal": True},
    "pong": {"type": "pong", "t": 5, "server_t": 1_700_000_000_000_000},
    "segment": [1, 4, 0, 0, b"\x00\x00\x01\x00", 0, bytes(range(9)) + bytes(range(9))],
    "segment-no-audio": [1, 4, 9, 2_400_000, b"", 2_400_000, bytes(9)],
    "segment-no-face": [1, 4, 1, 40_000, b"\x01\x80", 0, b""],
    "peer-segment": [2, 2, 17, 340_000, b"\x05\x00", 333_333, bytes(9)],
    "peer-segment-rest": [2, 2, 18, 380_000, b"", 0, b""],
    "mirror": [3, 6, 100_000, bytes(9)],
}  # fmt: skip


def jsonable(value: Any) -> Any:
    """The form of `value` in facewire.v1.json."""
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case dict():
            return {key: jsonable(item) for key, item in value.items()}
        case list():
            return [jsonable(item) for item in value]
    return value


def twin(sender: str, message: Any) -> dict[str, Any]:
    return {"from": sender, "message": jsonable(message)}


def canonical() -> Iterator[Case]:
    for sender, messages in (("client", CLIENT), ("server", SERVER)):
        for name, message in messages.items():
            yield "canonical", f"{sender}-{name}", msgpack.packb(message), twin(sender, message)
    for edge in EDGES:
        sized: list[tuple[str, str, Any]] = [
            ("client", "ping", {"type": "ping", "t": edge}),
            ("client", "microphone", [16, edge, edge, b"\x01\x00"]),
            ("server", "segment", [1, edge, edge, edge, b"", edge, b""]),
        ]
        for sender, name, message in sized:
            yield "canonical", f"{sender}-{name}-int-{edge}", msgpack.packb(message), twin(sender, message)
    for length in (31, 32, 255, 256, 65_535, 65_536):
        message = {"type": "text", "text": "x" * length}
        yield "canonical", f"client-text-str-{length}", msgpack.packb(message), twin("client", message)
    for length in (255, 256, 65_535, 65_536):
        media = [16, 0, 0, bytes(length)]
        yield "canonical", f"client-microphone-bin-{length}", msgpack.packb(media), twin("client", media)
    for length in (15, 16):
        stages = {f"stage{i:02}": float(i) for i in range(length)}
        timings = {"type": "timings", "turn": 1, "stages": stages}
        yield "canonical", f"server-timings-map-{length}", msgpack.packb(timings), twin("server", timings)
        offer = {"type": "hello", "audio": {"codecs": [f"codec{i}" for i in range(length)]}}
        yield "canonical", f"client-hello-array-{length}", msgpack.packb(offer), twin("client", offer)


def _map(*pairs: bytes) -> bytes:
    return bytes([0x80 + len(pairs) // 2]) + b"".join(pairs)


S = msgpack.packb


def decode_only() -> Iterator[Case]:
    ping, text = {"type": "ping", "t": 5}, {"type": "text", "text": "hi"}
    played = {**PLAYED, "buffered_ms": 0.5}
    mood = {"type": "mood", "turn": 4, "pts": 0, "mood": "calm", "intensity": 1.0}
    typed = (S("type"), S("ping"), S("t"))
    float32 = b"\xca" + struct.pack(">f", 0.5)
    nested = {"deep": [{"deeper": [1, 2.5, None, True, "s", b"b"]}]}
    cases: list[tuple[str, str, bytes | str, Any]] = [
        ("uint8-for-5", "client", _map(*typed, b"\xcc\x05"), ping),
        ("uint16-for-5", "client", _map(*typed, b"\xcd\x00\x05"), ping),
        ("uint32-for-5", "client", _map(*typed, b"\xce\x00\x00\x00\x05"), ping),
        ("uint64-for-5", "client", _map(*typed, b"\xcf" + bytes(7) + b"\x05"), ping),
        ("int8-for-5", "client", _map(*typed, b"\xd0\x05"), ping),
        ("int16-for-5", "client", _map(*typed, b"\xd1\x00\x05"), ping),
        ("int32-for-5", "client", _map(*typed, b"\xd2\x00\x00\x00\x05"), ping),
        ("int64-for-5", "client", _map(*typed, b"\xd3" + bytes(7) + b"\x05"), ping),
        ("map16", "client", b"\xde\x00\x02" + _map(*typed, b"\x05")[1:], ping),
        ("map32", "client", b"\xdf\x00\x00\x00\x02" + _map(*typed, b"\x05")[1:], ping),
        ("type-last", "client", _map(S("t"), S(5), S("type"), S("ping")), ping),
        ("str8-key", "client", _map(b"\xd9\x04type", S("ping"), S("t"), S(5)), ping),
        ("str16-type", "client", _map(S("type"), b"\xda\x00\x04ping", S("t"), S(5)), ping),
        ("str32-type", "client", _map(S("type"), b"\xdb\x00\x00\x00\x04ping", S("t"), S(5)), ping),
        ("unknown-key", "client", S({**text, "colour": "blue"}), text),
        ("unknown-key-nested", "client", S({"extra": nested, **text}), text),
        ("unknown-key-ext", "client", _map(S("x"), b"\xd4\x05\x00", S("type"), S("text"), S("text"), S("hi")), text),
        ("unknown-key-timestamp", "client",
         _map(S("type"), S("text"), S("x"), b"\xd6\xff" + bytes(4), S("text"), S("hi")), text),
        ("unknown-key-in-part", "client", S({"type": "hello", "client": {"name": "n", "os": "x"}}),
         {"type": "hello", "client": {"name": "n"}}),
        ("nil-for-optional", "client", S({**text, "id": None}), text),
        ("default-written-out", "client", S({"type": "hello", "mode": "converse"}), {"type": "hello"}),
        ("default-profile-written-out", "client", S({"type": "hello", "face": {"profile": "arkit"}}),
         {"type": "hello", "face": {}}),
        ("default-codecs-written-out", "client", S({"type": "hello", "audio": {"codecs": ["pcm16"]}}),
         {"type": "hello", "audio": {}}),
        ("float32-in-map", "client",
         S(PLAYED)[:1].replace(b"\x84", b"\x85") + S(PLAYED)[1:] + S("buffered_ms") + float32, played),
        ("integer-for-float", "server", S({**mood, "intensity": 1}), mood),
        ("extra-elements", "client", S([16, 0, 0, b"\x01\x00", "later", {"k": [1]}]), [16, 0, 0, b"\x01\x00"]),
        ("missing-audio", "client", S([16, 3, 60_000]), [16, 3, 60_000, b""]),
        ("array16", "client", b"\xdc\x00\x04" + S([16, 0, 0, b""])[1:], [16, 0, 0, b""]),
        ("array32", "client", b"\xdd\x00\x00\x00\x04" + S([16, 0, 0, b""])[1:], [16, 0, 0, b""]),
        ("kind-uint8", "client", b"\x94\xcc\x10" + S([16, 0, 0, b""])[2:], [16, 0, 0, b""]),
        ("bin16-for-short", "client", S([16, 0, 0])[:0] + b"\x94\x10\x00\x00\xc5\x00\x02\x01\x00", [16, 0, 0, b"\x01\x00"]),
        ("bin32-for-short", "client", b"\x94\x10\x00\x00\xc6\x00\x00\x00\x02\x01\x00", [16, 0, 0, b"\x01\x00"]),
        ("segment-header-only", "server", S([1, 4, 2, 80_000]), [1, 4, 2, 80_000, b"", 0, b""]),
        ("segment-audio-only", "server", S([1, 4, 2, 80_000, b"\x01\x00"]), [1, 4, 2, 80_000, b"\x01\x00", 0, b""]),
        ("segment-extra", "server", S([1, 4, 2, 80_000, b"", 0, b"", 7]), [1, 4, 2, 80_000, b"", 0, b""]),
        ("mirror-header-only", "server", S([3, 4, 80_000]), [3, 4, 80_000, b""]),
        ("welcome-reordered", "server", S(dict(reversed(WELCOME_FULL.items()))), WELCOME_FULL),
        ("json-space-and-order", "client", ' {\n\t"t" : 5 ,"type":"ping"}\r\n', ping),
        ("json-escapes", "client", '{"type":"text","text":"\\u4f60\\ud83d\\ude42\\n"}',
         {"type": "text", "text": "你🙂\n"}),
        ("json-unknown-key", "client", '{"type":"ping","t":5,"x":{"y":[null,1.5e3]}}', ping),
        ("json-array", "client", '\n[16, 0, 0, "AQA=", null]', [16, 0, 0, b"\x01\x00"]),
        ("json-null-for-optional", "client", '{"type":"text","text":"hi","id":null}', text),
        ("json-integer-for-float", "server", '{"type":"mood","turn":4,"pts":0,"mood":"calm","intensity":1}', mood),
    ]  # fmt: skip
    for name, sender, data, message in cases:
        yield "decode_only", f"{sender}-{name}", data, twin(sender, message)


def reject() -> Iterator[Case]:
    bad, unknown = "bad_message", "unknown_type"
    text, ping = {"type": "text", "text": "hi"}, {"type": "ping", "t": 5}
    nan, infinity = float("nan"), float("inf")
    cut = S(HELLO_FULL)
    cases: list[tuple[str, str, bytes | str, str, str]] = [
        ("empty", "client", b"", bad, "no value at all"),
        ("nil", "client", b"\xc0", bad, "neither a map nor an array"),
        ("integer", "client", b"\x05", bad, "neither a map nor an array"),
        ("string", "client", S("ping"), bad, "neither a map nor an array"),
        ("bin", "client", S(b"ping"), bad, "neither a map nor an array"),
        ("ext", "client", b"\xd4\x01\x00", bad, "neither a map nor an array"),
        ("never-used-byte", "client", b"\xc1", bad, "0xc1 is no MessagePack"),
        ("never-used-byte-inside", "client", b"\x81\xa4type\xc1", bad, "0xc1 is no MessagePack"),
        ("empty-map", "client", b"\x80", bad, "no type"),
        ("empty-array", "client", b"\x90", bad, "no kind"),
        ("truncated-in-key", "client", cut[:3], bad, "the value ends before its end"),
        ("truncated-in-part", "client", cut[: len(cut) // 2], bad, "the value ends before its end"),
        ("truncated-by-one", "client", cut[:-1], bad, "the value ends before its end"),
        ("truncated-media", "client", S([16, 0, 0, bytes(40)])[:-1], bad, "the value ends before its end"),
        ("trailing-byte", "client", S(ping) + b"\x00", bad, "one message is one value, nothing after it"),
        ("two-messages", "client", S(ping) + S(ping), bad, "one message is one value, nothing after it"),
        ("trailing-media", "client", S([16, 0, 0, b""]) + b"\xc0", bad, "one message is one value"),
        ("no-type", "client", S({"t": 5}), bad, "a control message has a type"),
        ("type-integer", "client", S({"type": 5}), bad, "type is a string"),
        ("type-nil", "client", S({"type": None}), bad, "type is a string"),
        ("type-bin", "client", S({"type": b"ping", "t": 5}), bad, "type is a string, not a byte string"),
        ("kind-string", "client", S(["16", 0, 0, b""]), bad, "a kind is an integer"),
        ("kind-true", "client", S([True, 0, 0, b""]), bad, "a kind is an integer"),
        ("kind-float", "client", S([16.0, 0, 0, b""]), bad, "a kind is an integer"),
        ("key-integer", "client", S({"type": "ping", "t": 5, 1: 2}), bad, "keys are strings"),
        ("unknown-type", "client", S({"type": "dance"}), unknown, "no message of a client"),
        ("unknown-type-case", "client", S({"type": "Ping", "t": 5}), unknown, "types are lower case"),
        ("unknown-type-empty", "client", S({"type": ""}), unknown, "no message of a client"),
        ("other-direction-map", "client", S(WELCOME), unknown, "a message of the server"),
        ("other-direction-array", "client", S([1, 0, 0, 0]), unknown, "a kind of the server"),
        ("unknown-kind", "client", S([99, 0, 0, b""]), unknown, "no kind of a client"),
        ("negative-kind", "client", S([-16, 0, 0, b""]), unknown, "no kind of a client"),
        ("missing-field", "client", S({"type": "text"}), bad, "text is required"),
        ("missing-element", "client", S([16, 0]), bad, "seq and pts are required"),
        ("text-integer", "client", S({**text, "text": 5}), bad, "text is a string"),
        ("text-bin", "client", S({**text, "text": b"hi"}), bad, "text is a string, not a byte string"),
        ("text-nil", "client", S({**text, "text": None}), bad, "text is required and a string"),
        ("text-array", "client", S({**text, "text": ["hi"]}), bad, "text is a string"),
        ("text-bad-utf8", "client", _map(S("type"), S("text"), S("text"), b"\xa2\xc3\x28"), bad, "no UTF-8"),
        ("text-surrogate", "client", _map(S("type"), S("text"), S("text"), b"\xa3\xed\xa0\x80"), bad, "no UTF-8"),
        ("id-201", "client", S({**text, "id": "i" * 201}), bad, "a name has at most 200 characters"),
        ("integer-negative", "client", S({"type": "ping", "t": -1}), bad, "t is not negative"),
        ("integer-2pow53", "client", S({"type": "ping", "t": 2**53}), bad, "t is below 2^53"),
        ("integer-2pow64-1", "client", S({"type": "ping", "t": 2**64 - 1}), bad, "t is below 2^53"),
        ("integer-min", "client", S({"type": "ping", "t": -(2**63)}), bad, "t is not negative"),
        ("integer-float", "client", S({"type": "ping", "t": 5.0}), bad, "t is an integer"),
        ("integer-string", "client", S({"type": "ping", "t": "5"}), bad, "t is an integer"),
        ("integer-true", "client", S({"type": "ping", "t": True}), bad, "t is an integer"),
        ("integer-ext", "client", _map(S("type"), S("ping"), S("t"), b"\xd6\xff" + bytes(4)), bad, "t is an integer"),
        ("seq-negative", "client", S([16, -1, 0, b""]), bad, "seq is not negative"),
        ("pts-negative", "client", S([16, 0, -1, b""]), bad, "pts is not negative"),
        ("pts-2pow53", "client", S([16, 0, 2**53, b""]), bad, "pts is below 2^53"),
        ("pts-float", "client", S([16, 0, 1.0, b""]), bad, "pts is an integer"),
        ("audio-string", "client", S([16, 0, 0, "ab"]), bad, "audio is a byte string"),
        ("audio-nil", "client", S([16, 0, 0, None]), bad, "audio is a byte string"),
        ("audio-array", "client", S([16, 0, 0, [1, 2]]), bad, "audio is a byte string"),
        ("enum", "client", S({"type": "mic", "state": "ajar"}), bad, "state is open, closed or muted"),
        ("enum-case", "client", S({"type": "mic", "state": "Open"}), bad, "state is open, closed or muted"),
        ("mode", "client", S({"type": "hello", "mode": "listen"}), bad, "mode is converse or drive"),
        ("mic-codec", "client", S({"type": "hello", "mic": {"codec": "mp3", "rate": 16000}}), bad, "pcm16 or opus"),
        ("mic-rate-low", "client", S({"type": "hello", "mic": {"codec": "pcm16", "rate": 7999}}), bad,
         "rate is from 8000 to 48000"),
        ("mic-rate-high", "client", S({"type": "hello", "mic": {"codec": "pcm16", "rate": 48001}}), bad,
         "rate is from 8000 to 48000"),
        ("fps-0", "client", S({"type": "hello", "face": {"fps": 0}}), bad, "fps is from 1 to 240"),
        ("fps-241", "client", S({"type": "hello", "face": {"fps": 241}}), bad, "fps is from 1 to 240"),
        ("max-ahead-99", "client", S({"type": "hello", "max_ahead_ms": 99}), bad, "from 100 to 10000"),
        ("max-ahead-10001", "client", S({"type": "hello", "max_ahead_ms": 10_001}), bad, "from 100 to 10000"),
        ("part-string", "client", S({"type": "hello", "client": "me"}), bad, "client is a map"),
        ("part-array", "client", S({"type": "hello", "resume": [1, 2]}), bad, "resume is a map"),
        ("part-missing", "client", S({"type": "hello", "resume": {"turn": 1}}), bad, "resume.pts is required"),
        ("codecs-string", "client", S({"type": "hello", "audio": {"codecs": "pcm16"}}), bad, "an array of strings"),
        ("buffered-nan", "client", S({**PLAYED, "buffered_ms": nan}), bad, "a finite number"),
        ("buffered-infinite", "client", S({**PLAYED, "buffered_ms": infinity}), bad, "a finite number"),
        ("buffered-negative", "client", S({**PLAYED, "buffered_ms": -0.5}), bad, "not negative"),
        ("stage-nan", "server", S({"type": "timings", "turn": 1, "stages": {"a": nan}}), bad, "a finite number"),
        ("stage-infinite", "server", S({"type": "timings", "turn": 1, "stages": {"a": -infinity}}), bad,
         "a finite number"),
        ("stage-string", "server", S({"type": "timings", "turn": 1, "stages": {"a": "1"}}), bad, "a number"),
        ("level-above-1", "server", S({**SERVER["duck"], "level": 1.01}), bad, "from 0 to 1"),
        ("level-below-0", "server", S({**SERVER["duck"], "level": -0.01}), bad, "from 0 to 1"),
        ("intensity-above-1", "server", S({**SERVER["mood"], "intensity": 1.01}), bad, "from 0 to 1"),
        ("final-integer", "server", S({"type": "heard", "text": "a", "final": 1}), bad, "final is true or false"),
        ("other-direction-map", "server", S(ping), unknown, "a message of the client"),
        ("other-direction-array", "server", S([16, 0, 0, b""]), unknown, "a kind of the client"),
        ("segment-short", "server", S([1, 4, 0]), bad, "turn, seq and pts are required"),
        ("segment-face-array", "server", S([1, 4, 0, 0, b"", 0, [0.5]]), bad, "face is a byte string"),
        ("segment-turn-negative", "server", S([1, -4, 0, 0, b"", 0, b""]), bad, "turn is not negative"),
        ("welcome-no-audio", "server", S({k: v for k, v in WELCOME.items() if k != "audio"}), bad, "audio is required"),
        ("length-bomb-str", "client", b"\x82\xa4type\xa4text\xa4text\xdb\xff\xff\xff\xff", bad, "claims 4 GB"),
        ("length-bomb-bin", "client", b"\x94\x10\x00\x00\xc6\xff\xff\xff\xff", bad, "claims 4 GB"),
        ("length-bomb-map", "client", b"\xdf\xff\xff\xff\xff", bad, "claims 4 billion keys"),
        ("length-bomb-array", "client", b"\xdd\xff\xff\xff\xff\x10", bad, "claims 4 billion elements"),
        ("length-bomb-unknown", "client", b"\x82\xa4type\xa3bye\xa1x\xdd\xff\xff\xff\xff", bad, "claims 4 billion elements"),
        ("length-bomb-ext", "client", b"\x82\xa4type\xa3bye\xa1x\xc9\xff\xff\xff\xff\x01", bad, "claims 4 GB"),
        ("depth-bomb-array", "client", b"\x91" * 10_000, bad, "10,000 levels, and no end"),
        ("depth-bomb-map", "client", b"\x81\xa1x" * 5_000, bad, "5,000 levels, and no end"),
        ("depth-bomb-unknown", "client", b"\x82\xa4type\xa3bye\xa1x" + b"\x91" * 10_000, bad, "10,000 levels, no end"),
        ("json-empty", "client", "", bad, "no value at all"),
        ("json-number", "client", "5", bad, "neither an object nor an array"),
        ("json-null", "client", "null", bad, "neither an object nor an array"),
        ("json-truncated", "client", '{"type":"ping","t":', bad, "the value ends before its end"),
        ("json-trailing", "client", '{"type":"ping","t":5} x', bad, "one message is one value"),
        ("json-nan", "client", '{"type":"ping","t":NaN}', bad, "NaN is no JSON"),
        ("json-infinite", "client", '{"type":"played","turn":1,"pts":1,"state":"idle","buffered_ms":1e999}', bad,
         "a finite number"),
        ("json-integer-float", "client", '{"type":"ping","t":5.5}', bad, "t is an integer"),
        ("json-integer-huge", "client", '{"type":"ping","t":123456789012345678901234567890}', bad, "t is below 2^53"),
        ("json-surrogate", "client", '{"type":"text","text":"\\ud800"}', bad, "half of a surrogate pair"),
        ("json-base64-alphabet", "client", '[16,0,0,"A-_="]', bad, "base64 with + and /"),
        ("json-base64-padding", "client", '[16,0,0,"AQA"]', bad, "base64 is padded"),
        ("json-audio-numbers", "client", "[16,0,0,[1,0]]", bad, "audio is base64"),
        ("json-unknown-type", "client", '{"type":"dance"}', unknown, "no message of a client"),
        ("json-unknown-kind", "client", "[99]", unknown, "no kind of a client"),
        ("json-single-quotes", "client", "{'type':'bye'}", bad, "strings have double quotes"),
        ("json-depth-bomb", "client", "[" * 10_000, bad, "10,000 levels, and no end"),
    ]  # fmt: skip
    for name, sender, data, code, why in cases:
        yield "reject", f"{sender}-{name}", data, {"from": sender, "error": code, "why": why}


def face() -> Iterator[Case]:
    """Payloads of the two face formats with the numbers they hold."""
    q8 = {"format": "q8", "channels": 3}
    f32 = {"format": "f32", "channels": 3}
    floats = struct.Struct("<3f").pack
    halves = floats(0.0, 0.5, 1.0)
    angles = struct.Struct("<3h").pack
    fifths = [51 / 255, 1.0, 0.0]
    cases: list[tuple[str, bytes, dict[str, Any]]] = [
        ("q8-head", b"\x33\xff\x00" + angles(1050, -2525, 1),
         {**q8, "head": True, "weights": [fifths], "angles": [[10.5, -25.25, 0.01]]}),
        ("q8-head-two-frames", (b"\x00\x33\xff" + angles(0, 0, 0)) + (b"\x33\xff\x00" + angles(-32767, 32767, -100)),
         {**q8, "head": True, "weights": [[0.0, 51 / 255, 1.0], fifths],
          "angles": [[0.0, 0.0, 0.0], [-327.67, 327.67, -1.0]]}),
        ("q8-no-head", b"\x33\xff\x00\x00\x00\x00",
         {**q8, "head": False, "weights": [fifths, [0.0, 0.0, 0.0]], "angles": []}),
        ("f32-head", halves + floats(10.5, -25.25, 0.0),
         {**f32, "head": True, "weights": [[0.0, 0.5, 1.0]], "angles": [[10.5, -25.25, 0.0]]}),
        ("f32-no-head", halves + halves,
         {**f32, "head": False, "weights": [[0.0, 0.5, 1.0], [0.0, 0.5, 1.0]], "angles": []}),
        ("f32-clamped", floats(-0.5, 0.25, 1.5),
         {**f32, "head": False, "weights": [[0.0, 0.25, 1.0]], "angles": []}),
        ("empty", b"", {**q8, "head": True, "weights": [], "angles": []}),
        ("reject-q8-length", bytes(10), {**q8, "head": True, "error": "bad_message"}),
        ("reject-f32-length", bytes(23), {**f32, "head": True, "error": "bad_message"}),
        ("reject-f32-nan", floats(0.0, float("nan"), 0.0), {**f32, "head": False, "error": "bad_message"}),
        ("reject-f32-infinite", floats(float("inf"), 0.0, 0.0), {**f32, "head": False, "error": "bad_message"}),
    ]  # fmt: skip
    for name, payload, expected in cases:
        yield "face", name, payload, expected


def every_case() -> Iterator[Case]:
    """All folders, in order."""
    yield from canonical()
    yield from decode_only()
    yield from reject()
    yield from face()
