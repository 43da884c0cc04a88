"""Moods that pass into each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blend_shapes.arkit import INDEX
from blend_shapes.life.feelings import FADE_IN_S, FADE_OUT_S, Feelings
from blend_shapes.life.moods import MOODS
from blend_shapes.life.pulses import WIDTH

HZ = 240
changes = st.lists(
    st.tuples(st.floats(0.0, 3.0), st.sampled_from(sorted(MOODS)), st.floats(0.0, 1.0)), max_size=6
)


def faces(
    *spans: tuple[float, str, float], seconds: float = 5.0
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Upper face and mouth side by side, shape (times, 116), in pieces of a quarter of a second."""
    feelings = Feelings("neutral", 0.0)
    for span in spans:
        feelings.change(*span)
    runs = []
    for times in np.split(np.arange(round(seconds * HZ)) / HZ, round(seconds * 4)):
        runs.append(
            np.concatenate([np.broadcast_to(f, (len(times), WIDTH)) for f in feelings.face(times)], axis=1)
        )
        feelings.forget(float(times[-1]))
    return np.concatenate(runs)


def aim(mood: str, intensity: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.float32(intensity) * np.concatenate([MOODS[mood].upper, MOODS[mood].mouth])


def test_fades_take_their_time() -> None:
    """300 to 600 ms in, 600 to 1200 ms out."""
    smile = faces((1.0, "happy", 1.0), (3.0, "neutral", 0.5))[:, WIDTH + INDEX["mouthSmileLeft"]]
    t = np.arange(len(smile)) / HZ
    full = t[smile >= 0.6 - 1e-6]
    assert not smile[t <= 1.0].any()
    assert 0.3 <= full[0] - 1.0 <= 0.6
    gone = t[(t > 3.0) & (smile <= 0)]
    assert 0.6 <= gone[0] - 3.0 <= 1.2
    assert full[-1] == pytest.approx(3.0, abs=0.02)


@pytest.mark.parametrize("mood", sorted(MOODS))
@pytest.mark.parametrize("other", ["happy", "sad", "fear", "neutral"])
def test_crossing_neither_dips_nor_overshoots(mood: str, other: str) -> None:
    """Each shape goes from one mood's to the other's straight."""
    crossing = faces((-9.0, mood, 1.0), (1.0, other, 0.7))
    before, after = aim(mood, 1.0), aim(other, 0.7)
    steps = np.diff(crossing, axis=0) * np.sign(after - before)
    assert steps.min() >= -1e-6
    assert np.allclose(crossing[0], before) and np.array_equal(crossing[-1], after)


@given(changes)
@settings(max_examples=60)
def test_no_change_makes_the_face_jump(spans: list[tuple[float, str, float]]) -> None:
    face = faces(*spans)
    largest = max([float(np.abs(aim(mood, strength)).max()) for _, mood, strength in spans], default=0.0)
    assert np.abs(face).max() <= largest * 1.00001
    weights = np.concatenate([face[:, :52], face[:, WIDTH : WIDTH + 52]], axis=1)
    assert np.abs(np.diff(weights, axis=0)).max() * HZ <= 1.5 / FADE_IN_S + 0.05


@given(changes, st.floats(0.05, 0.5))
@settings(max_examples=30)
def test_any_times_can_be_asked_for_together(spans: list[tuple[float, str, float]], step: float) -> None:
    whole = faces(*spans)
    feelings = Feelings("neutral", 0.0)
    for span in spans:
        feelings.change(*span)
    once = [np.broadcast_to(f, (5 * HZ, WIDTH)) for f in feelings.face(np.arange(5 * HZ) / HZ)]
    assert np.array_equal(whole, np.concatenate(once, axis=1))


def test_what_is_over_is_forgotten() -> None:
    feelings = Feelings("happy", 0.5)
    feelings.change(1.0, "sad", 0.5)
    feelings.forget(1.0 + FADE_OUT_S - 0.01)
    assert feelings.at(0.5).name == "happy"
    feelings.forget(1.0 + FADE_OUT_S)
    assert feelings.at(1.0).name == "sad"
    assert np.array_equal(feelings.face(np.array([2.0]))[0], np.float32(0.5) * MOODS["sad"].upper)


def test_a_change_is_not_before_the_last() -> None:
    feelings = Feelings("neutral", 0.5)
    feelings.change(2.0, "sad", 0.5)
    feelings.change(1.0, "happy", 0.5)
    assert [feelings.at(t).name for t in (1.5, 2.0)] == ["neutral", "happy"]
