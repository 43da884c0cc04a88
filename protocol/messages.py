"""The messages of the FaceWire protocol as types: one closed union for each direction.

A control message is a map whose key ``type`` names it; a media message is an array whose first element
is its kind. `SPEC.md` beside this file is the normative text. Times are integer microseconds on a media
timeline. Byte strings hold packed samples (`pcm16.py`) and packed faces (`face_format.py`). All values are
immutable. The checks written on the fields run when a message is decoded, not when one is made here.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

VERSION: Final = 1
SUBPROTOCOL: Final = "facewire.v1"
SUBPROTOCOL_JSON: Final = "facewire.v1.json"

_CODECS: Final = ("pcm16",)
_PROFILE: Final = "arkit"

MediaTime = Annotated[int, Meta(ge=0, lt=2**53)]
Count = Annotated[int, Meta(ge=0, lt=2**53)]
Milliseconds = Annotated[float, Meta(ge=0, le=1e9)]
SignedMilliseconds = Annotated[float, Meta(ge=-1e9, le=1e9)]
Seconds = Annotated[float, Meta(ge=0, le=1e9)]
Unit = Annotated[float, Meta(ge=0, le=1)]
Name = Annotated[str, Meta(max_length=200)]
SampleRate = Annotated[int, Meta(ge=8000, le=48000)]
FrameRate = Annotated[int, Meta(ge=1, le=240)]

FaceFormat = Literal["q8", "f32"]
AudioCodec = Literal["pcm16", "opus"]
Mode = Literal["converse", "drive"]
Queue = Literal["now", "next", "last"]
PlayState = Literal["playing", "starved", "idle"]
MicState = Literal["open", "closed", "muted"]
AvatarState = Literal["idle", "listening", "thinking", "speaking"]
Origin = Literal["text", "speech", "say", "greeting"]
PeerState = Literal["joined", "left", "muted"]


class _Map(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type"):
    """A control message: a map with its name under ``type``."""


class _Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """A map inside a control message."""


class _Array(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A media message: an array with its kind in front."""


# --- parts -----------------------------------------------------------------------------------------


class ClientInfo(_Part, frozen=True):
    name: Name
    version: Name = ""


class AudioOffer(_Part, frozen=True):
    codecs: tuple[Name, ...] = _CODECS
    rate: SampleRate | None = None

    def __post_init__(self) -> None:
        # The encoder knows a default by identity; equal ones are to be left out too.
        if self.codecs == _CODECS:
            force_setattr(self, "codecs", _CODECS)


class AudioFormatInfo(_Part, frozen=True):
    codec: AudioCodec
    rate: SampleRate


class FaceOffer(_Part, frozen=True):
    format: FaceFormat = "q8"
    fps: FrameRate | None = None
    profile: Name = _PROFILE

    def __post_init__(self) -> None:
        if self.profile == _PROFILE:
            force_setattr(self, "profile", _PROFILE)  # as in AudioOffer


class FaceFormatInfo(_Part, frozen=True):
    format: FaceFormat
    fps: FrameRate
    profile: str
    channels: tuple[str, ...]
    head: bool


class Position(_Part, frozen=True):
    turn: Count
    pts: MediaTime


class Limits(_Part, frozen=True):
    message_bytes: Count
    mic_ms: Count
    messages_per_s: Count
    text_chars: Count
    hello_timeout_s: Seconds
    idle_timeout_s: Seconds


# --- client to server --------------------------------------------------------------------------------


class Hello(_Map, frozen=True, tag="hello"):
    token: str | None = None
    client: ClientInfo | None = None
    mode: Mode = "converse"
    character: Name | None = None
    language: Name | None = None
    audio: AudioOffer | None = None
    mic: AudioFormatInfo | None = None
    face: FaceOffer | None = None
    max_ahead_ms: Annotated[int, Meta(ge=100, le=10_000)] | None = None
    session: Name | None = None
    resume_token: Name | None = None
    resume: Position | None = None


class Text(_Map, frozen=True, tag="text"):
    text: str
    id: Name | None = None


class Say(_Map, frozen=True, tag="say"):
    text: str
    mood: Name | None = None
    id: Name | None = None
    queue: Queue = "last"


class Interrupt(_Map, frozen=True, tag="interrupt"):
    turn: Count | None = None


