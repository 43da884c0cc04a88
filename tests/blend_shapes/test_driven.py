import numpy as np
import pytest
from numpy.typing import NDArray

from blend_shapes.arkit import INDEX
from blend_shapes.articulation.shapes import REST_FACE
from blend_shapes.driven import EASE_S, SILENCE, DrivenMouth
from blend_shapes.face import FaceFrames

RATE = 30
JAW, CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]
AHEAD = DrivenMouth.ramp(RATE)


def poses(count: int, jaw: float = 0.6, close: float = 0.0) -> NDArray[np.float32]:
    face = np.zeros((count, 52), np.float32)
    face[:, JAW], face[:, CLOSE] = jaw, close
    return face


def drive(
    run: NDArray[np.float32], loudness: NDArray[np.float32], fps: int = 30, cut: int = 1000
) -> FaceFrames:
    """The whole turn, given in runs of `cut` poses; its sound is as long as the run."""
    mouth, parts = DrivenMouth(RATE, fps), []
    louder = np.concatenate([loudness, np.zeros(AHEAD, np.float32)])
    for i in range(0, len(run), cut):
        some = run[i : i + cut]
        parts.append(mouth.follow(some, louder[i : i + len(some) + AHEAD]))
    return FaceFrames.join([*parts, mouth.settle(len(run) / RATE)])


def loud(count: int) -> NDArray[np.float32]:
    return np.full(count, 0.1, np.float32)


@pytest.mark.parametrize("fps", [24, 30, 60])
@pytest.mark.parametrize("cut", [1, 6])
def test_no_cutting_changes_a_frame(fps: int, cut: int) -> None:
    run = np.random.default_rng(2).uniform(size=(60, 52)).astype(np.float32)
    loudness = np.where(np.arange(60) % 40 < 20, 0.1, 0.0).astype(np.float32)
    whole, pieces = drive(run, loudness, fps), drive(run, loudness, fps, cut)
    assert np.array_equal(whole.weights, pieces.weights) and pieces.first == 0


def test_a_turn_begins_and_ends_at_rest() -> None:
    face = drive(poses(60), loud(60))
    jaw = face.weights[:, JAW]
    assert jaw[0] < 0.3 and jaw[AHEAD - 1] == pytest.approx(0.6)
    assert (jaw[AHEAD:59] == pytest.approx(0.6, abs=1e-6)) and jaw[60] == pytest.approx(0.6, abs=1e-6)
    assert np.allclose(face.weights[-1], REST_FACE)
    assert len(face) == np.ceil((2.0 + EASE_S) * 30) + 1


@pytest.mark.parametrize("silent", [6, 7, 30])
def test_the_mouth_rests_in_a_pause_of_seven_poses_and_is_back_before_the_sound(silent: int) -> None:
    loudness = loud(80)
    loudness[20 : 20 + silent] = SILENCE * 0.99
    jaw = drive(poses(80), loudness).weights[:, JAW]
    back = 20 + silent
    assert jaw[25] == pytest.approx(0.6)  # six silent poses are no pause
    assert jaw[back] == pytest.approx(0.6)
    if silent == 30:
        assert jaw[26 + AHEAD : back - AHEAD] == pytest.approx(REST_FACE[0, JAW])
    else:
        assert jaw[20:back] == pytest.approx(0.6)  # too short to close and open again


def test_silence_has_a_level() -> None:
    below, at = (
        drive(poses(40), np.full(40, level, np.float32)).weights[:, JAW]
        for level in (SILENCE * 0.99, SILENCE)
    )
    assert below == pytest.approx(REST_FACE[0, JAW])
    assert at[20] == pytest.approx(0.6)


def test_what_holds_for_every_mouth_holds() -> None:
    wild = np.random.default_rng(3).uniform(size=(60, 52)).astype(np.float32)
    wild[:, CLOSE] = 1.0
    weights = drive(wild, loud(60), 90).weights
    assert weights.min() >= 0.0 and weights.max() <= 1.0
    assert (weights[:, CLOSE] <= weights[:, JAW]).all()


def test_a_turn_without_sound_is_at_rest() -> None:
    face = DrivenMouth(RATE, 60).settle(0.0)
    assert face.first == 0 and len(face) > 0
    assert np.allclose(face.weights, REST_FACE)


def test_loudness_must_reach_ahead() -> None:
    with pytest.raises(ValueError, match="loudness of 8 poses"):
        DrivenMouth(RATE, 60).follow(poses(5), loud(7))
