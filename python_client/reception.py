"""Which media belong to what is heard: turn numbers as epochs, and how far each turn has arrived. Pure.

Whatever belongs to a flushed turn, or to one before the current, is stale. Media that came twice (after a
resumed connection) are cut to what is new, so that samples of a turn are handed on once and in order.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from protocol import messages as m
from protocol import pcm16
from protocol.codes import BadMessage
from protocol.face_format import FaceLayout, Floats, frame_time

LONGEST_HOLE_S: Final = 10
_FULL_SCALE: Final = np.float32(32768)


@dataclass(frozen=True, slots=True)
class Media:
    """New media of one segment, owned by whoever asked for it."""

    turn: int
    pts: float
    """Media time of the first sample, in microseconds."""
    samples: Floats
    """Shape (n,), in -1..1."""
    times: list[int]
    """Media time of each frame, in microseconds."""
    frames: Floats
    """Shape (frames, channels + 3): weights, then yaw, pitch and roll in degrees."""


class Reception:
    """The media of one session, in the formats that its `welcome` announced. Opus is not decoded here."""

    def __init__(self, audio: m.AudioFormatInfo, face: m.FaceFormatInfo) -> None:
        if audio.codec != "pcm16":
            raise ValueError(f"{audio.codec} audio is not decoded here; ask for pcm16 in `hello`")
        self.rate = audio.rate
        self.layout = FaceLayout.of(face)
        self.fps = face.fps
        self.turn = -1
        """Newest turn heard of."""
        self.missing = 0
        """Samples that the stream skipped."""
        self.dropped = 0
        """Segments that came too late."""
        self._flushed = -1
        self._samples = 0
        self._ended = False

    def stale(self, turn: int) -> bool:
        """Whether a message of this turn comes too late."""
        return turn <= self._flushed or turn < self.turn

    def begin(self, turn: int) -> None:
        """A turn begins, by its `turn` message or its first segment."""
        if turn != self.turn:
            self.turn, self._samples, self._ended = turn, 0, False

    def end(self, turn: int) -> None:
        """Nothing follows in this turn, which is not stale."""
        self.begin(turn)
        self._ended = True

    def flush(self, turn: int) -> None:
        """This turn and all before it are over."""
        self._flushed = max(self._flushed, turn)

    def frames(self, payload: bytes) -> Floats:
        """Unpack a face, shape (frames, channels + 3). Raises `BadMessage`."""
        return np.hstack(self.layout.unpack(payload))

    def take(self, segment: m.Segment) -> Media | None:
        """What is new in `segment`, None where it is stale. Raises `BadMessage`."""
        if self.stale(segment.turn):
            self.dropped += 1
            return None
        frames, samples = self.frames(segment.face), pcm16.unpack(segment.audio)
        self.begin(segment.turn)
        times = [segment.face_pts + frame_time(i, self.fps) for i in range(len(frames))]
        hole = round(segment.pts * self.rate / 1e6) - self._samples
        new = samples[max(0, -hole) :]
        if len(new) == 0:
            return Media(segment.turn, segment.pts, np.zeros(0, np.float32), times, frames)
        if self._ended:
            raise BadMessage("wrong_order", f"turn {segment.turn} is complete, no voice can follow")
        if hole > LONGEST_HOLE_S * self.rate:
            raise BadMessage("wrong_order", f"a hole of {hole} samples in the voice")
        voice = np.zeros(max(0, hole) + len(new), np.float32)
        voice[max(0, hole) :] = new / _FULL_SCALE
        self.missing += max(0, hole)
        pts = self._samples * 1e6 / self.rate
        self._samples += len(voice)
        return Media(segment.turn, pts, voice, times, frames)
