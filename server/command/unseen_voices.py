"""Write speech of voices that the audio network has never heard, with its phones, for `eval-face`.

WAV files of espeak-ng's and festival's voices that training leaves out, and beside each a Praat TextGrid
with the phones and, as points, where stops are released.
"""

import argparse
import os
from pathlib import Path

from server.audio.chunk import AudioChunk, AudioFormat
from server.command.faults import BadFile
from server.command.sound_file import write_wav
from server.corpus import cast, shelf
from server.corpus.spoken import RATE
from server.corpus.textgrid import textgrid
from server.errors import ConfigError

SECONDS = 600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where to write")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"about how much ({SECONDS:g})")


def run(args: argparse.Namespace) -> int:
    """Write the files. Raises FaceWireError."""
    if not args.seconds > 0:
        raise ConfigError(f"--seconds {args.seconds:g}: more than 0")
    folder: Path = args.folder
    count = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for order in shelf.orders(args.seconds, "unseen"):
            for n, spoken in enumerate(cast.speech(order)):
                path = folder / f"{order.engine}-{order.seed:02}-{n:02}.wav"
                write_wav(path, AudioChunk(spoken.samples, AudioFormat(RATE)))
                path.with_suffix(".TextGrid").write_text(textgrid(spoken), encoding="utf-8")
                count += 1
    except ImportError as error:
        raise ConfigError(f"{error}; install it with: pip install 'facewire[train]'") from error
    except OSError as error:
        raise BadFile(f"{folder}: {os.strerror(error.errno or 0)}") from None
    print(f"{count} utterances: {folder}")
    return 0
