"""The mouth from loudness."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from blend_shapes.arkit import INDEX, TWINS
from blend_shapes.articulation.shapes import REST_FACE
from blend_shapes.audio.loudness import Loudness
from blend_shapes.face import FaceFrames
from tests.blend_shapes.speech import assert_valid

RATE = 16_000
JAW = INDEX["jawOpen"]


def faces(
    sound: NDArray[np.int16], fps: int = 60, rate: int = RATE, cuts: tuple[int, ...] = ()
) -> FaceFrames:
    loudness = Loudness(fps, rate)
    runs = [loudness.follow(piece) for piece in np.split(sound, sorted(cuts))]
    return FaceFrames.join([*runs, loudness.settle()])


def voice(
    seconds: float, level: float = 6000.0, pitch: float = 140.0, rate: int = RATE
) -> NDArray[np.int16]:
    """A buzz whose loudness swells three times a second."""
    t = np.arange(round(seconds * rate)) / rate
    buzz = sum(np.sin(2 * np.pi * pitch * k * t) / k for k in range(1, 12))
    return np.asarray(level * (0.55 - 0.45 * np.cos(2 * np.pi * 3 * t)) * buzz / 2, np.int16)


def noise(count: int, level: float, seed: int = 1) -> NDArray[np.int16]:
    generator = np.random.default_rng(seed)
    return np.clip(generator.normal(0.0, level, count), -32768, 32767).astype(np.int16)


def test_the_jaw_follows_the_syllables() -> None:
    jaw = faces(voice(2.0)).weights[:, JAW]
    loud = 0.5 - 0.5 * np.cos(2 * np.pi * 3 * np.arange(len(jaw)) / 60)
    assert np.corrcoef(jaw[30:110], loud[30:110])[0, 1] > 0.8
    assert 0.25 < jaw.max() < 0.65


@pytest.mark.parametrize(
    "sound", [np.zeros(RATE, np.int16), noise(RATE, 3.0), noise(8 * RATE, 500.0)[-RATE:]]
)
def test_silence_is_rest(sound: NDArray[np.int16]) -> None:
    frames = faces(np.concatenate([noise(7 * RATE, float(np.abs(sound).mean()) * 1.25), sound]))
    assert (frames.weights[-60:, JAW] < 0.03).all()
    assert np.array_equal(frames.weights[-1:], REST_FACE)


def test_speech_then_silence_converges_to_rest() -> None:
    frames = faces(np.concatenate([voice(1.0), np.zeros(RATE, np.int16)]))
    quiet = frames.times() > 1.25
    assert np.array_equal(frames.weights[quiet], np.repeat(REST_FACE, quiet.sum(), axis=0))


@given(st.lists(st.integers(0, RATE), max_size=8), st.sampled_from([8000, 16000, 22050, 24000, 48000]))
@settings(max_examples=30)
def test_frames_do_not_depend_on_the_cutting(cuts: list[int], rate: int) -> None:
    sound = voice(0.7, rate=rate) + noise(round(0.7 * rate), 300.0)
    whole, cut = (
        faces(sound, rate=rate),
        faces(sound, rate=rate, cuts=tuple(min(c, len(sound)) for c in cuts)),
    )
    assert np.array_equal(whole.weights, cut.weights)


@pytest.mark.parametrize("fps", [25, 30, 120])
def test_frame_rates_agree(fps: int) -> None:
    sound = voice(1.0)
    at_60, other = faces(sound), faces(sound, fps)
    step = int(np.gcd(60, fps))
    a, b = at_60.weights[:: 60 // step], other.weights[:: fps // step]
    n = min(len(a), len(b))
    assert n > 4
    assert np.array_equal(a[:n], b[:n])


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1e5), st.integers(0, 4000))
@settings(max_examples=30)
def test_any_sound_gives_a_valid_face(seed: int, level: float, count: int) -> None:
    frames = faces(noise(count, level, seed))
    assert_valid(frames)
    assert np.array_equal(frames.weights, frames.weights[:, TWINS])
    assert np.array_equal(frames.weights[-1:], REST_FACE)


def test_clipped_sound() -> None:
    square = np.where(np.arange(RATE) // 50 % 2, 32767, -32768).astype(np.int16)
    assert_valid(faces(square))


def test_speed_limits() -> None:
    sound = np.concatenate([voice(0.4, 20000.0), np.zeros(1600, np.int16)] * 4)
    speed = np.diff(faces(sound).weights[:, JAW].astype(float)) * 60
    assert speed.max() <= 7.0 + 1e-3 and speed.min() >= -8.0 - 1e-3


def test_hissing_narrows_the_jaw() -> None:
    hiss = np.diff(noise(RATE + 1, 1500.0)).astype(np.int16)
    frames = faces(np.concatenate([voice(1.0), hiss[: RATE // 2]]))
    assert frames.weights[70:88, JAW].mean() < 0.12


def test_quiet_and_loud_speakers_open_alike() -> None:
    quiet, loud = (faces(voice(4.0, level)).weights[120:220, JAW].mean() for level in (1500.0, 15000.0))
    assert quiet > 0.6 * loud


def test_frames_come_with_little_delay_and_memory_does_not_grow() -> None:
    loudness = Loudness(60, RATE)
    for _ in range(200):
        run = loudness.follow(voice(0.1))
    assert run.end >= (20.0 - Loudness.look_ahead) * 60 - 1
    assert len(loudness._wanted) < 60 and len(loudness._hops._pending) < RATE // 30
    assert len(loudness.follow(np.zeros(0, np.int16))) == 0


def test_misuse() -> None:
    with pytest.raises(ValueError, match="fps=0"):
        Loudness(0, RATE)
    with pytest.raises(ValueError, match="rate"):
        Loudness(60, 30)
    loudness = Loudness(60, RATE)
    loudness.settle()
    with pytest.raises(RuntimeError):
        loudness.settle()
    with pytest.raises(RuntimeError):
        loudness.follow(np.zeros(1, np.int16))
