"""Talk to a running server from the terminal.

What is typed is sent; replies are heard where a player program is installed, and their words and face are
shown in step with the playhead that this client reports to the server.
"""

import argparse
import asyncio
import shutil
import sys
import threading
from collections import deque
from collections.abc import Iterator

from protocol import messages as m
from protocol.codes import BadMessage
from protocol.face_format import FaceLayout
from python_client.client import Client, connect, monotonic_us
from python_client.faults import ClientFault
from server.command import address
from server.command.chat_stage import Screen, StagedReply
from server.command.face_meter import face_line
from server.command.faults import NoServer
from server.command.player import COMMANDS, Player, player_command

TICK_S = 1 / 30
HELP = "/interrupt stops a reply, /say TEXT speaks word for word, /mood NAME, /quit"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", nargs="?", default=address.DEFAULT, help=f"default: {address.DEFAULT}")
    address.add_arguments(parser)
    parser.add_argument("--silent", action="store_true", help="words and face only")


def run(args: argparse.Namespace) -> int:
    """Talk until /quit or the end of the input. Raises FaceWireError."""
    try:
        asyncio.run(_chat(args))
    except* (ClientFault, BadMessage) as group:
        raise NoServer(str(next(_leaves(group)))) from None
    return 0


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


async def _chat(args: argparse.Namespace) -> None:
    url = address.stream_url(args.url)
    async with connect(
        url, token=args.token, character=args.character, language=args.language, listen=False
    ) as client:
        welcome = client.welcome
        command = None if args.silent else player_command(welcome.audio.rate)
        if command is None and not args.silent:
            print(f"no sound: none of {', '.join(COMMANDS)} is installed", file=sys.stderr)
        terminal = sys.stdin.isatty() and sys.stdout.isatty()
        screen = Screen(welcome.character, shutil.get_terminal_size().columns, terminal)
        await Chat(client, Player(command), screen, _lines(), wait=not sys.stdin.isatty()).run()


def _lines() -> "asyncio.Queue[str | None]":
    """The lines of standard input, then None; read by a daemon thread, so that it holds nobody up."""
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        try:
            for line in sys.stdin:
                loop.call_soon_threadsafe(queue.put_nowait, line.strip())
            loop.call_soon_threadsafe(queue.put_nowait, None)
        except RuntimeError:
            return  # the loop is closed: nobody reads any more

    threading.Thread(target=read, name="terminal", daemon=True).start()
    return queue


class Chat:
    """One conversation at one terminal. With `wait` a line is sent when the reply before it was heard."""

    def __init__(
        self,
        client: Client,
        player: Player,
        screen: Screen,
        lines: "asyncio.Queue[str | None]",
        *,
        wait: bool,
    ) -> None:
        self._client = client
        self._player = player
        self._screen = screen
        self._lines = lines
        self._wait = wait
        self._replies: deque[StagedReply] = deque()
        self._asked = 0
        self._quiet = asyncio.Event()
        self._pong = asyncio.Event()
        self._error: m.Error | None = None

    async def run(self) -> None:
        """Until the input ends. Raises what the client raises, in a group. Cancelling is safe."""
        self._write(self._screen.line(HELP))
        try:
            async with asyncio.TaskGroup() as group:
                reading = group.create_task(self._read_messages())
                showing = group.create_task(self._show())
                await self._read_lines()
                reading.cancel()
                showing.cancel()
        finally:
            await self._player.cut()

    # --- what is typed ---------------------------------------------------------------------------

    async def _read_lines(self) -> None:
        while (line := await self._lines.get()) not in (None, "/quit"):
            self._error = None
            if line:
                await self._obey(line)
            if self._wait and not await self._refused() and self._asked:
                await self._quiet.wait()

    async def _obey(self, line: str) -> None:
        command, _, rest = line.partition(" ")
        if command == "/interrupt":
            await self._client.interrupt()
            await self._stop(self._replies[-1].turn if self._replies else 0)
        elif command == "/say" and rest.strip():
            self._expect()
            await self._client.say(rest.strip())
        elif command == "/mood" and rest.strip():
            await self._client.configure(mood=rest.strip())
        elif command.startswith("/"):
            self._write(self._screen.line(HELP))
        else:
            self._expect()
            await self._client.text(line)

    def _expect(self) -> None:
        self._asked += 1
        self._quiet.clear()

    async def _refused(self) -> bool:
        """Whether the server refused the line just sent: an error comes before the answer to a ping."""
        self._pong.clear()
        await self._client.ping()
        await self._pong.wait()
        if self._error is not None:
            self._asked = 0
        return self._error is not None

    # --- what the server sends -------------------------------------------------------------------

    async def _read_messages(self) -> None:
        async for message in self._client:
            match message:
                case m.Turn():
                    face = self._client.welcome.face
                    self._replies.append(StagedReply(message.turn, FaceLayout.of(face), face.fps))
                case m.Segment() if self._replies:
                    self._replies[-1].add_face(message.face)
                    await self._player.play(message.audio)
                case m.Caption() if self._replies:
                    self._replies[-1].captions.append(message)
                case m.End():
                    self._player.finish()
                case m.Flush():
                    await self._stop(message.turn)
                case m.Error():
                    self._write(self._screen.line(f"[{message.code}] {message.message}"))
                    self._error = message if message.turn is None else self._error
                case m.Pong():
                    self._pong.set()
        raise NoServer("the server has ended the session")

    async def _stop(self, turn: int) -> None:
        """Silence this turn and those before it; the playhead has yet to say what was heard of them."""
        await self._player.cut()
        for reply in self._replies:
            reply.cut = reply.cut or reply.turn <= turn

    # --- what is seen ----------------------------------------------------------------------------

    async def _show(self) -> None:
        playhead = self._client.session.playhead
        while True:
            await asyncio.sleep(TICK_S)
            before = playhead.position
            for report in playhead.poll(monotonic_us()):
                if self._client.connected:
                    await self._client.send(report)
                if report.state == "idle" and self._replies and self._replies[0].turn == report.turn:
                    self._finish(self._replies.popleft(), report.pts)
            if self._replies and playhead.position > before:
                reply, at = self._replies[0], playhead.position
                self._write(self._screen.live(face_line(reply.face_at(at)), reply.text_until(at)))

    def _finish(self, reply: StagedReply, pts: int) -> None:
        self._write(self._screen.said(reply.text_until(pts), cut=reply.cut))
        self._asked = max(0, self._asked - 1)
        if not self._asked:
            self._quiet.set()

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
