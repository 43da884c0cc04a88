"""Closures on made-up faces: perfect, flapping, late, never closing."""

import numpy as np
import pytest

from blend_shapes.evaluation import closures as measured
from blend_shapes.evaluation.closures import FINE_HZ, closures, false_closures, head_lips, proxy, proxy_lips
from blend_shapes.evaluation.recording import Recording
from blend_shapes.evaluation.speech import speech
from blend_shapes.face import FaceFrames
from blend_shapes.phonemes.timing import PhoneTiming
from tests.blend_shapes.evaluation.made import RATE, face, grid, opening, spoken, voice

TEXT = "a l a m a l a l e l a b i l a l a l o p a l a l a l a l a"


def found(frames: FaceFrames, recording: Recording) -> list[measured.Closure]:
    return closures(head_lips(frames), recording, speech(recording))


def net(frames: FaceFrames, recording: Recording) -> float:
    each = found(frames, recording)
    return float(np.mean([c.hit - c.chance for c in each]))


def test_a_perfect_mouth_hits_all_and_nothing_by_chance() -> None:
    said = spoken(TEXT)
    each = found(face(said.seconds, jawOpen=opening(said)), said)
    assert [c.phone for c in each] == ["m", "b", "p"]
    assert all(c.hit and c.chance == 0.0 and c.sealed > 0.8 for c in each)
    assert all(0.0 < c.anywhere < 0.5 for c in each)
    assert [c.onset for c in each] == pytest.approx([0.0] * 3, abs=0.017)
    assert false_closures(head_lips(face(said.seconds, jawOpen=opening(said))), said, speech(said))[0] == 0


def test_a_mouth_that_flaps_hits_by_chance() -> None:
    said = spoken(TEXT)
    flapping = 0.2 - 0.2 * np.cos(2 * np.pi * 4 * grid(said.seconds))
    each = found(face(said.seconds, jawOpen=flapping), said)
    assert np.mean([c.hit for c in each]) > 0.5
    assert np.mean([c.chance for c in each]) > 0.5


def test_many_flaps_net_nothing() -> None:
    """Labels at every phase of the flapping."""
    said = spoken(" ".join(["l a l a l m a l a"] * 20), length=0.083)
    flapping = 0.2 - 0.2 * np.cos(2 * np.pi * 4 * grid(said.seconds))
    assert abs(net(face(said.seconds, jawOpen=flapping), said)) < 0.08


def test_a_mouth_that_stays_closed_hits_nothing() -> None:
    said = spoken(TEXT)
    closed = found(face(said.seconds), said)
    assert not any(c.hit for c in closed)
    assert all(c.sealed == 1.0 for c in closed)
    some, total = false_closures(head_lips(face(said.seconds)), said, speech(said))
    assert some == total > 0


def test_a_mouth_that_stays_open_hits_nothing() -> None:
    said = spoken(TEXT)
    opened = found(face(said.seconds, jawOpen=0.4), said)
    assert not any(c.hit for c in opened)
    assert all(np.isnan(c.onset) and c.sealed == 0.0 for c in opened)


@pytest.mark.parametrize("late_s", [-0.05, 0.05])
def test_a_shifted_mouth_has_its_shift_as_onset(late_s: float) -> None:
    said = spoken(TEXT)
    each = found(face(said.seconds, jawOpen=opening(said, moved=late_s)), said)
    assert [c.onset for c in each] == pytest.approx([late_s] * 3, abs=0.017)


def test_the_window_is_40_ms_before_and_30_ms_after() -> None:
    """A closure of 20 ms that ends or begins just inside and just outside of the window."""
    said = Recording("a", voice([(0.2, 1.4)], 1.6), RATE, (PhoneTiming("m", 0.7, 0.8, 0.8),))
    for at, hit in ((0.665, True), (0.645, False), (0.825, True), (0.845, False)):
        times = np.arange(1601) / FINE_HZ
        lips = np.where(np.abs(times - at) <= 0.01, 0.0, 0.4)
        each = closures(measured.Lips(lips, lips <= 0.01), said, speech(said))
        assert each[0].hit is hit, at


def test_a_mouth_must_open_around_a_closure() -> None:
    said = spoken(TEXT)
    for height, hit in ((0.09, False), (0.11, True)):
        lips = np.zeros(round(said.seconds * FINE_HZ))
        lips[: round(said.phones[4].start * FINE_HZ)] = height  # type: ignore[index]
        assert closures(measured.Lips(lips, lips <= 0.01), said, speech(said))[0].hit is hit


def test_a_stop_is_sealed_up_to_its_burst() -> None:
    said = Recording("a", voice([(0.2, 1.4)], 1.6), RATE, (PhoneTiming("p", 0.5, 0.6, 0.7),))
    lips = np.where((np.arange(1600) >= 500) & (np.arange(1600) < 550), 0.0, 0.4)
    each = closures(measured.Lips(lips, lips <= 0.01), said, speech(said))
    assert each[0].sealed == pytest.approx(0.5)
    assert each[0].end == 0.6


def test_onsets_after_pauses_and_labials_are_not_judged() -> None:
    said = spoken("m a v b a l a m p a")
    each = found(face(said.seconds, jawOpen=opening(said)), said)
    assert [np.isnan(c.onset) for c in each] == [True, True, False, True]


def test_a_recording_without_free_speech_has_no_chance() -> None:
    said = spoken("m a b a p")
    assert all(np.isnan(c.chance) for c in found(face(said.seconds, jawOpen=opening(said)), said))


def test_false_closures_are_counted_far_from_labials_alone() -> None:
    said = spoken("a l a l a l a l a m a")
    flat = np.full(round(said.seconds * FINE_HZ), 0.4)
    middle = round(0.95 * FINE_HZ)
    flat[middle : middle + 100] = 0.0
    shut, total = false_closures(measured.Lips(flat, flat <= 0.01), said, speech(said))
    assert shut == 100
    assert total == pytest.approx(900 - 3 * 60, abs=50)
    near = flat.copy()
    near[:] = 0.4
    near[round(1.35 * FINE_HZ) : round(1.5 * FINE_HZ)] = 0.0
    assert false_closures(measured.Lips(near, near <= 0.01), said, speech(said))[0] == 0


def test_the_proxy_is_face_mds() -> None:
    frames = face(0.1, jawOpen=0.5, mouthClose=0.2, mouthLowerDown=0.4, mouthPress=0.1, mouthRollLower=0.2)
    assert proxy(frames.weights)[0] == pytest.approx(0.5 - 0.2 + 0.14 - 0.03 - 0.05)
    assert proxy(face(0.1, mouthPress=1.0).weights)[0] == 0.0
    assert not proxy_lips(face(0.1, jawOpen=0.061)).closed.any()
    assert proxy_lips(face(0.1, jawOpen=0.059)).closed.all()
