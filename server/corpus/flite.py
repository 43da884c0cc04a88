"""Utterances of flite (Black and Lenzo 2001): English voices made from recordings of people."""

import subprocess
import tempfile
from pathlib import Path
from typing import Final

from scipy.io import wavfile

from blend_shapes.phonemes.normalise import from_flite
from server.corpus.spoken import RATE, Spoken, at_corpus_rate, within

PROGRAM: Final = "flite"


def speak(text: str, voice: str, stretch: float, pitch_hz: float) -> Spoken:
    """`stretch` is a factor on durations. Raises OSError without the program, ValueError for what it cannot
    say."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "spoken.wav")
        settings = [f"duration_stretch={stretch:.3f}", f"int_f0_target_mean={pitch_hz:.0f}"]
        options = [part for setting in settings for part in ("--setf", setting)]
        done = subprocess.run(
            [PROGRAM, "-voice", voice, *options, "-t", text, "-o", str(path), "-psdur"],
            check=False,
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode or not path.exists():
            raise ValueError(f"flite could not say {text!r}: {done.stderr.strip()}")
        rate, samples = wavfile.read(path)
    labels = [(name, float(end)) for name, _, end in (x.rpartition(":") for x in done.stdout.split())]
    sound = at_corpus_rate(samples, rate)
    return Spoken(sound, within(from_flite(labels), len(sound) / RATE))
