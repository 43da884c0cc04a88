"""Write the face of a recording, or of phones with their times, as CSV.

The mouth alone, unless `--life` asks for the rest: what is written here is mostly measured or used as one
layer among others.
"""

import argparse
import math
import sys
from pathlib import Path

import numpy as np

from blend_shapes.articulation import pose
from blend_shapes.audio.hearing import LEAST_RATE, MOST_RATE
from blend_shapes.audio.pitch import RATES
from blend_shapes.audio.sound_mouth import SoundMouth
from blend_shapes.face import FaceFrames
from blend_shapes.layers import LivingFace
from blend_shapes.life.moods import MOODS
from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import AudioChunk
from server.audio.resample import Resampler
from server.command.face_file import write_face
from server.command.face_plot import plot
from server.command.sound_file import read_wav
from server.command.timings_file import Timings, read_timings
from server.errors import ConfigError

FPS = 60
INTENSITY = 0.4
AHEAD_S = 0.5
"""A recording is heard as a whole: whatever moves the face begins in time."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("sound", nargs="?", type=Path, metavar="IN.wav", help="a recording of speech")
    source.add_argument(
        "--phones",
        type=Path,
        metavar="TIMINGS.json",
        help='{"phones": [{"phone", "start", "release"?, "end", "stress"?}], "duration"}, IPA and seconds',
    )
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="CSV", help="what to write")
    parser.add_argument("--plot", type=Path, metavar="PNG", help="draw it too (needs the extra: plot)")
    parser.add_argument("--life", action="store_true", help="add blinks, gaze, head, brows and mood")
    parser.add_argument("--mood", default="neutral", help=f"with --life: {', '.join(sorted(MOODS))}")
    parser.add_argument("--seed", type=int, default=1, help="with --life: another seed is another take")


def run(args: argparse.Namespace) -> int:
    """Write the face, one row for each 1/60 s from 0 to the end of the sound. Raises FaceWireError."""
    if args.mood not in MOODS:
        raise ConfigError(f"no mood {args.mood!r}; there are {', '.join(sorted(MOODS))}")
    audio: AudioChunk | None = None
    phones: tuple[PhoneTiming, ...] = ()
    if args.phones is not None:
        timings = read_timings(args.phones)
        phones, seconds = timings.phones, timings.duration
        frames = _from_phones(timings)
    else:
        audio = read_wav(args.sound)
        seconds = audio.seconds
        print(
            "facewire face: the mouth follows the sound of the recording; with phones and their times "
            "(--phones) it is more exact",
            file=sys.stderr,
        )
        frames = _from_sound(audio)
    if args.life:
        life = LivingFace(FPS, args.seed, args.mood, INTENSITY, ahead_s=AHEAD_S)
        if audio is not None and RATES[0] <= audio.format.rate <= RATES[1]:
            life.listen(audio.samples, audio.format.rate)
        life.hear(None if args.phones is None else phones, seconds)
        frames = life.compose(frames)
    write_face(args.out, frames)
    if args.plot:
        plot(args.plot, frames, phones, audio, title=(args.phones or args.sound).name)
    print(f"{seconds:.2f} s, {len(frames)} frames: {args.out}")
    return 0


def rows(seconds: float) -> int:
    """Frames from time 0 through the first that is not before the end."""
    return math.ceil(seconds * FPS - 1e-6) + 1


def _from_phones(timings: Timings) -> FaceFrames:
    n = rows(timings.duration)
    weights = pose(timings.phones, np.arange(n) / FPS)
    return FaceFrames(0, FPS, weights, np.zeros((n, 3), np.float32))


def _from_sound(audio: AudioChunk) -> FaceFrames:
    samples, rate = audio.samples, audio.format.rate
    if not LEAST_RATE <= rate <= MOST_RATE:
        nearest = min(max(rate, LEAST_RATE), MOST_RATE)
        resampler = Resampler(rate, nearest)
        samples, rate = np.concatenate([resampler.feed(samples), resampler.finish()]), nearest
    mouth = SoundMouth(FPS, rate)
    face, n = FaceFrames.join([mouth.follow(samples), mouth.settle()]), rows(audio.seconds)
    missing = max(0, n - len(face))
    return FaceFrames(
        0,
        FPS,
        np.pad(face.weights[:n], ((0, missing), (0, 0)), mode="edge"),
        np.pad(face.head[:n], ((0, missing), (0, 0)), mode="edge"),
    )
