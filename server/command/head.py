"""Write a talking head as glTF: a face with all 52 ARKit shapes, for any engine.

The same generator makes every look; the file needs nothing beside it.
"""

import argparse
from pathlib import Path

from blend_shapes.head.lip_gap import DEFAULT
from blend_shapes.head.look import LOOKS
from blend_shapes.head.model import head_glb
from server.command.faults import BadFile
from server.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("-o", "--out", type=Path, metavar="HEAD.glb", help="what to write")
    what.add_argument("--list", action="store_true", help="name the looks")
    parser.add_argument("--look", default=DEFAULT, metavar="NAME", help=f"one of {', '.join(LOOKS)}")


def run(args: argparse.Namespace) -> int:
    """Write the file, or print the names. Raises FaceWireError."""
    if args.list:
        print("\n".join(LOOKS))
        return 0
    if args.look not in LOOKS:
        raise ConfigError(f"no look {args.look!r}; there are {', '.join(LOOKS)}")
    out: Path = args.out
    if out.suffix.lower() != ".glb":
        raise ConfigError(f"{out} should end in .glb: a head is written as binary glTF")
    glb = head_glb(LOOKS[args.look])
    try:
        out.write_bytes(glb)
    except OSError as error:
        raise BadFile(f"{out}: cannot be written ({error.strerror or error})") from None
    print(f"{args.look}, {len(glb) / 1e6:.1f} MB, 52 shapes: {out}")
    return 0
