"""One speaker's segments, cut into runs: what is said between two silences. Pure.

A run is over when a segment without audio says so, or where more is missing than can be bridged. Within a
run a hole is left to the playout, which knows what it still has.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from protocol import messages as m
from protocol import pcm16
from protocol.face_format import FaceLayout, Floats, frame_time

LONGEST_HOLE_S: Final = 0.2
_FULL_SCALE: Final = np.float32(32768)


@dataclass(frozen=True, slots=True)
class LiveMedia:
    """Media of one segment, owned by whoever asked for it."""

    run: int
    """Counts from 0."""
    start: int
    """Number of the first sample on the speaker's timeline."""
    samples: Floats
    """Shape (n,), in -1..1."""
    times: list[int]
    """Media time of each frame, in microseconds."""
    frames: Floats
    """Shape (frames, channels + 3): weights, then yaw, pitch and roll in degrees."""
    ended: bool
    """Whether nothing follows in this run."""


class LiveReception:
    """`rate` in samples a second; faces as `welcome.face` says."""

    def __init__(self, rate: int, face: m.FaceFormatInfo) -> None:
        self.rate = rate
        self.run = -1
        """The newest run."""
        self.missing = 0
        """Samples left out within runs."""
        self._layout = FaceLayout.of(face)
        self._fps = face.fps
        self._speaking = False
        self._next = 0

    def begin(self) -> None:
        """A new connection: the speaker's stream starts anew."""
        self._speaking = False

    def take(self, segment: m.PeerSegment) -> LiveMedia | None:
        """What is in `segment`, None where it ends a run that is over already. Raises `BadMessage`."""
        frames, samples = np.hstack(self._layout.unpack(segment.face)), pcm16.unpack(segment.audio)
        times = [segment.face_pts + frame_time(i, self._fps) for i in range(len(frames))]
        start = round(segment.pts * self.rate / 1e6)
        if len(samples) == 0:
            if not self._speaking:
                return None
            self._speaking = len(frames) > 0
            return LiveMedia(self.run, start, np.zeros(0, np.float32), times, frames, not self._speaking)
        self._follow(start)
        self._next = start + len(samples)
        voice = samples.astype(np.float32) / _FULL_SCALE
        return LiveMedia(self.run, start, voice, times, frames, False)

    def _follow(self, start: int) -> None:
        hole = start - self._next
        if self._speaking and abs(hole) <= LONGEST_HOLE_S * self.rate:
            self.missing += max(0, hole)
        else:
            self.run += 1
            self._speaking = True
