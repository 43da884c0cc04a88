"""The mouth of one stream of sound, with the project's network."""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS, INDEX
from blend_shapes.articulation.shapes import REST_FACE
from blend_shapes.audio.hearing import AHEAD_S, LEAST_RATE, MOST_RATE
from blend_shapes.audio.listeners import Listeners
from blend_shapes.audio.network import default
from blend_shapes.audio.sound_mouth import LOOK_AHEAD_S, SoundMouth, look_ahead
from blend_shapes.audio.training import augment
from blend_shapes.face import FaceFrames
from tests.blend_shapes.audio.networks import Noting
from tests.blend_shapes.audio.sounds import Sound, noise, rounded, sentence

RATES = [8000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000]
FPS = [60, 30, 24, 25, 50, 90, 120]
JAW, CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]


def voice(rate: int, seconds: float = 0.4) -> Sound:
    said = sentence(rate, (0.1,), seconds)
    return rounded(said + noise(len(said), 30.0))


def run(sound: Sound, rate: int, fps: int = 60, cuts: tuple[int, ...] | list[int] = ()) -> FaceFrames:
    mouth = SoundMouth(fps, rate, Listeners(default()))
    pieces = np.split(sound, sorted(cuts))
    return FaceFrames.join([*(mouth.follow(piece) for piece in pieces), mouth.settle()])


# --- frames ------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(
    st.lists(st.integers(0, 19_000), max_size=12),
    st.sampled_from([(16_000, 60), (8000, 24), (48_000, 50), (11_025, 120)]),
)
def test_no_cutting_of_the_sound_changes_a_frame(cuts: list[int], rates: tuple[int, int]) -> None:
    rate, fps = rates
    sound = voice(rate)
    cut = run(sound, rate, fps, [min(c, len(sound)) for c in cuts])
    whole = run(sound, rate, fps)
    assert cut.first == whole.first == 0
    assert np.array_equal(cut.weights, whole.weights)


def test_sample_by_sample_is_as_all_at_once() -> None:
    sound = voice(8000, 0.2)
    assert np.array_equal(run(sound, 8000, cuts=list(range(len(sound)))).weights, run(sound, 8000).weights)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("fps", FPS)
def test_a_frame_is_given_when_its_look_ahead_was_heard(rate: int, fps: int) -> None:
    """With the sample that completes it, not before and not after."""
    mouth = SoundMouth(fps, rate, Listeners(Noting()))
    assert mouth.look_ahead == pytest.approx(float(look_ahead(fps)))
    heard = 0
    for frame in range(fps):
        due = math.ceil((frame / fps + look_ahead(fps)) * rate - 1e-6)
        early = mouth.follow(np.zeros(due - 1 - heard, np.int16))
        assert early.first == frame and not len(early)
        given = mouth.follow(np.zeros(1, np.int16))
        assert given.first == frame and len(given) == 1
        heard = due


def test_the_look_ahead_is_60_ms_at_the_rates_of_displays() -> None:
    assert [float(look_ahead(fps)) for fps in (60, 30, 20, 15)] == [float(LOOK_AHEAD_S)] * 4 == [0.06] * 4
    assert look_ahead(120) == look_ahead(24) == LOOK_AHEAD_S + Fraction(1, 120)
    assert look_ahead(61) == LOOK_AHEAD_S + Fraction(1, 61)
    assert AHEAD_S < LOOK_AHEAD_S


def test_every_rate_of_frames_shows_the_same_mouth() -> None:
    sound = voice(16_000)
    steps = run(sound, 16_000).weights
    assert np.array_equal(run(sound, 16_000, 30).weights[:15], steps[:30:2])
    twice = run(sound, 16_000, 120).weights
    assert np.array_equal(twice[:60:2], steps[:30])
    assert np.allclose(twice[1:60:2], 0.5 * (steps[:30] + steps[1:31]), atol=1e-6)
    assert np.allclose(
        run(sound, 16_000, 90).weights[1], steps[0] + 2 / 3 * (steps[1] - steps[0]), atol=1e-6
    )


@pytest.mark.parametrize("fps", [1, 7, 15, 24, 60, 90, 240])
@pytest.mark.parametrize("samples", [0, 1, 100, 6400])
def test_a_mouth_settles_exactly_at_rest(fps: int, samples: int) -> None:
    mouth = SoundMouth(fps, 16_000, Listeners(default()))
    frames = FaceFrames.join([mouth.follow(voice(16_000)[:samples]), mouth.settle()])
    assert len(frames) == math.ceil((samples / 16_000 + 0.3) * fps) + 1
    assert np.array_equal(frames.weights[-1:], REST_FACE)
    assert not frames.head.any()
    if samples == 6400 and fps >= 24:
        assert not np.array_equal(frames.weights[-4], frames.weights[-1]), "not a moment too early"


