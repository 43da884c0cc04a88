"""Loops for a face that waits."""

import numpy as np
import pytest

from blend_shapes.life import loops
from blend_shapes.life.moods import MOODS
from tests.blend_shapes.speech import assert_valid


@pytest.mark.parametrize("name", loops.NAMES)
@pytest.mark.parametrize("fps", [20, 30, 60])
def test_the_last_frame_leads_into_the_first(name: str, fps: int) -> None:
    frames = loops.loop(name, fps)
    assert_valid(frames)
    assert 4.0 <= len(frames) / fps <= 8.0
    for values, smooth in ((frames.weights, 0.01), (frames.head, 0.1)):
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
