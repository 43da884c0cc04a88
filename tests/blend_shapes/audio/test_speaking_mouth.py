"""From answers to a mouth."""

import numpy as np
import pytest

from blend_shapes.arkit import INDEX
from blend_shapes.articulation.curves import DOWN, UP
from blend_shapes.articulation.shapes import REST_FACE
from blend_shapes.articulation.windows import Array
from blend_shapes.audio.network import ANSWERS
from blend_shapes.audio.speaking_mouth import _APART, _LET_GO, _SPEECH, _TAKE, SpeakingMouths, face, rest
from blend_shapes.phonemes.targets import CORE

JAW, GAP, FUNNEL = CORE.index("jawOpen"), CORE.index("mouthClose"), CORE.index("mouthFunnel")
ROW = np.array([0])
SEALS, SPEECH = len(CORE), ANSWERS - 1
LOUD = np.ones(1, np.float32)


def logit(certain: float) -> float:
    return float(np.log(certain / (1.0 - certain)))


def answer(jaw: float, gap: float, speech: float = 0.99, **seals: float) -> Array:
    """With these shapes and certainties."""
    row = np.zeros((1, ANSWERS), np.float32)
    row[0, [JAW, GAP]] = jaw, gap
    row[0, SEALS:SPEECH] = [logit(seals.get(s, 0.01)) for s in ("bilabial", "labiodental", "sibilant")]
    row[0, SPEECH] = logit(speech)
    return row


def spoken(*answers: Array, voiced: Array = LOUD) -> Array:
    """Each of them, held for longer than any movement takes; the last step of each."""
    mouths, last = SpeakingMouths(1), []
    for each in answers:
        for _ in range(60):
            core = mouths.speak(ROW, each, voiced)
        last.append(core[0])
    return np.array(last)


def test_the_mouth_becomes_what_is_asked_for_and_is_not_too_small() -> None:
    small, wide = spoken(answer(0.1, 0.08), answer(0.2, 0.15))
    assert 0.1 < small[JAW] < wide[JAW] and wide[JAW] > 0.2
    assert wide[GAP] == pytest.approx(0.75 * wide[JAW], rel=0.01)
    small, wide = spoken(answer(0.1, 0.08), answer(0.4, 0.3), voiced=np.zeros(1, np.float32))
    assert wide[JAW] == pytest.approx(4 * small[JAW], rel=0.01)


def test_a_loud_voice_opens_wider() -> None:
    row = answer(0.3, 0.25)
    row[0, FUNNEL] = 0.3
    silent, loud = (spoken(row, voiced=np.full(1, v, np.float32))[0] for v in (0.0, 1.0))
    assert loud[JAW] / silent[JAW] == pytest.approx(loud[GAP] / silent[GAP])
    assert loud[JAW] > 2.0 * silent[JAW]
    assert loud[FUNNEL] == silent[FUNNEL] > 0.3


def test_lips_are_no_further_apart_than_the_jaw() -> None:
    (core,) = spoken(answer(0.2, 0.9))
    assert core[JAW] >= core[GAP]
    weights = face(core[None])[0]
    assert weights[INDEX["mouthClose"]] == core[JAW] - core[GAP]


@pytest.mark.parametrize("near", [0.01, float(_LET_GO[0]) / 2, float(_LET_GO[0]), 0.45])
def test_lips_that_speak_do_not_touch_unless_a_bilabial_is_near(near: float) -> None:
    (core,) = spoken(answer(0.2, 0.0, bilabial=near))
    assert core[GAP] == pytest.approx(_APART * max(0.0, 1.0 - near / float(_LET_GO[0])), abs=1e-4)


@pytest.mark.parametrize("value", [-1.0, 2.0, 1e9, -1e9])
def test_answers_out_of_range_are_cut_off(value: float) -> None:
    row = np.full((1, ANSWERS), value, np.float32)
    row[0, SPEECH] = 10.0
    weights = face(spoken(row, -row))
    assert np.isfinite(weights).all() and weights.min() >= 0.0 and weights.max() <= 1.0


