"""Loops for a face that waits."""

import numpy as np
import pytest
from numpy.typing import NDArray

from blend_shapes.arkit import INDEX
from blend_shapes.face import FaceFrames
from blend_shapes.life import loops
from blend_shapes.life.moods import MOODS
from python_client.media_clock import Heard
from python_client.sampler import Sampler
from tests.blend_shapes.speech import assert_valid

SIZE = 55
QUIET = Heard(-1, 0, "idle")


def gaze(weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """Yaw and pitch of both eyes together, degrees, shape (frames, 2)."""
    w = {name: weights[:, INDEX["eyeLook" + name]] for name in
         ("OutLeft", "InLeft", "InRight", "OutRight", "UpLeft", "DownLeft")}  # fmt: skip
    yaw = 15.0 * (w["OutLeft"] - w["InLeft"] + w["InRight"] - w["OutRight"])
    return np.stack([yaw, 25.0 * (w["UpLeft"] - w["DownLeft"])], axis=1).astype(np.float64)


def away(frames: FaceFrames) -> NDArray[np.float64]:
    """How far from the listener's face the eyes look, degrees."""
    return np.asarray(np.hypot(*gaze(frames.weights).T))


def blinks(frames: FaceFrames) -> int:
    shut = frames.weights[:, INDEX["eyeBlinkRight"]] > 0.9
    return int((np.diff(shut.astype(int), append=shut[:1]) == 1).sum())


@pytest.mark.parametrize("name", loops.NAMES)
@pytest.mark.parametrize("fps", [20, 30, 60])
def test_the_last_frame_leads_into_the_first(name: str, fps: int) -> None:
    frames = loops.loop(name, fps)
    assert_valid(frames)
    assert 10.0 <= len(frames) / fps <= 20.0
    for values, smooth in ((frames.weights, 0.01), (frames.head, 0.2)):
        assert np.abs(values[0] - values[-1]).max() < smooth
        again = np.concatenate([values, values])
        jerk = np.abs(np.diff(again, n=2, axis=0))
        seam = jerk[len(values) - 2 : len(values) + 1]
        assert seam.max() <= jerk.max()


@pytest.mark.parametrize("name", loops.NAMES)
def test_a_loop_is_alive(name: str) -> None:
    frames = loops.loop(name, 60)
    assert frames.weights[:, 0].max() == 1.0, "it blinks"
    assert (frames.weights.std(axis=0) > 0.002).sum() >= 10
    assert frames.head.std(axis=0).min() > 0.2
    assert np.abs(np.diff(frames.head, axis=0)).max() * 60 < 60.0
    assert np.abs(frames.head).max(axis=0)[[0, 2]].max() < 6.0, "a turn begins with the head in the middle"


@pytest.mark.parametrize(
    ("name", "least", "most"), [("idle", 14, 20), ("listening", 7, 12), ("thinking", 7, 12)]
)
def test_blinks_fit_the_state(name: str, least: float, most: float) -> None:
    frames = loops.loop(name, 60)
    assert least <= blinks(frames) * 60 / (len(frames) / 60) <= most


@pytest.mark.parametrize("name", loops.NAMES)
def test_breaths_a_minute(name: str) -> None:
    """12 to 16, seen where the nostrils widen."""
    sneer = loops.loop(name, 60).weights[:, INDEX["noseSneerLeft"]]
    full = (sneer > 0.9 * sneer.max()).astype(int)
    breaths = int((np.diff(full, append=full[:1]) == 1).sum())
    assert 12 <= breaths * 60 / (len(sneer) / 60) <= 16


def test_who_listens_or_waits_keeps_contact_and_who_thinks_looks_away() -> None:
    share = {name: float((away(loops.loop(name, 60)) < 5.0).mean()) for name in loops.NAMES}
    assert 0.8 <= share["idle"] <= 0.95
    assert 0.9 <= share["listening"] < 1.0
    assert share["thinking"] < 0.01


def test_who_thinks_moves_the_eyes_every_one_or_two_seconds() -> None:
    eyes = gaze(loops.loop("thinking", 60).weights)
    moving = np.hypot(*np.diff(eyes, axis=0, append=eyes[:1]).T) > 0.8
    starts = np.flatnonzero(np.diff(moving.astype(int), append=moving[:1]) == 1) / 60
    dwells = np.diff(starts, append=starts[0] + 13.0)
    assert 6 <= len(dwells) <= 12
    assert dwells.min() >= 0.6 and np.median(dwells) <= 2.0


def test_who_listens_nods() -> None:
    pitch = loops.loop("listening", 60).head[:, 1]
    assert 1 <= (np.diff((pitch < -4.0).astype(int)) == 1).sum() <= 4


def client() -> Sampler:
    """A client that has the loops."""
    sampler = Sampler(SIZE)
    for name in loops.NAMES:
        frames = loops.loop(name, 30)
        sampler.set_loop(name, 30.0, list(np.concatenate([frames.weights, frames.head], axis=1)))
    return sampler


def test_thinking_looks_away_within_200_ms() -> None:
    """At a client, from whatever moment of its loops."""
    for start in np.arange(0.0, 17.0, 0.37):
        sampler = client()
        sampler.sample(start, QUIET, "idle")
        sampler.sample(start + 0.01, QUIET, "thinking")
        face, _ = sampler.sample(start + 0.21, QUIET, "thinking")
        assert np.hypot(*gaze(face[None, :52])[0]) > 5.0, start


def test_who_was_interrupted_attends_at_once() -> None:
    """Cut off in mid-word: after 150 ms the mouth is at rest and the eyes are back, then the brows rise."""
    word = np.zeros(SIZE, np.float32)
    for name, weight in (
        ("jawOpen", 0.5),
        ("mouthFunnel", 0.4),
        ("eyeLookOutLeft", 0.7),
        ("eyeLookInRight", 0.7),
    ):
        word[INDEX[name]] = weight
    seen = []
    for start in np.arange(0.0, 17.0, 0.37):
        sampler = client()
        for frame in range(60):
            sampler.insert(1, frame * 16_667, word)
        for t in np.arange(0.0, 0.5, 1 / 60):
            sampler.sample(start + t, Heard(1, round(t * 1e6), "playing"), "speaking")
        sampler.flush(1)
        for t in np.arange(0.5, 0.66, 1 / 60):
            face, _ = sampler.sample(start + t, QUIET, "listening")
        assert face[INDEX["jawOpen"]] < 0.06 and face[INDEX["mouthFunnel"]] < 0.02
        seen.append(np.hypot(*gaze(face[None, :52])[0]) < 6.0)
        later, _ = sampler.sample(start + 1.0, QUIET, "listening")
        assert 0.10 < later[INDEX["browInnerUp"]] < 0.2
    assert np.mean(seen) > 0.85


def test_loops_in_a_mood() -> None:
    for mood in MOODS:
        assert_valid(loops.loop("idle", 30, mood))
    happy, plain = loops.loop("idle", 30, "happy"), loops.loop("idle", 30)
    assert (happy.weights - plain.weights).max() > 0.1


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="no loop 'sleeping'; there are idle, listening, thinking"):
        loops.loop("sleeping", 30)
    with pytest.raises(ValueError, match="no mood"):
        loops.loop("idle", 30, "sleepy")
