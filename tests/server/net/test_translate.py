"""Domain values as messages."""

from typing import get_args

import numpy as np
import pytest

from blend_shapes.face import FaceFrames
from blend_shapes.life import loops
from protocol import codec
from protocol import messages as m
from protocol.codes import BadMessage
from protocol.face_format import FaceLayout
from server import config
from server.audio.chunk import AudioChunk, AudioFormat
from server.errors import PeerError
from server.net import translate
from server.speech.character import Character, Speaker
from server.speech.values import Segment
from server.turn import events as e

LAYOUT = FaceLayout()


def test_a_segment_has_exact_times_and_its_bytes() -> None:
    weights = np.zeros((14, 52), np.float32)
    weights[:, 17] = np.linspace(0, 1, 14)
    head = np.full((14, 3), 1.5, np.float32)
    audio = AudioChunk(np.arange(-100, 100, dtype=np.int16), AudioFormat(44_100), 12_345)
    ready = e.SegmentReady(3, Segment(7, audio, FaceFrames(17, 60, weights, head)), 0.0)
    message = translate.message(ready, LAYOUT)
    assert isinstance(message, m.Segment)
    assert (message.turn, message.seq) == (3, 7)
    assert message.pts == round(12_345 * 1e6 / 44_100)
    assert message.face_pts == round(17 * 1e6 / 60)
    assert np.array_equal(np.frombuffer(message.audio, "<i2"), audio.samples)
    shown, angles = LAYOUT.unpack(message.face)
    assert np.abs(shown - weights).max() <= 0.5 / 255 + 1e-6
    assert np.allclose(angles, 1.5)


def test_a_segment_may_have_no_frames() -> None:
    audio = AudioChunk(np.zeros(10, np.int16), AudioFormat(8000))
    ready = e.SegmentReady(1, Segment(0, audio, FaceFrames.empty(5, 60)), 0.0)
    assert translate.segment(ready, LAYOUT).face == b""


def test_a_mirror_has_exact_times_and_its_frames() -> None:
    weights = np.full((3, 52), 0.5, np.float32)
    frames = FaceFrames(1_000_001, 60, weights, np.zeros((3, 3), np.float32))
    message = translate.message(e.MirrorReady(7, frames, 0.0), LAYOUT)
    assert isinstance(message, m.Mirror)
    assert (message.seq, message.face_pts) == (7, round(1_000_001 * 1e6 / 60))
    assert np.abs(LAYOUT.unpack(message.face)[0] - weights).max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize("rate", [8000, 11_025, 44_100, 48_000])
def test_sound_is_at_its_exact_position(rate: int) -> None:
    for position in (0, 1, 441, 12_345_679):
        pts = round(position * 1e6 / rate)
        chunk = translate.sound(m.Microphone(0, pts, bytes((1, 0, 2, 0))), AudioFormat(rate))
        assert (chunk.position, chunk.format.rate, chunk.samples.tolist()) == (position, rate, [1, 2])


def test_sound_that_cannot_be() -> None:
    with pytest.raises(BadMessage, match="2 bytes"):
        translate.sound(m.Microphone(0, 0, b"abc"), AudioFormat(8000))
    assert translate.sound(m.Microphone(0, translate.LATEST_US, b""), AudioFormat(8000)).position > 0
    with pytest.raises(PeerError, match="pts"):
        translate.sound(m.Microphone(0, translate.LATEST_US + 1, b""), AudioFormat(8000))


def test_every_event_has_its_message() -> None:
    values: dict[type, e.InOrder | e.AtOnce] = {
        type(v): v
        for v in (
            e.StateChanged("idle"),
            e.TurnBegan(1, "say", "a"),
            e.WordSpoken(1, 2, 3, "w"),
            e.MoodChanged(1, 2, "sad", 0.5),
            e.CueReached(1, 2, "wave"),
            e.TurnEnded(1, 2),
            e.StageTimes(1, {"voice": 1.5}),
            e.TurnFlushed(1, "failed", 10),
            e.VoiceDucked(1, 0.25, 60),
            e.TurnFailed(1, "engine_failed", "no"),
            e.UtteranceHeard("Hi", True, "en"),
            e.PeerChanged("lobby", 3, "Ada", "muted"),
            e.PeerSaid(3, 4, 5, "w"),
        )
    }
    events = set(get_args(e.TurnEvent)) - {e.SegmentReady, e.MirrorReady, e.PeerSpoke}
    assert events == set(values)
    assert [translate.message(v, LAYOUT) for v in values.values()] == [
        m.State("idle"),
        m.Turn(1, "say", "a"),
        m.Caption(1, 2, 3, "w"),
        m.Mood(1, 2, "sad", 0.5),
        m.Cue(1, 2, "wave"),
        m.End(1, 2),
        m.Timings(1, {"voice": 1.5}),
        m.Flush(1, "failed", 10),
        m.Duck(1, 0.25, 60),
        m.Error("engine_failed", "no", 1),
        m.Heard("Hi", True, "en"),
        m.Peer("lobby", 3, "Ada", "muted"),
        m.Said(3, 4, 5, "w"),
    ]


