"""Where a recording speaks, rumble or not."""

import numpy as np
import pytest

from blend_shapes.evaluation.recording import Recording
from blend_shapes.evaluation.speech import levels, loud, runs, speech, within
from blend_shapes.phonemes.timing import PhoneTiming
from tests.blend_shapes.evaluation.made import LOUD_DB, QUIET_DB, RATE, voice

SOUND = voice([(1.0, 2.0)], 3.0)


def test_levels_are_db_of_full_scale() -> None:
    found = levels(SOUND, RATE)
    assert len(found) == 181
    assert found[70:110].mean() == pytest.approx(LOUD_DB, abs=0.5)
    assert found[10:50].mean() == pytest.approx(QUIET_DB, abs=1.5)
    assert levels(np.zeros(RATE, np.int16), RATE).max() == -90.0


def test_rumble_below_the_voice_is_not_heard() -> None:
    times = np.arange(len(SOUND)) / RATE
    rumble = np.rint(SOUND / 2 + 12_000 * np.sin(2 * np.pi * 40 * times)).astype(np.int16)
    found = speech(Recording("made", rumble, RATE)).sounding
    assert runs(found) == [pytest.approx((60, 120), abs=2)]


def test_clicks_are_no_speech_and_closures_no_pauses() -> None:
    level = np.full(300, -70.0)
    level[100:200] = -20.0
    level[150:155] = -70.0  # 83 ms
    level[20] = -20.0
    assert runs(loud(level)) == [(100, 200)]
    level[150:170] = -70.0  # a third of a second
    assert runs(loud(level)) == [(100, 150), (170, 200)]


def test_speech_without_silence_is_all_speech() -> None:
    assert loud(np.full(100, -25.0)).all()
    assert not loud(np.full(100, -90.0)).any()


def test_labels_take_part() -> None:
    """What is labelled as a pause is no speech, what is labelled as speech is no pause."""
    labels = (
        PhoneTiming("", 0.0, 1.3, 1.3),
        PhoneTiming("a", 1.3, 2.5, 2.5),
        PhoneTiming("", 2.5, 3.0, 3.0),
    )
    heard = speech(Recording("made", SOUND, RATE, labels))
    assert runs(heard.speaking) == [pytest.approx((78, 120), abs=2)]
    assert np.array(heard.pauses()) == pytest.approx(np.array([(0, 1), (2.5, 3.017)]), abs=0.03)


def test_a_stop_after_a_pause_is_silent_up_to_its_burst() -> None:
    labels = (
        PhoneTiming("", 0, 0.8, 0.8),
        PhoneTiming("p", 0.8, 0.95, 1.0),
        PhoneTiming("a", 1.0, 2.0, 2.0),
    )
    heard = speech(Recording("made", SOUND, RATE, labels))
    assert heard.said is not None
    assert not heard.said[50:57].any()
    assert heard.said[57:120].all()


def test_within_takes_both_ends_and_a_margin() -> None:
    times = np.arange(10) / 10
    assert within(times, [(0.2, 0.4)]).nonzero()[0].tolist() == [2, 3, 4]
    assert within(times, [(0.2, 0.4)], 0.11).nonzero()[0].tolist() == [1, 2, 3, 4, 5]
    assert not within(times, []).any()
