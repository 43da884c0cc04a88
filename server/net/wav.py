"""WAV files as bytes: what the talker gets and gives."""

import io
import struct
import wave

import numpy as np

from server.audio.chunk import BYTES_PER_SAMPLE, AudioChunk, AudioFormat
from server.errors import PeerError

LOWEST, HIGHEST = 8000, 48_000
"""Samples a second, as of every microphone."""


def header(pcm_bytes: int, rate: int) -> bytes:
    """The 44 bytes before mono 16-bit PCM in a WAV file."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + pcm_bytes, b"WAVE", b"fmt ", 16,
        1, 1, rate, rate * BYTES_PER_SAMPLE, BYTES_PER_SAMPLE, 8 * BYTES_PER_SAMPLE,
        b"data", pcm_bytes,
    )  # fmt: skip


def read(data: bytes) -> AudioChunk:
    """16-bit PCM at 8,000 to 48,000 samples a second; channels are mixed. Raises PeerError."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            pcm = file.readframes(file.getnframes())
    except (wave.Error, EOFError, RuntimeError, ValueError) as error:
        raise PeerError(f"`audio` is no WAV file ({error}); send 16-bit PCM in base64") from None
    if width != BYTES_PER_SAMPLE or not LOWEST <= rate <= HIGHEST:
        raise PeerError(
            f"`audio` has {8 * width} bits and {rate} samples a second; send 16 bits, and "
            f"{LOWEST} to {HIGHEST} samples"
        )
    whole = len(pcm) // (BYTES_PER_SAMPLE * channels) * BYTES_PER_SAMPLE * channels
    sound = np.frombuffer(pcm[:whole], "<i2").reshape(-1, channels)
    return AudioChunk(np.rint(sound.mean(axis=1)).astype(np.int16), AudioFormat(rate))
