import pytest

from server.engines.faces.audio import AudioDriver
from tests.contracts.face import FaceContract


@pytest.fixture
def driver() -> AudioDriver:
    return AudioDriver()


class TestContract(FaceContract):
    pass
