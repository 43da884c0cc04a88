"""A client of a FaceWire server, over as many connections as its session takes.

Reading drives everything: iterate, and messages come, are checked against the legal order, and a lost
connection is made again. One small task beside it reports where the simulated listener is.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Final, Self

import aiohttp

from protocol import messages as m
from protocol.codes import CLOSES, FINAL, BadMessage, Close
from protocol.recording import Direction
from python_client.backoff import Backoff
from python_client.company import Company
from python_client.connection import Closed, Connection, open_connection
from python_client.faults import ClientFault, ConnectFailed, NotConnected, Refused, WrongProtocol
from python_client.microphone import Microphone, Samples
from python_client.player import POLL_S, Player
from python_client.recorder import Recorder
from python_client.reply import Replies, Reply
from python_client.room import Member, PeerChange
from python_client.session import Session

WELCOME_TIMEOUT_S: Final = 10.0


def monotonic_us() -> int:
    """Microseconds of the monotonic clock."""
    return time.monotonic_ns() // 1000


@asynccontextmanager
async def connect(
    url: str,
    *,
    token: str | None = None,
    character: str | None = None,
    language: str | None = None,
    face_format: m.FaceFormat = "q8",
    fps: int | None = None,
    max_ahead_ms: int | None = None,
    mode: m.Mode = "converse",
    mic_rate: int | None = None,
    hello: m.Hello | None = None,
    json: bool = False,
    listen: bool = True,
    player: Player | None = None,
    on_peer: Callable[[PeerChange], None] | None = None,
    backoff: Backoff | None = None,
    http: aiohttp.ClientSession | None = None,
) -> AsyncIterator["Client"]:
    """A client welcomed at `url`, for the time of an ``async with``; then it says `bye`.

    With `mode` "drive" the user's own voice, heard at `mic_rate`, moves the user's own face (`drive`).
    `hello` replaces what the arguments before it say. `json` chooses facewire.v1.json. With `listen` a
    listener reports `played`: `player`, which is given every message that is shown, on the clock of
    ``time.monotonic``, or a simulated one. Without it whoever plays the sound reports, with `send`.
    `on_peer` is told what changes about the others in a room (`join`), on the event loop. `http` is shared
    by the clients of a process; it is not closed here.

    Raises `ConnectFailed`, `Refused`, `WrongProtocol` or `BadMessage` when the first attempt fails.
    """
    hello = hello or m.Hello(
        token=token,
        client=m.ClientInfo("facewire-python"),
        mode=mode,
        character=character,
        language=language,
        face=m.FaceOffer(face_format, fps),
        max_ahead_ms=max_ahead_ms,
        mic=None if mic_rate is None else m.AudioFormatInfo("pcm16", mic_rate),
    )
    session = http or aiohttp.ClientSession()
    client = Client(session, url, hello, json=json, player=player, on_peer=on_peer, backoff=backoff)
    try:
        await client.open()
        listener = asyncio.create_task(client.report_played()) if listen else None
        try:
            yield client
        finally:
            if listener is not None:
                listener.cancel()
                with suppress(asyncio.CancelledError):
                    await listener
    finally:
        await client.close()
        if http is None:
            await session.close()


class Client:
    """Iterating yields the server's messages in order: `welcome`, also of a reconnect, and what follows.

    Made by `connect`. One reader at a time, which reads on for as long as the client is open; any task
    may send. What the protocol says to drop is not yielded: media of a flushed or interrupted turn, and
    segments that a resume repeats.

    The iteration ends after `close`, or when the server ends the session. It raises `Refused` when the
    server closes for good, `ConnectFailed` when no connection can be made again, and `BadMessage` when the
    server breaks the protocol. Cancelling a read is safe.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        hello: m.Hello,
        *,
        json: bool = False,
        player: Player | None = None,
        on_peer: Callable[[PeerChange], None] | None = None,
        backoff: Backoff | None = None,
        clock: Callable[[], int] = monotonic_us,
    ) -> None:
        self.session = Session()
        self.ignored = 0
        """Messages of types this version does not know."""
        self.reconnects = 0
        self.microphone: Microphone | None = None
        """What is heard and sent; None where the server takes no microphone."""
        self._http, self._url, self._hello, self._json = http, url, hello, json
        self._backoff, self._random, self._clock = backoff or Backoff(), Random(), clock
        self._player = player
        self._company = Company(self.session.room, player, on_peer)
        self._wanted: m.Join | None = None
        """The room to be in, also in the next session."""
        self._connection: Connection | None = None
        self._recorder: Recorder | None = None
        self._greeting: m.Welcome | None = None
        self._fatal: m.Error | None = None
        self._over = False
        self._reports_due = asyncio.Event()
        self._asleep_until: int | None = None

    @property
    def welcome(self) -> m.Welcome:
        """What the server said last about itself and this session."""
        if self.session.welcome is None:
            raise NotConnected("there is no `welcome` yet; `open` comes first")
        return self.session.welcome

    @property
    def connected(self) -> bool:
        """Whether there is a connection now; reading makes it again."""
        return self._connection is not None

    # --- sending ---------------------------------------------------------------------------------------

    async def send(self, message: m.FromClient) -> None:
        """Send any message. Raises `NotConnected`; nothing is kept for later."""
        if self._connection is None:
            raise NotConnected("not sent: there is no connection; read on, and it is made again")
        await self._connection.send(message)

    async def text(self, text: str, *, message_id: str | None = None) -> None:
        """The user typed this; the `turn` that answers carries `message_id`."""
        await self.send(m.Text(text, message_id))

    async def say(
        self, text: str, *, mood: str | None = None, message_id: str | None = None, queue: m.Queue = "last"
    ) -> None:
        """Have this spoken word for word."""
        await self.send(m.Say(text, mood, message_id, queue))

    async def interrupt(self) -> None:
        """Stop the current reply: silent here at once, then asked of the server."""
        self.session.silence(self._clock())
        if self._player is not None:
            self._player.flush(self.session.turn, self._clock() / 1e6)
        self._wake_listener()
        await self.send(m.Interrupt())

    async def configure(
        self,
        *,
        character: str | None = None,
        voice: str | None = None,
        language: str | None = None,
        mood: str | None = None,
    ) -> None:
        """Change who speaks, from the next turn on."""
        await self.send(m.Configure(character, voice, language, mood))

    async def ping(self) -> None:
        """Ask for a `pong`; its `t` is this client's clock at the time of asking, in microseconds."""
        await self.send(m.Ping(self._clock()))

    # --- the user's own voice --------------------------------------------------------------------------

    async def hear(self, samples: Samples) -> None:
        """The microphone heard these mono samples, shape (n,), at the rate of `welcome.mic`.

        Raises `NotConnected`; nothing is kept for later.
        """
        for message in self._heard.hear(samples):
            await self.send(message)

    async def mic(self, state: m.MicState) -> None:
        """The microphone is open, muted, or closed. While it is muted, what it hears is not sent."""
        for message in self._heard.finish():
            await self.send(message)
        self._heard.muted = state == "muted"
        await self.send(m.Mic(state))

    @property
    def heard_s(self) -> float:
        """Seconds that the microphone has sent or left out on this connection."""
        return 0.0 if self.microphone is None else self.microphone.position / self.microphone.rate

    @property
    def _heard(self) -> Microphone:
        if self.microphone is None:
            raise Refused("not_available", "no microphone was named in `hello`, or the server takes none")
        return self.microphone

    # --- a room ----------------------------------------------------------------------------------------

    async def join(self, room: str, name: str | None = None) -> None:
        """Enter `room` under `name`, and leave the one before. Whoever reads gets the answer.

        That is a `peer` with `you`, or an `error`: `room_full`, `bad_name`, `unknown_room` and others.
        After a lost session the room is entered again. In mode "drive" the others hear what `hear` is
        given.
        """
        await self.leave()
        self._wanted = m.Join(room, name)
        await self.send(self._wanted)

    async def leave(self) -> None:
        """Leave the room, if this is in one."""
        self._wanted, room = None, self.session.room.name
        if room is not None:
            await self.send(m.Leave(room))

    @property
    def peers(self) -> dict[int, Member]:
        """The others in the room, by number; see `Player.peer` for their sound and faces."""
        return self.session.room.members

    # --- receiving -------------------------------------------------------------------------------------

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> m.FromServer:
        while not self._over:
            connection = self._connection or await self._reconnect()
            if self._greeting is not None:
                greeting, self._greeting = self._greeting, None
                return greeting
            try:
                message = await self._receive(connection)
            except Closed as closed:
                self._lose(closed)
                continue
            except BadMessage:
                await self._break_off()
                raise
            if message is not None:
                return message
        raise StopAsyncIteration

    async def reply(self, *, message_id: str | None = None) -> Reply:
        """Read up to the end of the next reply, or of the reply to `message_id`.

        Raises as reading does, and `EOFError` where the session ends before.
        """
        gathered = Replies(self.session.welcome)
        async for message in self:
            reply = gathered.feed(message)
            if reply is not None and message_id in (None, reply.id):
                return reply
        raise EOFError("the session ended before the reply did")

    async def report_played(self) -> None:
        """Report the listener, for ever. Cancelling is safe."""
        while True:
            self._company.attend(self._clock() / 1e6)
            for report in self._reports():
                with suppress(NotConnected):
                    await self.send(report)
            wake = self._asleep_until = self._wake()
            self._reports_due.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(None if wake is None else max(0, wake - self._clock()) / 1e6):
                    await self._reports_due.wait()

    def _reports(self) -> list[m.Played]:
        now = self._clock()
        return self.session.playhead.poll(now) if self._player is None else self._player.poll(now / 1e6)

    def _wake(self) -> int | None:
        """When the listener will next have something to say; players and rooms tell no one beforehand."""
        if self._player is not None or self.session.room.name is not None:
            return self._clock() + round(1e6 * POLL_S)
        return self.session.playhead.wake()

    def _wake_listener(self) -> None:
        """Wake `report_played` where it would sleep too long."""
        wake = self._wake()
        if wake is not None and (self._asleep_until is None or wake < self._asleep_until):
            self._reports_due.set()

    async def _receive(self, connection: Connection) -> m.FromServer | None:
        """The next message, None where it is not to be shown. Raises `Closed` and `BadMessage`."""
        try:
            message = await connection.receive()
        except BadMessage as bad:
            if bad.code != "unknown_type":
                raise
            self.ignored += 1
            return None
        shown = self.session.take(message, self._clock())
        self._company.take(message, self._clock() / 1e6)
        if shown and self._player is not None:
            self._player.take(message, self._clock() / 1e6)
        self._wake_listener()
        if isinstance(message, m.Error) and message.fatal:
            self._fatal = message
        return message if shown else None

    # --- recording -------------------------------------------------------------------------------------

    def record(self, path: Path) -> None:
        """Record both directions to a new file, from `welcome` on, up to `stop_recording` or the end.

        `hello` is never recorded: it holds the token. Raises `OSError`.
        """
        self.stop_recording()
        self._recorder = Recorder(path, self.welcome)

    def stop_recording(self) -> None:
        """End the recording, if there is one."""
        if self._recorder is not None:
            self._recorder.close()
            self._recorder = None

    def _tap(self, sender: Direction, data: bytes | str) -> None:
        if self._recorder is not None:
            self._recorder.write(sender, data)

    # --- connections -----------------------------------------------------------------------------------

    async def open(self) -> None:
        """Make the first connection. Raises as `connect` does."""
        await self._establish()

    async def close(self) -> None:
        """Say `bye` and close; the iteration ends. Closing twice is harmless."""
        self._over = True
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(NotConnected):
                await connection.send(m.Bye())
            await connection.close()
        self.stop_recording()

    async def _establish(self) -> Connection:
        """Connect, say hello, be welcomed. Leaves nothing open when it fails or is cancelled."""
        try:
            async with asyncio.timeout(WELCOME_TIMEOUT_S):
                connection = await open_connection(self._http, self._url, json=self._json, tap=self._tap)
                try:
                    await connection.send(self.session.resuming(self._hello))
                    welcome = await self._await_welcome(connection)
                except BaseException:
                    await connection.close()
                    raise
        except TimeoutError as error:
            raise ConnectFailed(f"{self._url} sent no `welcome` in {WELCOME_TIMEOUT_S:g} s") from error
        self._connection, self._greeting = connection, welcome
        if self._wanted is not None and welcome.resumed is None:
            with suppress(NotConnected):
                await connection.send(self._wanted)
        return connection

    async def _await_welcome(self, connection: Connection) -> m.Welcome:
        self.session.reconnected()
        self._fatal = None
        while True:
            try:
                message = await self._receive(connection)
            except Closed as closed:
                self._lose(closed)
                raise ConnectFailed(f"{self._url} closed with {closed.code}{self._reason()}") from None
            if isinstance(message, m.Error) and not message.fatal:
                raise Refused(message.code, message.message)  # of this `hello`; another may be accepted
            if isinstance(message, m.Welcome):
                if message.protocol != m.VERSION:
                    raise WrongProtocol(
                        f"{self._url} speaks version {message.protocol}, this client version {m.VERSION}"
                    )
                self._open_microphone(message)
                return message

    def _open_microphone(self, welcome: m.Welcome) -> None:
        """On each connection the microphone's numbers and times start from 0."""
        if welcome.mic is None:
            self.microphone = None
        elif self.microphone is None or self.microphone.rate != welcome.mic.rate:
            self.microphone = Microphone(welcome.mic.rate)
        else:
            self.microphone.begin()

    def _reason(self) -> str:
        return "" if self._fatal is None else f": {self._fatal.message}"

    async def _reconnect(self) -> Connection:
        fault: Exception | None = None
        for delay in self._backoff.delays(self._random):
            asked = 0 if self._fatal is None else (self._fatal.retry_after_ms or 0) / 1000
            await asyncio.sleep(max(delay, asked))
            try:
                connection = await self._establish()
            except (ConnectFailed, NotConnected) as failed:
                fault = failed
            except (ClientFault, BadMessage):
                self._over = True
                raise
            else:
                self.reconnects += 1
                return connection
        self._over = True
        raise ConnectFailed(f"gave up to reconnect after {self._backoff.give_up_s:g} s: {fault}") from fault

    def _lose(self, closed: Closed) -> None:
        """The connection is over: until a reconnect, at the session's end, or for good (`Refused`)."""
        self._connection = None
        if self._over or closed.code not in FINAL:
            return
        self._over = True
        if self._fatal is not None:
            raise Refused(self._fatal.code, self._fatal.message)
        if closed.code != Close.BYE:
            raise Refused("", f"the server closed with {closed.code}: {CLOSES[Close(closed.code)]}")

    async def _break_off(self) -> None:
        self._over = True
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close(Close.BAD_MESSAGES)
