"""F0 and voicing of a stream."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blend_shapes.audio.pitch import HOP_HZ, LEAST_HZ, LOOK_AHEAD_S, MOST_HZ, RATES, Pitch, PitchTrack
from tests.blend_shapes.audio.sounds import Sound, buzz, noise, rounded

ALL_RATES = [8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000]


def track(sound: Sound, rate: int, cuts: tuple[int, ...] = ()) -> PitchTrack:
    pitch = Pitch(rate)
    parts = [pitch.follow(piece) for piece in np.split(sound, sorted(cuts))]
    at = 0
    for part in parts:
        assert part.first == at
        at += len(part)
    return PitchTrack(
        0,
        np.concatenate([p.f0 for p in parts]),
        np.concatenate([p.voicing for p in parts]),
        np.concatenate([p.level for p in parts]),
    )


def cents(found: PitchTrack, f0: float | np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """The largest error, without the first and last hops; infinite where a hop is not voiced."""
    inner = found.f0[5:-5]
    true = np.broadcast_to(f0, found.f0.shape)[5:-5]
    if (inner == 0).any():
        return float("inf")
    return float(np.abs(1200 * np.log2(inner / true)).max())


@pytest.mark.parametrize("rate", ALL_RATES)
@pytest.mark.parametrize("f0", [65.0, 100.0, 180.0, 333.0, 470.0])
def test_tones_and_pulses(rate: int, f0: float) -> None:
    t = np.arange(rate // 2) / rate
    tone = track(rounded(3000 * np.sin(2 * np.pi * f0 * t)), rate)
    assert cents(tone, f0) < 30
    pulses = track(rounded(buzz(f0, rate, 0.5)), rate)
    assert cents(pulses, f0) < 30
    assert pulses.voicing[5:-5].min() > 0.95


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("f0", [80.0, 120.0, 210.0, 260.0])
def test_telephone_sound_has_no_fundamental(rate: int, f0: float) -> None:
    sound = buzz(f0, rate, 0.6, band=(300.0, 3400.0))
    assert cents(track(rounded(sound), rate), f0) < 30


def test_gliding_pitch_is_followed_without_delay() -> None:
    rate = 16000
    t = np.arange(3 * rate) / rate
    f0 = 130 * 2 ** (0.8 * np.sin(2 * np.pi * 0.7 * t))
    found = track(rounded(buzz(f0, rate, 3.0)), rate)
    assert cents(found, f0[np.arange(len(found)) * rate // HOP_HZ]) < 15


@pytest.mark.parametrize("f0", [90.0, 130.0, 220.0, 330.0])
def test_noise_and_octaves(f0: float) -> None:
    """At 5 dB the octave holds and nearly all is voiced."""
    rate = 16000
    sound = buzz(f0, rate, 2.0)
    found = track(rounded(sound + noise(len(sound), 4000 * 10 ** (-5 / 20))), rate)
    voiced = found.f0 > 0
    assert voiced.mean() > 0.97
    assert (np.abs(found.f0[voiced] / f0 - 1) > 0.1).mean() < 0.02


@pytest.mark.parametrize("level", [0.0, 3.0, 300.0, 8000.0])
def test_noise_and_silence_have_no_pitch(level: float) -> None:
    rate = 16000
    sound = rounded(noise(5 * rate, level))
    assert (track(sound, rate).f0 > 0).mean() < 0.005
    hiss = rounded(np.diff(noise(5 * rate + 1, level), prepend=0.0)[1:])
    assert (track(hiss, rate).f0 > 0).mean() < 0.02


def test_voicing_begins_and_ends_with_the_voice() -> None:
    rate = 16000
    sound = np.concatenate([np.zeros(rate // 2), buzz(120.0, rate, 0.5), np.zeros(rate // 2)])
    voiced = np.flatnonzero(track(rounded(sound), rate).f0)
    assert abs(voiced[0] - 50) <= 2 and abs(voiced[-1] - 99) <= 2
    assert (np.diff(voiced) == 1).all()


def test_rumble_and_a_constant_do_not_count() -> None:
    rate = 16000
    t = np.arange(rate) / rate
    below = 2500 * np.sin(2 * np.pi * 12.0 * t) + 3000
    assert cents(track(rounded(0.4 * buzz(150.0, rate, 1.0) + below), rate), 150.0) < 30


@given(st.lists(st.integers(0, 31200), max_size=8), st.sampled_from(ALL_RATES), st.integers(0, 99))
@settings(max_examples=40)
def test_any_cutting_gives_the_same_bits(cuts: list[int], rate: int, seed: int) -> None:
    voice = buzz(140.0, rate, 0.2) + noise(round(0.2 * rate), 1500.0, seed)
    sound = rounded(np.concatenate([voice, np.zeros(rate // 4), 0.2 * voice]))
    whole = track(sound, rate)
    cut = track(sound, rate, tuple(min(c, len(sound)) for c in cuts))
    for name in ("f0", "voicing", "level"):
        assert np.array_equal(getattr(whole, name), getattr(cut, name)), name


@pytest.mark.parametrize("together", [2, 4, 7])
@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_hops_told_together_are_the_same_and_known_as_declared(rate: int, together: int) -> None:
    sound = rounded(np.concatenate([buzz(140.0, rate, 0.7), noise(rate // 2, 50.0)]))
    alone, pitch = track(sound, rate), Pitch(rate, together)
    told: list[PitchTrack] = []
    for at in range(0, len(sound), 100):
        told.append(pitch.follow(sound[at : at + 100]))
        heard = min(at + 100, len(sound)) / rate
        due = [hop for hop in range(len(alone)) if pitch.known(hop) <= heard]
        assert sum(map(len, told)) >= len(due)
        assert due == list(range(len(due)))
    for name in ("f0", "voicing", "level"):
        values = np.concatenate([getattr(t, name) for t in told])
        assert len(alone) - together < len(values) <= len(alone)
        assert np.array_equal(values, getattr(alone, name)[: len(values)]), name
    assert max(pitch.known(k) - k / HOP_HZ for k in range(50)) <= pitch.look_ahead + 1e-9


def test_what_is_not_heeded_is_not_voiced() -> None:
    rate = 16000
    sound = np.concatenate([buzz(120.0, rate, 0.5), 0.1 * buzz(120.0, rate, 0.5), buzz(120.0, rate, 0.5)])
    asked: list[float] = []

    def heeds(level: float) -> bool:
        asked.append(level)
        return level > -25.0

    pitch = Pitch(rate, heeds=heeds)
    found = pitch.follow(rounded(sound))
    assert np.array_equal(asked[: len(found)], found.level), "each hop once, in order"
    assert (found.f0[found.level <= -25.0] == 0).all()
    assert (found.f0[5:45] > 0).all() and (found.f0[60:90] == 0).all() and (found.f0[105:140] > 0).all()


@pytest.mark.parametrize("rate", ALL_RATES)
def test_look_ahead_is_as_declared(rate: int) -> None:
    """A hop is told as soon as the declared sound after it is there."""
    pitch = Pitch(rate)
    sound = rounded(noise(rate, 1000.0))
    told = 0
    for at in range(0, rate, rate // 200):
        told += len(pitch.follow(sound[at : at + rate // 200]))
        heard = min(at + rate // 200, rate) / rate
        assert told >= (heard - pitch.look_ahead) * HOP_HZ - 1e-9
    assert LOOK_AHEAD_S <= 0.06


def test_level() -> None:
    rate = 16000
    t = np.arange(rate) / rate
    full = track(rounded(32767 * np.sin(2 * np.pi * 200 * t)), rate)
    assert np.allclose(full.level[5:-5], -3.0, atol=0.5)
    assert (track(np.zeros(rate, np.int16), rate).level < -100).all()


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1e5), st.integers(0, 5000), st.sampled_from(ALL_RATES))
@settings(max_examples=30)
def test_any_sound_gives_finite_values(seed: int, level: float, count: int, rate: int) -> None:
    found = track(rounded(noise(count, level, seed)), rate)
    assert ((found.f0 == 0) | ((found.f0 > 0.95 * LEAST_HZ) & (found.f0 < 1.05 * MOST_HZ))).all()
    assert ((found.voicing >= 0) & (found.voicing <= 1)).all()
    assert np.isfinite(found.level).all()


def test_memory_does_not_grow() -> None:
    pitch = Pitch(16000)
    for seed in range(60):
        pitch.follow(rounded(noise(8000, 1000.0, seed)))
    assert len(pitch._correlator._sound) < 200 and len(pitch._correlator._slow) < 1000
    assert len(pitch._path._open) < 10 and not pitch._path._decided


def test_rates() -> None:
    for wrong in (RATES[0] - 1, RATES[1] + 1, 0):
        with pytest.raises(ValueError, match="8000 to 48000 samples a second"):
            Pitch(wrong)
    for right in RATES:
        assert len(Pitch(right).follow(np.zeros(0, np.int16))) == 0
