"""A living face that listens: beats, brows and breath from sound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from blend_shapes.arkit import INDEX
from blend_shapes.articulation.shapes import REST_FACE
from blend_shapes.face import FaceFrames, frames_before
from blend_shapes.layers import LOOK_AHEAD_S, LivingFace
from blend_shapes.phonemes.timing import PhoneTiming
from tests.blend_shapes.audio.sounds import Sound, rounded, sentence
from tests.blend_shapes.speech import assert_valid

RATE = 16000
ACCENTS = (1.0, 2.0, 3.0, 4.0)
HUSH = np.zeros(RATE)
SPEECH = rounded(np.concatenate([sentence(RATE, ACCENTS, 5.0), HUSH, sentence(RATE, (0.8,), 2.0), HUSH]))
SMILE, BROW = INDEX["mouthSmileLeft"], INDEX["browInnerUp"]


def still(first: int, count: int) -> FaceFrames:
    return FaceFrames(first, 60, np.tile(REST_FACE, (count, 1)), np.zeros((count, 3), np.float32))


def listening(
    sound: Sound,
    cuts: tuple[int, ...] = (),
    ahead_s: float = 0.0,
    seed: int = 3,
    mood: str = "neutral",
    phones: list[PhoneTiming] | None = None,
    hears_questions: bool = True,
) -> FaceFrames:
    """A face with a mouth at rest that hears sound in pieces and is composed up to `ahead_s` before it."""
    life = LivingFace(60, seed, mood, 1.0, ahead_s=ahead_s, hears_questions=hears_questions)
    runs, heard, done = [], 0, 0
    for piece in np.split(sound, sorted(cuts)):
        life.listen(piece, RATE)
        before, heard = heard / RATE, heard + len(piece)
        if phones is not None:
            life.hear([p for p in phones if before <= p.start < heard / RATE], heard / RATE)
        until = max(frames_before(round((heard / RATE - ahead_s) * 1e6), 60), done)
        runs.append(life.compose(still(done, until - done)))
        done = until
    return FaceFrames.join(runs)


def beats(pitch: NDArray[np.float32], at: float) -> float:
    """How far the chin goes down within half a second after `at`."""
    part = pitch[round(60 * at) : round(60 * (at + 0.5))]
    return float(part[0] - part.min())


def test_accents_of_sound_move_the_head_down() -> None:
    answered, quiet = [], []
    for seed in range(8):
        heard = listening(SPEECH, seed=seed).head[:, 1]
        silent = listening(np.zeros_like(SPEECH), seed=seed).head[:, 1]
        answered += [beats(heard - silent, at) for at in ACCENTS]
        quiet += [beats(heard - silent, at) for at in (0.3, 5.6, 6.2)]
    assert np.mean(np.array(answered) > 1.0) > 0.7
    assert np.mean(np.array(quiet) > 1.0) < 0.1


@given(st.lists(st.integers(0, len(SPEECH)), max_size=12), st.sampled_from([0.0, 0.06, 0.2, 0.29]))
@settings(max_examples=25)
def test_frames_do_not_depend_on_the_cutting(cuts: list[int], ahead_s: float) -> None:
    whole, cut = (listening(SPEECH, c, ahead_s, mood="happy") for c in ((), tuple(cuts)))
    assert np.array_equal(whole.weights, cut.weights)
    assert np.array_equal(whole.head, cut.head)


def test_with_look_ahead_beats_are_earlier() -> None:
    pitch = {ahead: listening(SPEECH, ahead_s=ahead, seed=1).head[:, 1] for ahead in (0.0, 0.2)}
    silent = listening(np.zeros_like(SPEECH), seed=1).head[:, 1]
    at: dict[float, list[int]] = {ahead: [] for ahead in pitch}
    for ahead, head in pitch.items():
        n = min(len(head), len(silent))
        for accent in ACCENTS:
            window = slice(round(60 * accent), round(60 * (accent + 0.6)))
            at[ahead].append(int((head[:n] - silent[:n])[window].argmin()))
    assert 4 <= np.median(np.array(at[0.0]) - np.array(at[0.2])) <= 16


def test_a_mood_steps_back_for_the_voice_only() -> None:
    smile = listening(SPEECH, mood="happy").weights[:, SMILE]
    talking, pause = smile[round(60 * 3.0)], smile[round(60 * 6.0)]
    assert talking < 0.5 * pause
    assert smile[-1] > 0.9 * pause


def lifted(face: FaceFrames, silent: FaceFrames, at: float) -> bool:
    """Whether the head goes up and to the side within a second, as one who asks."""
    n = min(len(face), len(silent))
    turn = (face.head[:n] - silent.head[:n])[round(60 * at) : round(60 * (at + 1.0))]
    return bool(turn[:, 1].max() > 1.5 and turn[:, 2].max() > 1.0)


@pytest.mark.parametrize("rising", [False, True])
@pytest.mark.parametrize("hears_questions", [False, True])
def test_a_question_lifts_the_head(rising: bool, hears_questions: bool) -> None:
    sound = rounded(np.concatenate([sentence(RATE, (0.4,), 1.6, rising=rising), HUSH]))
    face = listening(sound, hears_questions=hears_questions)
    assert lifted(face, listening(np.zeros_like(sound)), 1.6) == (rising and hears_questions)


@pytest.mark.parametrize("late", [False, True])
def test_a_question_may_be_told(late: bool) -> None:
    """By the text, with phones or without, also where the end of the clause has been answered before."""
    phones = [PhoneTiming("a", 0.1, 1.6, 1.6)]
    silent = listening(np.zeros(4 * RATE, np.int16), (), LOOK_AHEAD_S)
    for asks in (False, True):
        life = LivingFace(60, 3, "neutral", 1.0, ahead_s=LOOK_AHEAD_S)
        life.hear(phones, 1.7)
        runs = [life.compose(still(0, 80))]
        if late:
            life.hear([], 2.2)
            runs.append(life.compose(still(80, 30)))
        if asks:
            life.ask(1.62)
        life.hear([], 4.0)
        runs.append(life.compose(still(runs[-1].end, 180 - runs[-1].end)))
        found = FaceFrames.join(runs)
        brow = found.weights[:, BROW] - silent.weights[: len(found), BROW]
        assert (brow[100:].max() > 0.2) == asks
        if not late:
            assert lifted(found, silent, 1.6) == asks


def test_phones_say_where_and_sound_says_how_much() -> None:
    """The same stressed syllables, one of them with a high pitch."""
    phones = [PhoneTiming("a", t, t + 0.19, t + 0.19, stress=1) for t in np.arange(0.4, 4.8, 0.8).tolist()]
    sizes = []
    for seed in range(12):
        faces = [
            listening(rounded(sentence(RATE, high, 5.0)), (), LOOK_AHEAD_S, seed, phones=phones).head[:, 1]
            for high in ((2.0,), ())
        ]
        sizes.append([beats(pitch, 1.9) for pitch in faces])
    high, level = np.mean(sizes, axis=0)
    assert high > level + 1.0


def test_a_microphone_of_hours_stays_small() -> None:
    life = LivingFace(60, 1, "happy")
    minute = rounded(np.concatenate([sentence(RATE, (0.8, 2.0), 4.0), np.zeros(RATE)]))
    for n in range(60):
        life.listen(minute, RATE)
        frames = life.compose(still(300 * n, 300))
    assert_valid(frames)
    ear = life._ear
    assert len(life._pulses) < 20 and len(life._blinks._occasions) < 5
    assert len(ear._by_ear) < 5 and len(ear._talk.rows()) < 5 and len(ear._marks) < 5
    assert ear._intonation is not None
    assert len(ear._intonation._heard) < 1000


def test_phones_known_for_a_while_silence_the_ear() -> None:
    """While phones are known the sound adds no accents of its own."""
    mute = [PhoneTiming("a", 0.1, 7.5, 7.5, stress=0)]
    for phones, moves in ((mute, False), (None, True)):
        heard = listening(SPEECH, (), LOOK_AHEAD_S, phones=phones).head[:, 1]
        n = len(heard)
        silent = listening(np.zeros_like(SPEECH), (), LOOK_AHEAD_S).head[:n, 1]
        down = max(beats(heard - silent, accent) for accent in ACCENTS)
        assert (down > 1.0) == moves


@pytest.mark.parametrize("level", [30.0, 3000.0])
def test_noise_leaves_the_face_calm(level: float) -> None:
    sound = rounded(np.random.default_rng(1).normal(0, level, 5 * RATE))
    noisy, silent = listening(sound), listening(np.zeros_like(sound))
    assert np.array_equal(noisy.head, silent.head)
    assert np.array_equal(noisy.weights, silent.weights)
