"""What every face driver promises."""

import numpy as np
import pytest

from blend_shapes.face import FaceFrames, frames_before
from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import AudioChunk, AudioFormat
from server.ports import FaceDriver, FaceTrack
from server.speech.values import SpeechChunk

RATE = 24_000
LONGEST_LOOK_AHEAD_S = 2.0
"""No pause between sentences should be longer."""
PHONES = (("m", 0.1), ("a", 0.2), ("p", 0.1), ("", 0.2), ("uː", 0.3), ("f", 0.1), ("iː", 0.25))


def speech(repeats: int = 2) -> list[SpeechChunk]:
    """The same syllables again and again, one chunk each time: vowels loud, consonants quiet."""
    chunks = []
    position = 0
    for _ in range(repeats):
        phones, pieces, at = [], [], 0.0
        for phone, seconds in PHONES:
            release = at + seconds / 2 if phone == "p" else at + seconds
            phones.append(PhoneTiming(phone, at, release, at + seconds))
            level = 8000 if phone in ("a", "uː", "iː") else 500 if phone else 0
            count = round(seconds * RATE)
            pieces.append((level * np.sin(np.arange(count) * 0.05)).astype(np.int16))
            at += seconds
        samples = np.concatenate(pieces)
        chunks.append(SpeechChunk(AudioChunk(samples, AudioFormat(RATE), position), tuple(phones)))
        position += len(samples)
    return chunks


def run(track: FaceTrack, chunks: list[SpeechChunk]) -> FaceFrames:
    return FaceFrames.join([*(track.follow(chunk) for chunk in chunks), track.settle()])


def silence(seconds: float) -> list[SpeechChunk]:
    samples = np.zeros(round(seconds * RATE), np.int16)
    return [SpeechChunk(AudioChunk(samples, AudioFormat(RATE)), (PhoneTiming("", 0.0, seconds, seconds),))]


class FaceContract:
    """Subclass it with a `driver` fixture."""

    @pytest.mark.parametrize("fps", [24, 30, 60, 90])
    def test_frames_begin_at_zero_without_a_hole_and_outlast_the_sound(
        self, driver: FaceDriver, fps: int
    ) -> None:
        chunks = speech()
        frames = run(driver.begin(fps), chunks)
        assert frames.first == 0
        assert frames.fps == fps
        assert len(frames) >= frames_before(AudioFormat(RATE).micros(chunks[-1].audio.end), fps)

    def test_weights_are_weights(self, driver: FaceDriver) -> None:
        frames = run(driver.begin(60), speech())
        assert frames.weights.dtype == np.float32 and frames.weights.shape == (len(frames), 52)
        assert frames.head.shape == (len(frames), 3)
        assert frames.weights.min() >= 0 and frames.weights.max() <= 1
        assert frames.weights.max() > 0.1

    def test_the_last_frame_is_at_rest(self, driver: FaceDriver) -> None:
        still = run(driver.begin(60), silence(1.0))
        frames = run(driver.begin(60), speech())
        assert np.abs(frames.weights[-1] - still.weights[-1]).max() < 0.03

    @pytest.mark.parametrize("fps", [24, 30, 60, 90])
    def test_a_frame_is_given_once_and_soon(self, driver: FaceDriver, fps: int) -> None:
        """Frames certain after a chunk reach to the declared look-ahead before its end at the latest."""
        ahead_s = driver.look_ahead_s(fps)
        assert 0 <= ahead_s <= LONGEST_LOOK_AHEAD_S
        track = driver.begin(fps)
        for chunk in speech(3):
            frames = track.follow(chunk)
            assert frames.end > (chunk.audio.end / RATE - ahead_s) * fps - 1e-6

    def test_no_cutting_of_the_speech_changes_a_frame(self, driver: FaceDriver) -> None:
        """Neither one chunk after the other nor in pieces of a length that fits nothing."""
        whole = run(driver.begin(60), speech())
        pieces = run(driver.begin(60), [p for chunk in speech() for p in chunk.pieces(0.0237)])
        assert pieces.first == whole.first
        assert np.array_equal(pieces.weights, whole.weights)

    def test_two_turns_do_not_mix(self, driver: FaceDriver) -> None:
        alone = run(driver.begin(60), speech())
        one, other = driver.begin(60), driver.begin(60)
        parts = []
        for chunk, quiet in zip(speech(), silence(1.0) * 2, strict=True):
            parts.append(one.follow(chunk))
            if quiet.audio.position == 0 and len(parts) == 1:
                other.follow(quiet)
        parts.append(one.settle())
        assert np.array_equal(FaceFrames.join(parts).weights, alone.weights)

    def test_a_track_is_closed_at_any_time(self, driver: FaceDriver) -> None:
        """And leaves nothing behind that the next one could find."""
        alone = run(driver.begin(60), speech())
        for chunks in (0, 1, 2):
            track = driver.begin(60)
            for chunk in speech()[:chunks]:
                track.follow(chunk)
            if chunks == 2:
                track.settle()
            track.close()
            assert np.array_equal(run(driver.begin(60), speech()).weights, alone.weights)

    def test_a_turn_without_sound_settles(self, driver: FaceDriver) -> None:
        assert len(driver.begin(60).settle()) >= 1
