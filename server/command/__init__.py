"""The subcommands of `python -m server`, each a module that is imported only when it is used.

A module has `add_arguments(parser)` and `run(args) -> int`, the exit status; the first line of its
docstring is its help.
"""

COMMANDS = {
    "serve": "server.command.serve",
    "check": "server.command.check",
    "say": "server.command.say",
    "face": "server.command.face",
    "eval-face": "server.command.eval_face",
    "eval-hearing": "server.command.eval_hearing",
    "train-face": "server.command.train_face",
    "unseen-voices": "server.command.unseen_voices",
    "head": "server.command.head",
    "chat": "server.command.chat",
    "record": "server.command.record",
    "replay": "server.command.replay",
    "voices": "server.command.voices",
}
"""Every subcommand by name."""
