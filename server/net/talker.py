"""`/ws/talker`: the simplest web client's way in. One JSON request, one JSON answer with the whole reply.

    {"text": "Hello"}        ->  {"text": ..., "audio": base64 WAV, "facial": [[52 numbers], ...],
    {"audio": base64 WAV}         "fps": 60, "channels": [52 names]}

What cannot be answered gets {"error": ...} and the connection lives. The same sessions and turns as the
stream's work behind it; the listener here collects instead of sending.
"""

import asyncio
import base64
import hmac
import logging

import msgspec
import numpy as np
from aiohttp import WSMessage, WSMsgType, web

from blend_shapes.arkit import CHANNELS
from blend_shapes.face import FaceFrames
from protocol.codes import Close
from server.errors import EngineError, PeerError
from server.net import wav
from server.net.allowance import Allowance
from server.net.service import Service
from server.net.websocket import CLOSE_S
from server.turn.events import (
    AtOnce,
    InOrder,
    Live,
    SegmentReady,
    StateChanged,
    TurnBegan,
    TurnFailed,
)
from server.turn.session import Session, Terms
from server.turn.turn import Pace

DECIMALS = 4
STRIKES = 8
FORGIVEN_PER_S = 0.1
REQUEST_BYTES = 2**21
"""A request may carry a recording."""
SEND_S = 60.0
"""How long a client may take to read an answer."""
LEAD_S = 10.0
"""The collector keeps up with every segment at once, so this is never reached."""

log = logging.getLogger(__name__)


class Request(msgspec.Struct, frozen=True):
    """What may be asked; unknown keys are ignored."""

    text: str | None = None
    audio: str | None = None
    token: str | None = None


class Collector:
    """A listener that keeps the latest turn, packed piece by piece so that no reply holds up the loop."""

    def __init__(self, session: Session) -> None:
        self.pcm = bytearray()
        self.frames: list[bytes] = []
        self.error: str | None = None
        self.idle = asyncio.Event()
        self._session = session

    async def stream(self, event: InOrder) -> None:
        match event:
            case TurnBegan():
                self.forget()
            case SegmentReady(turn, segment):
                self.pcm += segment.audio.to_bytes()
                if len(segment.frames):
                    self.frames.append(_rows(segment.frames))
                heard_us = segment.audio.format.micros(segment.audio.end)
                self._session.played(turn, heard_us, "playing")
                await asyncio.sleep(0)

    def tell(self, event: AtOnce) -> None:
        match event:
            case StateChanged("idle"):
                self.idle.set()
            case StateChanged():
                self.idle.clear()
            case TurnFailed(_, _, message):
                self.error = message

    def live(self, event: Live) -> None:
        pass

    def hush(self) -> None:
        pass

    def forget(self) -> None:
        """Make room for the next turn."""
        self.pcm.clear()
        self.frames.clear()
        self.error = None

    def answer(self, text: str, rate: int, fps: int) -> bytes:
        """The turn as JSON."""
        audio = base64.b64encode(wav.header(len(self.pcm), rate) + self.pcm)
        return b'{"text":%b,"audio":"%b","facial":[%b],"fps":%d,"channels":%b}' % (
            msgspec.json.encode(text),
            audio,
            b",".join(self.frames),
            fps,
            msgspec.json.encode(CHANNELS),
        )


