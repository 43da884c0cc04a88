"""List what can be named as a character's voice or language."""

import argparse

from server.engines.voices import espeak
from server.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("language", nargs="?", default="", help="only languages that begin so: en, cmn")


def run(args: argparse.Namespace) -> int:
    """Print language, name and identifier of each voice. Raises FaceWireError."""
    wanted = args.language.lower()
    found = [v for v in espeak.voices() if v.language.lower().startswith(wanted)]
    if not found:
        raise ConfigError(f"no voice speaks {args.language!r}; `facewire voices` lists all languages")
    table = [("language", "voice", "name"), *((v.language, v.identifier, v.name) for v in found)]
    widths = [max(len(row[i]) for row in table) for i in range(2)]
    for row in table:
        print(f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}")
    return 0
