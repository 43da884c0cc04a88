"""The `pcm16` audio payload: little-endian signed 16-bit samples, mono. Pure."""

import numpy as np
from numpy.typing import NDArray

from protocol.codes import BadMessage

BYTES_PER_SAMPLE = 2


def pack(samples: NDArray[np.int16]) -> bytes:
    """Samples, shape (n,), as they stand on the wire."""
    return samples.astype("<i2", copy=False).tobytes()


def unpack(payload: bytes) -> NDArray[np.int16]:
    """Samples, shape (n,), a read-only view of `payload`. Raises `BadMessage` for an odd length."""
    if len(payload) % BYTES_PER_SAMPLE:
        raise BadMessage(
            "bad_message", f"pcm16 audio of {len(payload)} bytes; it has 2 bytes for each sample"
        )
    return np.frombuffer(payload, dtype="<i2").astype(np.int16, copy=False)


def micros(samples: int, rate: int) -> int:
    """Duration of `samples` in microseconds, rounded to nearest from the exact quotient."""
    return (2_000_000 * samples + rate) // (2 * rate)
