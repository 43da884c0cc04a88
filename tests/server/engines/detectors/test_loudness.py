import numpy as np
import pytest

from server.audio.chunk import Samples
from server.engines import catalog
from server.engines.detectors.loudness import LoudnessDetector
from server.errors import ConfigError
from server.ports import WINDOW
from tests.contracts.detector import DetectorContract


@pytest.fixture
def detector() -> LoudnessDetector:
    return LoudnessDetector()


@pytest.fixture
def speech() -> Samples:
    hum: Samples = (8000 * np.sin(np.arange(80 * WINDOW) * 0.05)).astype(np.int16)
    return hum


class TestContract(DetectorContract):
    pass


def square(level: int) -> Samples:
    wave: Samples = np.tile(np.array([level, -level], np.int16), WINDOW // 2)
    return wave


@pytest.mark.parametrize(("level", "likely"), [(3276, 0.0), (3277, 1.0), (32_767, 1.0)])
def test_the_threshold_is_a_level_below_full_scale(level: int, likely: float) -> None:
    assert LoudnessDetector(threshold_db=-20.0).probability(square(level)) == likely


@pytest.mark.parametrize("threshold_db", [0.1, float("nan"), float("-inf")])
def test_a_threshold_that_makes_no_sense(threshold_db: float) -> None:
    with pytest.raises(ConfigError, match="threshold_db is 0 or less"):
        catalog.make("detector", "loudness", {"threshold_db": threshold_db})
