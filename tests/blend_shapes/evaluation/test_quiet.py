"""Mouths in pauses, rooms and at beginnings."""

import numpy as np
import pytest

from blend_shapes.evaluation.quiet import first_movements, in_pauses, phrase_starts, silence_of, unrest
from blend_shapes.evaluation.recording import Recording
from blend_shapes.evaluation.speech import speech
from tests.blend_shapes.evaluation.made import RATE, face, grid, voice

SAID = Recording("made", voice([(1.0, 2.0), (3.0, 4.0)], 5.0), RATE)
HEARD = speech(SAID)
STILL = np.zeros(52, np.float32)


def test_pauses_are_where_nothing_sounds() -> None:
    assert np.array(HEARD.pauses()) == pytest.approx(np.array([(0, 1), (2, 3), (4, 5.017)]), abs=0.03)


def test_unrest_is_the_largest_distance_from_rest_or_the_lips_aperture() -> None:
    assert unrest(face(0.1, mouthSmile=0.3), STILL)[0] == pytest.approx(0.3)
    rest = face(0.1, mouthSmile=0.3).weights[0]
    assert unrest(face(0.1, mouthSmile=0.3), rest)[0] == pytest.approx(0.0, abs=1e-6)
    open_at_rest = face(0.1, jawOpen=0.5)
    assert unrest(open_at_rest, open_at_rest.weights[0])[0] > 0.4
    assert unrest(face(0.1, eyeBlink=1.0, browInnerUp=0.5), STILL)[0] == 0.0


def test_speech_and_what_is_near_it_is_no_pause() -> None:
    times = grid(5.0)
    talking = np.where(((times > 0.82) & (times < 2.12)) | ((times > 2.83) & (times < 4.12)), 0.5, 0.0)
    assert in_pauses(face(5.0, jawOpen=talking), STILL, HEARD).max() == 0.0
    restless = np.where((times > 2.3) & (times < 2.6), 0.5, talking)
    found = in_pauses(face(5.0, mouthFunnel=restless), STILL, HEARD)
    assert found.max() == pytest.approx(0.5)
    assert len(found) / 60 == pytest.approx(0.8 + 0.65 + 0.85, abs=0.1)


@pytest.mark.parametrize("lead_s", [-0.08, -0.03, 0.0, 0.05, 0.2])
def test_the_first_movement_is_dated(lead_s: float) -> None:
    times = grid(5.0)
    jaw = sum(np.clip((times - at - lead_s) / 0.1, 0, 1) * (times < at + 1) for at in (1.0, 3.0))
    found = first_movements(face(5.0, jawOpen=0.5 * np.asarray(jaw)), HEARD)
    assert found == pytest.approx([lead_s + 0.01] * 2, abs=0.02)  # .05 of .5 is reached after 10 ms


def test_a_mouth_that_does_not_move_is_left_out() -> None:
    assert not len(first_movements(face(5.0), HEARD))
    assert not len(first_movements(face(5.0, jawOpen=0.04 * np.sin(9 * grid(5.0)) ** 2), HEARD))


def test_a_recording_that_begins_with_speech_has_no_first_phrase() -> None:
    heard = speech(Recording("made", voice([(0.1, 2.0), (3.0, 4.0)], 5.0), RATE))
    assert phrase_starts(heard) == pytest.approx([3.0], abs=0.03)


def test_the_silence_of_a_recording_is_its_longest_pause_again_and_again() -> None:
    silence = silence_of(SAID, HEARD, seconds=3.0)
    assert silence is not None
    assert silence.seconds == 3.0
    assert 0 < np.abs(silence.samples).max() < 100
    assert np.abs(SAID.samples).max() > 5000


def test_digital_silence_and_speech_without_pause_give_none() -> None:
    dead = SAID.samples.copy()
    dead[np.abs(dead) < 200] = 0
    quiet = Recording("made", dead, RATE)
    assert silence_of(quiet, speech(quiet)) is None
    full = Recording("made", voice([(0.0, 3.0)], 3.0), RATE)
    assert silence_of(full, speech(full)) is None
