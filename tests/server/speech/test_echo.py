"""Echoes made by hand: a voice of noise that rises and falls, band by band."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from server.audio.chunk import AudioChunk, AudioFormat, Samples
from server.speech.bands import RATE, WINDOW
from server.speech.echo import DELAY_SAMPLES, Echo
from server.speech.sent_voice import SentVoice

SECONDS = 4
Wave = NDArray[np.float64]


def voice(seed: int) -> Wave:
    """Syllables in two bands of their own, about 2000 of 32768."""
    rng = np.random.default_rng(seed)
    total = np.zeros(SECONDS * RATE)
    for band in ((200, 1200), (1500, 5000)):
        knots = rng.uniform(0, 1, SECONDS * 8) ** 3
        swell = np.interp(np.arange(len(total)), np.linspace(0, len(total), len(knots)), knots)
        noise = rng.normal(0, 1, len(total))
        total += swell * sosfilt(butter(2, band, "bandpass", fs=RATE, output="sos"), noise)
    return total * 2000 / np.std(total)


def pcm(sound: Wave) -> Samples:
    return np.rint(sound + np.random.default_rng(0).normal(0, 5, len(sound))).astype(np.int16)


def late(sound: Wave, ms: float) -> Wave:
    return np.concatenate([np.zeros(round(ms * RATE / 1000)), sound])[: len(sound)]


def removed(reply: Wave, microphone: Wave, echo: Echo | None = None) -> tuple[Wave, Echo]:
    """What is left, moved to where it was heard."""
    echo, sent = echo or Echo(), SentVoice(RATE)
    sent.add(AudioChunk(pcm(reply), AudioFormat(RATE)))
    heard, left = pcm(microphone), []
    for end in range(WINDOW, len(heard) + 1, WINDOW):
        left.append(echo.remove(heard[end - WINDOW : end], sent.before(end / RATE)))
    joined = np.concatenate(left).astype(np.float64)[DELAY_SAMPLES:]
    return joined, echo


def db(left: Wave, of: Wave, begin_s: float = 1.5) -> float:
    """Power of what is left, from `begin_s` on, against a sound's."""
    begin = round(begin_s * RATE)
    a, b = left[begin:], of[begin : len(left)]
    return float(10 * np.log10((np.mean(a**2) + 1) / np.mean(b**2)))


def test_where_nothing_plays_what_is_heard_is_only_late() -> None:
    echo, heard = Echo(), pcm(voice(1))
    windows = heard[: 20 * WINDOW].reshape(-1, WINDOW)
    left = np.concatenate([echo.remove(window, None) for window in windows])
    assert np.abs(left[DELAY_SAMPLES:] - heard[: len(left) - DELAY_SAMPLES].astype(int)).max() <= 1


@pytest.mark.parametrize("delay_ms", [0, 20, 150, 400, 600])
def test_the_delay_is_found(delay_ms: float) -> None:
    _, echo = removed(voice(1), 0.1 * late(voice(1), delay_ms))
    assert echo.coupled
    assert echo.lag_s == pytest.approx(delay_ms / 1000, abs=0.008)


@pytest.mark.parametrize("gain", [0.5, 0.1, 0.03])
def test_an_echo_alone_is_taken_out_within_a_second(gain: float) -> None:
    heard = gain * late(voice(1), 150)
    left, _ = removed(voice(1), heard)
    assert db(left, heard, begin_s=1.0) < -14


def test_somebody_who_talks_over_the_echo_is_heard() -> None:
    echo, other = 0.1 * late(voice(1), 150), voice(2)
    other[: 2 * RATE] = 0
    left, _ = removed(voice(1), echo + other)
    assert db(left, other, begin_s=2.0) > -3
    assert np.std(left[RATE : 2 * RATE]) < 0.2 * np.std(echo[RATE : 2 * RATE])


@pytest.mark.parametrize("begin_s", [0.0, 2.0])
def test_without_an_echo_somebody_is_heard_as_they_are(begin_s: float) -> None:
    """Within the first second it may still be an echo."""
    other = voice(2)
    other[: round(begin_s * RATE)] = 0
    left, echo = removed(voice(1), other)
    assert not echo.coupled
    assert db(left, other, begin_s=max(begin_s, 1.2)) > -1


def test_a_louder_echo_is_learnt_again_and_so_is_a_weaker_one() -> None:
    _, echo = removed(voice(1), 0.05 * late(voice(1), 100))
    left, _ = removed(voice(3), 0.4 * late(voice(3), 100), echo)
    assert db(left, 0.4 * voice(3), begin_s=3.0) < -10
    quiet = voice(5) * 0.1
    left, _ = removed(voice(4), quiet, echo)
    assert db(left, quiet, begin_s=3.0) > -6


def test_a_voice_that_moves_by_a_gap_is_found_again() -> None:
    _, echo = removed(voice(1), 0.1 * late(voice(1), 60))
    heard = 0.1 * late(voice(3), 300)
    left, _ = removed(voice(3), heard, echo)
    assert echo.lag_s == pytest.approx(0.3, abs=0.008)
    assert db(left, heard, begin_s=2.5) < -14