def test_what_has_settled_has_settled() -> None:
    listeners = Listeners(default())
    mouth = SoundMouth(60, 16_000, listeners)
    end = mouth.settle().end
    assert not len(listeners)
    again = mouth.settle()
    assert not len(again) and again.first == end
    with pytest.raises(RuntimeError, match="begin another"):
        mouth.follow(voice(16_000))


# --- what is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [LEAST_RATE, MOST_RATE])
def test_rates_that_are_heard(rate: int) -> None:
    assert len(SoundMouth(60, rate, Listeners(Noting())).follow(np.zeros(rate // 2, np.int16))) > 25


@pytest.mark.parametrize("rate", [0, LEAST_RATE - 1, MOST_RATE + 1])
def test_rates_that_are_not(rate: int) -> None:
    listeners = Listeners(Noting())
    with pytest.raises(ValueError, match="8000 to 48000"):
        SoundMouth(60, rate, listeners)
    assert not len(listeners) and len(listeners._room.free) == listeners.rows


@pytest.mark.parametrize("fps", [0, -1])
def test_no_frames_a_second(fps: int) -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        SoundMouth(fps, 16_000, Listeners(Noting()))


@pytest.mark.parametrize(
    "sound",
    [
        np.full(100, np.nan),
        np.zeros(100, np.float32),
        np.zeros(100, np.int32),
        np.zeros((100, 1), np.int16),
        np.zeros((), np.int16),
    ],
)
def test_what_is_no_sound(sound: NDArray[np.int16]) -> None:
    mouth = SoundMouth(60, 16_000, Listeners(Noting()))
    with pytest.raises(ValueError, match="mono int16"):
        mouth.follow(sound)
    assert len(mouth.follow(np.zeros(1600, np.int16))), "and nothing has changed"


# --- whatever is heard -------------------------------------------------------------------------------


def _talk(rate: int, seconds: float = 2.0, low: float = 110.0) -> NDArray[np.floating]:
    return sentence(rate, (0.3, 1.2), seconds, low=low)


def _goes_on(rate: int) -> NDArray[np.floating]:
    """A voice that stops within a vowel, and goes on in another."""
    gap = np.zeros(rate // 2)
    return np.concatenate([_talk(rate, 0.5), gap, _talk(rate, 0.47)[rate // 10 :], gap, _talk(rate, 0.5)])


SOUNDS: dict[str, Callable[[int], NDArray[np.floating]]] = {
    "silence": lambda rate: np.zeros(2 * rate),
    "a quiet room": lambda rate: noise(2 * rate, 10.0),
    "a voice": _talk,
    "clipped": lambda rate: 30.0 * _talk(rate),
    "two voices": lambda rate: _talk(rate) + _talk(rate, low=190.0),
    "noise": lambda rate: noise(2 * rate, 8000.0),
    "as loud as can be": lambda rate: 32767.0 * np.sign(np.sin(np.arange(2 * rate) * 0.3)),
    "music": lambda rate: np.float64(5000.0) * augment.music(2 * rate, np.random.default_rng(1)),
    "clicks": lambda rate: np.where(np.arange(2 * rate) % (rate // 3) < 9, 30_000.0, 0.0),
    "a constant": lambda rate: np.full(2 * rate, 20_000.0),
    "stops and goes on": _goes_on,
    "bursts of a voice": lambda rate: _talk(rate) * (np.arange(2 * rate) // (rate // 9) % 2),
}


def limits() -> NDArray[np.floating]:
    """What each channel may change by, in 1/60 s: the jaw, the lips that ride on it, what moves along."""
    most = np.full(len(CHANNELS), 14.0)
    most[JAW], most[CLOSE] = 9.0, 15.0
    most[INDEX["mouthShrugLower"]] += 0.3 * 14.0
    return most / 60.0 + 1e-5


@pytest.mark.parametrize("rate", [8000, 16_000, 48_000])
@pytest.mark.parametrize("name", SOUNDS)
def test_whatever_is_heard_the_mouth_stays_one(name: str, rate: int) -> None:
    sound = rounded(SOUNDS[name](rate))
    frames = run(sound, rate, cuts=(1000, 1000, 5000))  # the second piece is empty
    weights = frames.weights
    assert np.isfinite(weights).all()
    assert weights.min() >= 0.0 and weights.max() <= 1.0
    assert (weights[:, CLOSE] <= weights[:, JAW]).all()
    steps = np.diff(np.concatenate([REST_FACE, weights]), axis=0)
    still_heard = frames.times()[: len(steps)] <= len(sound) / rate + 0.1
    assert (np.abs(steps[still_heard]) <= limits()).all()
    assert steps[still_heard, JAW].max() <= 7.0 / 60.0 + 1e-5
    # Afterwards the mouth also goes to rest, at most 1.5 / 0.2 s of how far it is from it.
    assert (np.abs(steps) <= limits() + 7.5 / 60.0).all()
