"""Any program as a face driver: it reads a WAV file and writes the face as csv."""

import shlex
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from blend_shapes import face_csv
from blend_shapes.evaluation import faces
from blend_shapes.evaluation.drivers import SOUND, on_grid
from blend_shapes.evaluation.recording import Capture, Recording
from blend_shapes.face import FaceFrames
from server.audio.chunk import AudioChunk, AudioFormat
from server.command.sound_file import write_wav
from server.errors import ConfigError

LONGEST_S: Final = 1800.0


@dataclass(frozen=True, slots=True)
class Program:
    """A command line with ``{wav}`` and ``{csv}``; the csv is Live Link Face's or `facewire face`'s."""

    words: tuple[str, ...]
    name: str
    needs: str = SOUND
    look_ahead: float | None = None

    def frames(self, recording: Recording) -> FaceFrames:
        """Run the program on a recording. Raises ConfigError saying what it did not do."""
        with tempfile.TemporaryDirectory() as folder:
            wav, csv = Path(folder, "speech.wav"), Path(folder, "face.csv")
            write_wav(wav, AudioChunk(recording.samples, AudioFormat(recording.rate)))
            words = [w.replace("{wav}", str(wav)).replace("{csv}", str(csv)) for w in self.words]
            self._run(words)
            try:
                return on_grid(_face(csv), recording.seconds)
            except OSError:
                raise ConfigError(f"{self.name} has written no face to {{csv}}") from None
            except ValueError as error:
                raise ConfigError(f"{self.name} has written a csv that cannot be read: {error}") from None

    def _run(self, words: list[str]) -> None:
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=LONGEST_S, check=False)
        except OSError as error:
            raise ConfigError(f"{self.name} cannot be run ({error.strerror or error})") from None
        except subprocess.TimeoutExpired:
            raise ConfigError(f"{self.name} has not ended within {LONGEST_S / 60:g} minutes") from None
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise ConfigError(f"{self.name} has failed with exit status {done.returncode}: {last}")


def program(command: str) -> Program:
    """A command line as a driver, named after its program. Raises ConfigError where {wav} or {csv} is
    missing."""
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise ConfigError(f"--command {command!r} cannot be read ({error})") from None
    if not words or not all(any(mark in w for w in words) for mark in ("{wav}", "{csv}")):
        raise ConfigError('--command wants a program with both files, such as "prog {wav} {csv}"')
    return Program(words, Path(words[0]).name)


def _face(csv: Path) -> Capture:
    data = csv.read_bytes()
    if data[:8].lower().lstrip(b"\xef\xbb\xbf").startswith(b"time,"):
        read = face_csv.read_csv(csv)
        if not len(read):
            raise ValueError("no rows after the header")
        return Capture(read.weights, float(read.fps), np.zeros(len(read)), read.first / read.fps)
    return faces.live_link(data)
