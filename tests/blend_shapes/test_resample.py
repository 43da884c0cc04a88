import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from blend_shapes.resample import BEYOND, MonotoneCubic

RATES = st.sampled_from([24, 25, 30, 60])
FPS = st.sampled_from([24, 30, 48, 60, 90, 144])


def noise(count: int, seed: int = 3) -> NDArray[np.float32]:
    return np.random.default_rng(seed).uniform(size=(count, 3)).astype(np.float32)


def frames(poses: NDArray[np.float32], rate: int, fps: int) -> NDArray[np.float32]:
    stream = MonotoneCubic(rate, fps, poses.shape[1])
    return np.concatenate([stream.feed(poses), stream.finish((len(poses) - 1) * fps // rate + 1)])


@given(RATES, FPS)
def test_it_is_the_monotone_cubic_through_the_poses(rate: int, fps: int) -> None:
    """Checked against scipy's, whose slopes between two poses are the same ones for equal steps."""
    poses = noise(40)
    found = frames(poses, rate, fps)
    times = np.arange(len(found)) / fps
    inner = (times >= 1 / rate) & (times <= 38 / rate)  # its ends have slopes of their own
    expected = PchipInterpolator(np.arange(40) / rate, poses)(times)
    assert np.allclose(found[inner], expected[inner], atol=1e-5)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), RATES, FPS)
def test_no_cutting_changes_a_frame(cuts: list[int], rate: int, fps: int) -> None:
    poses = noise(sum(cuts) + 1)
    stream, parts = MonotoneCubic(rate, fps, 3), []
    for begin, length in zip(np.cumsum([0, *cuts]), cuts, strict=False):
        parts.append(stream.feed(poses[begin : begin + length]))
    parts.append(stream.feed(poses[sum(cuts) :]))
    parts.append(stream.finish((len(poses) - 1) * fps // rate + 1))
    assert np.array_equal(np.concatenate(parts), frames(poses, rate, fps))


def test_a_frame_is_certain_when_the_poses_beyond_it_are_known() -> None:
    stream = MonotoneCubic(30, 60, 3)
    poses = noise(10)
    given_out = [len(stream.feed(poses[i : i + 1])) for i in range(10)]
    # Pose 0 is frame 0. Frame 1, between poses 0 and 1, wants BEYOND more than pose 0; then two a pose.
    assert given_out == [1, 0, 2, 2, 2, 2, 2, 2, 2, 2]
    assert BEYOND == 2


def test_frames_at_the_time_of_a_pose_are_that_pose() -> None:
    poses = noise(10)
    assert np.array_equal(frames(poses, 30, 60)[::2], poses)
    assert np.array_equal(frames(poses, 30, 30), poses)


@given(st.integers(0, 1000), FPS)
def test_nothing_overshoots(seed: int, fps: int) -> None:
    poses = noise(12, seed)
    for i, frame in enumerate(frames(poses, 30, fps)):
        low = i * 30 // fps
        pair = poses[low : low + 2]
        assert (frame >= pair.min(axis=0)).all() and (frame <= pair.max(axis=0)).all()


def test_a_line_stays_a_line() -> None:
    poses = np.linspace(0.1, 0.8, 30, dtype=np.float32)[:, None]
    found = frames(poses, 30, 90)[3:-6, 0]
    assert np.allclose(np.diff(found), 0.7 / 29 / 3, atol=1e-6)


def test_after_the_last_pose_the_face_stands_still() -> None:
    stream = MonotoneCubic(30, 60, 3)
    poses = noise(3)
    stream.feed(poses)
    assert np.array_equal(stream.finish(20)[-10:], np.repeat(poses[-1:], 10, axis=0))


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        MonotoneCubic(0, 60, 3)
    with pytest.raises(ValueError, match="no pose"):
        MonotoneCubic(30, 60, 3).finish(5)