class Talker:
    """Serves one such client."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._strikes = Allowance(STRIKES, FORGIVEN_PER_S)
        self._rate = Allowance(service.limits.messages_per_s, service.limits.messages_per_s)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request after the other until the client leaves."""
        response = web.WebSocketResponse(
            compress=False,
            timeout=CLOSE_S,
            heartbeat=self._service.server.heartbeat_s,
            receive_timeout=self._service.server.idle_timeout_s,
            max_msg_size=max(REQUEST_BYTES, self._service.limits.message_bytes),
        )
        await response.prepare(request)
        self._service.talkers.add(response)
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        session: Session | None = None
        try:
            session = await self._session()
            await self._answer_all(response, session, bearer)
        except PeerError as error:
            await _send(response, _error(str(error)))
            await response.close(code=Close.TOO_MANY, message=b"try again soon")
        except (TimeoutError, ConnectionError):
            await response.close(code=Close.TIMEOUT, message=b"silent too long")
        finally:
            self._service.talkers.discard(response)
            if session is not None:
                await self._service.sessions.end(session, "client_left")
        return response

    async def _session(self) -> Session:
        service = self._service
        service.check_open()
        pace = Pace(service.face.fps, LEAD_S, service.pace.think_timeout_s)
        return await service.sessions.create(Terms(service.character(None), pace))

    async def _answer_all(self, response: web.WebSocketResponse, session: Session, bearer: str) -> None:
        collector = Collector(session)
        await session.attach(collector)
        async for message in response:
            answer = await self._answered(message, session, collector, bearer)
            if answer is None:
                await _send(response, _error("too many requests that cannot be answered"))
                await response.close(code=Close.BAD_MESSAGES, message=b"repeated bad messages")
                return
            await _send(response, answer)

    async def _answered(
        self, message: WSMessage, session: Session, collector: Collector, bearer: str
    ) -> bytes | None:
        """The answer to one message; None if this client has sent too many bad ones."""
        try:
            request = self._understood(message)
            self._check_token(request.token or bearer)
            return await self._reply(request, session, collector)
        except PeerError as error:
            if not self._strikes.take(self._service.clock.now()):
                return None
            self._service.counts.refused(error.code)
            return _error(str(error))
        except Exception:
            log.exception("a request to the talker failed")
            return _error("something went wrong here; please try again")

    def _understood(self, message: WSMessage) -> Request:
        if not self._rate.take(self._service.clock.now()):
            raise PeerError("too many requests; wait a second", "too_many_messages")
        if message.type is not WSMsgType.TEXT:
            raise PeerError('send JSON text: {"text": "..."}')
        try:
            return msgspec.json.decode(message.data, type=Request)
        except msgspec.MsgspecError as error:
            raise PeerError(f'{str(error)[:200]}; send JSON such as {{"text": "..."}}') from None

    def _check_token(self, given: str) -> None:
        wanted = self._service.token
        if wanted is not None and not hmac.compare_digest(given.encode(), wanted.encode()):
            raise PeerError('send the server\'s token: {"token": "...", "text": "..."}', "unauthorised")

    async def _reply(self, request: Request, session: Session, collector: Collector) -> bytes:
        self._service.check_open()
        text = await self._asked(request, session)
        self._service.check_text(text)
        collector.forget()
        collector.idle.clear()
        session.text(text)
        await collector.idle.wait()
        if not collector.pcm:
            raise PeerError(collector.error or "there is nothing to say to this", "cannot_speak")
        reply = session.history.exchanges[-1].reply
        answer = collector.answer(reply, self._service.rate, session.terms.pace.fps)
        collector.forget()
        return answer

    async def _asked(self, request: Request, session: Session) -> str:
        """What the request says, in writing or by voice. Raises PeerError."""
        if request.text is not None:
            return request.text
        if request.audio is None:
            raise PeerError('send {"text": "..."} or {"audio": base64 WAV}')
        self._service.check_hearing(session.terms.character.speaker.language)
        try:
            recording = base64.b64decode(request.audio, validate=True)
        except ValueError:
            raise PeerError("`audio` is not base64; send a WAV file in base64") from None
        try:
            said = await session.understand(wav.read(recording))
        except EngineError as error:
            raise PeerError(str(error), error.code) from None
        if not said.text:
            raise PeerError("nothing was understood in this recording; say it again", "empty_text")
        return said.text


def _rows(frames: FaceFrames) -> bytes:
    """The weights as JSON arrays, without the brackets around all of them."""
    return msgspec.json.encode(np.round(frames.weights.astype(np.float64), DECIMALS).tolist())[1:-1]


def _error(text: str) -> bytes:
    return msgspec.json.encode({"error": text})


async def _send(response: web.WebSocketResponse, answer: bytes) -> None:
    async with asyncio.timeout(SEND_S):
        await response.send_str(answer.decode())
