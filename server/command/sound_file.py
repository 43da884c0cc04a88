"""WAV files to mono 16-bit chunks and back."""

import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile

from server.audio.chunk import AudioChunk, AudioFormat
from server.command.faults import BadFile

LONGEST_S: Final = 3600.0


def read_wav(path: Path) -> AudioChunk:
    """The sound of a WAV file at its own rate, its channels mixed to one. Raises BadFile.

    Integer samples of 8 to 64 bits and floats are read; floats beyond -1..1 are clipped.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # chunks that are no sound
            rate, data = wavfile.read(path)
    except FileNotFoundError:
        raise BadFile(f"{path}: no such file") from None
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror or error}") from None
    except Exception as error:  # the reader raises whatever a malformed header leads it to
        raise BadFile(f"{path}: not a WAV file that can be read ({error}); convert it to PCM WAV") from None
    return _chunk(path, int(rate), data)


def _chunk(path: Path, rate: int, data: NDArray[Any]) -> AudioChunk:
    if data.size == 0:
        raise BadFile(f"{path}: holds no sound; give a recording with at least one sample")
    if not 1000 <= rate <= 384_000:
        raise BadFile(f"{path}: {rate} samples a second; from 1,000 to 384,000 can be read")
    if len(data) > LONGEST_S * rate:
        raise BadFile(f"{path}: longer than {LONGEST_S / 60:g} minutes; cut it into pieces")
    if not np.isfinite(data).all():
        raise BadFile(f"{path}: holds samples that are not numbers (NaN or infinite); export it again")
    mono = _unit(data).reshape(len(data), -1).mean(axis=1)
    samples = np.rint(np.clip(mono, -1, 1) * 32767).astype(np.int16)
    return AudioChunk(samples, AudioFormat(rate))


def _unit(data: NDArray[Any]) -> NDArray[np.float64]:
    """Samples of any WAV type as floats in -1..1; 24-bit samples come in the high bytes of 32."""
    values: NDArray[np.float64] = data.astype(np.float64)
    if data.dtype.kind == "u":
        return (values - 128) / 128
    return values / -float(np.iinfo(data.dtype).min) if data.dtype.kind == "i" else values


def write_wav(path: Path, audio: AudioChunk) -> None:
    """Write 16-bit mono PCM. Raises BadFile where the file cannot be written."""
    try:
        with path.open("wb") as file:
            wavfile.write(file, audio.format.rate, audio.samples)
    except OSError as error:
        raise BadFile(f"{path}: cannot be written ({error.strerror or error})") from None
