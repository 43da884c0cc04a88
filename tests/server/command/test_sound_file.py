import wave
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from server.audio.chunk import AudioChunk, AudioFormat
from server.command.faults import BadFile
from server.command.sound_file import read_wav, write_wav

TONE = np.sin(np.arange(2400) * 0.1)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    samples = (TONE * 20000).astype(np.int16)
    write_wav(tmp_path / "a.wav", AudioChunk(samples, AudioFormat(24000)))
    read = read_wav(tmp_path / "a.wav")
    assert read.format.rate == 24000
    assert np.abs(read.samples.astype(int) - samples).max() <= 1


@pytest.mark.parametrize(
    "data",
    [
        ((TONE * 100) + 128).astype(np.uint8),
        (TONE * 25700).astype(np.int16),
        (TONE * 25700 * 65536).astype(np.int32),
        (TONE * 0.784).astype(np.float32),
        (TONE * 0.784).astype(np.float64),
    ],
    ids=lambda data: str(data.dtype),
)
@pytest.mark.parametrize("rate", [8000, 44100, 96000])
def test_any_sample_type_and_rate(tmp_path: Path, data: np.ndarray, rate: int) -> None:
    wavfile.write(tmp_path / "a.wav", rate, data)
    read = read_wav(tmp_path / "a.wav")
    assert read.format.rate == rate
    assert np.abs(read.samples / 32767 - TONE * 0.784).max() < 0.012


def test_24_bit(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(3)
        file.setframerate(16000)
        file.writeframes(b"\x00\x00\x40" * 10)
    assert np.abs(read_wav(tmp_path / "a.wav").samples - 16384).max() <= 1


def test_channels_are_mixed(tmp_path: Path) -> None:
    stereo = np.stack([np.full(100, 8000, np.int16), np.full(100, 2000, np.int16)], axis=1)
    wavfile.write(tmp_path / "a.wav", 16000, stereo)
    assert np.abs(read_wav(tmp_path / "a.wav").samples - 5000).max() <= 1


def test_floats_beyond_one_are_clipped(tmp_path: Path) -> None:
    wavfile.write(tmp_path / "a.wav", 16000, np.array([3.0, -3.0], np.float32))
    assert read_wav(tmp_path / "a.wav").samples.tolist() == [32767, -32767]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a WAV"),
        (b"hello, this is text and no sound at all", "not a WAV"),
        (b"RIFF\x24\x00\x00\x00WAVE", "WAV"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00" + b"\x00" * 16, "WAV"),
    ],
)
def test_no_sound(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(BadFile, match=says):
        read_wav(tmp_path / "a.wav")


def test_empty_sound(tmp_path: Path) -> None:
    wavfile.write(tmp_path / "a.wav", 16000, np.zeros(0, np.int16))
    with pytest.raises(BadFile, match="no sound"):
        read_wav(tmp_path / "a.wav")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers(tmp_path: Path, bad: float) -> None:
    wavfile.write(tmp_path / "a.wav", 16000, np.array([0.0, bad, 0.0], np.float32))
    with pytest.raises(BadFile, match="NaN"):
        read_wav(tmp_path / "a.wav")


def test_a_cut_off_file(tmp_path: Path) -> None:
    wavfile.write(tmp_path / "a.wav", 16000, np.zeros(1000, np.int16))
    whole = (tmp_path / "a.wav").read_bytes()
    for cut in range(0, 44, 3):
        (tmp_path / "b.wav").write_bytes(whole[:cut])
        with pytest.raises(BadFile):
            read_wav(tmp_path / "b.wav")


@pytest.mark.parametrize(("rate", "fine"), [(999, False), (1000, True), (384_000, True), (384_001, False)])
def test_rates_at_the_limits(tmp_path: Path, rate: int, fine: bool) -> None:
    wavfile.write(tmp_path / "a.wav", rate, np.zeros(10, np.int16))
    if fine:
        assert read_wav(tmp_path / "a.wav").format.rate == rate
    else:
        with pytest.raises(BadFile, match="samples a second"):
            read_wav(tmp_path / "a.wav")


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no such file"):
        read_wav(tmp_path / "none.wav")
    with pytest.raises(BadFile):
        read_wav(tmp_path)
    with pytest.raises(BadFile, match="cannot be written"):
        write_wav(tmp_path / "no" / "a.wav", AudioChunk(np.zeros(1, np.int16), AudioFormat(16000)))
