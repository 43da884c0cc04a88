"""PCM audio as a value."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
"""Shape (samples,), mono."""

BYTES_PER_SAMPLE = 2


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """Mono 16-bit PCM at `rate` samples a second."""

    rate: int

    def micros(self, samples: int) -> int:
        """Duration of `samples` in microseconds, rounded to nearest from the exact quotient."""
        return (2_000_000 * samples + self.rate) // (2 * self.rate)

    def samples(self, seconds: float) -> int:
        """Samples in `seconds`, rounded to nearest."""
        return round(seconds * self.rate)


@dataclass(frozen=True, slots=True, eq=False)
class AudioChunk:
    """A piece of PCM audio that starts `position` samples into its stream.

    The array belongs to the value: whoever receives it may keep but not write it.
    """

    samples: Samples
    format: AudioFormat
    position: int = 0

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def end(self) -> int:
        """Position after the last sample."""
        return self.position + len(self.samples)

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.format.rate

    def split(self, samples: int) -> tuple["AudioChunk", "AudioChunk"]:
        """The first `samples` samples, and the rest."""
        n = min(max(samples, 0), len(self.samples))
        return (
            AudioChunk(self.samples[:n], self.format, self.position),
            AudioChunk(self.samples[n:], self.format, self.position + n),
        )

    def to_bytes(self) -> bytes:
        """Little-endian PCM16, as on the wire."""
        return self.samples.astype("<i2", copy=False).tobytes()
