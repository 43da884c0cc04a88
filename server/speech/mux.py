"""Joins voice and face into segments.

Rules, tested as properties: media times never decrease and have no holes; every frame earlier than the
end of a segment's audio is in it or in one before it; the first segment is short and later ones grow, so
that the first sound is early and the message rate low; nothing is lost.
"""

import numpy as np

from blend_shapes.face import FaceFrames, frame_time_us, frames_before
from server.audio.chunk import AudioChunk, AudioFormat, Samples
from server.speech.values import Segment

FIRST_S = 0.04
LONGEST_S = 0.24
GROWTH = 0.04
"""Each segment may be this many seconds longer than the one before."""


class Mux:
    """The segments of one turn. Audio and frames may come in any pieces."""

    def __init__(self, audio: AudioFormat, fps: int) -> None:
        self._format = audio
        self._fps = fps
        self._audio: list[AudioChunk] = []
        self._pending = 0
        self._cursor = 0
        self._frames = FaceFrames.empty(0, fps)
        self._seq = 0
        self._size_s = FIRST_S

    def add(self, audio: AudioChunk | None, frames: FaceFrames) -> list[Segment]:
        """Take what follows on both tracks; give the segments that are complete."""
        if audio is not None and len(audio):
            self._audio.append(audio)
            self._pending += len(audio)
        if len(frames):
            self._frames = FaceFrames.join((self._frames, frames))
        made: list[Segment] = []
        while (size := self._format.samples(self._size_s)) <= self._pending:
            if self._frames.end < self._frames_until(self._cursor + size):
                break
            made.append(self._cut(size))
        return made

    def hurry(self, until: int) -> list[Segment]:
        """The audio before sample `until` as one more, short segment, if all its frames are there."""
        size = min(until - self._cursor, self._pending)
        if size <= 0 or self._frames.end < self._frames_until(self._cursor + size):
            return []
        return [self._cut(size)]

    def finish(self) -> list[Segment]:
        """What is left, with silence under the frames that outlast the voice.

        Raises ValueError if frames are missing for audio that was added.
        """
        lasting = frame_time_us(self._frames.end, self._fps) * self._format.rate // 1_000_000
        missing = lasting - (self._cursor + self._pending)
        if missing > 0:
            self._audio.append(AudioChunk(np.zeros(missing, np.int16), self._format))
            self._pending += missing
        if self._frames.end < self._frames_until(self._cursor + self._pending):
            raise ValueError("the face ends before the voice")
        made: list[Segment] = []
        while self._pending:
            made.append(self._cut(min(self._format.samples(self._size_s), self._pending)))
        return made

    @property
    def end_us(self) -> int:
        """Media time after the last segment given out."""
        return self._format.micros(self._cursor)

    def _frames_until(self, sample: int) -> int:
        return frames_before(self._format.micros(sample), self._fps)

    def _cut(self, size: int) -> Segment:
        end = self._cursor + size
        frames, self._frames = self._frames.split(self._frames_until(end))
        audio = AudioChunk(self._take(size), self._format, self._cursor)
        segment = Segment(self._seq, audio, frames)
        self._cursor = end
        self._seq += 1
        self._size_s = min(self._size_s + GROWTH, LONGEST_S)
        return segment

    def _take(self, size: int) -> Samples:
        pieces: list[Samples] = []
        wanted = size
        while wanted:
            head, tail = self._audio[0].split(wanted)
            pieces.append(head.samples)
            wanted -= len(head)
            if len(tail):
                self._audio[0] = tail
            else:
                del self._audio[0]
        self._pending -= size
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
