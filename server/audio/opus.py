"""Opus packets of one stream, decoded by libopus through PyAV."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from server.audio.chunk import AudioFormat, Samples

FORMAT: Final = AudioFormat(48_000)
"""What every stream is decoded to."""
PRE_SKIP: Final = 312
"""Samples that libopus' encoder puts before those it was given: its look-ahead, 6.5 ms."""


class OpusDecoder:
    """One stream, mono. PyAV is imported when the first one is made."""

    def __init__(self) -> None:
        import av

        self._packet: Any = av.Packet
        self._failure: Any = av.FFmpegError
        self._context: Any = av.CodecContext.create("libopus", "r")
        self._context.sample_rate = FORMAT.rate
        self._context.layout = "mono"
        self._skip = PRE_SKIP

    def decode(self, packets: Sequence[bytes]) -> Samples:
        """The samples to be heard; the stream's first PRE_SKIP ones are not. No packet is empty.

        Raises ValueError for what is no packet of Opus. Whatever follows is decoded as if nothing had been.
        """
        pieces = [np.zeros(0, np.int16)]
        for packet in packets:
            try:
                frames = self._context.decode(self._packet(packet))
            except self._failure as error:
                raise ValueError(f"an opus packet of {len(packet)} bytes cannot be decoded") from error
            pieces += [frame.to_ndarray()[0] for frame in frames]
        samples = np.concatenate(pieces)
        skipped, self._skip = samples[self._skip :], max(0, self._skip - len(samples))
        return skipped
