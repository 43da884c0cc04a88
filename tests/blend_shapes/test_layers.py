"""A living face: what must hold with all layers, and what each layer adds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blend_shapes.arkit import INDEX
from blend_shapes.articulation import Mouth
from blend_shapes.articulation.shapes import REST_FACE
from blend_shapes.face import FaceFrames
from blend_shapes.layers import LivingFace
from blend_shapes.life.gestures import GESTURES
from blend_shapes.life.moods import MOODS
from blend_shapes.metrics import CLOSED, aperture, least_within
from blend_shapes.phonemes.timing import PhoneTiming
from tests.blend_shapes.speech import SENTENCE, assert_valid, life_of, mouth_of, speeches, spoken

LONG = spoken(SENTENCE * 8)
JAW = INDEX["jawOpen"]


def silent(seconds: float, mood: str = "neutral", intensity: float = 0.5, seed: int = 5) -> FaceFrames:
    """A face in silence, never settled."""
    mouth, life = Mouth(60), LivingFace(60, seed, mood, intensity)
    return life.compose(mouth.follow([], seconds))


@given(speeches(), st.sampled_from(sorted(MOODS)), st.floats(0.0, 1.0), st.integers(0, 2**63))
@settings(max_examples=60)
def test_any_speech_in_any_mood_is_valid_and_ends_at_rest(
    phones: list[PhoneTiming], mood: str, intensity: float, seed: int
) -> None:
    frames = life_of(phones, mood=mood, intensity=intensity, seed=seed)
    assert_valid(frames)
    assert np.array_equal(frames.weights[-1:], REST_FACE)
    assert not frames.head[-1].any()
    assert np.abs(np.diff(frames.head, axis=0)).max() * 60 < 60.0 + 20.0 * (len(phones) > 0)


@given(speeches(), st.lists(st.floats(0.0, 5.0), max_size=8), st.sampled_from(sorted(MOODS)))
@settings(max_examples=60)
def test_frames_do_not_depend_on_the_cutting(
    phones: list[PhoneTiming], cuts: list[float], mood: str
) -> None:
    whole, cut = life_of(phones, mood=mood), life_of(phones, cuts=cuts, mood=mood)
    assert np.array_equal(whole.weights, cut.weights)
    assert np.array_equal(whole.head, cut.head)


def test_a_long_turn_does_not_depend_on_the_cutting() -> None:
    whole = life_of(LONG, mood="happy")
    cut = life_of(LONG, mood="happy", cuts=tuple(np.arange(0.013, LONG[-1].end, 0.217)))
    assert np.array_equal(whole.weights, cut.weights)
    assert np.array_equal(whole.head, cut.head)


@given(speeches(), st.sampled_from(sorted(MOODS)))
@settings(max_examples=20)
def test_30_and_60_frames_a_second_agree(phones: list[PhoneTiming], mood: str) -> None:
    at_60, at_30 = life_of(phones, mood=mood), life_of(phones, fps=30, mood=mood)
    n = min((len(at_60) - 1) // 2, len(at_30) - 1)
    assert np.array_equal(at_60.weights[: 2 * n : 2], at_30.weights[:n])
    assert np.array_equal(at_60.head[: 2 * n : 2], at_30.head[:n])


@pytest.mark.parametrize("mood", sorted(MOODS))
def test_no_mood_opens_a_closure(mood: str) -> None:
    phones = spoken(["a", "m", "a", "b", "a", "p", "i", "m", "u", "b", "ɛ", "p", "a"] * 4, length=0.1)
    frames = life_of(phones, mood=mood, intensity=1.0)
    lips = aperture(frames.weights)
    for p in phones:
        if p.phone in ("m", "b", "p"):
            assert least_within(lips, frames, p.start, p.release) <= CLOSED, (mood, p)


@pytest.mark.parametrize("mood", sorted(set(MOODS) - {"neutral"}))
def test_every_mood_shows_and_the_mouth_keeps_less_of_it_in_speech(mood: str) -> None:
    quiet, neutral = silent(3.0, mood), silent(3.0)
    assert np.abs(quiet.weights[-1] - neutral.weights[-1]).max() > 0.01
    shapes = [i for n, i in INDEX.items() if n.startswith(("mouthSmile", "mouthFrown", "mouthStretch"))]
    at = slice(120, 150)
    talking = life_of(LONG, mood=mood).weights[at] - life_of(LONG).weights[at]
    resting = quiet.weights[at] - neutral.weights[at]
    assert talking[:, shapes].max() <= 0.5 * max(resting[:, shapes].max(), 0.01)


def test_moods_fade_over() -> None:
    mouth, life = Mouth(60), LivingFace(60, 1, "neutral")
    life.feel(1.0, "happy", 1.0)
    life.feel(3.0, "sad", 1.0)
    smile = life.compose(mouth.follow([], 6.0)).weights[:, INDEX["mouthSmileLeft"]]
    assert smile[60] < 0.01 and smile[110] > 0.5 and smile[300] < 0.01
    assert np.abs(np.diff(smile)).max() < 0.05


def test_unknown_moods_are_refused_with_the_list() -> None:
    with pytest.raises(ValueError, match="no mood 'bored'; there are neutral, happy"):
        LivingFace(60, 1, "bored")
    life = LivingFace(60, 1)
    with pytest.raises(ValueError, match="no mood"):
        life.feel(0.0, "", 0.5)
    for wrong in (-0.01, 1.01):
        with pytest.raises(ValueError, match="0 to 1"):
            life.feel(0.0, "happy", wrong)
    life.feel(0.0, "happy", 0.0)
    life.feel(0.0, "happy", 1.0)


@pytest.mark.parametrize("name", GESTURES)
def test_gestures_show_and_pass(name: str) -> None:
    mouth, life = Mouth(60), LivingFace(60, 1)
    assert life.gesture(1.0, name)
    frames = life.compose(mouth.follow([], 5.0))
    still = silent(5.0, seed=1)
    change = np.abs(frames.weights - still.weights).max(axis=1) * 10 + np.abs(frames.head - still.head).max(
        axis=1
    )
    assert change[:53].max() < 1e-6 and change[60:120].max() > 1.0 and change[205:].max() < 1e-6
    assert np.abs(np.diff(frames.head, axis=0)).max() * 60 < 60.0


def test_a_stranger_to_the_face_is_not_its_gesture() -> None:
    assert not LivingFace(60, 1).gesture(0.0, "wave")


def test_one_seed_is_one_take() -> None:
    assert np.array_equal(life_of(LONG, seed=1).weights, life_of(LONG, seed=1).weights)
    assert not np.array_equal(life_of(LONG, seed=1).weights, life_of(LONG, seed=2).weights)


def test_speech_moves_head_and_brows() -> None:
    frames = life_of(LONG)
    assert frames.weights[:, INDEX["browInnerUp"]].max() > 0.15
    spoken_pitch, quiet = frames.head[:, 1], silent(20.0, seed=3).head[: len(frames), 1]
    assert spoken_pitch.min() < quiet.min() - 1.0
    angry = life_of(LONG, mood="angry", intensity=0.3).weights
    assert angry[:, INDEX["browInnerUp"]].max() < 0.05


def test_the_mouth_itself_is_not_disturbed_by_life() -> None:
    mouth, living = mouth_of(LONG), life_of(LONG)
    n = len(mouth)
    assert np.abs(living.weights[:n, JAW] - mouth.weights[:, JAW]).max() < 0.06
    assert np.corrcoef(aperture(living.weights[:n]), aperture(mouth.weights))[0, 1] > 0.99


def test_most_shapes_are_alive_in_a_minute() -> None:
    weights = life_of(spoken([*SENTENCE, "_", *"ð ə w ˈɜː d z θ ɹ uː".split()] * 17), mood="happy").weights
    assert (weights.std(axis=0) > 0.005).sum() >= 40


def test_sound_without_phones_counts_as_speech() -> None:
    mouth = FaceFrames(0, 60, np.repeat(REST_FACE, 120, axis=0), np.zeros((120, 3), np.float32))
    face = {}
    for known in (False, True):
        life = LivingFace(60, 1, "happy", 1.0)
        for t in range(1, 11):
            life.hear([] if known else None, t * 0.3)
        face[known] = life.compose(mouth).weights[-1, INDEX["mouthSmileLeft"]]
    assert face[False] < 0.5 * face[True]


def test_life_of_hours_stays_small() -> None:
    mouth, life = Mouth(30), LivingFace(30, 1)
    for t in range(0, 1200, 20):
        phones = spoken(["m", "ˈa"] * 5, start=float(t))
        life.hear(phones, t + 20.0)
        life.compose(mouth.follow(phones, t + 20.0))
    assert len(life._pulses) < 20
    assert len(life._ear._talk.rows()) < 5
    assert len(life._ear._marks) < 5
    assert len(life._blinks._occasions) < 5


def test_no_frames_no_work() -> None:
    life = LivingFace(60, 1)
    assert len(life.compose(FaceFrames.empty(0, 60))) == 0
    tail = life.settle(FaceFrames.empty(0, 60), 0.0)
    assert np.array_equal(tail.weights[-1:], REST_FACE)


def test_a_stranger_rate_is_refused() -> None:
    life = LivingFace(60, 1)
    with pytest.raises(ValueError, match="8000 to 48000"):
        life.listen(np.zeros(10, np.int16), 4000)
    life.listen(np.zeros(10, np.int16), 16000)
    with pytest.raises(ValueError, match="16000 samples a second goes on with 8000"):
        life.listen(np.zeros(10, np.int16), 8000)
