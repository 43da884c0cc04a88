"""Serve the page and the protocol until stopped (the default)."""

import argparse
import asyncio
import contextlib
from pathlib import Path

from server import app, config
from server.observe import log


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, help="configuration file (default: ./config.yaml if there is one)"
    )
    parser.add_argument("--host", help="address to listen on (default: server.host)")
    parser.add_argument("--port", type=int, help="port to listen on, 0 for any (default: server.port)")


def run(args: argparse.Namespace) -> int:
    tree = config.listening_at(config.load(args.config or config.nearby()), args.host, args.port)
    log.configure(tree.log.level, tree.log.format)
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=app.loop_factory()) as runner:
        runner.run(app.serve(tree, _announce))
    return 0


def _announce(server: app.Running) -> None:
    print(f"FaceWire is at {server.address}", flush=True)
