"""A ring of samples between one writer and one reader, with a fade on both sides of every gap. Pure.

Samples are counted from the beginning of the stream: `read_at` and `written_to` never go back, so
`read_at` is the position of what is heard, whatever was lost on the way.
"""

import numpy as np

from protocol.face_format import Floats


class AudioRing:
    """Holds `capacity` samples; a ramp is `fade` samples long."""

    def __init__(self, capacity: int, fade: int) -> None:
        self.read_at = 0
        self.written_to = 0
        self.overrun = 0
        """Samples lost because the reader was too slow."""
        self._samples = np.zeros(capacity, np.float32)
        self._fade = fade
        self._ramped_up = fade
        self._closing: tuple[int, int] | None = None
        """Where the ramp down begins, and its length."""

    @property
    def available(self) -> int:
        """Samples that can be read."""
        return self.written_to - self.read_at

    def write(self, samples: Floats) -> None:
        """Add `samples`, shape (n,). When the ring is full the oldest give way and `read_at` moves on."""
        capacity = len(self._samples)
        kept = samples[-capacity:]
        self.written_to += len(samples)
        self._samples[np.arange(self.written_to - len(kept), self.written_to) % capacity] = kept
        lost = self.available - capacity
        if lost > 0:
            self.overrun += lost
            self.read_at += lost

    def read(self, out: Floats, *, last: bool) -> int:
        """Fill `out`, shape (n,), with samples, then silence; the number of real ones.

        Unless `last` says that nothing follows, the ring ramps down over the samples it still has when they
        do not reach beyond the next read, and up again with the sample after them, whenever that comes.
        """
        n = len(out)
        if not last and self._closing is None and 0 < self.available < n + self._fade:
            length = min(self._fade, self.available)
            self._closing = (self.written_to - length, length)
        real = min(n, self.available)
        at = np.arange(self.read_at, self.read_at + real)
        out[:real] = self._samples[at % len(self._samples)] * self._gains(real)
        out[real:] = 0
        self.read_at += real
        if self.available == 0 and self._closing is not None:
            self._restart()
        return real

    def cut(self, n: int) -> None:
        """Keep the next `n` samples as a ramp down to silence and drop the rest."""
        self.written_to = self.read_at + min(n, self.available)
        self._closing = (self.read_at, max(1, self.available))

    def clear(self, position: int) -> None:
        """Empty the ring; the next sample has number `position`."""
        self.read_at = self.written_to = position
        self._closing = None
        self._ramped_up = self._fade

    def _gains(self, n: int) -> Floats:
        """The gains of the next `n` samples."""
        gains = np.ones(n, np.float32)
        if self._closing is None:
            self._ramp_up(gains)
            return gains
        begin = min(n, max(0, self._closing[0] - self.read_at))
        end = self._closing[0] + self._closing[1] - self.read_at
        self._ramp_up(gains[:begin])
        left = end - np.arange(begin, min(n, end))
        gains[begin : begin + len(left)] = (left - 1) / self._closing[1]
        if end < n:
            self._restart()
            self._ramp_up(gains[max(0, end) :])
        return gains

    def _ramp_up(self, gains: Floats) -> None:
        """Fill `gains` with what is left of the ramp up; it is 1 after it."""
        n = min(len(gains), self._fade - self._ramped_up)
        gains[:n] = np.arange(self._ramped_up + 1, self._ramped_up + n + 1) / self._fade if n else 1
        self._ramped_up += n

    def _restart(self) -> None:
        """The next samples begin after a gap."""
        self._closing = None
        self._ramped_up = 0
