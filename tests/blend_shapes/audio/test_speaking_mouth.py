"""From answers to a mouth."""

import numpy as np
import pytest

from blend_shapes.arkit import INDEX
from blend_shapes.articulation.curves import DOWN, UP
from blend_shapes.articulation.shapes import REST_FACE
from blend_shapes.articulation.windows import Array
from blend_shapes.audio.network import ANSWERS
from blend_shapes.audio.speaking_mouth import _LET_GO, _SPEECH, _TAKE, SpeakingMouths, face, rest
from blend_shapes.phonemes.targets import CORE

JAW, GAP = CORE.index("jawOpen"), CORE.index("mouthClose")
ROW = np.array([0])
SEALS, SPEECH = len(CORE), ANSWERS - 1


def logit(certain: float) -> float:
    return float(np.log(certain / (1.0 - certain)))


def answer(jaw: float, gap: float, speech: float = 0.99, **seals: float) -> Array:
    """With these shapes and certainties."""
    row = np.zeros((1, ANSWERS), np.float32)
    row[0, [JAW, GAP]] = jaw, gap
    row[0, SEALS:SPEECH] = [logit(seals.get(s, 0.01)) for s in ("bilabial", "labiodental", "sibilant")]
    row[0, SPEECH] = logit(speech)
    return row


def spoken(*answers: Array) -> Array:
    """Each of them, held for as long as any movement takes; the last step of each."""
    mouths, last = SpeakingMouths(1), []
    for each in answers:
        for _ in range(20):
            core = mouths.speak(ROW, each)
        last.append(core[0])
    return np.array(last)


def test_the_mouth_becomes_what_is_asked_for() -> None:
    (core,) = spoken(answer(0.5, 0.4))
    assert core[[JAW, GAP]] == pytest.approx([0.5, 0.4])


def test_lips_are_no_further_apart_than_the_jaw() -> None:
    (core,) = spoken(answer(0.2, 0.9))
    assert core[GAP] == core[JAW] == pytest.approx(0.2)


@pytest.mark.parametrize("value", [-1.0, 2.0, 1e9, -1e9])
def test_answers_out_of_range_are_cut_off(value: float) -> None:
    row = np.full((1, ANSWERS), value, np.float32)
    row[0, SPEECH] = 10.0
    weights = face(spoken(row, -row))
    assert np.isfinite(weights).all() and weights.min() >= 0.0 and weights.max() <= 1.0


def test_speed_is_limited() -> None:
    mouths, before = SpeakingMouths(1), rest(1)
    for each in [answer(0.6, 0.6)] * 10 + [answer(0.0, 0.0)] * 10:
        core = mouths.speak(ROW, each)
        step = core - before
        free = np.arange(len(CORE)) != GAP  # the jaw takes the gap along
        assert (step[:, free] <= UP[free] + 1e-6).all() and (step[:, free] >= -DOWN[free] - 1e-6).all()
        before = core.copy()
    assert core[0, JAW] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_seals_are_taken_and_let_go_at_their_certainties(number: int) -> None:
    name = ("bilabial", "labiodental", "sibilant")[number]
    take, let_go = float(_TAKE[number]), float(_LET_GO[number])
    below, above = ({name: take - 0.01}, {name: take + 0.01})
    kept, lost = ({name: let_go + 0.01}, {name: let_go - 0.01})
    jaws = spoken(*(answer(0.5, 0.5, **seals) for seals in (below, above, kept, lost, below)))[:, JAW]
    assert (jaws[[0, 3, 4]] > 0.45).all()
    assert (jaws[[1, 2]] < 0.13).all()


def test_sealed_lips_touch_whatever_the_shapes_say() -> None:
    (core,) = spoken(answer(0.6, 0.6, bilabial=0.95))
    assert core[GAP] == 0.0
    weights = face(core[None])[0]
    assert weights[INDEX["mouthClose"]] == weights[INDEX["jawOpen"]] <= 0.031


def test_a_closure_is_sealed_within_two_steps_of_an_open_mouth_being_sure() -> None:
    mouths = SpeakingMouths(1)
    for _ in range(20):
        mouths.speak(ROW, answer(0.1, 0.1))
    gaps = [float(mouths.speak(ROW, answer(0.1, 0.1, bilabial=0.95))[0, GAP]) for _ in range(3)]
    assert gaps[1] == 0.0 and gaps[0] > 0.0


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
    (core,) = spoken(answer(0.5, 0.5, speech))
    still = rest(1)[0]
    assert core[JAW] == pytest.approx(still[JAW] + share * (0.5 - still[JAW]), abs=1e-3)


def test_who_says_nothing_is_exactly_at_rest() -> None:
    (core,) = spoken(answer(0.5, 0.5, 0.01))
    assert np.array_equal(face(core[None]), REST_FACE)


def test_rows_are_apart_grow_and_begin_at_rest() -> None:
    mouths = SpeakingMouths(2)
    opens, rests = answer(0.5, 0.5), answer(0.0, 0.0, 0.01)
    for k in range(20):
        if k == 10:
            mouths.grow(5)
        core = mouths.speak(np.array([1, 0]), np.concatenate([opens, rests]))
    assert core[:, JAW] == pytest.approx([0.5, 0.01], abs=1e-3)
    mouths.reset(np.array([1]))
    assert np.array_equal(mouths.speak(np.array([1, 4]), np.concatenate([rests, rests])), rest(2))


def test_a_seal_of_one_speaker_is_not_the_next_ones() -> None:
    mouths = SpeakingMouths(1)
    for _ in range(5):
        mouths.speak(ROW, answer(0.5, 0.5, bilabial=0.95))
    mouths.reset(ROW)
    hold = {"bilabial": float(_LET_GO[0] + _TAKE[0]) / 2}
    for _ in range(20):
        core = mouths.speak(ROW, answer(0.5, 0.5, **hold))
    assert core[0, GAP] == pytest.approx(0.5)
