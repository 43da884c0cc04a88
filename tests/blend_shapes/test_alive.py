"""A face that speaks for minutes: what moves, how often, how fast. And moods that change in mid-closure."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS, INDEX
from blend_shapes.articulation import Mouth
from blend_shapes.articulation.mouth import LOOK_AHEAD_S
from blend_shapes.face import FaceFrames
from blend_shapes.layers import LivingFace
from blend_shapes.life.blink import CLOSE_S
from blend_shapes.life.gaze import TALKING, Gaze, shift_deg
from blend_shapes.life.gestures import GESTURES
from blend_shapes.life.moods import MOODS, SPEAKING_SHARE
from blend_shapes.life.phrasing import ClauseEnd, Phrasing
from blend_shapes.metrics import CLOSED, aperture, on_teeth
from blend_shapes.phonemes.timing import PhoneTiming
from tests.blend_shapes.speech import SENTENCE, assert_valid, life_of, mouth_of, spoken

WORDS = [*SENTENCE, "_", *"ð ə w ˈɜː d z θ ɹ uː".split(), "_", "_"]
MINUTE = spoken(WORDS * 18)
LABIAL = "a m a b a p i m u b ɛ p a f a v i f ɔ v a m p a f m a".split()
Change = tuple[float, str, float]


def talk(
    phones: list[PhoneTiming],
    changes: list[Change] | None = None,
    gestures: list[tuple[float, str]] | None = None,
    seed: int = 3,
    mood: str = "neutral",
) -> FaceFrames:
    """A turn in which moods change and gestures are made."""
    end = phones[-1].end
    mouth, life = Mouth(60), LivingFace(60, seed, mood, 1.0)
    for change in sorted(changes or []):
        life.feel(*change)
    for at, name in gestures or []:
        life.gesture(at, name)
    life.hear(phones, end)
    return FaceFrames.join([life.compose(mouth.follow(phones, end)), life.settle(mouth.settle(end), end)])


def speeds(frames: FaceFrames) -> NDArray[np.float64]:
    """Of the head, degrees a second."""
    steps = np.diff(frames.head.astype(np.float64), axis=0)
    return np.asarray(np.sqrt((steps**2).sum(axis=1)) * frames.fps)


@pytest.mark.parametrize("mood", ["neutral", "happy", "angry"])
def test_most_shapes_move_within_a_minute(mood: str) -> None:
    frames = life_of(MINUTE, mood=mood)
    assert len(frames) > 60 * 55
    still = [c for c, s in zip(CHANNELS, frames.weights.std(axis=0), strict=True) if s <= 0.005]
    assert len(still) <= 12, still


def test_blinks_a_minute_while_speaking() -> None:
    """Spontaneous ones and those that speech and gaze invite; 10 to 33 in conversation (Doughty 2001)."""
    rates = []
    for seed in range(6):
        shut = life_of(MINUTE, seed=seed).weights[:, INDEX["eyeBlinkLeft"]] > 0.9
        rates.append((np.diff(shut.astype(int)) == 1).sum() * 3600 / len(shut))
    assert 20 < np.mean(rates) < 33


def invited(times: list[float], starts: NDArray[np.float64]) -> float:
    """Share of moments at which a blink begins, within two frames."""
    return float(np.mean([np.abs(starts - t).min() < 0.035 for t in times]))


def blink_starts(frames: FaceFrames) -> NDArray[np.float64]:
    shut = frames.weights[:, INDEX["eyeBlinkLeft"]] > 0.9
    times = frames.times()[1:][np.diff(shut.astype(int)) == 1]
    return np.asarray(times - CLOSE_S * 0.8)


def test_blinks_are_invited_as_often_as_stated() -> None:
    """Ends of clauses 40 %, large shifts of gaze 60 %, the first word 25 %; some come too soon."""
    ends = [m.at + 0.05 for m in Phrasing().hear(MINUTE, MINUTE[-1].end) if isinstance(m, ClauseEnd)]
    at_ends, at_shifts, at_onset = [], [], []
    for seed in range(48):
        starts = blink_starts(life_of(MINUTE, seed=seed))
        walk = Gaze(seed, TALKING).until(MINUTE[-1].end - 0.5)
        shifts = [b.start for a, b in walk if shift_deg(a, b) > 15.0]
        at_ends.append(invited(ends, starts))
        at_shifts += [invited([t], starts) for t in shifts]
        late = spoken(["_"] * 5 + ["m", "a"])
        at_onset.append(invited([late[5].start], np.append(blink_starts(life_of(late, seed=seed)), -9.0)))
    assert 0.30 < np.mean(at_ends) < 0.45
    assert 0.36 < np.mean(at_shifts) < 0.52
    assert 0.10 < np.mean(at_onset) < 0.40


def test_a_blink_at_the_first_word_is_a_whole_one() -> None:
    for seed in range(40):
        lids = life_of(spoken(["m", "a"] * 8), seed=seed).weights[:30, INDEX["eyeBlinkLeft"]]
        assert lids.max() < 0.2 or lids.max() > 0.9 or lids.argmax() == 29


def test_lids_follow_the_eyes() -> None:
    """Half closed where the eyes look down, wider where they look up."""
    life = LivingFace(60, 1)
    assert life.gesture(1.0, "look_down")
    down = life.compose(Mouth(60).follow([], 3.0)).weights[round(60 * 1.5)]
    assert down[INDEX["eyeLookDownLeft"]] > 0.35
    assert down[INDEX["eyeBlinkLeft"]] > 0.35 * down[INDEX["eyeLookDownLeft"]]
    life = LivingFace(60, 1)
    life.gesture(1.0, "look_up")
    up = life.compose(Mouth(60).follow([], 3.0)).weights[round(60 * 1.5)]
    assert up[INDEX["eyeLookUpLeft"]] > 0.3
    assert up[INDEX["eyeWideLeft"]] == pytest.approx(0.2 * up[INDEX["eyeLookUpLeft"]], abs=0.01)


@given(
    st.lists(st.tuples(st.floats(0.0, 8.0), st.sampled_from(GESTURES)), max_size=8),
    st.lists(
        st.tuples(st.floats(0.0, 8.0), st.sampled_from(sorted(MOODS)), st.floats(0.0, 1.0)), max_size=4
    ),
    st.integers(0, 2**40),
)
@settings(max_examples=40)
def test_the_head_is_never_thrown_about(
    gestures: list[tuple[float, str]], changes: list[Change], seed: int
) -> None:
    """60 degrees a second, whatever comes together; also where the turn wakes up and goes to rest."""
    frames = talk(spoken(WORDS * 2), changes, gestures, seed)
    assert_valid(frames)
    assert speeds(frames).max() <= 60.0


def test_lids_and_eyes_keep_their_speed() -> None:
    """Blinks close within 83 ms, saccades take 2.4 ms a degree: nothing of the upper face is faster."""
    limit = {"eyeBlink": 1.5 / 0.083 + 5.0, "eyeLook": 25.0, "brow": 6.0, "cheek": 3.0, "nose": 3.0}
    for seed in range(4):
        weights = life_of(MINUTE, mood="angry", intensity=1.0, seed=seed).weights
        fastest = np.abs(np.diff(weights, axis=0)).max(axis=0) * 60
        for name, most in limit.items():
            assert max(fastest[i] for c, i in INDEX.items() if c.startswith(name)) <= most, name


def test_the_face_is_a_little_uneven() -> None:
    weights = life_of(MINUTE, mood="happy", intensity=0.5).weights
    left, right = (weights[:, INDEX["mouthSmile" + side]] for side in ("Left", "Right"))
    more = np.maximum(left, right)
    uneven = (np.abs(left - right) / np.maximum(more, 0.1))[more > 0.1]
    assert 0.005 < uneven.mean() < 0.04
    assert uneven.max() <= 0.041


@given(
    st.sampled_from(sorted(MOODS)),
    st.lists(st.tuples(st.floats(0.0, 3.0), st.sampled_from(sorted(MOODS))), max_size=6),
    st.lists(st.tuples(st.floats(0.0, 3.0), st.sampled_from(GESTURES)), max_size=3),
    st.sampled_from([0.07, 0.1, 0.14]),
)
@settings(max_examples=60)
def test_no_mood_nor_change_of_mood_spoils_a_closure(
    mood: str, changes: list[tuple[float, str]], gestures: list[tuple[float, str]], length: float
) -> None:
    """At full intensity, changed at any moment: lips that close stay closed as long as without moods."""
    phones = spoken(LABIAL, length=length)
    plain = life_of(phones, seed=3)
    frames = talk(phones, [(at, name, 1.0) for at, name in changes], gestures, mood=mood)
    lips, times = aperture(frames.weights), frames.times()
    shut = aperture(plain.weights) <= CLOSED
    for p in phones:
        if p.phone in ("m", "b", "p"):
            closure = shut & (times >= p.start - 0.04) & (times <= p.release + 0.03)
            assert closure.any() and (lips[closure] <= CLOSED).all(), p
        elif p.phone in ("f", "v"):
            assert on_teeth(frames, p.start, p.end), p


def test_lips_that_a_mouth_from_sound_shuts_stay_shut_after_a_pause_too() -> None:
    """Pauses are known as phones; that does not mean that the phones of the speech are."""
    phones = spoken(["a", "m"] * 10, length=0.1)
    mouth = mouth_of(phones)
    life = LivingFace(60, 3, "surprise", 1.0)
    life.hear([PhoneTiming("", 0.0, 0.2, 0.2)], 0.2)
    life.hear(None, phones[-1].end)
    frames = life.compose(mouth)
    times = mouth.times()
    shut = (aperture(mouth.weights) <= 0.5 * CLOSED) & (times > 0.3) & (times < phones[-1].start)
    assert shut.sum() > 20
    assert (aperture(frames.weights)[shut] <= CLOSED).mean() > 0.95


@pytest.mark.parametrize("mood", sorted(set(MOODS) - {"neutral"}))
def test_a_mood_keeps_its_upper_face_and_a_third_of_its_mouth_in_speech(mood: str) -> None:
    phones = spoken(["_"] * 3 + WORDS * 3)
    shown = talk(phones, mood=mood).weights - talk(phones).weights
    upper, mouth = (np.abs(part[:52]) for part in (MOODS[mood].upper, MOODS[mood].mouth))
    speaking = slice(60 * 3, 60 * 4)
    for i in np.flatnonzero(upper > 0.2):
        if not CHANNELS[i].startswith("eye"):
            assert np.median(shown[speaking, i]) == pytest.approx(upper[i], abs=0.1), CHANNELS[i]
    for i in np.flatnonzero(mouth > 0.3):
        if CHANNELS[i].startswith(("mouthSmile", "mouthFrown", "mouthStretch")):
            part = np.median(shown[speaking, i]) / mouth[i]
            assert part == pytest.approx(SPEAKING_SHARE, abs=0.06), CHANNELS[i]
    assert SPEAKING_SHARE == 0.35


def test_a_long_turn_begins_with_a_look_away_and_ends_with_one_back() -> None:
    def offset(frames: FaceFrames) -> NDArray[np.float64]:
        w = frames.weights
        yaw = 15.0 * sum(s * w[:, INDEX["eyeLook" + n]] for n, s in (
            ("OutLeft", 1), ("InLeft", -1), ("InRight", 1), ("OutRight", -1)))  # fmt: skip
        pitch = 25.0 * (w[:, INDEX["eyeLookUpLeft"]] - w[:, INDEX["eyeLookDownLeft"]])
        return np.asarray(np.hypot(yaw, pitch))

    end = MINUTE[-1].end
    long_ones: list[bool] = []
    others: list[bool] = []
    ends = []
    for seed in range(16):
        for group, is_long in ((long_ones, True), (others, False)):
            mouth, life = Mouth(60), LivingFace(60, seed)
            if is_long:
                life.look_away()
            life.hear(MINUTE, end)
            runs = [life.compose(mouth.follow(MINUTE, end)), life.settle(mouth.settle(end), end)]
            away = offset(FaceFrames.join(runs))
            group.append(bool(away[6:60].max() > 3.0))
            ends.append(away[round(60 * (end + 0.15)) :].max())
    assert np.mean(long_ones) == 1.0
    assert np.mean(others) < 0.6
    assert max(ends) < 0.5


def test_frames_with_changes_do_not_depend_on_the_cutting() -> None:
    phones = spoken(WORDS * 3)
    changes: list[Change] = [
        (0.7, "happy", 1.0),
        (1.0, "sad", 1.0),
        (1.3, "angry", 0.6),
        (4.0, "neutral", 0.0),
    ]
    gestures = [(0.9, "nod"), (2.0, "question"), (3.1, "shake")]
    whole = talk(phones, changes, gestures)
    mouth, life = Mouth(60), LivingFace(60, 3, "neutral", 1.0)
    runs, given = [], 0
    for known in [*np.arange(0.21, phones[-1].end, 0.13).tolist(), phones[-1].end]:
        for at, name, strength in changes:
            if known - LOOK_AHEAD_S <= at < known + 0.13 - LOOK_AHEAD_S or (known < 0.3 and at < known):
                life.feel(at, name, strength)
        for at, name in gestures:
            if known - LOOK_AHEAD_S <= at - 0.2 < known + 0.13 - LOOK_AHEAD_S:
                life.gesture(at, name)
        now = [p for p in phones[given:] if p.start < known or known == phones[-1].end]
        given += len(now)
        life.hear(now, known)
        runs.append(life.compose(mouth.follow(now, known)))
    cut = FaceFrames.join([*runs, life.settle(mouth.settle(phones[-1].end), phones[-1].end)])
    assert np.array_equal(whole.weights, cut.weights)
    assert np.array_equal(whole.head, cut.head)
