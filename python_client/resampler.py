"""A streaming resampler that is pulled: ask how many samples a block needs, then give them. Pure.

Windowed sinc (Kaiser, beta 8) of 16 taps at 256 phases, cut off below the lower of the two Nyquist
frequencies: the coefficients of every FaceWire client. Window: J. F. Kaiser, "Nonrecursive digital filter
design using the I0-sinh window function", 1974.
"""

from functools import lru_cache
from typing import Final

import numpy as np

from protocol.face_format import Floats

TAPS: Final = 16
PHASES: Final = 256
BETA: Final = 8.0


class Resampler:
    """From `in_rate` to `out_rate` samples a second."""

    def __init__(self, in_rate: int, out_rate: int) -> None:
        self._ratio = in_rate / out_rate
        self._kernel = _kernel(min(1.0, out_rate / in_rate))
        self.reset()

    def reset(self) -> None:
        """Forget what was heard; the next sample given is sample 0."""
        self._window = np.zeros(TAPS, np.float32)
        self._taken = 0
        self._made = 0
        self._begun = 0.0
        self._step = self._ratio

    def steer(self, speed: float) -> None:
        """From the next output sample on, input passes `speed` times as fast as the rates say."""
        self._begun, self._made = self.position, 0
        self._step = self._ratio * speed

    @property
    def position(self) -> float:
        """Of the next output sample, in input samples; multiplied, so that no error adds up."""
        return self._begun + self._made * self._step

    def need(self, n: int) -> int:
        """Input samples that `n` output samples need."""
        return max(0, int(self._begun + (self._made + n - 1) * self._step) + TAPS // 2 + 1 - self._taken)

    def process(self, samples: Floats, out: Floats) -> None:
        """Fill `out`, shape (n,), from exactly ``need(n)`` `samples`."""
        known = np.concatenate([self._window, samples])
        positions = self._begun + (self._made + np.arange(len(out))) * self._step
        whole = np.floor(positions)
        rows = np.floor((positions - whole) * PHASES + 0.5).astype(np.intp)
        first = whole.astype(np.intp) - (TAPS // 2 - 1) - (self._taken - TAPS)
        taps = np.lib.stride_tricks.sliding_window_view(known, TAPS)[first]
        np.einsum("nk,nk->n", taps, self._kernel[rows], out=out)
        self._window = known[-TAPS:]
        self._taken += len(samples)
        self._made += len(out)


@lru_cache(maxsize=16)
def _kernel(cutoff: float) -> Floats:
    """A row of taps for each phase, and one more for rounding up, each of sum 1.

    Tap k weighs input sample ``whole - TAPS / 2 + 1 + k``; `cutoff` is relative to the Nyquist frequency of
    the input.
    """
    x = np.arange(TAPS) - TAPS / 2 + 1 - np.arange(PHASES + 1)[:, None] / PHASES
    inside = np.clip(1 - (x / (TAPS / 2)) ** 2, 0, None)
    window = np.where(np.abs(x) > TAPS / 2, 0, np.i0(BETA * np.sqrt(inside)) / np.i0(BETA))
    rows = np.sinc(cutoff * x) * window
    kernel: Floats = (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32)
    return kernel
