"""Sample rate conversion of a stream, with exact sample counts."""

import numpy as np
import soxr
from numpy.typing import NDArray

from server.audio.chunk import Samples


class Resampler:
    """Converts one mono stream from `source` to `target` samples a second, piece by piece.

    After `finish`, n samples taken have become exactly round(n * target / source) samples. Delay is a
    few milliseconds of filter; nothing is shifted in time.
    """

    def __init__(self, source: int, target: int) -> None:
        if source <= 0 or target <= 0:
            raise ValueError(f"sample rates must be positive, not {source} and {target}")
        self._source = source
        self._target = target
        self._taken = 0
        self._given = 0
        # In floating point: soxr dithers 16-bit output, which would give silence a noise.
        self._stream = (
            soxr.ResampleStream(source, target, 1, dtype="float32", quality="HQ")
            if source != target
            else None
        )

    def feed(self, samples: Samples) -> Samples:
        """What is certain after these samples, possibly nothing."""
        self._taken += len(samples)
        if self._stream is None:
            return samples
        return self._count(self._stream.resample_chunk(samples.astype(np.float32)))

    def finish(self) -> Samples:
        """The rest. The object cannot be used afterwards."""
        if self._stream is None:
            return np.zeros(0, np.int16)
        rest = self._stream.resample_chunk(np.zeros(0, np.float32), last=True)
        missing = self.position(self._taken) - self._given - len(rest)
        if missing > 0:
            rest = np.concatenate([rest, np.zeros(missing, np.float32)])
        return self._count(rest)

    def position(self, samples: int) -> int:
        """Where sample number `samples` of the source lies in the result, rounded to nearest."""
        return (2 * samples * self._target + self._source) // (2 * self._source)

    def _count(self, produced: NDArray[np.float32]) -> Samples:
        room = self.position(self._taken) - self._given
        produced = produced[: max(0, room)]
        self._given += len(produced)
        return np.clip(np.rint(produced), -32768, 32767).astype(np.int16)
