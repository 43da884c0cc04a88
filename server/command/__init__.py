"""The subcommands of `python -m server`, each a module that is imported only when it is used.

A module has `add_arguments(parser)` and `run(args) -> int`, the exit status; the first line of its
docstring is its help.
"""

COMMANDS = {
    "serve": "server.command.serve",
    "check": "server.command.check",
}
"""Every subcommand by name."""
