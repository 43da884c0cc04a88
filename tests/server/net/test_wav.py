"""WAV files as bytes, and what is not taken for one."""

import io
import wave

import numpy as np
import pytest

from server.errors import PeerError
from server.net import wav


def made(samples: np.ndarray, rate: int, *, channels: int = 1, width: int = 2) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())
    return file.getvalue()


def test_what_is_written_is_read() -> None:
    samples = np.arange(-500, 500, dtype=np.int16)
    assert wav.header(2000, 16_000) + samples.tobytes() == made(samples, 16_000)
    sound = wav.read(made(samples, 16_000))
    assert sound.format.rate == 16_000
    assert np.array_equal(sound.samples, samples)


def test_channels_are_mixed() -> None:
    both = np.array([100, 300, -7, 7, 32_767, 32_767], np.int16)
    assert wav.read(made(both, 8000, channels=2)).samples.tolist() == [200, 0, 32_767]


@pytest.mark.parametrize("rate", [7999, 8000, 48_000, 48_001])
def test_rates_that_microphones_have(rate: int) -> None:
    data = made(np.zeros(10, np.int16), rate)
    if 8000 <= rate <= 48_000:
        assert len(wav.read(data)) == 10
    else:
        with pytest.raises(PeerError, match="8000 to 48000"):
            wav.read(data)


@pytest.mark.parametrize("data", [b"", b"RIFF", b"x" * 100, made(np.zeros(9, np.int16), 8000)[:30]])
def test_what_is_no_wav_file(data: bytes) -> None:
    with pytest.raises(PeerError, match="no WAV file"):
        wav.read(data)


def test_what_is_cut_off_is_read_as_far_as_it_goes() -> None:
    data = made(np.arange(100, dtype=np.int16), 8000)
    assert wav.read(data[:-51]).samples.tolist() == list(range(74))


def test_other_samples_than_16_bits() -> None:
    with pytest.raises(PeerError, match="has 8 bits"):
        wav.read(made(np.zeros(10, np.uint8), 8000, width=1))
