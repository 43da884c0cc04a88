import pytest

from server.engines.faces.loudness import LoudnessDriver
from tests.contracts.face import FaceContract


@pytest.fixture
def driver() -> LoudnessDriver:
    return LoudnessDriver()


class TestContract(FaceContract):
    pass
