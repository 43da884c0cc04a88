import numpy as np
import pytest

from blend_shapes.arkit import INDEX
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


async def test_a_louder_voice_opens_the_mouth_more(driver: ArticulationDriver) -> None:
    voice = EspeakVoice()
    text = "Mama and papa are calm. Mama and papa are calm."
    chunks = await speak(voice, text)
    await voice.close()
    half = sum(chunk.audio.seconds for chunk in chunks) / 2
    louder = []
    for chunk in chunks:
        t = (chunk.audio.position + np.arange(len(chunk.audio))) / chunk.audio.format.rate
        samples = np.where(t < half, 0.4, 1.0) * chunk.audio.samples
        audio = AudioChunk(samples.astype(np.int16), chunk.audio.format, chunk.audio.position)
        louder.append(SpeechChunk(audio, chunk.phones, chunk.words))
    jaw = INDEX["jawOpen"]
    plain, risen = (run(driver.begin(60), each) for each in (chunks, louder))
    before = plain.times() < half - 0.2
    after = plain.times() > half + 0.2
    opened = risen.weights[:, jaw] - plain.weights[:, jaw]
    assert opened[after].max() > 0.03
    assert opened[after].mean() > opened[before].mean() + 0.005
    cut = [piece for chunk in louder for piece in chunk.pieces(0.21)]
    assert np.array_equal(run(driver.begin(60), cut).weights, risen.weights)


async def test_the_first_chunk_of_espeak_is_enough_for_the_first_frames(driver: ArticulationDriver) -> None:
    voice = EspeakVoice()
    chunks = await speak(voice, "Hello there, I am glad that you came to see me today.")
    await voice.close()
    assert len(driver.begin(60).follow(chunks[0])) >= 1
    frames = run(driver.begin(60), chunks)
    assert frames.weights.max() > 0.2
