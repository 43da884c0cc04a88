"""Lessons on disk."""

from pathlib import Path

import numpy as np
import pytest

from blend_shapes.audio.hearing import INPUTS
from server.corpus import course, shelf
from server.corpus.cast import Order
from server.corpus.spoken import Spoken
from tests.blend_shapes.audio.training.spoken import utterance


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Three files of two utterances."""
    samples, phones = utterance(1)
    monkeypatch.setattr(shelf, "speech", lambda order: [Spoken(samples, tuple(phones))] * 2)
    return [shelf._make(tmp_path / "speech", Order("espeak", "learn", seed)) for seed in range(3)]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> None:
    (tmp_path / "speech").mkdir()


def test_every_pass_hears_every_utterance_anew(corpus: list[Path], tmp_path: Path) -> None:
    files = course.fill(tmp_path / "lessons", corpus, 2, 1)
    assert len({*files}) == 6
    lessons = [course.read(path) for path in files]
    for lesson in lessons:
        steps = len(lesson.inputs)
        assert lesson.inputs.shape == (steps, INPUTS)
        assert lesson.answers.core.shape == (steps, 16) and lesson.answers.seals.shape == (steps, 4)
        assert lesson.answers.classes.shape == (steps,)
        assert lesson.answers.seals[:, 3].max() > 0.9
    assert len({lesson.inputs.tobytes() for lesson in lessons}) == 6


def test_a_pass_is_the_same_again_and_made_once(corpus: list[Path], tmp_path: Path) -> None:
    one, again = (course.fill(tmp_path / name, corpus[:2], 1, 1) for name in ("one", "again"))
    for a, b in zip(one, again, strict=True):
        assert np.array_equal(course.read(a).inputs, course.read(b).inputs)
    before = [path.stat().st_mtime_ns for path in one]
    assert course.fill(tmp_path / "one", corpus[:2], 1, 1) == one
    assert [path.stat().st_mtime_ns for path in one] == before
    assert not [*tmp_path.rglob("*.part")]
