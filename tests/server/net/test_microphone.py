import numpy as np
import pytest

from protocol import messages as m
from protocol import opus_packets
from protocol.codes import BadMessage
from server.audio.opus import PRE_SKIP
from server.errors import PeerError
from server.net.microphone import Microphone
from server.net.translate import LATEST_US
from tests.fakes.opus import FRAME, encoded

TONE = (8000 * np.sin(np.arange(10 * FRAME) * 0.03)).astype(np.int16)


def microphone(codec: m.AudioCodec, rate: int = 16_000, longest_ms: int = 60) -> Microphone:
    return Microphone(m.AudioFormatInfo(codec, rate), longest_ms)


def test_pcm16_is_taken_at_its_rate() -> None:
    taken = microphone("pcm16")
    assert taken.info == m.AudioFormatInfo("pcm16", 16_000)
    chunk = taken.sound(m.Microphone(0, 1_000_000, b"\x01\x00\x02\x00"))
    assert (chunk.position, chunk.format.rate, chunk.samples.tolist()) == (16_000, 16_000, [1, 2])


@pytest.mark.parametrize("rate", [8000, 48_000])
def test_opus_is_decoded_to_48_khz(rate: int) -> None:
    taken = microphone("opus", rate)
    assert taken.info == m.AudioFormatInfo("opus", 48_000)
    packets = encoded(TONE)
    first = taken.sound(m.Microphone(0, 0, opus_packets.pack(packets[:2])))
    second = taken.sound(m.Microphone(1, 33_500, opus_packets.pack(packets[2:3])))
    assert (first.position, first.end) == (0, 2 * FRAME - PRE_SKIP)
    assert (second.position, second.end) == (first.end, first.end + FRAME)
    assert first.format.rate == 48_000
    assert len(taken.sound(m.Microphone(2, 53_500, b""))) == 0


@pytest.mark.parametrize("codec", ["pcm16", "opus"])
def test_how_much_there_may_be_in_a_message(codec: m.AudioCodec) -> None:
    packets = encoded(TONE)
    full = opus_packets.pack(packets[:3]) if codec == "opus" else bytes(2 * 960)
    over = opus_packets.pack(packets[:4]) if codec == "opus" else bytes(2 * 961)
    taken = microphone(codec)
    with pytest.raises(PeerError, match="at most 60 ms") as refused:
        taken.sound(m.Microphone(0, 0, over))
    assert refused.value.code == "too_large"
    assert len(taken.sound(m.Microphone(0, 0, full))) == (3 * FRAME - PRE_SKIP if codec == "opus" else 960)


@pytest.mark.parametrize(
    ("codec", "audio", "says"),
    [
        ("pcm16", b"abc", "2 bytes"),
        ("opus", b"\x00", "within the length"),
        ("opus", b"\x00\x00", "empty packet"),
        ("opus", opus_packets.pack([bytes([0xF3, 0xFF, 2]) + bytes([0xFF] * 20)]), "opus packet"),
    ],
)
def test_what_is_no_sound(codec: m.AudioCodec, audio: bytes, says: str) -> None:
    with pytest.raises(BadMessage, match=says):
        microphone(codec).sound(m.Microphone(0, 0, audio))


@pytest.mark.parametrize("codec", ["pcm16", "opus"])
def test_a_time_out_of_reach(codec: m.AudioCodec) -> None:
    taken = microphone(codec)
    assert taken.sound(m.Microphone(0, LATEST_US, b"")).position > 0
    with pytest.raises(PeerError, match="pts is at most"):
        taken.sound(m.Microphone(0, LATEST_US + 1, b""))
