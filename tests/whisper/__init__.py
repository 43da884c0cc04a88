"""A tiny Whisper that knows a few dozen phrases: what faster-whisper is tested with, and how it is made."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent.parent / "data" / "tiny_whisper"
"""The model as faster-whisper loads it."""
