"""The rules of the mux, for any cutting of audio and frames."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blend_shapes.face import FaceFrames, frame_time_us, frames_before
from server.audio.chunk import AudioChunk, AudioFormat
from server.speech.mux import LONGEST_S, Mux
from server.speech.values import Segment

FORMAT = AudioFormat(24_000)


def frames(first: int, count: int, fps: int) -> FaceFrames:
    weights = np.zeros((count, 52), np.float32)
    weights[:, 17] = (np.arange(first, first + count) % 97) / 97
    return FaceFrames(first, fps, weights, np.zeros((count, 3), np.float32))


def run(pieces: list[tuple[int, int]], fps: int, tail: int) -> tuple[list[Segment], int, int]:
    """Feed (samples, frames) pieces, then what frames are missing and `tail` more; all segments."""
    mux = Mux(FORMAT, fps)
    made: list[Segment] = []
    samples = done = 0
    for audio, count in pieces:
        chunk = AudioChunk(np.arange(samples, samples + audio).astype(np.int16), FORMAT, samples)
        made += mux.add(chunk, frames(done, count, fps))
        samples += audio
        done += count
    missing = max(frames_before(FORMAT.micros(samples), fps) - done, 0) + tail
    made += mux.add(None, frames(done, missing, fps))
    made += mux.finish()
    return made, samples, done + missing


PIECES = st.lists(st.tuples(st.integers(0, 30_000), st.integers(0, 90)), max_size=12)


@given(PIECES, st.sampled_from([24, 30, 60, 90]), st.integers(0, 40))
def test_nothing_is_lost_and_frames_are_never_late(
    pieces: list[tuple[int, int]], fps: int, tail: int
) -> None:
    made, samples, count = run(pieces, fps, tail)
    audio = [s.audio for s in made]
    assert all(a.end == b.position for a, b in pairwise(audio))
    assert [s.seq for s in made] == list(range(len(made)))
    if not made:
        assert samples == 0 and count == 0
        return
    heard = np.concatenate([a.samples for a in audio])
    assert np.array_equal(heard[:samples], np.arange(samples).astype(np.int16))
    assert not heard[samples:].any()
    shown = FaceFrames.join(s.frames for s in made)
    assert shown.first == 0
    assert np.array_equal(shown.weights, frames(0, len(shown), fps).weights)
    assert len(shown) >= min(count, frames_before(FORMAT.micros(audio[-1].end), fps))
    for segment in made:
        end = FORMAT.micros(segment.audio.end)
        assert segment.frames.end >= min(count, frames_before(end, fps))


@given(PIECES, st.sampled_from([30, 60]))
def test_the_last_frame_is_heard(pieces: list[tuple[int, int]], fps: int) -> None:
    made, _, count = run(pieces, fps, 5)
    end = FORMAT.micros(made[-1].audio.end)
    assert made[-1].frames.end == count
    assert frame_time_us(count - 1, fps) < end


def test_segments_grow_from_short_to_long() -> None:
    made, _, _ = run([(24_000 * 5, 320)], 60, 0)
    lengths = [round(s.audio.seconds, 6) for s in made]
    assert lengths[:7] == [0.04, 0.08, 0.12, 0.16, 0.2, 0.24, 0.24]
    assert max(lengths) == LONGEST_S


def test_audio_waits_for_its_frames() -> None:
    mux = Mux(FORMAT, 60)
    assert mux.add(AudioChunk(np.zeros(24_000, np.int16), FORMAT), frames(0, 2, 60)) == []
    assert len(mux.add(None, frames(2, 1, 60))) == 1


def test_a_face_that_ends_too_early_is_an_error() -> None:
    mux = Mux(FORMAT, 60)
    mux.add(AudioChunk(np.zeros(24_000, np.int16), FORMAT), frames(0, 10, 60))
    with pytest.raises(ValueError, match="ends before the voice"):
        mux.finish()


@pytest.mark.parametrize(("known", "given"), [(59, 0), (60, 1), (61, 1)])
def test_what_was_said_last_can_be_had_at_once_if_its_frames_are_there(known: int, given: int) -> None:
    mux = Mux(FORMAT, 60)
    mux.add(AudioChunk(np.zeros(24_000, np.int16), FORMAT), frames(0, 30, 60))
    made = mux.add(None, frames(30, known - 30, 60))
    assert made[-1].audio.end < 24_000
    hurried = mux.hurry(24_000)
    assert len(hurried) == given
    assert all(s.audio.end == 24_000 and s.frames.end == 60 for s in hurried)
    assert mux.hurry(24_000) == [] or not given


def test_no_more_is_hurried_than_there_is() -> None:
    mux = Mux(FORMAT, 60)
    mux.add(AudioChunk(np.zeros(600, np.int16), FORMAT), frames(0, 10, 60))
    assert [s.audio.end for s in mux.hurry(10_000)] == [600]
    assert mux.hurry(500) == mux.hurry(600) == []
