"""The mouth: what must hold for any speech, and what good speech looks like."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blend_shapes.arkit import INDEX, TWINS
from blend_shapes.articulation import LOOK_AHEAD_S, Mouth, Style, pose
from blend_shapes.articulation.shapes import REST_FACE
from blend_shapes.face import FaceFrames
from blend_shapes.head.lip_on_teeth import least_gap, lip_to_teeth
from blend_shapes.metrics import CLOSED, aperture, closes, least_within, on_teeth
from blend_shapes.phonemes.timing import PhoneTiming
from tests.blend_shapes.speech import SENTENCE, assert_valid, mouth_of, speeches, spoken

JAW, CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]


def curve(frames: FaceFrames, name: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return frames.weights[:, INDEX[name]]


# --- for any speech ---------------------------------------------------------------------------------


@given(speeches())
@settings(max_examples=60)
def test_weights_are_valid_and_left_is_right(phones: list[PhoneTiming]) -> None:
    frames = mouth_of(phones)
    assert_valid(frames)
    assert np.array_equal(frames.weights, frames.weights[:, TWINS])
    assert not frames.head.any()


@given(speeches())
@settings(max_examples=60)
def test_silence_converges_to_rest(phones: list[PhoneTiming]) -> None:
    frames = mouth_of(phones)
    assert np.array_equal(frames.weights[-1:], REST_FACE)
    end = max((p.end for p in phones if p.phone), default=0.0)
    quiet = frames.times() > end + 0.17 + 9 / 60
    assert np.array_equal(frames.weights[quiet], np.repeat(REST_FACE, quiet.sum(), axis=0))


@given(speeches(), st.lists(st.floats(0.0, 5.0), max_size=8))
@settings(max_examples=60)
def test_frames_do_not_depend_on_the_cutting(phones: list[PhoneTiming], cuts: list[float]) -> None:
    whole, cut = mouth_of(phones), mouth_of(phones, cuts=cuts)
    assert len(whole) == len(cut)
    assert np.array_equal(whole.weights, cut.weights)


@given(speeches(), st.sampled_from([24, 25, 30, 48, 50, 90, 120]))
@settings(max_examples=40)
def test_frame_rates_agree_at_common_times(phones: list[PhoneTiming], fps: int) -> None:
    at_60, other = mouth_of(phones), mouth_of(phones, fps)
    common = math.gcd(60, fps)
    n = min((len(at_60) - 1) // (60 // common), (len(other) - 1) // (fps // common)) + 1
    a, b = at_60.weights[:: 60 // common][:n], other.weights[:: fps // common][:n]
    assert np.array_equal(a, b)


@given(speeches(), st.lists(st.integers(0, 200), min_size=1, max_size=10))
@settings(max_examples=40)
def test_any_seek_gives_the_same_pose(phones: list[PhoneTiming], indices: list[int]) -> None:
    frames = mouth_of(phones)
    indices = [i % len(frames) for i in indices]
    sought = pose(phones, np.array(indices) / 60)
    assert np.abs(sought - frames.weights[indices]).max() < 1e-6


@given(speeches(), st.sampled_from([Style(), Style(0.0, 0.0), Style(1.0, 1.0)]))
@settings(max_examples=60)
def test_speed_limits(phones: list[PhoneTiming], style: Style) -> None:
    weights = pose(phones, np.arange(300) / 60, style).astype(np.float64)
    speed = np.diff(weights, axis=0) * 60
    assert speed[:, JAW].max() <= 7.0 + 1e-3
    assert speed[:, JAW].min() >= -9.0 - 1e-3
    assert np.abs(speed[:, CLOSE]).max() <= 15.0 + 1e-3
    assert np.abs(np.delete(speed, CLOSE, axis=1)).max() <= 14.0 + 1e-3
    assert weights[:, JAW].max() <= 0.65 + 1e-6


@given(speeches(shortest=0.03))
@settings(max_examples=60)
def test_bilabials_close(phones: list[PhoneTiming]) -> None:
    frames = mouth_of(phones)
    for p in phones:
        if p.phone in ("p", "b", "m"):
            release = p.end if p.phone == "m" else p.release
            assert least_within(aperture(frames.weights), frames, release - 0.051, release) <= CLOSED, p


@given(speeches(shortest=0.05))
@settings(max_examples=60)
def test_the_lip_is_on_the_teeth_for_f_and_v(phones: list[PhoneTiming]) -> None:
    frames = mouth_of(phones)
    closures = [(p.start, p.release) for p in phones if p.phone in ("p", "b", "m")]
    for p in phones:
        near_closure = any(a < p.end + 0.15 and p.start - 0.15 < b for a, b in closures)
        if p.phone in ("f", "v") and not near_closure:
            assert on_teeth(frames, p.start, p.end), p


# --- absurd times -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "phones",
    [
        [PhoneTiming("m", 0.5, 0.5, 0.5), PhoneTiming("a", 0.5, 0.5, 0.5)],
        [PhoneTiming("a", 0.0, 2.0, 2.0), PhoneTiming("m", 0.5, 1.0, 1.0), PhoneTiming("u", 0.6, 1.5, 1.5)],
        spoken(SENTENCE * 3, length=0.01),
        [PhoneTiming(p, 0.1, 0.1, 0.1) for p in "pamfaswu" * 50],
        spoken(["m"] * 100, length=0.01),
        [PhoneTiming("a", -5.0, -4.0, -4.0), PhoneTiming("b", -0.1, 0.1, 0.2)],
    ],
    ids=["no length", "overlapping", "10 ms", "all at once", "one long m", "before time 0"],
)
def test_absurd_timings_give_a_valid_face(phones: list[PhoneTiming]) -> None:
    frames = mouth_of(phones)
    assert_valid(frames)
    assert np.array_equal(frames.weights[-1:], REST_FACE)


def test_hours_are_as_exact_as_seconds() -> None:
    hour = 3600.0
    late = [
        replace(p, start=p.start + hour, release=p.release + hour, end=p.end + hour)
        for p in spoken(SENTENCE)
    ]
    times = np.arange(120) / 60
    assert np.abs(pose(late, times + hour)[20:] - pose(spoken(SENTENCE), times)[20:]).max() < 1e-5


def test_an_hour_long_phone() -> None:
    frames = pose([PhoneTiming("a", 0.0, 3600.0, 3600.0)], [0.0, 1800.0, 3599.0, 3601.0])
    assert frames[1, JAW] == frames[2, JAW] > 0.3
    assert np.array_equal(frames[3:], REST_FACE)


def test_memory_does_not_grow() -> None:
    mouth = Mouth(60)
    for i in range(600):
        mouth.follow([PhoneTiming("m", i * 0.1, i * 0.1 + 0.1, i * 0.1 + 0.1)], i * 0.1 + 0.1)
    assert len(mouth._score.consonants.rows) < 20
    assert len(mouth._score.speaking) < 20
    assert len(mouth._score.constraints.seals) == 3


# --- what good speech looks like --------------------------------------------------------------------


def test_phones_late_in_their_closure_are_closed_at_the_release() -> None:
    for phone in spoken(SENTENCE):
        if phone.phone in ("m", "b", "p"):
            assert closes(mouth_of(spoken(SENTENCE)), phone.start, phone.release)


def test_vowels_open_and_differ() -> None:
    def held(vowel: str) -> dict[str, float]:
        frame = pose(spoken(["t", vowel, "t"], length=0.3), [0.45])[0]
        return {name: float(frame[i]) for name, i in INDEX.items()}

    a, i, u, s = (held(v) for v in ("a", "i", "u", "s"))
    assert 0.3 < a["jawOpen"] < 0.5
    assert i["jawOpen"] < 0.2 and i["mouthSmileLeft"] > 0.2 and i["mouthPucker"] < 0.02
    assert u["mouthPucker"] > 0.4 and u["mouthClose"] > 0.08
    assert s["jawOpen"] <= 0.12


def test_a_lip_on_the_teeth_comes_before_a_closure_and_beside_rounded_lips() -> None:
    for names in (["ɒ", "v", "b", "a"], ["u", "f", "u", "t"], ["ʃ", "f", "ɹ", "a"], ["a", "m", "f", "a"]):
        phones = spoken(names, length=0.07)
        frames = mouth_of(phones)
        at = next(p for p in phones if p.phone in "fv")
        there = frames.weights[(frames.times() >= at.start) & (frames.times() <= at.end)]
        apart = there[least_gap(there) >= 1.0]
        assert len(apart) and lip_to_teeth(apart).min() <= 1.0, names


def test_an_approximant_narrows_the_lips_and_does_not_close_them() -> None:
    frames = mouth_of(spoken(["a", "β", "a"], length=0.12))
    inside = (frames.times() > 0.12) & (frames.times() < 0.24)
    assert CLOSED < aperture(frames.weights)[inside].min() < 0.15


def test_short_vowels_between_closures_open_the_lips() -> None:
    frames = mouth_of(spoken(["m", "a", "m", "a", "m"], length=0.08))
    for start in (0.08, 0.24):
        inside = (frames.times() > start) & (frames.times() < start + 0.08)
        assert aperture(frames.weights)[inside].max() > CLOSED


def test_bilabials_side_by_side_are_one_closure() -> None:
    phones = spoken(["ɒ", "p", "m", "æ"], length=0.1)
    frames = mouth_of(phones)
    inside = (frames.times() >= 0.1) & (frames.times() <= 0.3)
    assert aperture(frames.weights)[inside].max() <= CLOSED


def test_rounded_lips_that_are_sealed_are_puckered_and_no_funnel() -> None:
    frames = mouth_of(spoken(["ʃ", "b", "uː"], length=0.15))
    sealed = (frames.times() >= 0.17) & (frames.times() <= 0.23)
    weights = frames.weights[sealed]
    assert weights[:, INDEX["mouthFunnel"]].max() < 0.03
    assert weights[:, INDEX["mouthPucker"]].min() > 0.1
    assert frames.weights[:, INDEX["mouthFunnel"]].max() > 0.2


def test_stress_opens_the_jaw() -> None:
    plain, stressed = ([PhoneTiming("a", 0.2, 0.6, 0.6, stress)] for stress in (0, 1))
    assert pose(stressed, [0.4])[0, JAW] > pose(plain, [0.4])[0, JAW]


def test_fast_speech_undershoots_its_vowels_and_closes_all_the_same() -> None:
    reached = []
    for length in (0.055, 0.09, 0.16, 0.3):
        phones = spoken("m a b i p a m u b a".split(), start=0.3, length=length)
        frames = mouth_of(phones)
        reached.append(
            [float(pose(phones, [p.start + 0.5 * length])[0, JAW]) for p in phones if p.phone == "a"]
        )
        for p in phones:
            if p.phone in ("m", "b", "p"):
                assert closes(frames, p.start, p.release), (length, p)
    means = [float(np.mean(each)) for each in reached]
    assert means == sorted(means)
    assert means[0] < 0.5 * means[2] and means[3] > 0.4


def test_rounding_goes_before_its_vowel_and_a_spread_one_keeps_it_out() -> None:
    def rounding(names: list[str], at: float) -> float:
        face = pose(spoken(names, start=0.5, length=0.1), [at])[0]
        return float(max(face[INDEX["mouthFunnel"]], face[INDEX["mouthPucker"]]))

    assert rounding(["t", "a", "t", "u", "t"], 0.76) > 0.3  # in the middle of the t before
    assert rounding(["t", "a", "t", "a", "t"], 0.76) < 0.02
    assert rounding(["t", "u", "i", "u", "t"], 0.75) < 0.25 < rounding(["t", "u", "a", "u", "t"], 0.8)


def test_style_scales_jaw_and_lips() -> None:
    phones = spoken(["t", "a", "u"], length=0.3)
    mumble, talk, shout = (pose(phones, [0.45, 0.75], Style(x, x)) for x in (0.0, 0.5, 1.0))
    assert mumble[0, JAW] < talk[0, JAW] < shout[0, JAW]
    assert mumble[1, INDEX["mouthPucker"]] < talk[1, INDEX["mouthPucker"]] < shout[1, INDEX["mouthPucker"]]
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        Style(1.1, 0.5)


def test_the_mouth_moves_little_before_the_sound_and_rests_soon_after() -> None:
    frames = mouth_of(spoken(["a"], start=1.0, length=0.3))
    moving = frames.times()[curve(frames, "jawOpen") > 0.05]
    assert 0.88 <= moving[0] <= 1.0
    assert moving[-1] <= 1.3 + 0.15


# --- the stream -------------------------------------------------------------------------------------


def test_frames_come_as_soon_as_they_are_certain() -> None:
    mouth = Mouth(60)
    assert len(mouth.follow(spoken(["a"]), LOOK_AHEAD_S - 0.03)) == 0
    assert len(mouth.follow([], LOOK_AHEAD_S + 0.1)) >= 6
    run = mouth.follow([], 2.0)
    assert run.first >= 6 and run.end >= (2.0 - LOOK_AHEAD_S) * 60
    assert LOOK_AHEAD_S <= 0.30


def test_a_late_phone_moves_only_later_frames() -> None:
    mouth = Mouth(60)
    first = mouth.follow([], 1.0)
    second = mouth.follow([PhoneTiming("a", 0.1, 2.0, 2.0)], 2.0)
    assert second.first == first.end
    assert second.weights[-1, JAW] > 0.3


def test_a_mouth_settles_once() -> None:
    mouth = Mouth(60)
    assert len(mouth.settle(0.0)) >= 1
    with pytest.raises(RuntimeError, match="another"):
        mouth.follow([], 1.0)
    with pytest.raises(RuntimeError, match="already"):
        mouth.settle(1.0)


@pytest.mark.parametrize(
    "phone",
    [
        PhoneTiming("a", math.nan, 1.0, 1.0),
        PhoneTiming("a", 0.0, 1.0, math.inf),
        PhoneTiming("a", 1.0, 0.5, 2.0),
    ],
)
def test_times_must_run_forwards(phone: PhoneTiming) -> None:
    with pytest.raises(ValueError, match="start <= release <= end"):
        Mouth(60).follow([phone], 1.0)


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="frame a second"):
        Mouth(0)
    with pytest.raises(ValueError, match="finite"):
        Mouth(60).follow([], math.inf)
    with pytest.raises(ValueError, match="finite"):
        Mouth(60).settle(math.nan)
    with pytest.raises(ValueError, match="finite"):
        pose([], [math.nan])
    assert pose([], []).shape == (0, 52)