def test_speed_is_limited() -> None:
    mouths, before = SpeakingMouths(1), rest(1)
    fastest = 0.0
    for each in [answer(0.9, 0.9)] * 15 + [answer(0.0, 0.0, bilabial=0.99)] * 15:
        core = mouths.speak(ROW, each, LOUD)
        step = core - before
        free = np.arange(len(CORE)) != GAP  # the jaw takes the gap along
        assert (step[:, free] <= UP[free] + 1e-6).all() and (step[:, free] >= -DOWN[free] - 1e-6).all()
        fastest = max(fastest, float(-step[0, JAW]))
        before = core.copy()
    assert fastest == pytest.approx(float(DOWN[JAW]), abs=1e-6)
    assert core[0, JAW] < 0.05


@pytest.mark.parametrize("number", [0, 1, 2])
def test_seals_are_taken_and_let_go_at_their_certainties(number: int) -> None:
    name = ("bilabial", "labiodental", "sibilant")[number]
    take, let_go = float(_TAKE[number]), float(_LET_GO[number])
    certain = (take - 0.01, take + 0.01, let_go + 0.01, let_go - 0.01, take - 0.01)
    jaws = spoken(*(answer(0.4, 0.4, **{name: c}) for c in certain))[:, JAW]
    assert (jaws[[0, 3, 4]] > 0.4).all()
    assert (jaws[[1, 2]] < 0.13).all()


def test_sealed_lips_touch_whatever_the_shapes_say() -> None:
    (core,) = spoken(answer(0.6, 0.6, bilabial=0.95))
    assert core[GAP] == 0.0
    weights = face(core[None])[0]
    assert weights[INDEX["mouthClose"]] == weights[INDEX["jawOpen"]] <= 0.031


def test_a_seal_takes_two_steps_and_three_to_let_go() -> None:
    mouths, gaps = SpeakingMouths(1), []
    small = answer(0.1, 0.06)
    for each in [small] * 30 + [answer(0.1, 0.06, bilabial=0.95)] * 5 + [small] * 5:
        gaps.append(float(mouths.speak(ROW, each, LOUD)[0, GAP]))
    assert gaps[29] > gaps[30] > gaps[31] == 0.0
    assert gaps[34] == 0.0 < gaps[35] < gaps[36] < gaps[37]


@pytest.mark.parametrize(
    ("speech", "share"),
    [
        (_SPEECH[0] - 0.01, 0.0),
        (_SPEECH[0], 0.0),
        (sum(_SPEECH) / 2, 0.5),
        (_SPEECH[1], 1.0),
        (_SPEECH[1] + 0.01, 1.0),
    ],
)
def test_a_mouth_moves_as_far_as_somebody_speaks(speech: float, share: float) -> None:
    (core,), (full,) = spoken(answer(0.3, 0.3, speech)), spoken(answer(0.3, 0.3))
    still = rest(1)[0]
    assert core[JAW] == pytest.approx(still[JAW] + share * (full[JAW] - still[JAW]), abs=1e-3)


def test_who_says_nothing_is_at_rest() -> None:
    (core,) = spoken(answer(0.5, 0.5, 0.01))
    assert np.array_equal(face(core[None]), REST_FACE)


def test_rows_are_apart_grow_and_begin_at_rest() -> None:
    mouths = SpeakingMouths(2)
    both = np.concatenate([answer(0.4, 0.4), answer(0.0, 0.0, 0.01)])
    loud = np.ones(2, np.float32)
    for k in range(60):
        if k == 30:
            mouths.grow(5)
        core = mouths.speak(np.array([1, 0]), both, loud)
    assert core[0, JAW] == pytest.approx(spoken(both[:1])[0, JAW])
    assert np.array_equal(core[1:], rest(1))
    mouths.reset(np.array([1]))
    nobody = np.concatenate([both[1:], both[1:]])
    assert np.array_equal(mouths.speak(np.array([1, 4]), nobody, loud), rest(2))


def test_nothing_of_one_speaker_is_left_to_the_next() -> None:
    mouths, fresh = SpeakingMouths(1), SpeakingMouths(1)
    for _ in range(30):
        mouths.speak(ROW, answer(0.5, 0.5, bilabial=0.95), LOUD)
    mouths.reset(ROW)
    held = answer(0.5, 0.5, bilabial=float(_LET_GO[0] + _TAKE[0]) / 2)
    for _ in range(10):
        again = mouths.speak(ROW, held, np.zeros(1, np.float32))
        assert np.array_equal(again, fresh.speak(ROW, held, np.zeros(1, np.float32)))