def test_who_one_is_and_who_is_an_ai_is_told() -> None:
    you = translate.message(e.PeerChanged("lobby", 3, "Ada", "joined", you=True), LAYOUT)
    assert you == m.Peer("lobby", 3, "Ada", "joined", you=True)
    mira = translate.message(e.PeerChanged("lobby", 4, "M", "joined", character="Mira"), LAYOUT)
    assert mira == m.Peer("lobby", 4, "M", "joined", character="Mira")


def spoke() -> e.PeerSpoke:
    weights = np.zeros((2, 52), np.float32)
    weights[:, 17] = 0.5
    frames = FaceFrames(17, 60, weights, np.zeros((2, 3), np.float32))
    return e.PeerSpoke(3, 7, AudioChunk(np.arange(800, dtype=np.int16), AudioFormat(24_000), 7000), frames)


def test_a_peer_segment_is_made_once_for_all_who_take_its_form() -> None:
    event = spoke()
    made = translate.peer_segment.cache_info().misses
    for _ in range(3):
        wires = [translate.Wire(FaceLayout("q8"), translate.encoder(binary)) for binary in (True, False)]
        wires.append(translate.Wire(FaceLayout("f32"), translate.encoder(True)))
        payloads = [wire.event(event) for wire in wires]
        assert all(a is b for a, b in zip(payloads, [wire.event(event) for wire in wires], strict=True))
    assert translate.peer_segment.cache_info().misses == made + 3
    messages = [codec.decode_from_server(payload) for payload in payloads]
    assert messages[0] == messages[1]
    for message, frame_bytes in zip(messages, (58, 58, 220), strict=True):
        assert isinstance(message, m.PeerSegment)
        assert len(message.face) == 2 * frame_bytes
        assert (message.peer, message.seq) == (3, 7)
        assert (message.pts, message.face_pts) == (round(7000 / 0.024), round(17 * 1e6 / 60))
        assert message.audio == event.audio.to_bytes()


def test_the_end_of_what_somebody_says_has_neither_voice_nor_face() -> None:
    wire = translate.Wire(LAYOUT, translate.encoder(True))
    end = codec.decode_from_server(wire.event(spoke().ended()))
    assert end == m.PeerSegment(3, 7, round(7000 / 0.024))


def test_few_peer_segments_are_kept() -> None:
    wire = translate.Wire(LAYOUT, translate.encoder(True))
    for _ in range(3 * translate.PEER_FORMS):
        wire.event(spoke())
    assert translate.peer_segment.cache_info().currsize == translate.PEER_FORMS


def test_clips_are_packed_once_and_no_faster_than_needed() -> None:
    clips = translate.clips("happy", LAYOUT, 60)
    assert tuple(c.name for c in clips) == loops.NAMES
    assert clips is translate.clips("happy", LAYOUT, 30)
    assert {c.fps for c in clips} == {30}
    assert {c.fps for c in translate.clips("happy", LAYOUT, 24)} == {24}


def test_terms_are_the_servers_unless_the_client_asks() -> None:
    mira = Character("mira", speaker=Speaker("en-us", "low"))
    plain = translate.terms(m.Hello(), mira, config.Face(), config.PaceSection())
    assert (plain.character, plain.pace.fps, plain.pace.lead_s) == (mira, 60, 0.5)
    hello = m.Hello(language="de", face=m.FaceOffer("q8", 30), max_ahead_ms=250)
    asked = translate.terms(hello, mira, config.Face(), config.PaceSection())
    assert (asked.pace.fps, asked.pace.lead_s) == (30, 0.25)
    assert asked.character.speaker == Speaker("de", "low")


@pytest.mark.parametrize(
    "hello",
    [m.Hello(audio=m.AudioOffer(("opus",))), m.Hello(audio=m.AudioOffer(()))],
)
def test_what_is_not_offered(hello: m.Hello) -> None:
    with pytest.raises(PeerError) as error:
        translate.terms(hello, Character("c"), config.Face(), config.PaceSection())
    assert error.value.code == "not_available"


def test_drive_mode_wants_a_microphone() -> None:
    with pytest.raises(PeerError, match=r"hello\.mic") as error:
        translate.terms(m.Hello(mode="drive"), Character("c"), config.Face(), config.PaceSection())
    assert error.value.code == "bad_request"
    hello = m.Hello(mode="drive", mic=m.AudioFormatInfo("pcm16", 8000))
    assert translate.terms(hello, Character("c"), config.Face(), config.PaceSection()).mode == "drive"
