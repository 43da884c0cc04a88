"""The command line: `python -m server [COMMAND]`, also installed as `facewire`."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from server.command import COMMANDS
from server.errors import FaceWireError

DEFAULT = "serve"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; exit status 2 with one line for what cannot work as it was asked."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help")):
        given.insert(0, DEFAULT)
    if not given[0].startswith("-") and given[0] not in COMMANDS:
        print(f"facewire: no command {given[0]!r}; there are {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    module = importlib.import_module(COMMANDS[given[0]]) if given[0] in COMMANDS else None
    args = _parser(given[0], module).parse_args(given)
    assert module is not None, "the parser ends the process after --help"
    try:
        status: int = module.run(args)
    except FaceWireError as error:
        print(f"facewire: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return status


def _parser(chosen: str, module: ModuleType | None) -> argparse.ArgumentParser:
    """All subcommands by name, and the arguments of the chosen one."""
    parser = argparse.ArgumentParser(
        prog="facewire", description="A thinking, speaking, lip-synced face for game engines."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, path in COMMANDS.items():
        summary = _summary(path) if module is None else None
        command = commands.add_parser(
            name, help=summary, description=None if module is None else module.__doc__
        )
        if name == chosen and module is not None:
            module.add_arguments(command)
    return parser


def _summary(path: str) -> str:
    """The first line of a module's docstring."""
    return (importlib.import_module(path).__doc__ or "").partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())
