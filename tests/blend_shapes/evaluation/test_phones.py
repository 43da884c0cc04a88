"""Labiodentals and rounding on made-up mouths."""

import numpy as np
import pytest

from blend_shapes.evaluation.phones import labiodentals, round_hits, rounding
from tests.blend_shapes.evaluation.made import face, grid, spoken

F = {"jawOpen": 0.07, "mouthUpperUp": 0.18, "mouthRollLower": 0.42}


def test_the_lip_on_the_teeth() -> None:
    said = spoken("a f a v a")
    assert labiodentals(face(said.seconds, **F), said) == [(True, True)] * 2
    assert labiodentals(face(said.seconds), said) == [(False, False)] * 2
    assert labiodentals(face(said.seconds, jawOpen=0.4), said) == [(False, False)] * 2


def test_rounded_lips_leave_the_teeth_whatever_the_weights_say() -> None:
    said = spoken("a f a")
    assert labiodentals(face(said.seconds, **F, mouthFunnel=0.6), said) == [(False, True)]


def test_only_frames_of_the_label_count() -> None:
    said = spoken("a f a")
    outside = np.where(grid(said.seconds) < 0.58, 1.0, 0.0)
    assert labiodentals(face(said.seconds, **{k: v * outside for k, v in F.items()}), said) == [
        (False, False)
    ]


def test_rounding_is_read_in_the_middle_of_phones() -> None:
    said = spoken("u i ʃ s w e o a")
    times = grid(said.seconds)
    curve = np.zeros(len(times))
    for p in said.phones or ():
        if p.phone in ("u", "ʃ", "w", "o"):
            curve[(times > p.start) & (times < p.end)] = 0.5
    rounded, spread = rounding(face(said.seconds, mouthPucker=curve), said)
    assert rounded.tolist() == [0.5] * 4
    assert spread.tolist() == [0.0] * 3
    assert rounding(face(said.seconds, mouthFunnel=curve), said)[0].tolist() == [0.5] * 4


def test_a_diphthong_is_read_in_its_first_part() -> None:
    said = spoken("oʊ a", length=0.2)
    times = grid(said.seconds)
    first = np.where(times < 0.61, 0.5, 0.0)
    assert rounding(face(said.seconds, mouthPucker=first), said)[0].tolist() == [0.5]


@pytest.mark.parametrize(("rounded", "spread", "hits"), [
    (0.2, 0.1, 1), (0.19, 0.0, 0), (0.21, 0.1, 1), (0.3, 0.21, 0), (0.3, 0.2, 1), (0.31, 0.2, 1),
])  # fmt: skip
def test_a_hit_is_round_and_rounder_than_spread_phones(rounded: float, spread: float, hits: int) -> None:
    assert round_hits(np.array([rounded + 1e-9]), np.array([spread])) == hits


def test_without_spread_phones_a_hit_is_round() -> None:
    assert round_hits(np.array([0.2, 0.1]), np.zeros(0)) == 1
