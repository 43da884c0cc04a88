"""Turns whose face looks far ahead and works in threads of its own, on a virtual clock."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from blend_shapes.arkit import INDEX
from blend_shapes.face import FaceFrames
from server.engines.faces.articulation import ArticulationDriver
from server.engines.faces.audio2face import Audio2FaceDriver
from server.engines.voices.tone import ToneVoice
from server.turn.events import SegmentReady, TurnEnded, TurnFailed, TurnFlushed
from server.turn.turn import PAUSE_S, pause_s
from tests.fakes.brain import ScriptedBrain
from tests.fakes.ears import check_media
from tests.fakes.face import SlowFace, VirtualExecutor
from tests.fakes.models import Audio2FaceFolder
from tests.fakes.stage import Stage
from tests.fakes.voice import CHARACTER_S, FORMAT, SlowVoice
from tests.virtual_time import VirtualClock, VirtualLoop, run_virtual

REPLY = ("Hello there, my friend. H", 20.0, "ow are you today?")
FIRST_S = len("Hellothere,myfriend.") * CHARACTER_S


@pytest.mark.parametrize("look_ahead_s", [0.0, 0.29, 0.7])
def test_media_has_its_order_and_no_hole(look_ahead_s: float) -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain(*REPLY), face=SlowFace(look_ahead_s, 0.02)) as (session, ears):
            session.text("Hi")
            await asyncio.sleep(40)
            assert any(isinstance(e, TurnEnded) for e in ears.events)
            assert not any(isinstance(e, TurnFailed) for e in ears.events)
            check_media(ears, 1)

    run_virtual(main())


@pytest.mark.parametrize("look_ahead_s", [0.1, PAUSE_S, 0.301, 0.7])
def test_no_sentence_waits_for_the_next_one(look_ahead_s: float) -> None:
    """All of the first sentence is sent long before the brain thinks of the second."""

    async def main() -> None:
        face = SlowFace(look_ahead_s, 0.001)
        async with Stage(ScriptedBrain(*REPLY), SlowVoice(0.001), face=face) as (session, ears):
            session.text("Hi")
            await asyncio.sleep(10)
            assert ears.segments(1)[-1].audio.end >= FORMAT.samples(FIRST_S)
            await asyncio.sleep(40)
            check_media(ears, 1)

    run_virtual(main())


def test_the_pause_between_sentences_is_at_least_the_look_ahead() -> None:
    assert pause_s(ArticulationDriver(), 60) == PAUSE_S
    assert pause_s(SlowFace(0.3, 0), 60) == PAUSE_S
    assert pause_s(SlowFace(0.31, 0), 60) == 0.31


def test_the_first_segment_waits_for_the_face() -> None:
    """Words of 0.4 s come every 0.1 s; the face of a piece of up to 0.25 s takes 0.01 s."""

    async def first_at(look_ahead_s: float) -> float:
        face = SlowFace(look_ahead_s, 0.01)
        brain = ScriptedBrain("four more such word this time here.")
        async with Stage(brain, SlowVoice(0.1), face=face) as (session, ears):
            asked = asyncio.get_running_loop().time()
            session.text("Hi")
            await asyncio.sleep(20)
            return next(at for at, e in ears.log if isinstance(e, SegmentReady)) - asked

    assert run_virtual(first_at(0.2)) == pytest.approx(0.11, abs=1e-3)  # a word, and one piece of it
    assert run_virtual(first_at(0.7)) == pytest.approx(0.24, abs=1e-3)  # two words, two pieces each


@pytest.mark.parametrize("look_ahead_s", [0.0, 0.1, 0.29, 0.5])
def test_a_turn_ends_without_a_jump(look_ahead_s: float) -> None:
    """A face that looks less far ahead than the pause is long has shown frames after the speech already."""

    async def main() -> None:
        face = SlowFace(look_ahead_s, 0.001)
        async with Stage(ScriptedBrain("Hello there."), face=face) as (session, ears):
            for number in range(1, 9):
                session.text("Hi")
                await asyncio.sleep(5)
                shown = FaceFrames.join(s.frames for s in ears.segments(number))
                lids = shown.weights[:, INDEX["eyeBlinkLeft"]]
                assert np.abs(np.diff(shown.head, axis=0)).max() < 0.4
                assert np.abs(np.diff(lids)).max() < 0.4

    run_virtual(main())


def test_turns_take_their_turn_with_the_face() -> None:
    """Ten sessions at once, one worker: none is done before every other one has begun."""

    async def main() -> None:
        face = SlowFace(0.2, 0.01)
        stages = [Stage(ScriptedBrain("One two three four five."), face=face) for _ in range(10)]
        for stage in stages:
            session, _ = await stage.__aenter__()
            session.text("Hi")
        await asyncio.sleep(30)
        times = [[t for t, e in stage.ears.log if isinstance(e, SegmentReady)] for stage in stages]
        assert max(t[0] for t in times) < min(t[-1] for t in times)
        assert max(t[0] for t in times) - min(t[0] for t in times) <= 10 * 4 * 0.01
        for stage in stages:
            check_media(stage.ears, 1)
            await stage.__aexit__()

    run_virtual(main())


def test_a_turn_can_be_stopped_at_every_step_and_leaves_no_work() -> None:
    """At whatever step of the loop the interrupt comes."""

    def stopped_at(step: int) -> bool:
        async def main() -> bool:
            face = SlowFace(0.4, 0.05)
            async with Stage(ScriptedBrain("One two. ", "Three four."), face=face) as (session, ears):
                loop = asyncio.get_running_loop()
                assert isinstance(loop, VirtualLoop)
                begin = loop.steps
                loop.before_step = lambda n: (
                    session.interrupt("client_asked") if n == begin + step else None
                )
                session.text("Hi")
                await asyncio.sleep(10)
                loop.before_step = None
                flushed = [e for e in ears.events if isinstance(e, TurnFlushed)]
                assert face.executor.under_way == 0
                assert all(track.closed for track in face.tracks)
                if flushed:
                    at = ears.events.index(flushed[0])
                    assert not any(isinstance(e, SegmentReady) for e in ears.events[at:])
                begun = face.executor.begun
                session.text("Again")
                await asyncio.sleep(10)
                check_media(ears, 2)
                assert face.executor.begun > begun
                assert face.tracks[-1].closed
                return bool(flushed)

        return run_virtual(main())

    assert stopped_at(20)
    steps = 20
    while stopped_at(steps):
        steps += 7
    assert steps > 80


def test_a_turn_with_a_model_of_others(tmp_path: Path) -> None:
    """Audio2Face around a small network, each job of it 20 ms: order, times, and what it says of the voice.

    The network says the sample at a pose's time; the voice's tones go to 6000 of 32768.
    """

    async def main() -> None:
        driver = Audio2FaceDriver(str(Audio2FaceFolder((3.0,)).write(tmp_path / "small")))
        driver.executor.shutdown()
        driver.executor = VirtualExecutor(0.02)  # type: ignore[assignment]
        voice = ToneVoice(16_000, clock=VirtualClock())
        async with Stage(ScriptedBrain(*REPLY), voice, face=driver) as (session, ears):
            session.text("Hi")
            await asyncio.sleep(15)
            spoken = ears.segments(1)[-1].audio.end / 16_000
            assert spoken >= len("Hello there, my friend") * 0.06 - 1e-9
            await asyncio.sleep(30)
            check_media(ears, 1)
            segments = ears.segments(1)
            shown = FaceFrames.join(s.frames for s in segments)
            heard = np.concatenate([s.audio.samples for s in segments]) / 32_768
            jaw = shown.weights[:, INDEX["jawOpen"]]
            at_poses = heard[np.minimum(np.arange(0, len(jaw) - 60, 2) * 16_000 // 60, len(heard) - 1)]
            loud = np.flatnonzero(at_poses > 0.1)[1:]  # the first is in the ramp of the beginning
            assert len(loud) > 10
            assert np.abs(jaw[loud * 2] - 3.0 * at_poses[loud]).max() < 0.08  # life adds a little
            assert shown.weights.min() >= 0.0 and shown.weights.max() <= 1.0
            assert (shown.weights[:, INDEX["mouthClose"]] <= jaw).all()
            looks = [i for name, i in INDEX.items() if name.startswith("eyeLook")]
            assert shown.weights[:, looks].max() > 0.02  # life, which the model has not
            assert np.abs(shown.head).max() > 0.2

    run_virtual(main())
