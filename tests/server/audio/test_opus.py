import numpy as np
import pytest
from numpy.typing import NDArray

from server.audio.opus import FORMAT, PRE_SKIP, OpusDecoder
from tests.blend_shapes.audio.sounds import buzz, rounded
from tests.fakes.opus import FRAME, encoded

SOUND = rounded(np.concatenate([np.zeros(4800), buzz(140.0, FORMAT.rate, 0.5), np.zeros(4800)]))


def together(samples: NDArray[np.int16], other: NDArray[np.int16]) -> int:
    """By how many samples `other` is later than `samples`."""
    count = min(len(samples), len(other))
    spectrum = np.fft.rfft(other[:count], 2 * count) * np.conj(np.fft.rfft(samples[:count], 2 * count))
    late = int(np.argmax(np.fft.irfft(spectrum)))
    return late if late < count else late - 2 * count


def test_what_was_said_is_heard_where_it_was_said() -> None:
    heard = OpusDecoder().decode(encoded(SOUND))
    assert heard.dtype == np.int16
    assert abs(together(SOUND, heard)) < 10
    assert np.abs(heard[:4000]).max() < 200
    loud = slice(6000, 25_000)
    assert np.std(heard[loud]) == pytest.approx(np.std(SOUND[loud]), rel=0.1)


def test_the_cutting_into_messages_changes_nothing() -> None:
    packets = encoded(SOUND)
    whole, piecewise = OpusDecoder(), OpusDecoder()
    pieces = [piecewise.decode([packet]) for packet in packets]
    assert [len(piece) for piece in pieces[:3]] == [FRAME - PRE_SKIP, FRAME, FRAME]
    assert np.array_equal(np.concatenate(pieces), whole.decode(packets))
    assert len(piecewise.decode([])) == 0


def test_two_streams_do_not_mix() -> None:
    packets = encoded(SOUND)
    alone = OpusDecoder().decode(packets)
    one, other = OpusDecoder(), OpusDecoder()
    pieces = []
    for packet, strange in zip(packets, reversed(packets), strict=True):
        pieces.append(one.decode([packet]))
        other.decode([strange])
    assert np.array_equal(np.concatenate(pieces), alone)


def test_what_is_no_packet_disturbs_nothing() -> None:
    packets = encoded(SOUND)
    decoder = OpusDecoder()
    before = decoder.decode(packets[:10])
    with pytest.raises(ValueError, match="30 bytes cannot be decoded"):
        decoder.decode([b"\xff" * 30])
    heard = np.concatenate([before, decoder.decode(packets[10:])])
    assert np.array_equal(heard, OpusDecoder().decode(packets))
