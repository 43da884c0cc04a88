"""The address of a server, as people write it."""

import argparse
import os
from urllib.parse import urlsplit, urlunsplit

from server.command.faults import NoServer

DEFAULT = "http://127.0.0.1:8765"
TOKEN = "FACEWIRE_TOKEN"
_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What every command takes that talks to a server."""
    parser.add_argument(
        "--token", default=os.environ.get(TOKEN), help=f"also from {TOKEN} in the environment"
    )
    parser.add_argument("--character", help="whom to talk to")
    parser.add_argument("--language", help="a language tag such as en-us, de or cmn")


def stream_url(address: str) -> str:
    """The WebSocket address of ``host:port`` or of an http, https, ws or wss URL; /v1/stream is added.

    Raises NoServer for anything else.
    """
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        known = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise NoServer(f"{address!r} is no address of a server; one looks like {DEFAULT}")
    path = parts.path if parts.path.strip("/") else "/v1/stream"
    return urlunsplit((_SCHEMES[parts.scheme], parts.netloc, path, parts.query, ""))
