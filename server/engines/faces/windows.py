"""Windows over a growing stream of sound, each with the run of poses that it is for.

Poses lie on a grid of `rate` a second, windows on every `hop`-th of them, counted from the first sample:
so no cutting of the sound into calls moves a window.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]
"""Shape (samples,), mono, of full scale 1, SOUND_RATE a second."""

SOUND_RATE: Final = 16_000
"""What every speech encoder that these models stand on was trained on."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Where windows lie: each begins `before` samples ahead of its run's first pose, and ends `after`
    samples behind where the next run begins."""

    rate: int
    hop: int
    before: int
    after: int

    def position(self, pose: int) -> int:
        """The sample of a pose, rounded to nearest."""
        return (2 * pose * SOUND_RATE + self.rate) // (2 * self.rate)


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Sound for the poses `first` to `first` + hop - 1; `begin` is the stream's sample at its start."""

    first: int
    begin: int
    sound: Sound

    def around(self, sample: int, before: int, after: int) -> Sound:
        """The sound from `before` samples ahead of the stream's `sample` to `after` behind it."""
        at = sample - self.begin
        return self.sound[at - before : at + after]


class Windows:
    """The windows of one stream. Before it and after its end there is silence."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._first = 0
        self._begin = -grid.before
        """The stream's sample at which what is kept begins."""
        self._kept: Sound = np.zeros(grid.before, np.float32)

    def feed(self, sound: Sound) -> list[Window]:
        """The windows that are complete with this sound."""
        self._kept = np.concatenate([self._kept, sound])
        made = []
        while (window := self._cut()) is not None:
            made.append(window)
        return made

    def finish(self, poses: int) -> list[Window]:
        """The windows that are missing for so many poses from the start of the stream."""
        hop = self._grid.hop
        end = self._grid.position(-(-poses // hop) * hop) + self._grid.after
        missing = max(end - self._begin - len(self._kept), 0)
        return self.feed(np.zeros(missing, np.float32))

    def _cut(self) -> Window | None:
        grid = self._grid
        end = grid.position(self._first + grid.hop) + grid.after
        if end > self._begin + len(self._kept):
            return None
        window = Window(self._first, self._begin, self._kept[: end - self._begin])
        self._first += grid.hop
        begin = grid.position(self._first) - grid.before
        self._kept = self._kept[begin - self._begin :]
        self._begin = begin
        return window
