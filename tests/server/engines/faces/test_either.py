"""The driver that takes the phones where there are some, and the sound where there are none."""

from collections.abc import AsyncIterator
from dataclasses import replace

import numpy as np
import pytest

from blend_shapes.arkit import INDEX
from blend_shapes.face import FaceFrames
from server.engines.faces.articulation import ArticulationDriver
from server.engines.faces.audio import AudioDriver
from server.engines.faces.either import FADE_S, EitherDriver
from server.ports import FaceDriver
from server.speech.values import SpeechChunk, silence
from tests.blend_shapes.audio.sounds import rounded, sentence
from tests.contracts.face import RATE, FaceContract, run, speech

FPS = 60


@pytest.fixture
async def driver() -> AsyncIterator[EitherDriver]:
    driver = EitherDriver()
    yield driver
    await driver.close()


class TestContract(FaceContract):
    pass


def spoken(seconds: float) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.array(rounded(sentence(RATE, (), seconds)))


def mixed(*kinds: bool) -> list[SpeechChunk]:
    """Chunks one after the other, each with phones where `kinds` says so."""
    chunks = []
    position = 0
    voiced = spoken(1.05)
    for number, knows in enumerate(kinds):
        chunk = speech(number + 1)[-1]
        audio = replace(chunk.audio, position=position)
        if not knows:
            audio = replace(audio, samples=voiced[: len(audio)])
        chunks.append(replace(chunk, audio=audio, phones=chunk.phones if knows else None))
        position = audio.end
    return chunks


@pytest.mark.parametrize("own", [ArticulationDriver(), AudioDriver()])
def test_speech_of_one_kind_has_the_face_of_its_driver(driver: EitherDriver, own: FaceDriver) -> None:
    chunks = mixed(*[own.needs_phones] * 3)
    assert np.array_equal(run(driver.begin(FPS), chunks).weights, run(own.begin(FPS), chunks).weights)


@pytest.mark.parametrize("kinds", [(True, False), (False, True), (True, False, True), (False, True, False)])
@pytest.mark.parametrize("fps", [24, 60])
def test_the_kind_may_change_within_a_turn(driver: EitherDriver, kinds: tuple[bool, ...], fps: int) -> None:
    chunks = mixed(*kinds)
    track = driver.begin(fps)
    runs = [track.follow(chunk) for chunk in chunks]
    for chunk, frames in zip(chunks, runs, strict=True):
        assert frames.end > (chunk.end - driver.look_ahead_s(fps)) * fps - 1
    frames = FaceFrames.join([*runs, track.settle()])
    assert frames.first == 0
    assert frames.end >= chunks[-1].end * fps
    assert frames.weights.min() >= 0 and frames.weights.max() <= 1
    jaw = frames.weights[:, INDEX["jawOpen"]]
    for chunk in chunks:
        said = jaw[round(chunk.start * fps) : round(chunk.end * fps)]
        assert said.max() > 0.1, "each part moves the mouth"
    assert np.abs(np.diff(frames.weights, axis=0)).max() < 24 / fps * 0.6, "and none makes it jump"


def test_after_the_change_the_face_is_the_new_drivers(driver: EitherDriver) -> None:
    first, second = mixed(True, True)
    second = replace(
        second, phones=None, audio=replace(second.audio, samples=spoken(1.05)[: len(second.audio)])
    )
    frames = run(driver.begin(FPS), [first, second])
    track = AudioDriver().begin(FPS)
    alone = run(track, [replace(second, audio=replace(second.audio, position=0))])
    begin = round(second.start * FPS)
    settled = round(FADE_S * FPS) + 1
    assert second.start * FPS == pytest.approx(begin)
    assert np.allclose(
        frames.weights[begin + settled :][: len(alone) - settled], alone.weights[settled:], atol=0.02
    )
    before = run(ArticulationDriver().begin(FPS), [first])
    assert np.array_equal(frames.weights[: begin - 1], before.weights[: begin - 1])


def test_a_pause_changes_nothing(driver: EitherDriver) -> None:
    chunk, _ = mixed(False, False)
    pause = silence(RATE // 2, chunk.audio.format, chunk.audio.end)
    frames = run(driver.begin(FPS), [chunk, pause])
    unknown = replace(pause, phones=None)
    assert np.array_equal(frames.weights, run(AudioDriver().begin(FPS), [chunk, unknown]).weights)
