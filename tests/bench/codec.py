"""What one segment costs to encode, decode and pack, on one core."""

import timeit
from collections.abc import Callable

import numpy as np

from protocol import codec
from protocol.face_format import FaceLayout
from protocol.messages import Segment
from tests.bench.figures import Figure

FRAMES, SAMPLES = 14, 5760
"""A segment of full length: 240 ms at 60 frames a second and 24 kHz."""


async def run(quick: bool = False) -> list[Figure]:
    rng = np.random.default_rng(1)
    layout = FaceLayout()
    weights = rng.random((FRAMES, 52), dtype=np.float32)
    head = rng.normal(0, 5, (FRAMES, 3)).astype(np.float32)
    face = layout.pack(weights, head)
    segment = Segment(1, 7, 1_000_000, rng.bytes(SAMPLES * 2), 1_000_000, face)
    data = codec.encode(segment)
    number = 20 if quick else 5000
    return [
        Figure("encode a segment", _best(lambda: codec.encode(segment), number), "us"),
        Figure("decode a segment", _best(lambda: codec.decode_from_server(data), number), "us"),
        Figure("pack its 14 frames", _best(lambda: layout.pack(weights, head), number), "us"),
        Figure("unpack its 14 frames", _best(lambda: layout.unpack(face), number), "us"),
        Figure("size of a segment", len(data), "bytes"),
    ]


def _best(work: Callable[[], object], number: int) -> float:
    return min(timeit.repeat(work, number=number, repeat=5)) / number * 1e6
