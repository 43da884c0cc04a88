"""Record what a server answers, with its arrival times, in a file."""

import argparse
import asyncio
from pathlib import Path

from protocol import messages as m
from protocol.codes import BadMessage
from python_client.client import Client, connect
from python_client.faults import ClientFault
from python_client.reply import Reply
from server.command import address
from server.command.faults import BadFile, NoServer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", help=f"the server, such as {address.DEFAULT}")
    parser.add_argument("file", type=Path, help="a new file; `facewire replay` plays it again")
    parser.add_argument("text", nargs="+", help="what to type; each waits for the reply to the one before")
    address.add_arguments(parser)
    parser.add_argument("--say", action="store_true", help="have the texts spoken word for word")


def run(args: argparse.Namespace) -> int:
    """Record and print each reply. Raises FaceWireError."""
    try:
        asyncio.run(_record(args))
    except FileExistsError:
        raise BadFile(f"{args.file}: exists already; name a new file") from None
    except OSError as error:
        if isinstance(error, ClientFault):
            raise NoServer(str(error)) from None
        raise BadFile(f"{args.file}: cannot be written ({error.strerror or error})") from None
    except (ClientFault, BadMessage, EOFError) as error:
        raise NoServer(str(error)) from None
    return 0


async def _record(args: argparse.Namespace) -> None:
    url = address.stream_url(args.url)
    async with connect(url, token=args.token, character=args.character, language=args.language) as client:
        client.record(args.file)
        for number, text in enumerate(args.text):
            send = client.say if args.say else client.text
            await send(text, message_id=str(number))
            print(_summary(await client.reply(message_id=str(number))), flush=True)
            await _heard(client)
    print(f"recorded: {args.file}")


async def _heard(client: Client) -> None:
    """Read on until the reply has been heard, and the server has said the last of it."""
    async for message in client:
        if message == m.State("idle"):
            return


def _summary(reply: Reply) -> str:
    if reply.length is None:
        return f"turn {reply.turn}: cut short ({reply.flushed}): {reply.text}"
    return f"turn {reply.turn}: {reply.length / 1e6:.2f} s: {reply.text}"
