"""Drive mode on a virtual clock: what the microphone hears becomes the user's own face."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blend_shapes.arkit import CHANNELS
from blend_shapes.audio.loudness import Loudness
from blend_shapes.face import FaceFrames
from server.audio.chunk import AudioChunk, AudioFormat
from server.engines.faces.loudness import LoudnessDriver
from server.errors import EngineError, PeerError
from server.ports import FaceDriver
from server.speech.character import Character
from server.turn.delivery import Delivery
from server.turn.events import MirrorReady, TurnFailed
from server.turn.microphone import BUSY_S, HOLE_S, LEEWAY_S, QUEUE_S, TOGETHER_S
from server.turn.mirror import Mirror
from server.turn.session import Session, Terms
from server.turn.turn import Engines, Pace
from tests.fakes.brain import ScriptedBrain
from tests.fakes.ears import Ears
from tests.fakes.face import SlowFace
from tests.fakes.voice import SlowVoice
from tests.virtual_time import VirtualClock, run_virtual

RATE = 16_000
JAW = CHANNELS.index("jawOpen")
MESSAGE_S = 0.02


class Room:
    """A mirror with its task and its listener; `say` is a microphone in real time."""

    def __init__(self, driver: FaceDriver | None = None, *, rate: int = RATE, fps: int = 60) -> None:
        self.ears = Ears()
        self.driver = driver or LoudnessDriver()
        self.format = AudioFormat(rate)
        self.fps = fps
        self.character = Character("test")
        self.at = 0

    async def __aenter__(self) -> "Room":
        delivery = Delivery(lambda event: None)
        await delivery.attach(self.ears)
        self.mirror = Mirror(
            self.format,
            self.driver,
            lambda: self.character,
            fps=self.fps,
            seed=1,
            clock=VirtualClock(),
            delivery=delivery,
        )
        self.task = asyncio.create_task(self.mirror.run())
        return self

    async def __aexit__(self, *error: object) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})

    def message(self, seconds: float, level: int) -> AudioChunk:
        """The next sound: a buzz whose loudness goes up and down with syllables."""
        samples = self.format.samples(seconds)
        t = (self.at + np.arange(samples)) / self.format.rate
        wave = level * (np.sin(2 * np.pi * 220 * t) > 0) * np.abs(np.sin(2 * np.pi * 2 * t))
        chunk = AudioChunk(wave.astype(np.int16), self.format, self.at)
        self.at = chunk.end
        return chunk

    async def say(self, seconds: float, level: int = 8000, speed: float = 1.0) -> None:
        for _ in range(round(seconds / MESSAGE_S)):
            self.mirror.hear(self.message(MESSAGE_S, level))
            await asyncio.sleep(MESSAGE_S / speed)

    @property
    def events(self) -> list[MirrorReady]:
        return [e for e in self.ears.events if isinstance(e, MirrorReady)]

    @property
    def frames(self) -> FaceFrames:
        """All frames; raises ValueError if there is a hole."""
        return FaceFrames.join(e.frames for e in self.events)

    @property
    def errors(self) -> list[str]:
        return [e.code for e in self.ears.events if isinstance(e, TurnFailed)]


def in_a_room(scene: Callable[[Room], Coroutine[None, None, None]], room: Room | None = None) -> Room:
    async def run() -> Room:
        async with room or Room() as there:
            await scene(there)
            return there

    return run_virtual(run())


def holes(room: Room) -> list[tuple[int, int]]:
    """Grid indices between which frames are missing."""
    return [
        (a.frames.end, b.frames.first)
        for a, b in itertools.pairwise(room.events)
        if a.frames.end != b.frames.first
    ]


# --- sound in, frames out ----------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("fps", [30, 60, 90])
def test_every_frame_comes_once_in_order_and_soon(rate: int, fps: int) -> None:
    room = in_a_room(lambda room: room.say(2.0), Room(rate=rate, fps=fps))
    frames = room.frames
    assert frames.first == 0
    assert frames.end >= (2.0 - Loudness.look_ahead - MESSAGE_S) * fps
    assert [e.seq for e in room.events] == list(range(len(room.events)))
    assert max(e.lateness for e in room.events) < 1e-6
    assert frames.weights[:, JAW].max() > 0.2


def test_frames_do_not_depend_on_how_the_sound_was_cut() -> None:
    async def coarse(room: Room) -> None:
        for _ in range(10):
            room.mirror.hear(room.message(0.2, 8000))
            await asyncio.sleep(0.2)

    fine, other = in_a_room(lambda room: room.say(2.0)).frames, in_a_room(coarse).frames
    last = min(fine.end, other.end)
    assert np.array_equal(fine.weights[:last], other.weights[:last])
    assert np.array_equal(fine.head[:last], other.head[:last])


def test_silence_is_calm_and_alive() -> None:
    async def scene(room: Room) -> None:
        await room.say(8.0, level=0)

    frames = in_a_room(scene).frames
    assert frames.weights[:, JAW].max() < 0.02
    assert frames.weights[:, CHANNELS.index("eyeBlinkLeft")].max() > 0.8
    assert np.ptp(frames.head, axis=0).max() > 0.2


def test_waiting_sound_is_followed_in_longer_pieces() -> None:
    async def scene(room: Room) -> None:
        for _ in range(20):
            room.mirror.hear(room.message(MESSAGE_S, 8000))
        await asyncio.sleep(0.1)

    room = in_a_room(scene)
    assert len(room.events) < 5
    assert room.frames.first == 0


# --- holes, rests ------------------------------------------------------------------------------------


def test_a_short_hole_is_silence() -> None:
    async def scene(room: Room) -> None:
        await room.say(1.0)
        room.at += room.format.samples(HOLE_S)
        await room.say(1.0)

    frames = in_a_room(scene).frames
    assert frames.end > 2.5 * 60
    assert frames.weights[round(1.5 * 60), JAW] < 0.02
    assert frames.weights[round(2.2 * 60) :, JAW].max() > 0.2


def test_after_a_longer_hole_the_frames_go_on_where_the_sound_does() -> None:
    async def scene(room: Room) -> None:
        await room.say(1.0)
        room.at += room.format.samples(HOLE_S) + 1
        room.resumed = room.at  # type: ignore[attr-defined]
        await room.say(1.0)

    room = in_a_room(scene)
    ((before, after),) = holes(room)
    assert before <= 60
    assert after == room.resumed * 60 // RATE  # type: ignore[attr-defined]


@pytest.mark.parametrize("rest", ["closed", "muted"])
def test_at_a_rest_the_face_comes_to_rest_and_goes_on_later(rest: str) -> None:
    async def scene(room: Room) -> None:
        await room.say(1.01)
        room.mirror.switch(rest)  # type: ignore[arg-type]
        await asyncio.sleep(3.0)
        room.rested = room.frames  # type: ignore[attr-defined]
        room.at += room.format.samples(3.0)
        room.mirror.switch("open")
        await room.say(1.0)

    room = in_a_room(scene)
    rested: FaceFrames = room.rested  # type: ignore[attr-defined]
    assert 1.2 * 60 < rested.end < 2.0 * 60
    assert rested.weights[-1, JAW] < 0.02
    assert np.abs(rested.head[-1]).max() < 0.1
    ((before, after),) = holes(room)
    assert (before, after) == (rested.end, round(4.0 * RATE) * 60 // RATE)
    assert room.events[-1].frames.weights[:, JAW].max() > 0.02


def test_a_rest_before_any_sound_and_twice_is_nothing() -> None:
    async def scene(room: Room) -> None:
        room.mirror.switch("muted")
        room.mirror.switch("closed")
        await asyncio.sleep(1.0)

    assert in_a_room(scene).events == []


def test_a_timeline_that_stood_still_in_a_rest_gives_no_frame_twice() -> None:
    async def scene(room: Room) -> None:
        await room.say(1.0)
        room.mirror.switch("closed")
        await asyncio.sleep(2.0)
        await room.say(2.0)

    frames = in_a_room(scene).frames
    assert frames.end > 2.5 * 60
    assert frames.weights[-30:, JAW].max() > 0.2


def test_sound_that_was_heard_is_cut_off() -> None:
    async def twice(room: Room) -> None:
        for _ in range(50):
            chunk = room.message(MESSAGE_S, 8000)
            room.mirror.hear(chunk)
            room.mirror.hear(chunk)
            await asyncio.sleep(MESSAGE_S)

    once = in_a_room(lambda room: room.say(1.0)).frames
    assert np.array_equal(in_a_room(twice).frames.weights, once.weights)


@pytest.mark.parametrize("lost", ["dropped", "reordered"])
def test_a_lost_message_is_a_short_silence_and_the_rest_lies_where_it_belongs(lost: str) -> None:
    """Of every seven one is lost, or comes after its successor and is cut off."""

    async def scene(room: Room) -> None:
        messages = [room.message(MESSAGE_S, 8000) for _ in range(100)]
        for k in range(3, 100, 7):
            if lost == "dropped":
                messages[k] = messages[k - 1]
            else:
                messages[k], messages[k + 1] = messages[k + 1], messages[k]
        for message in messages:
            room.mirror.hear(message)
            await asyncio.sleep(MESSAGE_S)

    async def silenced(room: Room) -> None:
        for k in range(100):
            message = room.message(MESSAGE_S, 8000)
            room.mirror.hear(replace(message, samples=0 * message.samples) if k % 7 == 3 else message)
            await asyncio.sleep(MESSAGE_S)

    room, other = in_a_room(scene), in_a_room(silenced)
    last = min(room.frames.end, other.frames.end)
    assert last > 1.8 * 60
    assert np.array_equal(room.frames.weights[:last], other.frames.weights[:last])
    assert np.array_equal(room.frames.head[:last], other.frames.head[:last])
    assert room.errors == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["sound", "sound", "sound", "closed", "open"]),
            st.integers(-3 * RATE, 3 * RATE),
            st.integers(0, RATE // 2),
            st.sampled_from([0.0, 0.02, 0.5]),
        ),
        max_size=20,
    )
)
@settings(max_examples=40)
def test_whatever_a_microphone_sends_faces_are_whole_and_their_times_rise(
    sent: list[tuple[str, int, int, float]],
) -> None:
    """Leaps forwards and back, overlaps, empty messages, rests anywhere; then a second of honest sound."""

    async def scene(room: Room) -> None:
        for what, leap, length, wait in sent:
            if what == "sound":
                room.at = max(room.at + leap, 0)
                room.mirror.hear(room.message(length / RATE, 8000))
            else:
                room.mirror.switch(what)  # type: ignore[arg-type]
            await asyncio.sleep(wait)
        room.mirror.switch("open")
        await asyncio.sleep(2 * QUEUE_S)
        room.at = max(room.at, room.mirror._end)
        room.begun = room.at  # type: ignore[attr-defined]
        await room.say(1.0)

    room = in_a_room(scene)
    assert all(before <= after for before, after in holes(room))
    assert all(e.frames.weights.min() >= 0.0 and e.frames.weights.max() <= 1.0 for e in room.events)
    assert all(np.abs(e.frames.head).max() < 90.0 for e in room.events)
    spoken = range(
        (room.begun * 60 // RATE) + 10,  # type: ignore[attr-defined]
        (room.at - round(Loudness.look_ahead * RATE)) * 60 // RATE - 2,
    )
    shown = {i for e in room.events for i in range(e.frames.first, e.frames.end)}
    assert shown.issuperset(spoken)
    assert not set(room.errors) - {"microphone_overflow"}


# --- too fast, too much, too long ---------------------------------------------------------------------


def test_a_network_that_stalled_is_caught_up_with_at_once() -> None:
    async def scene(room: Room) -> None:
        await room.say(1.0)
        await asyncio.sleep(LEEWAY_S - 0.1)
        for _ in range(round((LEEWAY_S - 0.1) / MESSAGE_S)):
            room.mirror.hear(room.message(MESSAGE_S, 8000))
        await asyncio.sleep(0.01)

    room = in_a_room(scene)
    assert room.frames.end >= (1.0 + LEEWAY_S - 0.1 - Loudness.look_ahead - 2 * MESSAGE_S) * 60
    assert room.errors == []


def test_a_clock_that_is_a_little_fast_never_runs_late() -> None:
    async def scene(room: Room) -> None:
        await room.say(60.0, level=0, speed=1.01)

    room = in_a_room(scene)
    assert max(e.lateness for e in room.events) < 1e-6
    assert room.errors == []


@pytest.mark.parametrize("speed", [0.999, 1.001])
def test_an_hour_of_a_clock_that_is_a_little_off_has_every_frame_in_time(speed: float) -> None:
    async def scene(room: Room) -> None:
        for _ in range(36):
            for _ in range(100):
                room.mirror.hear(room.message(1.0, 0))
                await asyncio.sleep(1.0 / speed)
            assert max(e.lateness for e in room.events) < 1e-6
            assert holes(room) == []
            assert room.events[-1].frames.end / 20 > room.at / 8000 - Loudness.look_ahead - 0.1
            room.ears.log.clear()

    room = in_a_room(scene, Room(rate=8000, fps=20))
    assert room.at == 3600 * 8000
    assert room.errors == []


def test_twice_real_time_is_held_and_told_once() -> None:
    async def scene(room: Room) -> None:
        await room.say(60.0, speed=2.0)

    room = in_a_room(scene)
    assert room.errors == ["microphone_overflow"]
    heard = sum(len(e.frames) for e in room.events) / 60
    assert heard < 1.05 * 30.0 + LEEWAY_S
    assert room.events[-1].frames.end / 60 > 60.0 - 2 * QUEUE_S, "the oldest is left out, not the newest"
    assert max(e.lateness for e in room.events) <= QUEUE_S + 0.1


def test_the_queue_is_bounded_at_two_seconds_and_one_message() -> None:
    async def scene(room: Room) -> None:
        for _ in range(round(QUEUE_S / MESSAGE_S)):
            room.mirror.hear(room.message(MESSAGE_S, 0))
        assert room.errors == []
        room.mirror.hear(room.message(MESSAGE_S, 0))
        assert room.errors == ["microphone_overflow"]

    in_a_room(scene)


def test_a_message_longer_than_the_queue_is_heard_alone() -> None:
    async def scene(room: Room) -> None:
        room.mirror.hear(room.message(QUEUE_S + 1.0, 0))
        await asyncio.sleep(0.1)

    assert in_a_room(scene).frames.end > 2.5 * 60


def test_rests_without_end_do_not_pile_up() -> None:
    async def scene(room: Room) -> None:
        for _ in range(20_000):
            room.mirror.hear(room.message(1 / RATE, 0))
            room.mirror.switch("muted")
        assert len(room.mirror._queue) <= 256
        await asyncio.sleep(1.0)

    in_a_room(scene)


def test_an_hour_of_silence_leaves_nothing_behind() -> None:
    def size(value: object, seen: set[int]) -> int:
        """How many values hang on this one."""
        if id(value) in seen or isinstance(value, str | bytes | int | float | np.ndarray | type):
            return 0
        seen.add(id(value))
        held = list(getattr(value, "__dict__", {}).values())
        held += [getattr(value, name) for name in getattr(value, "__slots__", ()) if hasattr(value, name)]
        held += list(value.values()) if isinstance(value, dict) else []
        held += list(value) if isinstance(value, list | tuple | set) else []
        return 1 + len(held) + sum(size(x, seen) for x in held)

    async def scene(room: Room) -> None:
        sizes = []
        for _ in range(2):
            for _ in range(900):
                room.mirror.hear(room.message(0.2, 0))
                await asyncio.sleep(0.2)
            room.ears.log.clear()
            sizes.append(size(room.mirror._take, set()))
        assert sizes[1] < 1.5 * sizes[0]

    in_a_room(scene)


# --- engines that fail or are slow ---------------------------------------------------------------------


class FailingTrack:
    def follow(self, speech: object) -> FaceFrames:
        raise EngineError("the network is not there")

    def settle(self) -> FaceFrames:
        raise AssertionError("nothing to settle")

    def close(self) -> None:
        pass


class FailingDriver(LoudnessDriver):
    def begin(self, fps: int) -> FailingTrack:  # type: ignore[override]
        return FailingTrack()


def test_an_engine_that_fails_is_told_once_and_tried_again_when_it_is_opened() -> None:
    async def scene(room: Room) -> None:
        await room.say(1.0)
        assert room.errors == ["engine_failed"]
        room.mirror.switch("open")
        await room.say(0.1)

    assert in_a_room(scene, Room(FailingDriver())).errors == ["engine_failed"] * 2


def test_a_bug_is_no_end_of_the_session(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(LoudnessDriver):
        def begin(self, fps: int) -> FailingTrack:  # type: ignore[override]
            raise RuntimeError("bug")

    room = in_a_room(lambda room: room.say(0.1), Room(Broken()))
    assert room.errors == ["internal"]
    assert "a mirror failed" in caplog.text


def test_a_face_that_works_aside_is_waited_for_and_sound_gathers_meanwhile() -> None:
    slow = SlowFace(look_ahead_s=0.1, seconds=0.05)
    room = in_a_room(lambda room: room.say(2.0), Room(slow))
    assert room.frames.first == 0
    assert room.frames.end >= (2.0 - 0.1 - 3 * 0.05) * 60
    assert slow.executor.under_way <= 1
    assert len(room.events) < 50, "several messages at a time"


@pytest.mark.parametrize(
    ("seconds", "together"), [(0.005, 1), (BUSY_S - 0.001, 1), (BUSY_S + 0.001, 2), (0.035, 2)]
)
def test_a_busy_server_follows_two_messages_at_once(seconds: float, together: int) -> None:
    """A face for every message, or for every other one and hardly later."""
    slow = SlowFace(look_ahead_s=0.1, seconds=seconds)
    room = in_a_room(lambda room: room.say(2.0), Room(slow))
    assert 100 // together - 7 <= len(room.events) <= 100 // together + 1
    late = [e.lateness for e in room.events[3:]]
    assert max(late) <= seconds + (together - 1) * MESSAGE_S + 1e-6
    assert room.frames.first == 0


def test_a_busy_server_waits_for_no_more_than_there_is() -> None:
    """The last message before a pause without a word, and one before the microphone is closed."""
    slow = SlowFace(look_ahead_s=0.0, seconds=BUSY_S + 0.005)

    async def scene(room: Room) -> None:
        await room.say(0.5)
        await asyncio.sleep(1.0)
        room.paused = len(room.frames)  # type: ignore[attr-defined]
        await room.say(MESSAGE_S)
        room.mirror.switch("closed")
        await asyncio.sleep(slow.executor.seconds + 0.001)
        room.closed = len(room.frames)  # type: ignore[attr-defined]
        await asyncio.sleep(1.0)

    room = in_a_room(scene, Room(slow))
    assert room.paused >= 0.5 * 60 - 1  # type: ignore[attr-defined]
    assert room.closed > room.paused  # type: ignore[attr-defined]
    assert max(e.lateness for e in room.events) <= TOGETHER_S + 2 * slow.executor.seconds + 1e-6


def test_a_server_that_is_no_longer_busy_follows_every_message() -> None:
    slow = SlowFace(look_ahead_s=0.1, seconds=BUSY_S + 0.005)

    async def scene(room: Room) -> None:
        await room.say(1.0)
        slow.executor.seconds = 0.002
        room.before = len(room.events)  # type: ignore[attr-defined]
        await room.say(1.0)

    room = in_a_room(scene, Room(slow))
    assert room.before < 30  # type: ignore[attr-defined]
    assert len(room.events) - room.before > 45  # type: ignore[attr-defined]


def test_every_take_is_closed_once() -> None:
    """After a rest, a long hole, a failure and the end; the track says if it is closed twice."""
    slow = SlowFace(look_ahead_s=0.1, seconds=0.01)

    async def scene(room: Room) -> None:
        await room.say(0.5)
        room.mirror.switch("closed")
        await asyncio.sleep(1.0)
        assert [track.closed for track in slow.tracks] == [True]
        await room.say(0.5)
        room.at += RATE * 2
        await room.say(0.5)
        assert [track.closed for track in slow.tracks] == [True, True, False]
        slow.fails = True
        await room.say(0.1)
        assert [track.closed for track in slow.tracks] == [True] * 3
        slow.fails = False
        room.mirror.switch("open")
        await room.say(0.5)

    in_a_room(scene, Room(slow))
    assert [track.closed for track in slow.tracks] == [True] * 4


@pytest.mark.parametrize("steps", range(1, 40, 3))
def test_a_mirror_that_ends_closes_its_take(steps: int) -> None:
    """Whatever was under way."""
    slow = SlowFace(look_ahead_s=0.1, seconds=0.05)

    async def scene(room: Room) -> None:
        speaking = asyncio.create_task(room.say(0.4))
        for _ in range(steps):
            await asyncio.sleep(0.003)
        if steps % 2:
            room.mirror.switch("closed")
            await asyncio.sleep(0.001 * steps)
        speaking.cancel()

    in_a_room(scene, Room(slow))
    assert slow.tracks and all(track.closed for track in slow.tracks)
    assert slow.executor.under_way == 0


# --- in a session --------------------------------------------------------------------------------------


def drive() -> Session:
    engines = Engines(ScriptedBrain(), SlowVoice(), LoudnessDriver(), LoudnessDriver())
    terms = Terms(Character("test", greeting="Hello!"), Pace(), "drive")
    session = Session("s", terms, engines, VirtualClock())
    session.start()
    return session


def test_a_session_in_drive_mode_has_no_replies() -> None:
    async def scene() -> None:
        session = drive()
        for ask in (session.text, session.say):
            with pytest.raises(PeerError, match="converse") as refused:
                ask("hello")
            assert refused.value.code == "not_available"
        session.greet()
        assert not session.busy
        await session.close("shutdown")

    run_virtual(scene())


def test_each_connection_has_a_stream_of_its_own() -> None:
    async def scene() -> None:
        session = drive()
        for _ in range(2):
            ears = Ears()
            await session.attach(ears)
            session.listen(AudioFormat(RATE))
            for i in range(50):
                session.hear(AudioChunk(np.full(320, 3000, np.int16), AudioFormat(RATE), 320 * i))
                await asyncio.sleep(MESSAGE_S)
            session.detach(ears)
            mirrors = [e for e in ears.events if isinstance(e, MirrorReady)]
            assert (mirrors[0].seq, mirrors[0].frames.first) == (0, 0)
            with pytest.raises(PeerError):
                session.hear(AudioChunk(np.zeros(320, np.int16), AudioFormat(RATE)))
        await session.close("shutdown")

    run_virtual(scene())


def test_a_change_of_mood_is_seen_at_once() -> None:
    async def scene() -> list[FaceFrames]:
        session, ears = drive(), Ears()
        await session.attach(ears)
        session.listen(AudioFormat(RATE))
        for i in range(200):
            if i == 100:
                session.configure(mood="happy")
            session.hear(AudioChunk(np.zeros(320, np.int16), AudioFormat(RATE), 320 * i))
            await asyncio.sleep(MESSAGE_S)
        await session.close("shutdown")
        return [e.frames for e in ears.events if isinstance(e, MirrorReady)]

    smile = FaceFrames.join(run_virtual(scene())).weights[:, CHANNELS.index("mouthSmileLeft")]
    assert smile[:100].max() < 0.02
    assert smile[-20:].min() > 0.06
