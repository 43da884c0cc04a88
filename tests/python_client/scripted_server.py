"""A server on loopback that does what each test's script says, connection by connection."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import aiohttp
import msgspec
from aiohttp import web

from protocol import codec
from protocol import messages as m

_M = TypeVar("_M", bound=m.FromClient)

RATE = 24000
FRAME = bytes(range(58))
CHANNELS = tuple(f"channel{i}" for i in range(52))
WELCOME = m.Welcome(
    1,
    "scripted",
    "session-1",
    "resume-1",
    30.0,
    m.AudioFormatInfo("pcm16", RATE),
    m.FaceFormatInfo("q8", 60, "arkit", CHANNELS, True),
    m.Limits(65536, 200, 200, 4000, 10.0, 60.0),
    "guide",
    ("text", "say", "resume"),
)


def welcome(resumed: m.Position | None = None) -> m.Welcome:
    return msgspec.structs.replace(WELCOME, resumed=resumed)


def segment(turn: int, seq: int, samples: int = 960) -> m.Segment:
    """40 ms of sound whose samples are `seq`, and at `seq` 0 the frames 0, 1, 2, then on from there."""
    pts = (2_000_000 * samples * seq + RATE) // (2 * RATE)
    face_pts = (2_000_000 * 3 * seq + 60) // 120
    return m.Segment(turn, seq, pts, bytes([seq % 256, 0]) * samples, face_pts, FRAME * 3)


class Peer:
    """The server's end of one connection."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.hello = m.Hello()

    async def send(self, *messages: m.FromServer) -> None:
        for message in messages:
            await self.raw(codec.encode(message) if self.binary else codec.encode_json(message))

    async def raw(self, data: bytes | str) -> None:
        await (self.socket.send_bytes(data) if isinstance(data, bytes) else self.socket.send_str(data))

    async def receive(self) -> m.FromClient:
        frame = await self.socket.receive()
        if frame.type not in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT):
            raise EOFError(f"closed with {self.socket.close_code}")
        return codec.decode_from_client(frame.data)

    async def expect(self, kind: type[_M]) -> _M:
        """The next message of `kind`; others are passed over."""
        while True:
            message = await self.receive()
            if isinstance(message, kind):
                return message

    async def vanish(self) -> None:
        """Cut the connection without a close frame."""
        transport = self.socket._req.transport if self.socket._req is not None else None
        assert transport is not None
        transport.abort()

    @property
    def binary(self) -> bool:
        return self.socket.ws_protocol != m.SUBPROTOCOL_JSON


async def _unexpected(peer: Peer) -> None:
    raise AssertionError("a connection for which there is no script")


Script = Callable[[Peer], Awaitable[None]]


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    """Answers every request for a stream with `answer`; gives the address."""
    application = web.Application()
    application.router.add_get("/v1/stream", answer)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}/v1/stream"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def scripted(*scripts: Script) -> AsyncIterator[str]:
    """Serves each connection by the next of `scripts`, after its `hello`; gives the address.

    A failure in a script, or a script that was not used, fails the test.
    """
    waiting = list(scripts)
    failures: list[BaseException] = []

    async def answer(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(
            protocols=(m.SUBPROTOCOL, m.SUBPROTOCOL_JSON), compress=False, timeout=0.2
        )
        await socket.prepare(request)
        peer = Peer(socket)
        try:
            script = waiting.pop(0) if waiting else _unexpected
            peer.hello = await peer.expect(m.Hello)
            await script(peer)
        except (AssertionError, EOFError, TimeoutError) as failure:
            failures.append(failure)
        return socket

    async with serving(answer) as url:
        yield url
    if failures:
        raise failures[0]
    assert not waiting, f"{len(waiting)} scripts were not used"
