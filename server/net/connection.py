"""One WebSocket: hello, then messages in and a session's events out, until either side ends it.

Three tasks and a future: `_read` takes messages, the outbox writes, `_watch` keeps the heartbeat, and
whoever finds that it is over says so through `end`. The session outlives the connection unless the client
said bye or broke the rules.
"""

import asyncio
import hmac
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from aiohttp import WSMsgType

from protocol import codec
from protocol import messages as m
from protocol.codes import ERRORS, FINAL, BadMessage, Close, Consequence
from protocol.dialogue import ClientOrder
from protocol.face_format import FaceLayout
from server.errors import PeerError
from server.net import translate
from server.net.allowance import Allowance
from server.net.microphone import Microphone
from server.net.outbox import Outbox
from server.net.service import Service
from server.net.websocket import CLOSE_S, WebSocket
from server.rooms.rooms import Rooms
from server.turn.session import Session

STRIKES: Final = 8
"""So many bad messages close a connection; one is forgiven every ten seconds."""
FORGIVEN_PER_S: Final = 0.1
FLOOD: Final = 200
"""So many messages beyond the allowed rate close a connection."""
MISSED_BEATS: Final = 2
_RETRY_AFTER_MS: Final = {
    "busy": 1000,
    "room_full": 5000,
    "too_many_messages": 1000,
    "too_many_sessions": 5000,
}
_DATA: Final = (WSMsgType.BINARY, WSMsgType.TEXT)
_GONE: Final = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)

log = logging.getLogger(__name__)


class _Gone(Exception):
    """The client closed the connection, or it broke."""


