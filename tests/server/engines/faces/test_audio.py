"""The mouth from any voice, live."""

import gc
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from blend_shapes.articulation.shapes import REST_FACE
from blend_shapes.audio.network import WEIGHTS
from blend_shapes.face import FaceFrames
from server.audio.chunk import AudioChunk, AudioFormat
from server.engines import catalog
from server.engines.faces import audio
from server.engines.faces.audio import AudioDriver, AudioTrack
from server.errors import ConfigError, EngineError
from server.speech.values import SpeechChunk
from tests.contracts.face import FaceContract, speech
from tests.fakes.sentence import sentence

RATE = 16_000


@pytest.fixture
def driver() -> AudioDriver:
    return AudioDriver()


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What is dropped goes at once or never."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class TestContract(FaceContract):
    pass


def chunk(
    samples: "np.ndarray[tuple[int], np.dtype[np.int16]]", at: int = 0, rate: int = RATE
) -> SpeechChunk:
    return SpeechChunk(AudioChunk(samples, AudioFormat(rate), at), None)


def pieces(samples: "np.ndarray[tuple[int], np.dtype[np.int16]]", size: int) -> Iterator[SpeechChunk]:
    for at in range(0, len(samples), size):
        yield chunk(samples[at : at + size], at)


def test_it_follows_the_sound_and_looks_60_ms_ahead(driver: AudioDriver) -> None:
    assert not driver.needs_phones
    assert driver.look_ahead_s(60) == driver.look_ahead_s(30) == 0.06
    assert driver.look_ahead_s(24) == pytest.approx(0.06 + 0.5 / 60)


@pytest.mark.parametrize("rate", [7999, 48_001])
def test_a_rate_that_is_not_heard(driver: AudioDriver, rate: int) -> None:
    with pytest.raises(EngineError, match=f"8000 to 48000 samples a second, got {rate}"):
        driver.begin(60).follow(chunk(np.zeros(100, np.int16), rate=rate))


async def test_a_crowd_together_has_the_faces_of_each_alone(driver: AudioDriver) -> None:
    """As turns and mirrors call it: some in quarters of a second, some in messages of 20 ms."""
    samples = await sentence(RATE)
    sounds = [np.roll(samples, n * RATE // 7) for n in range(12)]
    alone = []
    for sound in sounds:
        track = driver.begin(60)
        alone.append(FaceFrames.join([track.follow(chunk(sound)), track.settle()]).weights)
    tracks = [driver.begin(60) for _ in sounds]
    runs: list[list[FaceFrames]] = [[] for _ in sounds]
    streams = [pieces(sound, RATE // (4 if n % 3 == 0 else 50)) for n, sound in enumerate(sounds)]
    for messages in itertools.zip_longest(*streams):
        jobs = [
            (run, driver.executor.submit(track.follow, message))
            for run, track, message in zip(runs, tracks, messages, strict=True)
            if message is not None
        ]
        for run, job in jobs:
            run.append(job.result())
    for run, track in zip(runs, tracks, strict=True):
        run.append(driver.executor.submit(track.settle).result())
    for run, face in zip(runs, alone, strict=True):
        assert np.abs(FaceFrames.join(run).weights - face).max() <= 1e-5


def test_tracks_that_are_dropped_or_settled_give_back_their_place(
    driver: AudioDriver, no_collector: None
) -> None:
    listeners = driver.executor.listeners
    held: list[AudioTrack] = []
    for n in range(2000):
        held.append(driver.begin(60))
        sound = np.zeros(1500 if n % 20 == 0 else 100, np.int16)
        driver.executor.submit(held[-1].follow, chunk(sound)).result()
        if len(held) > 5:
            track = held.pop(n % 5)
            if n % 50 == 0:
                driver.executor.submit(track.settle).result()
            del track
        assert len(listeners) <= 7
    assert listeners.rows == 8
    held.clear()
    driver.executor.submit(int).result()  # whatever was under way has ended
    assert not len(listeners)


def test_a_track_that_has_settled_is_at_rest(driver: AudioDriver) -> None:
    track = driver.begin(60)
    for piece in speech(1):
        track.follow(piece)
    assert np.array_equal(track.settle().weights[-1:], REST_FACE)


# --- which network -----------------------------------------------------------------------------------


async def test_all_drivers_of_a_network_work_together(tmp_path: Path) -> None:
    own = tmp_path / "own.onnx"
    own.write_bytes(WEIGHTS.read_bytes())
    one, same = AudioDriver(), catalog.make("face", "audio")
    assert one.executor is same.executor
    other, another = AudioDriver(str(own)), AudioDriver(f"{tmp_path}/../{tmp_path.name}/own.onnx")
    assert other.executor is another.executor is not one.executor
    await one.close()
    assert len(same.begin(60).follow(chunk(np.zeros(RATE, np.int16)))) > 50
    assert own in audio._rounds
    del other, another
    gc.collect()
    assert own not in audio._rounds


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("model.pt", r"model must be the path of an \.onnx file, not '.*model\.pt'"),
        ("none.onnx", r"none\.onnx is no file; take one that .*train-face"),
        ("empty.onnx", r"empty\.onnx cannot be read as an ONNX network"),
    ],
)
def test_a_model_that_is_none_is_a_configuration_error(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "empty.onnx").touch()
    with pytest.raises(ConfigError, match=says) as caught:
        catalog.make("face", "audio", {"model": str(tmp_path / name)})
    assert str(caught.value).startswith("face 'audio': ") and "\n" not in str(caught.value)
