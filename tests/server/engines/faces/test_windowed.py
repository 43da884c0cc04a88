import logging

import numpy as np
import pytest

from blend_shapes.arkit import INDEX
from blend_shapes.articulation.shapes import REST_FACE
from blend_shapes.face import Weights
from server.engines.faces.windowed import WindowedDriver
from server.engines.faces.windows import Grid, Window
from server.errors import EngineError
from tests.server.engines.faces.heard import channel, chunks, face, rising

GRID = Grid(30, 3, 1600, 1600)


class Failing:
    """Opens the jaw, but fails between 1.0 and 1.5 s."""

    def poses(self, window: Window) -> Weights:
        if 30 <= window.first < 45:
            raise EngineError("the network is out of order")
        weights = np.zeros((GRID.hop, 52), np.float32)
        weights[:, INDEX["jawOpen"]] = 0.5
        return weights


@pytest.fixture
def driver() -> WindowedDriver:
    return WindowedDriver("failing", GRID, Failing, 1)


def test_where_the_network_fails_the_mouth_rests_and_the_log_says_so_once(
    driver: WindowedDriver, caplog: pytest.LogCaptureFixture
) -> None:
    frames = face(driver, rising(2.5), 30)
    jaw = channel(frames, "jawOpen")
    assert jaw[[29, 45, 60]] == pytest.approx(0.5)
    assert jaw[30:45] == pytest.approx(REST_FACE[0, INDEX["jawOpen"]])
    assert caplog.messages == ["the mouth rests: the network is out of order"]
    assert caplog.records[0].levelno == logging.ERROR


def test_the_end_of_the_sound_is_heard_in_silence_and_the_mouth_goes_to_rest(
    driver: WindowedDriver,
) -> None:
    frames = face(driver, rising(0.5), 60)
    jaw = channel(frames, "jawOpen")
    assert jaw[30] == pytest.approx(0.5) and jaw[-1] == pytest.approx(REST_FACE[0, INDEX["jawOpen"]])
    assert (np.diff(jaw[30:]) <= 1e-6).all()


async def test_a_driver_that_is_closed_does_no_more_work(driver: WindowedDriver) -> None:
    track = driver.begin(60)
    (chunk,) = chunks(rising(0.1))
    assert len(driver.executor.submit(track.follow, chunk).result()) == 0
    await driver.close()
    with pytest.raises(RuntimeError, match="shutdown"):
        driver.executor.submit(track.settle)


@pytest.mark.parametrize(("after", "good"), [(1333, False), (1334, True)])
def test_a_network_must_look_ahead_as_far_as_the_mouth_does(after: int, good: bool) -> None:
    """2.5 poses, to know that sound begins before it does."""
    if good:
        assert WindowedDriver("x", Grid(30, 3, 1600, after), Failing, 1).needs_phones is False
    else:
        with pytest.raises(ValueError, match="looks too little ahead"):
            WindowedDriver("x", Grid(30, 3, 1600, after), Failing, 1)
