"""Frames of one turn by their media time; the face between two of them is their mixture. Pure."""

from bisect import bisect_left, bisect_right

import numpy as np

from protocol.face_format import Floats


class FrameBuffer:
    """Each frame is an array of the same shape; media times are in microseconds."""

    def __init__(self) -> None:
        self.times: list[int] = []
        self._frames: list[Floats] = []

    def __len__(self) -> int:
        return len(self.times)

    def insert(self, pts: int, frame: Floats) -> None:
        """Keep `frame`; one of the same time is replaced."""
        i = bisect_left(self.times, pts)
        if i < len(self.times) and self.times[i] == pts:
            self._frames[i] = frame
            return
        self.times.insert(i, pts)
        self._frames.insert(i, frame)

    def drop_before(self, pts: float) -> None:
        """Forget all frames but the last that lie before `pts`."""
        n = bisect_right(self.times, pts) - 1
        if n > 0:
            del self.times[:n], self._frames[:n]

    def sample(self, pts: float, out: Floats) -> float:
        """Write the face at `pts` into `out`; the media time that it shows.

        Linear between neighbours; before the first frame the first, after the last the last. There is one.
        """
        i = max(0, bisect_right(self.times, pts) - 1)
        if i + 1 == len(self.times) or pts <= self.times[i]:
            out[:] = self._frames[i]
            return self.times[i]
        share = (pts - self.times[i]) / (self.times[i + 1] - self.times[i])
        out[:] = mix(self._frames[i], self._frames[i + 1], share)
        return pts


def mix(a: Floats, b: Floats, share: float) -> Floats:
    """`a` and `share` of the way to `b`, a new array."""
    return a + (b - a) * np.float32(share)
