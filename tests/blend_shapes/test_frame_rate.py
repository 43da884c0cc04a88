"""A face at another rate: the same movement on the same timeline."""

import numpy as np
import pytest

from blend_shapes.arkit import CHANNELS
from blend_shapes.face import FaceFrames
from blend_shapes.frame_rate import FrameRate
from blend_shapes.resample import BEYOND


def moving(first: int, count: int, fps: int) -> FaceFrames:
    """A jaw that follows a slow sine of time, and a head that turns with it."""
    t = np.arange(first, first + count) / fps
    curve = (0.5 + 0.4 * np.sin(2 * np.pi * t)).astype(np.float32)
    weights = np.zeros((count, len(CHANNELS)), np.float32)
    weights[:, 17] = curve
    head = np.stack([30 * curve, np.zeros_like(curve), np.zeros_like(curve)], axis=1)
    return FaceFrames(first, fps, weights, head)


def fed(rate: FrameRate, frames: FaceFrames, cut: int) -> FaceFrames:
    """Fed in pieces of `cut` frames."""
    made, rest = [], frames
    while len(rest):
        piece, rest = rest.split(rest.first + cut)
        made.append(rate.feed(piece))
    return FaceFrames.join(made)


@pytest.mark.parametrize("cut", [1, 3, 50])
@pytest.mark.parametrize(("source", "fps"), [(60, 30), (60, 25), (30, 60), (24, 60), (60, 59), (60, 90)])
@pytest.mark.parametrize("first", [0, 1, 127])
def test_the_movement_is_the_same_at_every_rate(source: int, fps: int, first: int, cut: int) -> None:
    frames = moving(first, 200, source)
    made = fed(FrameRate(source, fps), frames, cut)
    begin, end = frames.first / source, (frames.end - 1) / source
    assert begin <= made.first / fps < begin + 1 / fps
    assert end - (BEYOND + 1) / source - 1 / fps <= (made.end - 1) / fps <= end
    t = made.times()
    inner = (t > begin + 0.1) & (t < end - 0.1)
    assert np.abs(made.weights[inner, 17] - (0.5 + 0.4 * np.sin(2 * np.pi * t[inner]))).max() < 0.01
    assert np.allclose(made.head[:, 0], 30 * made.weights[:, 17], atol=0.3)


def test_an_equal_rate_changes_nothing_and_waits_for_nothing() -> None:
    frames = moving(5, 3, 60)
    made = FrameRate(60, 60).feed(frames)
    assert (made.first, made.fps) == (5, 60)
    assert np.array_equal(made.weights, frames.weights)
    assert np.array_equal(made.head, frames.head)


def test_a_frame_of_both_grids_waits_for_nothing() -> None:
    frames = moving(0, 3, 60)
    made = FrameRate(60, 30).feed(frames)
    assert made.end == 2
    assert np.array_equal(made.weights, frames.weights[::2])


def test_a_leap_begins_anew() -> None:
    rate = FrameRate(60, 25)
    before = fed(rate, moving(0, 60, 60), 7)
    after = fed(rate, moving(307, 60, 60), 7)
    assert before.end <= 25
    assert after.first == -(-307 * 25 // 60)
    t = after.times()
    assert np.abs(after.weights[5:, 17] - (0.5 + 0.4 * np.sin(2 * np.pi * t[5:]))).max() < 0.01


def test_no_frames_make_none() -> None:
    assert len(FrameRate(60, 25).feed(FaceFrames.empty(0, 60))) == 0
