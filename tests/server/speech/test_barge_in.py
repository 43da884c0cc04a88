"""The policy, window by window."""

from collections.abc import Iterable

import numpy as np
import pytest

from server.speech import barge_in
from server.speech.bands import BANDS, EDGES_HZ, Powers
from server.speech.barge_in import (
    DUCK_AFTER,
    INTERRUPT_AFTER,
    RESUME_AFTER,
    BargeIn,
    Decision,
)

IGNORE, DUCK, INTERRUPT, RESUME = Decision.IGNORE, Decision.DUCK, Decision.INTERRUPT, Decision.RESUME
SPEECH = np.full(BANDS, 1e-4, np.float32)
SILENCE = np.full(BANDS, 1e-9, np.float32)
HUM: Powers = np.where(EDGES_HZ[:-1] < 500, 1e-3, 1e-8).astype(np.float32)
QUIET = (0.05, SILENCE)


def decided(windows: Iterable[tuple[float, Powers]], policy: BargeIn | None = None) -> list[Decision]:
    policy = policy or BargeIn()
    return [policy.hear(*window) for window in windows]


def test_speech_ducks_and_then_interrupts() -> None:
    found = decided([(0.9, SPEECH)] * INTERRUPT_AFTER)
    assert found == [IGNORE] * (DUCK_AFTER - 1) + [DUCK] + [IGNORE] * (INTERRUPT_AFTER - DUCK_AFTER - 1) + [
        INTERRUPT
    ]


def test_what_is_shorter_resumes() -> None:
    found = decided([(0.9, SPEECH)] * (INTERRUPT_AFTER - 1) + [QUIET] * RESUME_AFTER)
    assert [d for d in found if d is not IGNORE] == [DUCK, RESUME]
    assert found[-1] is RESUME
    assert RESUME not in found[:-1]


def test_one_window_does_nothing() -> None:
    assert set(decided([(0.9, SPEECH)] + [QUIET] * 20)) == {IGNORE}


def test_a_pause_shorter_than_the_release_does_not_begin_anew() -> None:
    part = [(0.9, SPEECH)] * (INTERRUPT_AFTER - 1) + [QUIET] * (RESUME_AFTER - 1)
    assert INTERRUPT in decided([*part, (0.9, SPEECH), (0.9, SPEECH)])
    assert INTERRUPT not in decided([*part, QUIET, (0.9, SPEECH), (0.9, SPEECH)])


@pytest.mark.parametrize(
    ("probability", "last"), [(0.49, IGNORE), (0.5, DUCK), (0.64, DUCK), (0.65, INTERRUPT)]
)
def test_how_sure_the_detector_must_be(probability: float, last: Decision) -> None:
    found = decided([(probability, SPEECH)] * 40)
    assert [d for d in found if d is not IGNORE][:2][-1:] == ([] if last is IGNORE else [last])


def test_a_hum_ducks_however_long_it_is() -> None:
    assert [d for d in decided([(0.95, HUM)] * 60) if d is not IGNORE] == [DUCK]


def test_a_murmur_that_passes_into_a_vowel_is_speech() -> None:
    found = decided([(0.95, HUM)] * 3 + [(0.95, SPEECH)] * INTERRUPT_AFTER)
    assert found[-1] is INTERRUPT


def test_breath_and_reverberation_after_a_hum_are_no_speech() -> None:
    breath = (SPEECH * (HUM.sum() * barge_in.LOUD * 0.9 / SPEECH.sum())).astype(np.float32)
    found = decided(([(0.95, HUM)] * 6 + [(0.9, breath)] * 4) * 5)
    assert INTERRUPT not in found
    louder = (breath * 1.3).astype(np.float32)
    assert INTERRUPT in decided(([(0.95, HUM)] * 6 + [(0.9, louder)] * 4) * 5)


def test_an_interruption_begins_everything_anew() -> None:
    policy = BargeIn()
    once = decided([(0.9, SPEECH)] * INTERRUPT_AFTER, policy)
    assert decided([(0.9, SPEECH)] * INTERRUPT_AFTER, policy) == once
    policy.hear(0.9, SPEECH)
    policy.reset()
    assert decided([(0.9, SPEECH)] * INTERRUPT_AFTER, policy) == once


def test_nothing_at_all_is_heard_without_a_warning() -> None:
    assert set(decided([(0.9, np.zeros(BANDS, np.float32))])) == {IGNORE}
