"""Sound as a client's Opus encoder would send it."""

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000
FRAME = 960
"""Samples of a packet, 20 ms."""


def encoded(samples: NDArray[np.int16], bit_rate: int = 32_000) -> list[bytes]:
    """Packets of a sound at RATE, shape (n,), the last one filled up with silence."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    encoder.bit_rate = bit_rate
    whole = np.concatenate([samples, np.zeros(-len(samples) % FRAME, np.int16)])
    packets = []
    for at in range(0, len(whole), FRAME):
        frame = av.AudioFrame.from_ndarray(whole[None, at : at + FRAME], format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, at
        packets += encoder.encode(frame)
    return [bytes(packet) for packet in [*packets, *encoder.encode(None)]]