class Played(_Map, frozen=True, tag="played"):
    turn: Count
    pts: MediaTime
    state: PlayState
    buffered_ms: Milliseconds | None = None
    underruns: Count | None = None
    output_latency_ms: Milliseconds | None = None


class Mic(_Map, frozen=True, tag="mic"):
    state: MicState


class Configure(_Map, frozen=True, tag="configure"):
    character: Name | None = None
    voice: Name | None = None
    language: Name | None = None
    mood: Name | None = None


class Join(_Map, frozen=True, tag="join"):
    room: Name
    name: Name | None = None


class Leave(_Map, frozen=True, tag="leave"):
    room: Name


class Ping(_Map, frozen=True, tag="ping"):
    t: Count


class Bye(_Map, frozen=True, tag="bye"):
    pass


class Microphone(_Array, frozen=True, tag=16):
    seq: Count
    pts: MediaTime
    audio: bytes = b""


ControlFromClient = Hello | Text | Say | Interrupt | Played | Mic | Configure | Join | Leave | Ping | Bye
MediaFromClient = Microphone
FromClient = ControlFromClient | MediaFromClient


# --- server to client --------------------------------------------------------------------------------


class Welcome(_Map, frozen=True, tag="welcome"):
    protocol: Count
    server: str
    session: str
    resume_token: str
    resume_window_s: Seconds
    audio: AudioFormatInfo
    face: FaceFormatInfo
    limits: Limits
    character: str
    features: tuple[str, ...] = ()
    mic: AudioFormatInfo | None = None
    resumed: Position | None = None


class Clip(_Map, frozen=True, tag="clip"):
    name: Literal["idle", "listening", "thinking"]
    fps: FrameRate
    face: bytes


class State(_Map, frozen=True, tag="state"):
    state: AvatarState


class Heard(_Map, frozen=True, tag="heard"):
    text: str
    final: bool
    language: str | None = None


class Turn(_Map, frozen=True, tag="turn"):
    turn: Count
    origin: Origin
    id: str | None = None


class Caption(_Map, frozen=True, tag="caption"):
    turn: Count
    pts: MediaTime
    end: MediaTime
    text: str


class Mood(_Map, frozen=True, tag="mood"):
    turn: Count
    pts: MediaTime
    mood: str
    intensity: Unit


class Cue(_Map, frozen=True, tag="cue"):
    turn: Count
    pts: MediaTime
    name: str


class End(_Map, frozen=True, tag="end"):
    turn: Count
    pts: MediaTime


class Flush(_Map, frozen=True, tag="flush"):
    turn: Count
    reason: str
    fade_ms: Count


class Duck(_Map, frozen=True, tag="duck"):
    turn: Count
    level: Unit
    fade_ms: Count


class Timings(_Map, frozen=True, tag="timings"):
    turn: Count
    stages: dict[str, SignedMilliseconds]


class Peer(_Map, frozen=True, tag="peer"):
    room: str
    peer: Count
    name: str
    state: PeerState
    you: bool = False
    character: str | None = None


class Said(_Map, frozen=True, tag="said"):
    peer: Count
    pts: MediaTime
    end: MediaTime
    text: str


class Error(_Map, frozen=True, tag="error"):
    code: str
    message: str
    turn: Count | None = None
    retry_after_ms: Count | None = None
    fatal: bool = False


class Pong(_Map, frozen=True, tag="pong"):
    t: Count
    server_t: Count


class Segment(_Array, frozen=True, tag=1):
    turn: Count
    seq: Count
    pts: MediaTime
    audio: bytes = b""
    face_pts: MediaTime = 0
    face: bytes = b""


class PeerSegment(_Array, frozen=True, tag=2):
    peer: Count
    seq: Count
    pts: MediaTime
    audio: bytes = b""
    face_pts: MediaTime = 0
    face: bytes = b""


class Mirror(_Array, frozen=True, tag=3):
    seq: Count
    face_pts: MediaTime
    face: bytes = b""


ControlFromServer = (
    Welcome
    | Clip
    | State
    | Heard
    | Turn
    | Caption
    | Mood
    | Cue
    | End
    | Flush
    | Duck
    | Timings
    | Peer
    | Said
    | Error
    | Pong
)
MediaFromServer = Segment | PeerSegment | Mirror
FromServer = ControlFromServer | MediaFromServer
Message = FromClient | FromServer
