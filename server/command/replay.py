"""Play a recording again, at the times its messages came."""

import argparse
import asyncio
import sys
from pathlib import Path

from protocol import messages as m
from protocol.face_format import FaceLayout
from protocol.recording import NotARecording
from python_client.recorder import Replay
from server.command.face_meter import face_line
from server.command.faults import BadFile
from server.command.player import Player, player_command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="what `facewire record` wrote")
    parser.add_argument(
        "--speed", type=float, default=1.0, help="2 is twice as fast; 0 does not wait at all"
    )
    parser.add_argument("--silent", action="store_true", help="no sound (there is none at other speeds)")


def run(args: argparse.Namespace) -> int:
    """Print each message in a line of its own. Raises FaceWireError."""
    if not 0 <= args.speed <= 1000:
        raise BadFile(f"--speed {args.speed:g}: it is from 0 (as fast as possible) to 1000")
    try:
        asyncio.run(_replay(args))
    except NotARecording as error:
        raise BadFile(f"{args.file}: {error}") from None
    except OSError as error:
        raise BadFile(f"{args.file}: {error.strerror or error}") from None
    return 0


async def _replay(args: argparse.Namespace) -> None:
    replay = Replay(args.file, speed=args.speed or None)
    player, layout = Player(None), FaceLayout()
    try:
        async for message in replay:
            if isinstance(message, m.Welcome):
                layout = FaceLayout.of(message.face)
                if args.speed == 1 and not args.silent:
                    player = Player(player_command(message.audio.rate))
            elif isinstance(message, m.Segment):
                await player.play(message.audio)
            elif isinstance(message, m.End):
                player.finish()
            elif isinstance(message, m.Flush):
                await player.cut()
            print(describe(message, layout), flush=True)
        await player.wait()
    finally:
        await player.cut()
    lost = [(replay.unreadable, "messages that cannot be read"), (replay.dropped_bytes, "bytes at the end")]
    if any(count for count, _ in lost):
        left_out = ", ".join(f"{count} {what}" for count, what in lost if count)
        print(f"facewire replay: left out: {left_out}", file=sys.stderr)


def describe(message: m.FromServer, layout: FaceLayout) -> str:
    """One line for one message."""
    match message:
        case m.Segment(turn=turn, pts=pts, audio=audio, face=face):
            weights = layout.unpack(face)[0]
            shown = face_line(weights[-1]) if len(weights) else "(no face)"
            size = f"{len(audio):6d} bytes of sound, {len(weights):2d} frames"
            return f"segment  {turn:3d} {pts / 1e6:8.3f} s {size}  {shown}"
        case m.Caption(turn=turn, pts=pts, text=text):
            return f"caption  {turn:3d} {pts / 1e6:8.3f} s {text!r}"
        case m.Clip(name=name, face=face):
            return f"clip     {name}, {len(face)} bytes"
        case m.Welcome(server=server, character=character):
            return f"welcome  {character} on {server}"
        case _:
            fields = {k: getattr(message, k) for k in message.__struct_fields__}
            shown = ", ".join(
                f"{k} {v}" for k, v in fields.items() if v is not None and not isinstance(v, bytes)
            )
            return f"{type(message).__name__.lower():8} {shown}"
