"""Vocal effort: what loud, faint and whispered voices ask of the mouth."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from blend_shapes.arkit import INDEX
from blend_shapes.articulation import Effort, Mouth, Style
from blend_shapes.articulation.effort import REACH
from blend_shapes.face import FaceFrames
from blend_shapes.metrics import closes, pair
from blend_shapes.phonemes.timing import PhoneTiming
from tests.blend_shapes.speech import SENTENCE, speeches, spoken

RATE = 16_000
Sound = NDArray[np.int16]
JAW = INDEX["jawOpen"]


def voice(levels_db: Sequence[float], seconds: float = 0.2, *, breath: bool = False) -> Sound:
    """A buzz, or breath, of these levels one after the other; decibels of full scale, mean square."""
    count = round(seconds * RATE)
    t = np.arange(count * len(levels_db)) / RATE
    if breath:
        source = np.random.default_rng(2).normal(0.0, 1.0, len(t))
        source = np.convolve(source, [0.25, 0.5, 0.25], "same")  # as dull as whispered vowels
    else:
        source = np.sum([np.sin(2 * np.pi * 125 * k * t) / k for k in range(1, 12)], axis=0)
    source /= np.sqrt(np.mean(source**2))
    gains = np.repeat(10.0 ** (np.array(levels_db) / 20.0), count)
    samples: Sound = np.clip(np.rint(32768 * gains * source), -32768, 32767).astype(np.int16)
    return samples


def factors(sound: Sound, cuts: Sequence[int] = (), forget: bool = False) -> NDArray[np.float32]:
    """Of the whole sound, asked for as soon as they are certain."""
    effort, runs, done, heard = Effort(RATE), [], 0, 0
    last = len(sound) * 60 // RATE
    for piece in np.split(sound, sorted(cuts)):
        effort.hear(piece)
        heard += len(piece)
        certain = last if heard == len(sound) else max(heard * 60 // RATE - REACH - 1, done)
        runs.append(effort.factors(done, certain - done))
        done = certain
        if forget:
            effort.forget(done)
    return np.concatenate(runs)


def mouth(sound: Sound, phones: Sequence[PhoneTiming], cuts: Sequence[float] = ()) -> FaceFrames:
    end = len(sound) / RATE
    effort = Effort(RATE)
    face, runs, given, heard = Mouth(60, effort=effort), [], 0, 0
    for known in [*sorted(c for c in cuts if c < end), end]:
        now = [p for p in phones[given:] if p.start < known or known == end]
        given += len(now)
        until = len(sound) if known == end else int(known * RATE)
        effort.hear(sound[heard:until])
        heard = until
        runs.append(face.follow(now, known))
    return FaceFrames.join([*runs, face.settle(end)])


@given(
    st.lists(st.floats(-70.0, -3.0), min_size=1, max_size=8),
    st.lists(st.integers(0, 25_600), max_size=8),
    st.booleans(),
)
@settings(max_examples=40)
def test_factors_do_not_depend_on_the_cutting(levels: list[float], cuts: list[int], forget: bool) -> None:
    sound = voice(levels)
    cut = factors(sound, [min(c, len(sound)) for c in cuts], forget)
    assert np.array_equal(cut, factors(sound))
    assert cut.min() >= 0.6 and cut.max() <= 1.4


@given(
    speeches(),
    st.lists(st.floats(0.0, 3.0), max_size=6),
    st.lists(st.floats(-50.0, -3.0), min_size=15, max_size=15),
)
@settings(max_examples=40)
def test_frames_do_not_depend_on_the_cutting(
    phones: list[PhoneTiming], cuts: list[float], levels: list[float]
) -> None:
    sound = voice(levels)
    assert np.array_equal(mouth(sound, phones, cuts).weights, mouth(sound, phones).weights)


def test_loud_syllables_open_more_than_soft_ones() -> None:
    found = factors(voice([-20, -14, -20, -26] * 5))[-48:].reshape(4, 12, 2)[:, 4:8].mean(axis=1)
    middle, loud, again, soft = found[:, 0]
    assert soft < again < loud and soft < middle < loud
    assert loud > 1.15 and soft < 0.85
    assert found[1, 1] > found[3, 1]


def test_an_even_voice_is_ordinary_whatever_its_gain() -> None:
    for level in (-33.5, -20.0, -10.5):
        assert factors(voice([level] * 10)) == pytest.approx(1.0, abs=0.02)


def test_shouted_and_faint_voices() -> None:
    jaws = [factors(voice([level] * 10))[-30:, 0].mean() for level in (-48.0, -40.0, -20.0, -7.0, -4.0)]
    assert jaws == sorted(jaws)
    assert jaws[0] < 0.75 and jaws[2] == pytest.approx(1.0, abs=0.02) and jaws[-1] > 1.25


def test_a_whisper_has_little_jaw_and_clear_lips() -> None:
    jaw, lips = factors(voice([-24] * 10, breath=True))[-30:].mean(axis=0)
    assert jaw < 0.8 and lips > 1.1


def test_a_sharp_first_sound_is_no_whisper() -> None:
    hiss = voice([-24], breath=True)
    assert factors(np.concatenate([hiss, voice([-20] * 4)]))[12:, 0].min() > 0.9


def test_a_voice_that_changes_is_learned_anew() -> None:
    found = factors(voice([-12] * 10 + [-30] * 60))[:, 0]
    assert found[140:160].mean() < 0.8
    assert found[-30:].mean() == pytest.approx(1.0, abs=0.08)


def test_silence_asks_for_nothing() -> None:
    effort = Effort(RATE)
    assert np.array_equal(effort.factors(-20, 30), np.ones((30, 2)))
    effort.hear(np.zeros(RATE, np.int16))
    assert np.array_equal(effort.factors(-20, 80), np.ones((80, 2)))
    after = factors(np.concatenate([voice([-20] * 5), np.zeros(RATE, np.int16)]))
    assert np.array_equal(after[-40:], np.ones((40, 2)))


def test_memory_does_not_grow() -> None:
    effort = Effort(RATE)
    for second in range(30):
        effort.hear(voice([-20] * 5))
        effort.factors(60 * second, 40)
        effort.forget(60 * second + 40)
    assert len(effort._levels) < 100


def test_closures_close_however_loud() -> None:
    phones = spoken(SENTENCE)
    for level in (-4.0, -20.0, -48.0):
        frames = mouth(voice([level] * 15), phones)
        for p in phones:
            if p.phone in ("m", "b", "p"):
                assert closes(frames, p.start, p.release)
        assert frames.weights[:, JAW].max() <= 0.65 + 1e-6


def test_shouting_talking_and_whispering_look_different() -> None:
    phones = spoken(["t", "a", "t", "i", "t", "a", "t", "i"], start=1.0, length=0.2)
    shout, talk = (mouth(voice([level] * 15), phones) for level in (-4.0, -20.0))
    whisper = mouth(voice([-28] * 15, breath=True), phones)
    jaws = [frames.weights[:, JAW].max() for frames in (whisper, talk, shout)]
    assert jaws[0] < 0.85 * jaws[1] and jaws[2] > 1.2 * jaws[1]
    smiles = [pair(frames.weights, "mouthSmile").max() for frames in (whisper, talk)]
    assert smiles[0] > 1.1 * smiles[1]


def test_a_style_stays_under_the_voice() -> None:
    phones, sound = spoken(["t", "a", "t"], length=0.3), voice([-4.0] * 6)
    effort = Effort(RATE)
    effort.hear(sound)
    mumble = Mouth(60, Style(0.0, 0.0), effort)
    frames = FaceFrames.join([mumble.follow(phones, 1.2), mumble.settle(1.2)])
    assert frames.weights[:, JAW].max() < mouth(sound, phones).weights[:, JAW].max()
