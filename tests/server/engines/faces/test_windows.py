from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.faces.windows import SOUND_RATE, Grid, Window, Windows

GRIDS = [Grid(30, 3, 4160, 3627), Grid(30, 6, 33_600, 1600), Grid(60, 4, 100, 0), Grid(25, 1, 0, 64)]


def sound(count: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Sample n is n + 1: 0 is silence."""
    return np.arange(1, count + 1, dtype=np.float32)


def whole(windows: Windows, count: int, poses: int) -> list[Window]:
    return windows.feed(sound(count)) + windows.finish(poses)


@pytest.mark.parametrize("grid", GRIDS)
def test_every_window_has_the_sound_around_its_run(grid: Grid) -> None:
    made = whole(Windows(grid), 10_000, 40)
    assert [w.first for w in made] == list(range(0, grid.hop * len(made), grid.hop))
    assert made[-1].first + grid.hop >= 40 > made[-1].first
    for w in made:
        begin = grid.position(w.first) - grid.before
        end = grid.position(w.first + grid.hop) + grid.after
        at = np.arange(begin, end)
        assert np.array_equal(w.sound, np.where((at >= 0) & (at < 10_000), at + 1, 0))
        assert w.begin == begin


@pytest.mark.parametrize("grid", GRIDS)
@given(cuts=st.lists(st.integers(0, 3000), max_size=12))
def test_no_cutting_moves_a_window(grid: Grid, cuts: list[int]) -> None:
    stream, made, at = Windows(grid), [], 0
    for cut in cuts:
        made += stream.feed(sound(at + cut)[at:])
        at += cut
    made += stream.finish(10)
    expected = whole(Windows(grid), at, 10)
    assert [w.first for w in made] == [w.first for w in expected]
    assert all(np.array_equal(a.sound, b.sound) for a, b in zip(made, expected, strict=True))


@pytest.mark.parametrize("grid", GRIDS)
def test_a_window_is_given_when_its_last_sample_is_there(grid: Grid) -> None:
    end = grid.position(grid.hop) + grid.after
    stream = Windows(grid)
    assert stream.feed(sound(end - 1)) == []
    assert len(stream.feed(sound(1))) == 1


def test_poses_lie_on_the_nearest_sample() -> None:
    grid = GRIDS[0]
    assert [grid.position(k) for k in range(7)] == [0, 533, 1067, 1600, 2133, 2667, 3200]
    assert grid.position(30 * 3600) == SOUND_RATE * 3600


def test_the_sound_around_a_sample() -> None:
    (window, *_) = whole(Windows(GRIDS[0]), 10_000, 3)
    assert np.array_equal(window.around(533, 3, 2), [531, 532, 533, 534, 535])
    assert window.around(0, 2, 2).tolist() == [0.0, 0.0, 1.0, 2.0]


@pytest.mark.parametrize("grid", GRIDS)
def test_nothing_is_kept_that_is_not_needed(grid: Grid) -> None:
    stream = Windows(grid)
    lengths = []
    for _ in range(20):
        lengths.append(max((len(w.sound) for w in stream.feed(sound(4000))), default=0))
    longest = max(grid.position(k + grid.hop) - grid.position(k) for k in range(60))
    assert max(lengths) <= grid.before + longest + grid.after
    assert all(a <= b or a > 0 for a, b in pairwise(lengths))
