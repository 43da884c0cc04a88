"""Domain values to wire messages and back: the one place that knows both.

The protocol can change its packing without touching a turn, and no face or turn code ever sees bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

from blend_shapes.arkit import CHANNELS
from blend_shapes.life import loops
from protocol import codec, pcm16
from protocol import messages as m
from protocol.face_format import FaceLayout
from server.audio.chunk import AudioChunk, AudioFormat
from server.config import Face, Limits, PaceSection, Server
from server.errors import PeerError
from server.net.service import Service
from server.speech.character import Character
from server.turn import events as e
from server.turn.session import Session, Terms
from server.turn.turn import Pace

SERVER = "FaceWire"
PEER_FORMS: Final = 64
"""Peer segments whose bytes are kept: they leave for all listeners at the moment they are made."""
FEATURES = ("text", "say", "captions", "moods", "cues", "clips", "resume")
DRIVE_FEATURES = ("moods", "clips", "resume", "drive")
PROFILE = "arkit"
CODEC: Final = "pcm16"
CLIPS: Final[tuple[Literal["idle", "listening", "thinking"], ...]] = ("idle", "listening", "thinking")
LATEST_US: Final = 2**52
"""No microphone runs for so long; the frames after its sound must be below 2^53."""
CLIP_FPS = 30
"""Frames a second of the loops, at most; they move slowly."""

Payload = bytes | str
"""A message as it leaves: bytes are MessagePack, text is JSON."""
Encode = Callable[[m.FromServer], Payload]


@dataclass(frozen=True, slots=True)
class Wire:
    """The form that one connection's messages take."""

    layout: FaceLayout
    encode: Encode

    def event(self, event: e.TurnEvent) -> Payload:
        if isinstance(event, e.PeerSpoke):
            return peer_segment(event, self.layout, self.encode)
        return self.encode(message(event, self.layout))


def encoder(binary: bool) -> Encode:
    return codec.encode if binary else codec.encode_json


# --- to the client ---------------------------------------------------------------------------------


def message(event: e.InOrder | e.AtOnce | e.MirrorReady, layout: FaceLayout) -> m.FromServer:
    """The wire message of a turn's event."""
    if type(event) is e.SegmentReady:  # nearly every event
        return segment(event, layout)
    if isinstance(event, e.MirrorReady):
        frames = event.frames
        return m.Mirror(event.seq, frames.pts, layout.pack(frames.weights, frames.head))
    return _at_once(event) if isinstance(event, e.AtOnce) else _in_order(event, layout)


def segment(event: e.SegmentReady, layout: FaceLayout) -> m.Segment:
    """Times come from exact sample and frame counts, so rounding never accumulates."""
    voice, frames = event.segment.audio, event.segment.frames
    face = layout.pack(frames.weights, frames.head) if len(frames) else b""
    return m.Segment(
        event.turn,
        event.segment.seq,
        voice.format.micros(voice.position),
        voice.to_bytes(),
        frames.pts,
        face,
    )


@lru_cache(maxsize=PEER_FORMS)
def peer_segment(event: e.PeerSpoke, layout: FaceLayout, encode: Encode) -> Payload:
    """Made once for all listeners who take this form, who get the very same object."""
    voice, frames = event.audio, event.frames
    face = layout.pack(frames.weights, frames.head) if len(frames) else b""
    face_pts = frames.pts if len(frames) else 0
    pts = voice.format.micros(voice.position)
    return encode(m.PeerSegment(event.peer, event.seq, pts, voice.to_bytes(), face_pts, face))


def _in_order(event: e.InOrder, layout: FaceLayout) -> m.FromServer:
    match event:
        case e.TurnBegan(turn, origin, id):
            return m.Turn(turn, origin, id)
        case e.WordSpoken(turn, pts, end, text):
            return m.Caption(turn, pts, end, text)
        case e.MoodChanged(turn, pts, mood, intensity):
            return m.Mood(turn, pts, mood, intensity)
        case e.CueReached(turn, pts, name):
            return m.Cue(turn, pts, name)
        case e.TurnEnded(turn, pts):
            return m.End(turn, pts)
        case e.StageTimes(turn, stages):
            return m.Timings(turn, stages)
        case e.SegmentReady():
            return segment(event, layout)


