"""Sound of any rate, cut into windows of one size at another rate."""

import numpy as np

from server.audio.chunk import Samples
from server.audio.resample import Resampler


class Windows:
    """One mono stream at `source` samples a second as windows of `size` samples at `target`.

    The windows do not depend on how the sound was cut. Window n begins at sample n * size of the result.
    """

    def __init__(self, source: int, target: int, size: int) -> None:
        self._resampler = Resampler(source, target)
        self._size = size
        self._rest: Samples = np.zeros(0, np.int16)

    def feed(self, samples: Samples) -> list[Samples]:
        """The windows that are complete with these samples, shape (n,)."""
        return self._cut(self._resampler.feed(samples))

    def finish(self) -> list[Samples]:
        """The rest, the last window filled up with silence. The object cannot be used afterwards."""
        windows = self._cut(self._resampler.finish())
        if len(self._rest):
            windows.append(np.pad(self._rest, (0, self._size - len(self._rest))))
        return windows

    def _cut(self, samples: Samples) -> list[Samples]:
        sound = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        whole = len(sound) // self._size * self._size
        self._rest = sound[whole:]
        return list(sound[:whole].reshape(-1, self._size))
