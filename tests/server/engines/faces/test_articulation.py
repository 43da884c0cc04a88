import numpy as np
import pytest

from server.audio.chunk import AudioChunk, AudioFormat
from server.engines.faces.articulation import ArticulationDriver
from server.engines.voices.espeak import EspeakVoice
from server.errors import EngineError
from server.speech.values import SpeechChunk
from tests.contracts.face import FaceContract, run
from tests.contracts.voice import speak


@pytest.fixture
def driver() -> ArticulationDriver:
    return ArticulationDriver()


class TestContract(FaceContract):
    pass


def test_speech_without_phones_is_refused(driver: ArticulationDriver) -> None:
    chunk = SpeechChunk(AudioChunk(np.zeros(240, np.int16), AudioFormat(24_000)), phones=None)
    with pytest.raises(EngineError, match="phone times"):
        driver.begin(60).follow(chunk)


async def test_the_first_chunk_of_espeak_is_enough_for_the_first_frames(driver: ArticulationDriver) -> None:
    voice = EspeakVoice()
    chunks = await speak(voice, "Hello there, I am glad that you came to see me today.")
    await voice.close()
    assert len(driver.begin(60).follow(chunks[0])) >= 1
    frames = run(driver.begin(60), chunks)
    assert frames.weights.max() > 0.2