def _at_once(event: e.AtOnce) -> m.FromServer:
    match event:
        case e.StateChanged(state):
            return m.State(state)
        case e.TurnFlushed(turn, reason, fade_ms):
            return m.Flush(turn, reason, fade_ms)
        case e.VoiceDucked(turn, level, fade_ms):
            return m.Duck(turn, level, fade_ms)
        case e.TurnFailed(turn, code, text):
            return m.Error(code, text, turn)
        case e.UtteranceHeard(text, final, language):
            return m.Heard(text, final, language)
        case e.PeerChanged(room, peer, name, state, you, character):
            return m.Peer(room, peer, name, state, you, character)
        case e.PeerSaid(peer, pts, end, text):
            return m.Said(peer, pts, end, text)


def welcome(
    session: Session,
    service: Service,
    layout: FaceLayout,
    microphone: m.AudioFormatInfo | None,
    resumed: m.Position | None,
) -> m.Welcome:
    """All that a client needs to know of its session; it hard-codes no table.

    `microphone` is what is taken of the client's, None if nothing is.
    """
    fps = session.terms.pace.fps
    return m.Welcome(
        protocol=m.VERSION,
        server=SERVER,
        session=session.id,
        resume_token=service.sessions.token(session),
        resume_window_s=service.server.resume_window_s,
        audio=m.AudioFormatInfo(CODEC, service.rate),
        face=m.FaceFormatInfo(layout.format, fps, PROFILE, CHANNELS, layout.head),
        limits=_limits(service.limits, service.server),
        character=session.terms.character.name,
        features=_features(session, service),
        mic=microphone,
        resumed=resumed,
    )


def _features(session: Session, service: Service) -> tuple[str, ...]:
    drives = session.terms.mode == "drive"
    more = {
        "listen": service.listens and not drives,
        "drive": service.drive and not drives,
        "rooms": service.rooms is not None,
    }
    return (*(DRIVE_FEATURES if drives else FEATURES), *(name for name, there in more.items() if there))


def _limits(limits: Limits, server: Server) -> m.Limits:
    return m.Limits(
        message_bytes=limits.message_bytes,
        mic_ms=limits.mic_ms,
        messages_per_s=limits.messages_per_s,
        text_chars=limits.text_chars,
        hello_timeout_s=server.hello_timeout_s,
        idle_timeout_s=server.idle_timeout_s,
    )


def clips(mood: str, layout: FaceLayout, fps: int) -> tuple[m.Clip, ...]:
    """The loops that a client plays while no segment is due, at `fps` or less."""
    return _clips(mood, layout, min(fps, CLIP_FPS))


@lru_cache(maxsize=64)
def _clips(mood: str, layout: FaceLayout, fps: int) -> tuple[m.Clip, ...]:
    """Packed once."""
    made = ((name, loops.loop(name, fps, mood)) for name in CLIPS)
    return tuple(m.Clip(name, fps, layout.pack(f.weights, f.head)) for name, f in made)


# --- from the client -------------------------------------------------------------------------------


def layout(hello: m.Hello, face: Face) -> FaceLayout:
    """How this client's frames are packed. Raises PeerError for what is not offered."""
    if hello.face is None:
        return FaceLayout(face.format)
    if hello.face.profile != PROFILE:
        raise PeerError(f"no face profile {hello.face.profile!r}; there is {PROFILE!r}", "not_available")
    return FaceLayout(hello.face.format)


def terms(hello: m.Hello, character: Character, face: Face, pace: PaceSection) -> Terms:
    """What the client asked for, with the server's defaults. Raises PeerError for what is not offered."""
    if hello.mode == "drive" and hello.mic is None:
        raise PeerError("mode 'drive' wants a microphone: name its format in `hello.mic`", "bad_request")
    if hello.audio is not None and CODEC not in hello.audio.codecs:
        raise PeerError(f"offer the audio codec {CODEC!r}; this server sends no other", "not_available")
    if hello.language is not None:
        character = replace(character, speaker=replace(character.speaker, language=hello.language))
    fps = hello.face.fps if hello.face is not None and hello.face.fps is not None else face.fps
    ahead_ms = pace.max_ahead_ms if hello.max_ahead_ms is None else hello.max_ahead_ms
    return Terms(character, Pace(fps, ahead_ms / 1000, pace.think_timeout_s), hello.mode)


def sound(message: m.Microphone, microphone: AudioFormat) -> AudioChunk:
    """What a microphone of pcm16 heard. Raises BadMessage for half a sample, PeerError as `position`."""
    return AudioChunk(pcm16.unpack(message.audio), microphone, position(message.pts, microphone))


def position(pts: int, microphone: AudioFormat) -> int:
    """The sample at this time of a microphone. Raises PeerError for one out of reach."""
    if pts > LATEST_US:
        raise PeerError(f"a microphone's pts is at most {LATEST_US}; it counts from 0 on each connection")
    return (pts * microphone.rate + 500_000) // 1_000_000
