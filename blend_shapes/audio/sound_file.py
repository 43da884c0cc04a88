"""Recordings as mono 16-bit samples: WAV through scipy, everything else (FLAC) through libsndfile."""

import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile

Samples = NDArray[np.int16]
"""Shape (samples,), mono."""

LONGEST_S: Final = 3600.0


def read_sound(path: Path) -> tuple[Samples, int]:
    """The sound of a file at its own rate, its channels mixed to one, and that rate.

    Integer samples of 8 to 64 bits and floats are read; floats beyond -1..1 are clipped. Raises OSError, or
    ValueError saying what would be right.
    """
    rate, data = _read_wav(path) if path.suffix.lower() in (".wav", ".wave") else _read_other(path)
    if data.size == 0:
        raise ValueError("holds no sound; give a recording with at least one sample")
    if not 1000 <= rate <= 384_000:
        raise ValueError(f"{rate} samples a second; from 1,000 to 384,000 can be read")
    if len(data) > LONGEST_S * rate:
        raise ValueError(f"longer than {LONGEST_S / 60:g} minutes; cut it into pieces")
    if not np.isfinite(data).all():
        raise ValueError("holds samples that are not numbers (NaN or infinite); export it again")
    mono = _unit(data).reshape(len(data), -1).mean(axis=1)
    return np.rint(np.clip(mono, -1, 1) * 32767).astype(np.int16), rate


def _read_wav(path: Path) -> tuple[int, NDArray[Any]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # chunks that are no sound
            rate, data = wavfile.read(path)
    except OSError:
        raise
    except Exception as error:  # the reader raises whatever a malformed header leads it to
        raise ValueError(f"not a WAV file that can be read ({error}); convert it to PCM WAV") from None
    return int(rate), data


def _read_other(path: Path) -> tuple[int, NDArray[Any]]:
    try:
        import soundfile
    except ImportError:
        raise ValueError('sound other than WAV needs soundfile: pip install "facewire[eval]"') from None
    with path.open("rb") as file:
        try:
            data, rate = soundfile.read(file, dtype="float64", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise ValueError(
                f"not a sound file that can be read ({error}); convert it to PCM WAV"
            ) from None
    return int(rate), data


def _unit(data: NDArray[Any]) -> NDArray[np.float64]:
    """Samples of any WAV type as floats in -1..1; 24-bit samples come in the high bytes of 32."""
    values: NDArray[np.float64] = data.astype(np.float64)
    if data.dtype.kind == "u":
        return (values - 128) / 128
    return values / -float(np.iinfo(data.dtype).min) if data.dtype.kind == "i" else values