class Connection:
    """Runs once. `end` may be called from anywhere, at any time."""

    def __init__(self, socket: WebSocket, service: Service) -> None:
        self.session: Session | None = None
        self._socket = socket
        self._service = service
        self._binary = socket.binary
        self._outbox = Outbox(
            socket,
            translate.Wire(FaceLayout(), translate.encoder(True)),
            send_timeout_s=service.server.send_timeout_s,
            lost=lambda why: self.end(None, why),
        )
        self._settle_form(FaceLayout())
        self._order = ClientOrder()
        self._microphone: Microphone | None = None
        self._rate = Allowance(service.limits.messages_per_s, service.limits.messages_per_s)
        self._strikes = Allowance(STRIKES, FORGIVEN_PER_S)
        self._flood = Allowance(FLOOD, FLOOD * FORGIVEN_PER_S)
        self._flooding = False
        self._last_message = service.clock.now()
        self._missed = 0
        self._over: asyncio.Future[tuple[Close | None, str]] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Serve the client until it is over. Cancelling drops the connection and parks the session."""
        self._service.connections.add(self)
        self._service.counts.connected()
        writer = asyncio.create_task(self._guarded(self._outbox.run()), name="write")
        others = {
            asyncio.create_task(self._guarded(self._read()), name="read"),
            asyncio.create_task(self._guarded(self._watch()), name="watch"),
        }
        code: Close | None = None
        why = ""
        try:
            code, why = await self._over
        finally:
            for task in others:
                task.cancel()
            await asyncio.wait(others)
            self._service.connections.discard(self)
            self._service.counts.disconnected(code)
            await self._leave(code)
            await self._say_goodbye(writer, code, why)

    def end(self, code: Close | None, why: str) -> None:
        """Close the connection with this code, None if the client is gone. The first call decides."""
        if not self._over.done():
            self._over.set_result((code, why))
            self._outbox.close()

    def give_way(self) -> None:
        """A newer connection takes the session: from now on nothing of it is sent here."""
        if self.session is not None:
            self.session.detach(self._outbox)
        self._refuse("session_taken", "a newer connection has resumed this session")

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except _Gone:
            self.end(None, "")
        except Exception:
            log.exception("a connection failed")
            self._refuse("internal", "something went wrong here; please reconnect", fatal=True)

    async def _leave(self, code: Close | None) -> None:
        """Park the session, or end it if the client does not come back; not if another one holds it."""
        session = self.session
        if session is None:
            return
        session.detach(self._outbox)
        if self._service.holders.get(session.id) is not self:
            return
        del self._service.holders[session.id]
        if code in FINAL:
            await self._service.sessions.end(session, "client_left")
        else:
            self._service.sessions.park(session)

    async def _say_goodbye(self, writer: asyncio.Task[None], code: Close | None, why: str) -> None:
        """Let the last control messages leave, then close; a client that takes nothing is dropped."""
        self._outbox.close()
        if code is None:
            self._socket.abort()
        await asyncio.wait({writer}, timeout=CLOSE_S)
        if not writer.done():
            self._socket.abort()
            await asyncio.wait({writer})
        await self._socket.close(code or Close.BYE, why)

    # --- hello -----------------------------------------------------------------------------------

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(self._service.server.hello_timeout_s):
                session, resumed = await self._greeted()
        except TimeoutError:
            self._refuse("hello_timeout", "send `hello` first, right after connecting")
            return
        await self._enter(session, resumed)
        while not self._over.done():
            self._obey(await self._message())

    async def _greeted(self) -> tuple[Session, m.Position | None]:
        """The session of the first hello that can be accepted."""
        while True:
            hello = await self._message()
            if isinstance(hello, m.Hello):
                try:
                    return await self._admit(hello)
                except PeerError as error:
                    self._order = ClientOrder()
                    self._refuse(error.code, str(error))

    async def _admit(self, hello: m.Hello) -> tuple[Session, m.Position | None]:
        """The session that `hello` resumes, from which position, or a new one. Raises PeerError."""
        service = self._service
        self._check_token(hello.token)
        service.check_open()
        service.check_language(hello.language)
        service.check_mode(hello.mode)
        layout = translate.layout(hello, service.face)
        character = service.character(hello.character)
        terms = translate.terms(hello, character, service.face, service.pace)
        self._settle_form(layout)
        self._microphone = None if hello.mic is None else Microphone(hello.mic, service.limits.mic_ms)
        old, token = hello.session, hello.resume_token
        session = service.sessions.find(old, token) if old and token else None
        if session is not None:
            if (holder := service.holders.get(session.id)) is not None:
                holder.give_way()
            resumed = self._position(session, hello)
            if resumed is not None:
                self._hold(session)
                return session, resumed
            await service.sessions.end(session, "client_left")
        session = await service.sessions.create(terms, old=old, token=token)
        self._hold(session)
        return session, None

    def _hold(self, session: Session) -> None:
        self.session = session
        self._service.holders[session.id] = self

    def _check_token(self, given: str | None) -> None:
        wanted = self._service.token
        if wanted is not None and not hmac.compare_digest((given or "").encode(), wanted.encode()):
            raise PeerError("send the server's token in `hello.token`", "unauthorised")

    @staticmethod
    def _position(session: Session, hello: m.Hello) -> m.Position | None:
        """From where the session can go on for this client, None if it cannot."""
        at, same = hello.resume, hello.mode == session.terms.mode
        position = session.resumable(at.turn, at.pts) if same and at is not None else None
        return None if position is None else m.Position(*position)

    async def _enter(self, session: Session, resumed: m.Position | None) -> None:
        layout = self._outbox.wire.layout
        deaf = self._deafness(session)
        taken = self._microphone if deaf is None else None
        info = None if taken is None else taken.info
        self._outbox.post(translate.welcome(session, self._service, layout, info, resumed))
        if deaf is not None and self._service.listens:
            self._refuse(deaf.code, str(deaf))
        self._post_clips()
        if resumed is None:
            await session.attach(self._outbox)
        else:
            await session.attach(self._outbox, resumed.turn, resumed.pts)
        if taken is not None:
            session.listen(taken.format)
        if resumed is None and self._service.greeting:
            session.greet()

    def _deafness(self, session: Session) -> PeerError | None:
        """Why nobody here hears the microphone, None if somebody does or there is none."""
        if self._microphone is None or session.terms.mode == "drive":
            return None
        try:
            self._service.check_hearing(session.terms.character.speaker.language)
        except PeerError as error:
            return error
        return None

    def _post_clips(self) -> None:
        if self.session is not None:
            terms = self.session.terms
            for clip in translate.clips(terms.character.mood, self._outbox.wire.layout, terms.pace.fps):
                self._outbox.post(clip)

    def _settle_form(self, layout: FaceLayout) -> None:
        """How this connection's messages are written from now on."""
        encode = translate.encoder(self._binary is not False)
        self._outbox.wire = translate.Wire(layout, encode)
        limit = self._service.limits.message_bytes
        text = f"a message has at most {limit} bytes"
        self._socket.refuse_large_with(encode(m.Error("too_large", text, fatal=True)))

    # --- messages --------------------------------------------------------------------------------

    async def _message(self) -> m.FromClient:
        """The next message that is legal now; what is not is refused here. Raises _Gone."""
        while True:
            frame = await self._socket.receive()
            if frame.type in _GONE or self._over.done():
                raise _Gone
            self._missed = 0
            if not self._within_rate():
                continue
            if frame.type is WSMsgType.PING:
                self._outbox.pong(frame.data)
            elif frame.type in _DATA:
                self._last_message = self._service.clock.now()
                try:
                    self._check_form(frame.type is WSMsgType.BINARY)
                    message = codec.decode_from_client(frame.data)
                    self._order.receive(message)
                except BadMessage as error:
                    self._refuse(error.code, error.text)
                else:
                    return message

    def _within_rate(self) -> bool:
        now = self._service.clock.now()
        if self._rate.take(now):
            self._flooding = False
            return True
        fatal = not self._flood.take(now)
        if fatal or not self._flooding:
            limit = self._service.limits.messages_per_s
            self._refuse("too_many_messages", f"send at most {limit} messages a second", fatal=fatal)
        self._flooding = True
        return False

    def _check_form(self, binary: bool) -> None:
        if self._binary is None:
            self._binary = binary
            self._settle_form(FaceLayout())
        if binary is not self._binary:
            form = "binary messages (MessagePack)" if self._binary else "text messages (JSON)"
            raise BadMessage("bad_message", f"this connection speaks in {form}")

    def _obey(self, message: m.FromClient) -> None:
        """Do what a message asks. What cannot be done is answered with an error."""
        try:
            _ACTIONS[type(message)](self, message)
        except PeerError as error:
            self._refuse(error.code, str(error))
        except BadMessage as error:
            self._refuse(error.code, error.text)
        except Exception:
            log.exception("a message of type %s failed", type(message).__name__)
            self._refuse("internal", "something went wrong here with this message")

    def _refuse(self, code: str, text: str, *, fatal: bool | None = None) -> None:
        """Tell the client, and close if the error, or its repetition, is one that closes."""
        info = ERRORS.get(code, ERRORS["bad_request"])
        if fatal is None:
            fatal = info.consequence is Consequence.CLOSED
            if info.consequence is Consequence.REFUSED_THEN_CLOSED:
                fatal = not self._strikes.take(self._service.clock.now())
        self._service.counts.refused(info.code)
        retry = _RETRY_AFTER_MS.get(info.code)
        self._outbox.post(m.Error(info.code, text, retry_after_ms=retry, fatal=fatal))
        if fatal:
            self.end(info.close or Close.INTERNAL, text)

    # --- heartbeat -------------------------------------------------------------------------------

    async def _watch(self) -> None:
        clock, server = self._service.clock, self._service.server
        while not self._over.done():
            await clock.sleep_until(clock.now() + server.heartbeat_s)
            if self._missed >= MISSED_BEATS:
                self.end(None, "it does not answer")
                return
            self._missed += 1
            self._outbox.ping()
            silent_s = clock.now() - self._last_message
            if silent_s >= server.idle_timeout_s and not self._occupied:
                self._refuse("idle_timeout", f"nothing came for {server.idle_timeout_s:g} s")

    @property
    def _occupied(self) -> bool:
        """Whether a client has reason to be silent: it listens, to a reply or to a room."""
        session = self.session
        return session is not None and (session.busy or session.membership is not None)

    # --- what each message does ------------------------------------------------------------------

    def _text(self, message: m.Text) -> None:
        self._service.check_open()
        self._service.check_text(message.text)
        self._held.text(message.text, message.id)

    def _say(self, message: m.Say) -> None:
        self._service.check_open()
        self._service.check_text(message.text)
        self._held.say(message.text, mood=message.mood, id=message.id, queue=message.queue)

    def _interrupt(self, message: m.Interrupt) -> None:
        self._held.interrupt("client_asked", message.turn)

    def _played(self, message: m.Played) -> None:
        self._held.played(message.turn, message.pts, message.state)

    def _configure(self, message: m.Configure) -> None:
        service, session = self._service, self._held
        service.check_language(message.language)
        before = session.terms.character.mood
        session.configure(
            character=None if message.character is None else service.character(message.character),
            voice=message.voice,
            language=message.language,
            mood=message.mood,
        )
        if session.terms.character.mood != before:
            self._post_clips()

    def _ping(self, message: m.Ping) -> None:
        self._outbox.post(m.Pong(message.t, round(self._service.clock.now() * 1e6)))

    def _bye(self, message: m.Bye) -> None:
        self.end(Close.BYE, "")

    def _mic(self, message: m.Mic) -> None:
        self._held.microphone(message.state)

    def _hear(self, message: m.Microphone) -> None:
        assert self._microphone is not None, "out of order without a microphone in hello"
        self._held.hear(self._microphone.sound(message))

    def _join(self, message: m.Join) -> None:
        self._service.check_open()
        self._rooms.join(self._held, message.room, message.name)

    def _leave_room(self, message: m.Leave) -> None:
        self._rooms.leave(self._held, message.room)

    @property
    def _rooms(self) -> Rooms:
        if self._service.rooms is None:
            raise PeerError("this server has no rooms", "not_available")
        return self._service.rooms

    @property
    def _held(self) -> Session:
        assert self.session is not None, "no session before hello"
        return self.session


_ACTIONS: Final[dict[type[m.FromClient], Callable[[Connection, Any], None]]] = {
    m.Text: Connection._text,
    m.Say: Connection._say,
    m.Interrupt: Connection._interrupt,
    m.Played: Connection._played,
    m.Configure: Connection._configure,
    m.Ping: Connection._ping,
    m.Bye: Connection._bye,
    m.Mic: Connection._mic,
    m.Microphone: Connection._hear,
    m.Join: Connection._join,
    m.Leave: Connection._leave_room,
}
