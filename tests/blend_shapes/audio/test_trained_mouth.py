"""What the network has learnt, as far as it must never be lost; `facewire eval-face` measures the rest."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from blend_shapes.arkit import INDEX
from blend_shapes.audio.listeners import Listeners
from blend_shapes.audio.network import default
from blend_shapes.audio.sound_mouth import SoundMouth
from blend_shapes.audio.training import augment
from blend_shapes.face import FaceFrames, Weights
from server.audio.resample import Resampler
from server.corpus import espeak
from server.corpus.spoken import RATE, Spoken
from tests.blend_shapes.audio.sounds import noise, rounded

RATES = [8000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000]
JAW, CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]
QUIET = 0.04
"""Of a jaw that nobody would say moves."""


@cache
def spoken() -> Spoken:
    return espeak.speak("Papa and Mama buy a map. My mother may be by a palm.", "en-us", "", 1.0, 1.0)


def face(sound: NDArray[np.float64], rate: int = RATE) -> Weights:
    """Of sound made at RATE, heard at `rate`."""
    samples = rounded(sound)
    if rate != RATE:
        resampler = Resampler(RATE, rate)
        samples = np.concatenate([resampler.feed(samples), resampler.finish()])
    mouth = SoundMouth(60, rate, Listeners(default()))
    return FaceFrames.join([mouth.follow(samples), mouth.settle()]).weights


def voice(gain: float = 1.0) -> NDArray[np.float64]:
    """Half a second of silence, speech, a second of silence, speech, half a second of silence."""
    said = gain * spoken().samples.astype(np.float64)
    half = np.zeros(RATE // 2)
    return np.concatenate([half, said, half, half, said, half])


def inside(times: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which moments of `voice` lie in what is said, and which well within a silence."""
    seconds = spoken().seconds
    after = times - 0.5
    said = ((after > 0.0) & (after < seconds)) | ((after > seconds + 1.0) & (after < 2 * seconds + 1.0))
    silent = (after < -0.15) | ((after > seconds + 0.25) & (after < seconds + 0.85))
    return said, silent


@pytest.mark.parametrize("rate", RATES)
def test_it_speaks_while_somebody_does_and_rests_between(rate: int) -> None:
    jaw = face(voice(), rate)[:, JAW]
    said, silent = inside(np.arange(len(jaw)) / 60)
    assert jaw[said].max() > 0.2
    assert np.ptp(jaw[said]) > 0.18 and jaw[said].std() > 0.04
    assert jaw[silent].max() < QUIET


@pytest.mark.parametrize("gain", [0.05, 0.3, 3.0, 20.0])
def test_a_microphone_may_be_quiet_or_clip(gain: float) -> None:
    jaw = face(voice(gain))[:, JAW]
    said, silent = inside(np.arange(len(jaw)) / 60)
    assert jaw[said].max() > 0.15
    assert jaw[silent].max() < QUIET


def closed(weights: Weights, phones: str, margin_s: float) -> NDArray[np.bool_]:
    """Of each of these phones in `voice`, whether lips touch in it; less so much at either side."""
    gap = weights[:, JAW] - weights[:, CLOSE]
    times = np.arange(len(gap)) / 60
    found = []
    for offset in (0.5, 1.5 + spoken().seconds):
        for p in spoken().phones:
            within = (times > p.start + offset + margin_s) & (times < p.release + offset - margin_s)
            if p.phone and p.phone[0] in phones and within.any():
                found.append(bool((gap[within] < 0.01).any()))
    return np.array(found)


def test_lips_close_on_bilabials_and_not_on_vowels() -> None:
    weights = face(voice())
    assert closed(weights, "pbm", -0.04).mean() > 0.8
    assert closed(weights, "aɑæʌɐeɛɪiʊuo", 0.04).mean() < 0.15


def test_a_stream_of_nothing_is_calm() -> None:
    for sound in (np.zeros(2 * RATE), noise(2 * RATE, 10.0), noise(2 * RATE, 100.0)):
        for rate in (8000, 16_000, 48_000):
            weights = face(sound, rate)
            assert weights[:, JAW].max() < QUIET
            assert np.abs(np.diff(weights, axis=0)).max() < 0.02


@pytest.mark.parametrize(
    "sound",
    [
        np.full(2 * RATE, 20_000.0),
        noise(2 * RATE, 6000.0),
        np.where(np.arange(2 * RATE) % (RATE // 3) < 9, 30_000.0, 0.0),
    ],
    ids=["a constant", "noise", "clicks"],
)
def test_what_is_no_voice_hardly_moves_it(sound: NDArray[np.float64]) -> None:
    assert face(sound)[:, JAW].mean() < 0.05


def test_music_moves_it_less_than_a_voice() -> None:
    music = 5000.0 * augment.music(4 * RATE, np.random.default_rng(1)).astype(np.float64)
    said, _ = inside(np.arange(len(face(voice()))) / 60)
    assert face(music)[:, JAW].mean() < 0.5 * face(voice())[said, JAW].mean()


def test_two_voices_together_are_followed() -> None:
    said = voice()
    other = np.roll(said, RATE // 3)
    jaw = face(said + other)[:, JAW]
    inside_of, _ = inside(np.arange(len(jaw)) / 60)
    assert jaw[inside_of].std() > 0.03
    assert jaw[inside_of].max() > 0.15
