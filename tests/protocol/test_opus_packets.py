import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codes import BadMessage
from protocol.opus_packets import duration, pack, unpack

FRAME_20_MS = bytes([31 << 3, 1, 2, 3])


def test_packets_stand_after_their_length() -> None:
    packets = (FRAME_20_MS, bytes([0]), bytes([31 << 3]) * 300)
    payload = pack(packets)
    assert payload[:2] == b"\x00\x04" and payload[6:8] == b"\x00\x01"
    assert unpack(payload) == packets
    assert unpack(b"") == ()


# RFC 6716, tables 2 and 3 in section 3.1: mode, configurations and frame sizes.
@pytest.mark.parametrize(
    ("configuration", "ms"),
    [
        (0, 10), (1, 20), (2, 40), (3, 60), (8, 10), (11, 60),
        (12, 10), (13, 20), (14, 10), (15, 20),
        (16, 2.5), (17, 5), (18, 10), (19, 20), (28, 2.5), (31, 20),
    ],
)  # fmt: skip
def test_how_long_a_frame_is(configuration: int, ms: float) -> None:
    assert duration(bytes([configuration << 3])) == ms * 48


@pytest.mark.parametrize(
    ("packet", "ms"),
    [
        (bytes([31 << 3 | 0, 9]), 20),
        (bytes([31 << 3 | 1, 9]), 40),
        (bytes([31 << 3 | 2, 9]), 40),
        (bytes([31 << 3 | 3, 6]), 120),
        (bytes([31 << 3 | 3, 0x80 | 6]), 120),
        (bytes([3 << 3 | 1, 9]), 120),
        (bytes([16 << 3 | 3, 48]), 120),
    ],
)
def test_how_many_frames_a_packet_has(packet: bytes, ms: int) -> None:
    assert duration(packet) == ms * 48


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"\x00", "within the length"),
        (pack([FRAME_20_MS]) + b"\x01", "within the length"),
        (pack([FRAME_20_MS])[:-1], "ends after 3 of a packet's 4 bytes"),
        (b"\x00\x05", "ends after 0 of a packet's 5"),
        (b"\x00\x00", "empty packet"),
        (pack([bytes([31 << 3 | 3])]), "how many frames"),
        (pack([bytes([31 << 3 | 3, 0])]), "packet of 0 samples"),
        (pack([bytes([31 << 3 | 3, 7])]), "packet of 6720 samples"),
        (pack([bytes([16 << 3 | 3, 49])]), "packet of 5880 samples"),
    ],
)
def test_what_is_no_packet(payload: bytes, says: str) -> None:
    with pytest.raises(BadMessage, match=says):
        unpack(payload)


@given(st.binary(max_size=200))
def test_any_bytes_are_packets_or_a_bad_message(payload: bytes) -> None:
    try:
        packets = unpack(payload)
    except BadMessage:
        return
    assert pack(packets) == payload
