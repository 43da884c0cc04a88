"""WAV files to mono 16-bit chunks and back."""

from pathlib import Path

from scipy.io import wavfile

from blend_shapes.audio.sound_file import LONGEST_S, read_sound
from server.audio.chunk import AudioChunk, AudioFormat
from server.command.faults import BadFile

__all__ = ["LONGEST_S", "read_wav", "write_wav"]


def read_wav(path: Path) -> AudioChunk:
    """The sound of a WAV file at its own rate, its channels mixed to one. Raises BadFile.

    Integer samples of 8 to 64 bits and floats are read; floats beyond -1..1 are clipped.
    """
    try:
        samples, rate = read_sound(path)
    except FileNotFoundError:
        raise BadFile(f"{path}: no such file") from None
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror or error}") from None
    except ValueError as error:
        raise BadFile(f"{path}: {error}") from None
    return AudioChunk(samples, AudioFormat(rate))


def write_wav(path: Path, audio: AudioChunk) -> None:
    """Write 16-bit mono PCM. Raises BadFile where the file cannot be written."""
    try:
        with path.open("wb") as file:
            wavfile.write(file, audio.format.rate, audio.samples)
    except OSError as error:
        raise BadFile(f"{path}: cannot be written ({error.strerror or error})") from None
