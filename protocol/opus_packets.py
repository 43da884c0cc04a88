"""The `opus` audio payload: whole packets, each after its length. Pure; nothing is decoded here.

How long a packet is stands in its first bytes (RFC 6716, sections 3.1 and 3.2).
"""

import struct
from collections.abc import Iterable
from typing import Final

from protocol.codes import BadMessage

RATE: Final = 48_000
"""Samples a second of Opus' timeline, whatever was encoded."""
LONGEST: Final = 5_760
"""Samples of the longest packet: 120 ms."""

_LENGTH: Final = struct.Struct(">H")
_SILK: Final = (480, 960, 1920, 2880)
_HYBRID: Final = (480, 960)
_CELT: Final = (120, 240, 480, 960)
"""Samples of a frame, by the last bits of its configuration."""


def pack(packets: Iterable[bytes]) -> bytes:
    """Packets, none of them empty, as they stand on the wire."""
    return b"".join(_LENGTH.pack(len(packet)) + packet for packet in packets)


def unpack(payload: bytes) -> tuple[bytes, ...]:
    """The packets. Raises `BadMessage` for one that is cut off, empty or longer than 120 ms."""
    packets = []
    at = 0
    while at < len(payload):
        start = at + _LENGTH.size
        if start > len(payload):
            raise BadMessage("bad_message", "opus audio ends within the length of a packet")
        (length,) = _LENGTH.unpack_from(payload, at)
        packet = payload[start : start + length]
        if len(packet) < length:
            raise BadMessage(
                "bad_message", f"opus audio ends after {len(packet)} of a packet's {length} bytes"
            )
        duration(packet)
        packets.append(packet)
        at = start + length
    return tuple(packets)


def duration(packet: bytes) -> int:
    """Samples of a packet at RATE. Raises `BadMessage` for one that says nothing possible."""
    if not packet:
        raise BadMessage("bad_message", "opus audio has an empty packet; leave out what has no sound")
    configuration, code = packet[0] >> 3, packet[0] & 3
    if code == 3 and len(packet) < 2:
        raise BadMessage("bad_message", "an opus packet does not say how many frames it has")
    frames = (1, 2, 2, packet[1] & 63 if code == 3 else 0)[code]
    samples = frames * _frame(configuration)
    if not 0 < samples <= LONGEST:
        raise BadMessage("bad_message", f"an opus packet of {samples} samples; it has 1 to {LONGEST}")
    return samples


def _frame(configuration: int) -> int:
    if configuration < 12:
        return _SILK[configuration % 4]
    return _HYBRID[configuration % 2] if configuration < 16 else _CELT[configuration % 4]
