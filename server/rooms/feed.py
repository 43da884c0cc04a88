"""What one member says as segments, with the face at one number of frames a second. Pure.

A feed takes frames and is told how much voice there is; it cuts off what is complete. All positions are
samples on the member's timeline.
"""

import numpy as np

from blend_shapes.face import FaceFrames, frames_before
from blend_shapes.frame_rate import FrameRate
from server.audio.chunk import AudioChunk, AudioFormat, Samples
from server.turn.events import PeerSpoke


class Feed:
    """For all listeners who want the face at `fps`; `takers` are the numbers of those who get it now."""

    def __init__(
        self, peer: int, audio: AudioFormat, source_fps: int, fps: int, *, segment_s: float
    ) -> None:
        self.peer = peer
        self.fps = fps
        self.takers: set[int] = set()
        self.cursor = 0
        """After the last sample given out, or to be left out."""
        self.least = audio.samples(max(1, int(segment_s * fps)) / fps)
        """Samples of a segment, if more will follow: whole frames, since voice waits for them."""
        self._audio = audio
        self._rate = FrameRate(source_fps, fps)
        self._frames = FaceFrames.empty(0, fps)
        self._shown = 0
        """After the last frame given out."""
        self._seq = 0

    def show(self, frames: FaceFrames) -> None:
        """The frames that follow, at the source's rate; those after a hole begin anew."""
        fresh = self._rate.feed(frames)
        _, fresh = fresh.split(self._shown)
        if len(fresh):
            follows = fresh.first == self._frames.end
            self._frames = FaceFrames.join((self._frames, fresh)) if follows else fresh

    def begin(self, since: int) -> None:
        """What is before `since` is left out, and so is what has no face."""
        faced = self._sample(self._frames.first) if len(self._frames) else since
        self.cursor = max(self.cursor, since, faced)
        self.forget(self.cursor)

    def forget(self, before: int) -> None:
        """What is before this sample will not be asked for; the frame at it, or just before, may be."""
        _, self._frames = self._frames.split(frames_before(self._audio.micros(before) + 1, self.fps) - 1)

    def ready(self, end: int) -> int:
        """How many samples could be cut off now, where there is voice up to `end`."""
        known = self._frames.end * self._audio.rate // self.fps
        return min(end, known) - self.cursor

    def cut(self, samples: Samples) -> PeerSpoke:
        """The samples after `cursor`, which are ready, with the frames that belong to them."""
        self.forget(self.cursor)
        audio = AudioChunk(samples, self._audio, self.cursor)
        self.cursor = audio.end
        frames, self._frames = self._frames.split(frames_before(self._audio.micros(audio.end), self.fps))
        self._shown = max(self._shown, frames.end)
        return self._spoke(audio, frames)

    def ending(self) -> PeerSpoke:
        """Says that nothing follows for now."""
        nothing = AudioChunk(np.zeros(0, np.int16), self._audio, self.cursor)
        return self._spoke(nothing, FaceFrames.empty(self._shown, self.fps))

    def _spoke(self, audio: AudioChunk, frames: FaceFrames) -> PeerSpoke:
        self._seq += 1
        return PeerSpoke(self.peer, self._seq - 1, audio, frames)

    def _sample(self, frame: int) -> int:
        """The first sample that is not before this frame."""
        return -(-frame * self._audio.rate // self.fps)
