"""A finished sentence as bytes: a line of JSON with what is known about its sound, then the sound."""

import msgspec
import numpy as np

from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import AudioChunk, AudioFormat
from server.speech.values import SpeechChunk, WordTiming

VERSION = 1


class _Chunk(msgspec.Struct, frozen=True):
    samples: int
    phones: tuple[PhoneTiming, ...] | None
    words: tuple[WordTiming, ...]


class _Header(msgspec.Struct, frozen=True):
    version: int
    rate: int
    chunks: tuple[_Chunk, ...]


def pack(chunks: tuple[SpeechChunk, ...]) -> bytes:
    """The bytes of one stream: chunks of one rate from position 0, without a gap."""
    header = _Header(
        VERSION,
        chunks[0].audio.format.rate,
        tuple(_Chunk(len(c.audio), c.phones, c.words) for c in chunks),
    )
    return b"\n".join([msgspec.json.encode(header), b"".join(c.audio.to_bytes() for c in chunks)])


def unpack(data: bytes) -> tuple[SpeechChunk, ...]:
    """The chunks of `pack`. Raises ValueError for anything else, also for less."""
    line, _, sound = data.partition(b"\n")
    try:
        header = msgspec.json.decode(line, type=_Header)
    except msgspec.MsgspecError as error:
        raise ValueError(f"no speech file: {error}") from None
    if header.version != VERSION or len(sound) != 2 * sum(c.samples for c in header.chunks):
        raise ValueError("no speech file of this version, or one that was cut off")
    samples = np.frombuffer(sound, "<i2").astype(np.int16)
    chunks, position = [], 0
    for chunk in header.chunks:
        piece = AudioChunk(samples[position : position + chunk.samples], AudioFormat(header.rate), position)
        chunks.append(SpeechChunk(piece, chunk.phones, chunk.words))
        position = piece.end
    return tuple(chunks)
