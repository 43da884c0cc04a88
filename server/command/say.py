"""Speak a text into files, without a server.

The same turn that a server performs, without waiting for a listener.
"""

import argparse
import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from blend_shapes.life.moods import MOODS
from server import assembly, config
from server.characters import load as load_character
from server.clock import SystemClock
from server.command.face_file import write_face
from server.command.face_plot import plot
from server.command.rendering import Rendering, render
from server.command.sound_file import write_wav
from server.errors import ConfigError
from server.speech.character import Character


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "text", help="what to say, with [mood] and [cue] tags if you like; - reads it from stdin"
    )
    parser.add_argument("-o", "--out", type=Path, metavar="WAV", help="write the voice")
    parser.add_argument("--face", type=Path, metavar="CSV", help="write the face, 60 rows a second")
    parser.add_argument("--plot", type=Path, metavar="PNG", help="draw both (needs the extra: plot)")
    parser.add_argument("--voice", help="name of a voice; `facewire voices` lists them")
    parser.add_argument("--language", help="a language tag such as en-us, de or cmn")
    parser.add_argument("--mood", help=f"one of {', '.join(sorted(MOODS))}")
    parser.add_argument("--character", help="name of a character, or its YAML file")
    parser.add_argument(
        "--config", type=Path, help="configuration file (default: ./config.yaml if there is one)"
    )


def run(args: argparse.Namespace) -> int:
    """Write what was asked for and say what it is. Raises FaceWireError."""
    if not (args.out or args.face or args.plot):
        raise ConfigError("nothing to write: give -o out.wav, --face out.csv or --plot out.png")
    if args.mood is not None and args.mood not in MOODS:
        raise ConfigError(f"no mood {args.mood!r}; there are {', '.join(sorted(MOODS))}")
    text = sys.stdin.read() if args.text == "-" else args.text
    rendering = asyncio.run(_render(text, args))
    _write(rendering, args, text)
    for failure in rendering.failures:
        print(f"facewire say: {failure}", file=sys.stderr)
    return 0


async def _render(text: str, args: argparse.Namespace) -> Rendering:
    tree = config.load(args.config or config.nearby())
    async with assembly.engines(config.deaf(tree), SystemClock()) as engines:
        character = _character(args, tree.characters.default)
        return await render(text, engines, character, mood=args.mood)


def _character(args: argparse.Namespace, default: str) -> Character:
    character = load_character(args.character or default)
    given = {"voice": args.voice, "language": args.language}
    speaker = replace(character.speaker, **{k: v for k, v in given.items() if v is not None})
    return replace(character, speaker=speaker)


def _write(rendering: Rendering, args: argparse.Namespace, text: str) -> None:
    audio, frames = rendering.audio, rendering.frames
    if args.out:
        write_wav(args.out, audio)
    if args.face:
        write_face(args.face, frames)
    if args.plot:
        title = text if len(text) <= 100 else f"{text[:97]}..."
        plot(args.plot, frames, rendering.phones, audio, rendering.words, title)
    files = ", ".join(str(file) for file in (args.out, args.face, args.plot) if file)
    print(f"{audio.seconds:.2f} s, {len(frames)} frames, {len(rendering.words)} words: {files}")
