"""The drivers that can be measured, by name."""

import numpy as np
import pytest

from blend_shapes.arkit import INDEX
from blend_shapes.articulation import LOOK_AHEAD_S, pose
from blend_shapes.audio.loudness import Loudness
from blend_shapes.evaluation.drivers import STREAMS, Captured, able, default, driver, on_grid, turn
from blend_shapes.evaluation.recording import Capture, Recording
from tests.blend_shapes.evaluation.made import RATE, phones, spoken, voice

SAID = spoken("m a b a f a")
BLINK = INDEX["eyeBlinkLeft"]


def captured(rate: float = 30.0, start: float = 0.0) -> Capture:
    weights = np.zeros((31, 52), np.float32)
    weights[:, INDEX["jawOpen"]] = np.linspace(0, 1, 31)
    return Capture(weights, rate, np.zeros(31), start)


def test_articulation_is_the_mouth_with_or_without_life() -> None:
    bare, alive, happy = (
        driver(n).frames(SAID) for n in ("articulation:mouth", "articulation", "articulation:happy")
    )
    n = round(SAID.seconds * 60)
    silent = turn(SAID.phones or (), SAID.seconds, mood=None)
    assert np.abs(silent.weights[:n] - pose(SAID.phones or (), np.arange(n) / 60)).max() < 1e-6
    heard = turn(SAID.phones or (), SAID.seconds, (SAID.samples, RATE), mood=None)
    assert np.array_equal(bare.weights, heard.weights)
    assert not np.array_equal(bare.weights, silent.weights)
    assert not bare.weights[:, BLINK].any()
    assert alive.weights[:, BLINK].any()
    smile = INDEX["mouthSmileLeft"]
    assert happy.weights[:n, smile].mean() > alive.weights[:n, smile].mean() + 0.05
    assert driver("articulation").look_ahead == LOOK_AHEAD_S


def test_chunks_do_not_change_a_turn() -> None:
    whole, cut = (turn(phones("m a b a"), 1.5, chunk_s=c) for c in (9.0, 0.1))
    assert (whole.weights == cut.weights).all()
    sound = SAID.samples, RATE
    whole, cut = (turn(SAID.phones or (), SAID.seconds, sound, chunk_s=c) for c in (9.0, 0.1))
    assert (whole.weights == cut.weights).all()


def test_a_driver_of_sound_hears_everything_in_order() -> None:
    loud = driver("loudness")
    mouth = Loudness(60, RATE)
    expected = [mouth.follow(SAID.samples), mouth.settle()]
    found = loud.frames(SAID)
    assert (found.weights == np.concatenate([e.weights for e in expected])).all()
    assert loud.look_ahead == Loudness.look_ahead
    assert loud.needs == "sound"


def test_a_capture_is_played_back_on_the_grid() -> None:
    found = Captured().frames(Recording("a", voice([], 2.0), RATE, capture=captured(start=0.5)))
    jaw = found.weights[:, INDEX["jawOpen"]]
    assert len(jaw) == 121
    assert jaw[30:91] == pytest.approx(np.linspace(0, 1, 61), abs=1e-6)
    assert jaw[:30].max() == 0.0
    assert jaw[91:].min() == 1.0
    assert not Captured().frames(SAID).weights.any()
    assert len(on_grid(captured(), 0.0)) == 1


def test_who_can_follow_what() -> None:
    sound = Recording("a", voice([], 1.0), RATE)
    faced = Recording("b", voice([], 1.0), RATE, capture=captured())
    for name, follows in (("articulation", SAID), ("capture", faced), ("loudness", sound)):
        assert able(driver(name), follows)
    assert not able(driver("articulation"), faced)
    assert not able(driver("capture"), SAID)


def test_names() -> None:
    names = [d.name for d in default()]
    assert names == ["capture", "articulation", "articulation:mouth", *STREAMS]
    assert [driver(n).name for n in names] == names
    for unknown in ("", "articulation:jolly", "loudness:mouth", "audio2"):
        with pytest.raises(ValueError, match=r"no driver .*there are articulation.*loudness.*happy"):
            driver(unknown)
