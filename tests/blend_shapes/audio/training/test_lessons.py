"""Lessons: what is heard beside what should be answered."""

import numpy as np
import pytest

from blend_shapes.audio.hearing import BANDS, INPUTS, STEP_HZ
from blend_shapes.audio.speaking_mouth import rest
from blend_shapes.audio.training.augment import RATE
from blend_shapes.audio.training.lessons import Lesson, Pace, lessons, plain_lessons, quiet_lessons
from blend_shapes.audio.training.targets import JAW
from tests.blend_shapes.audio.training.spoken import utterance

LEVEL = 2 * BANDS + 1
"""Input that says how loud a step is against the voice."""
SPEECH = 3


def agreement(lesson: Lesson) -> float:
    """Between how loud it is and whether anybody speaks."""
    level = lesson.inputs[:, LEVEL].astype(np.float64)
    return float(np.corrcoef(level, lesson.answers.seals[:, SPEECH])[0, 1])


def test_steps_that_are_heard_and_answered_belong_together() -> None:
    (lesson,) = plain_lessons([utterance()])
    assert lesson.inputs.shape == (len(lesson.answers.core), INPUTS)
    assert lesson.inputs.dtype == np.float16
    assert len(lesson.inputs) == pytest.approx(len(utterance()[0]) / RATE * STEP_HZ, abs=5)
    assert agreement(lesson) > 0.4


def test_noise_is_at_the_ratio_asked_for() -> None:
    speech = [utterance()]
    (plain,), (noisy,), (drowned,) = (plain_lessons(speech, snr) for snr in (None, 20.0, -10.0))
    assert agreement(plain) > agreement(noisy) > agreement(drowned)
    assert np.array_equal(plain.answers.core, drowned.answers.core)


@pytest.mark.parametrize("seed", range(6))
def test_times_follow_the_pace_and_the_silence_before(seed: int) -> None:
    """Whatever was drawn, speech is answered where it is heard."""
    made = lessons([utterance(), utterance(1)], [], np.random.default_rng(seed))
    assert len(made) == 2
    for lesson in made:
        assert len(lesson.inputs) == len(lesson.answers.core) == len(lesson.answers.classes)
        assert np.isfinite(lesson.inputs).all()
        assert lesson.answers.core[:, JAW].max() > 0.1
        spoken = lesson.answers.classes > 0
        level = lesson.inputs[:, LEVEL].astype(np.float64)
        best = [np.corrcoef(np.roll(spoken, lag), level)[0, 1] for lag in range(-30, 31)]
        if max(best) > 0.5:  # not where noise drowns it
            assert abs(int(np.argmax(best)) - 30) <= 6


def test_a_seed_makes_the_same_lessons_and_another_others() -> None:
    speech, others = [utterance(1)], [utterance(1)[0].astype(np.float32) / 32_768.0]
    one, same, other = (lessons(speech, others, np.random.default_rng(s))[0] for s in (3, 3, 4))
    assert np.array_equal(one.inputs, same.inputs) and np.array_equal(one.answers.core, same.answers.core)
    assert one.inputs.shape != other.inputs.shape or not np.array_equal(one.inputs, other.inputs)


def test_paces_are_of_many_speakers() -> None:
    rng = np.random.default_rng(1)
    paces = [Pace.drawn(rng) for _ in range(300)]
    assert 0.85 <= min(p.speed for p in paces) < 0.88 and 1.17 < max(p.speed for p in paces) <= 1.2
    assert 0.6 < min(p.warp for p in paces) < 0.85 and 1.2 < max(p.warp for p in paces) < 1.7
    assert 10 < sum(p.halved for p in paces) < 60


def test_where_nobody_speaks_the_mouth_rests() -> None:
    for lesson in quiet_lessons(5, np.random.default_rng(1)):
        assert len(lesson.inputs) >= 170
        assert np.allclose(lesson.answers.core, rest(len(lesson.inputs)))
        assert not lesson.answers.seals.any() and not lesson.answers.classes.any()
