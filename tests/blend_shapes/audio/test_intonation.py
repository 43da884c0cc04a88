"""Marks from sound alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blend_shapes.audio.intonation import GAP_S, Intonation
from blend_shapes.life.phrasing import Accent, ClauseEnd, Mark, Onset
from tests.blend_shapes.audio.sounds import Sound, noise, rounded, sentence

RATE = 16000
HUSH = np.zeros(RATE)


def marks(sound: Sound, rate: int = RATE, cuts: tuple[int, ...] = ()) -> list[Mark]:
    intonation = Intonation(rate)
    return [mark for piece in np.split(sound, sorted(cuts)) for mark in intonation.listen(piece)]


def accents(found: list[Mark]) -> list[Accent]:
    return [m for m in found if isinstance(m, Accent)]


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000])
@pytest.mark.parametrize("low", [100.0, 190.0])
def test_accents_are_where_pitch_peaks(rate: int, low: float) -> None:
    true = (1.0, 2.2, 3.4)
    sound = sentence(rate, true, seconds=4.0, low=low)
    found = accents(marks(rounded(np.concatenate([sound, np.zeros(rate)])), rate))
    assert len(found) == len(true)
    for accent, at in zip(found, true, strict=True):
        assert at - 0.02 <= accent.at <= at + 0.1
        assert 1.0 < (accent.height or 0.0) < 6.0
    assert [a.number for a in found] == [0, 1, 2]


def test_a_level_voice_has_no_accents() -> None:
    assert not accents(marks(rounded(np.concatenate([sentence(RATE, seconds=4.0), HUSH]))))


def test_accents_are_known_about_a_tenth_of_a_second_after_their_peak() -> None:
    for accent in accents(marks(rounded(np.concatenate([sentence(RATE, (1.0, 2.0), 3.0), HUSH])))):
        peak = accent.at + 0.1
        assert peak < accent.known <= peak + 0.16


def test_phrases() -> None:
    sound = np.concatenate([HUSH, sentence(RATE, seconds=1.0), HUSH, sentence(RATE, seconds=1.0), HUSH])
    found = [m for m in marks(rounded(sound)) if isinstance(m, Onset | ClauseEnd)]
    assert [type(m) for m in found] == [Onset, ClauseEnd, Onset, ClauseEnd]
    assert np.allclose([m.at for m in found], [1.0, 2.0, 3.0, 4.0], atol=0.06)
    assert [m.first for m in found if isinstance(m, Onset)] == [True, False]
    assert all(m.known - m.at < (0.15 if isinstance(m, Onset) else GAP_S + 0.1) for m in found)


def test_a_short_gap_does_not_end_a_phrase() -> None:
    for gap, ends in ((GAP_S - 0.08, 1), (GAP_S + 0.08, 2)):
        sound = [
            sentence(RATE, seconds=1.0),
            np.zeros(round(gap * RATE)),
            sentence(RATE, seconds=1.0),
            HUSH,
        ]
        assert sum(isinstance(m, ClauseEnd) for m in marks(rounded(np.concatenate(sound)))) == ends


def test_a_rise_at_the_end_asks() -> None:
    for rising in (False, True):
        sound = np.concatenate([sentence(RATE, (0.4,), seconds=1.6, rising=rising), HUSH])
        (end,) = (m for m in marks(rounded(sound)) if isinstance(m, ClauseEnd))
        assert end.asks == rising
        assert abs(end.at - 1.6) < 0.08


@pytest.mark.parametrize("level", [0.0, 100.0, 5000.0])
def test_noise_says_nothing(level: float) -> None:
    assert not marks(rounded(noise(6 * RATE, level)))


def test_speech_in_noise_still_has_its_accents() -> None:
    sound = np.concatenate([HUSH, sentence(RATE, (1.0, 2.2), seconds=3.0), HUSH])
    found = accents(marks(rounded(sound + noise(len(sound), 300.0))))
    assert len(found) == 2
    assert np.allclose([a.at for a in found], [2.0, 3.2], atol=0.1)


def test_loudness_of_the_microphone_does_not_matter() -> None:
    sound = np.concatenate([sentence(RATE, (0.8, 1.6), seconds=2.4), HUSH])
    quiet, loud = (marks(rounded(gain * sound)) for gain in (0.1, 1.5))
    assert [type(m) for m in quiet] == [type(m) for m in loud]
    assert np.allclose([m.at for m in quiet], [m.at for m in loud], atol=0.03)


@given(st.lists(st.integers(0, 3 * RATE), max_size=10), st.integers(0, 99))
@settings(max_examples=25)
def test_any_cutting_gives_the_same_marks(cuts: list[int], seed: int) -> None:
    sound = np.concatenate([sentence(RATE, (0.6, 1.2), seconds=2.0, rising=True), HUSH])
    sound += noise(len(sound), 100.0, seed)
    whole = marks(rounded(sound))
    assert whole == marks(rounded(sound), cuts=tuple(cuts))
    assert [m.known for m in whole] == sorted(m.known for m in whole)


def test_height_of_a_vowel() -> None:
    intonation = Intonation(RATE)
    intonation.listen(rounded(np.concatenate([sentence(RATE, (1.0,), seconds=2.0), HUSH])))
    accented, plain = intonation.height(1.0, 1.2), intonation.height(1.4, 1.6)
    assert accented is not None and plain is not None
    assert accented > 1.0 > plain
    assert intonation.height(2.5, 2.9) is None
    intonation.forget(1.8)
    assert intonation.height(1.0, 1.2) is None and intonation.height(1.4, 1.6) == plain


def test_memory_does_not_grow() -> None:
    intonation = Intonation(RATE)
    for n in range(40):
        intonation.listen(rounded(sentence(RATE, (0.4,), seconds=1.0)))
        intonation.forget(n)
    assert len(intonation._heard) < 300 and len(intonation._phrase) < 100


def test_a_faint_syllable_is_no_accent_however_high() -> None:
    sound = sentence(RATE, (1.0, 2.0), seconds=3.0)
    sound[RATE : RATE * 5 // 4] *= 0.15
    (accent,) = accents(marks(rounded(np.concatenate([sound, HUSH]))))
    assert 1.98 <= accent.at <= 2.1
