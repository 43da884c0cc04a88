"""A client that only speaks the protocol, and holds the server to its legal order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp
from aiohttp import WSMsgType

from protocol import codec
from protocol import messages as m
from protocol.dialogue import ServerOrder
from server import app, config

M = TypeVar("M", bound=m.FromServer)
PATIENCE_S = 10.0


class Closed(Exception):
    """The server closed the connection; `code` says why."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class Client:
    """Everything received is in `log`, checked against `order`, which may outlive a connection."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, order: ServerOrder | None = None) -> None:
        self.ws = ws
        self.order = order or ServerOrder()
        self.log: list[m.FromServer] = []

    async def send(self, *messages: m.FromClient) -> None:
        for message in messages:
            if self.ws.protocol == m.SUBPROTOCOL_JSON:
                await self.ws.send_str(codec.encode_json(message))
            else:
                await self.ws.send_bytes(codec.encode(message))

    async def next(self) -> m.FromServer:
        """The next message. Raises Closed."""
        frame = await self.ws.receive(PATIENCE_S)
        if frame.type not in (WSMsgType.BINARY, WSMsgType.TEXT):
            raise Closed(self.ws.close_code if frame.type is not WSMsgType.CLOSE else frame.data)
        message = codec.decode_from_server(frame.data)
        self.order.receive(message)
        self.log.append(message)
        return message

    async def until(self, kind: type[M], where: Callable[[M], bool] = lambda message: True) -> M:
        """The next message of this kind."""
        while True:
            message = await self.next()
            if isinstance(message, kind) and where(message):
                return message

    async def hello(self, message: m.Hello | None = None) -> m.Welcome:
        """Say hello; done when the server has said all that belongs to its answer."""
        await self.send(message or m.Hello())
        welcome = await self.until(m.Welcome)
        await self.until(m.State)
        return welcome

    async def error(self) -> m.Error:
        return await self.until(m.Error)

    async def alive(self) -> None:
        """The connection still answers."""
        await self.send(m.Ping(42))
        assert (await self.until(m.Pong)).t == 42

    async def close_code(self) -> int | None:
        """The code with which the server closes, whatever comes before."""
        try:
            while True:
                await self.next()
        except Closed as closed:
            return closed.code

    def segments(self, turn: int) -> list[m.Segment]:
        return [x for x in self.log if isinstance(x, m.Segment) and x.turn == turn]

    def vanish(self) -> None:
        """Drop the connection without a word."""
        connection = self.ws._response.connection
        assert connection is not None and connection.transport is not None
        connection.transport.abort()


SECTIONS: dict[str, dict[str, object]] = {
    "server": {"port": 0},
    "engines": {
        "brain": "echo",
        "voice": {"use": "tone", "character_s": 0.02},
        "face": "articulation",
        "recognizer": None,
    },
}


def tree(**sections: dict[str, object]) -> config.Config:
    """A configuration for tests: fakes for engines, any port, and what is given."""
    merged = {name: {**SECTIONS.get(name, {}), **given} for name, given in sections.items()}
    return config.parse({**SECTIONS, **merged}, "test")


@asynccontextmanager
async def connected(
    server: app.Running,
    *,
    protocols: tuple[str, ...] = (m.SUBPROTOCOL,),
    order: ServerOrder | None = None,
    **options: Any,
) -> AsyncIterator[Client]:
    """A connection that has not said hello."""
    url = f"{server.address}v1/stream".replace("http", "ws", 1)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, protocols=protocols, **options) as ws,
    ):
        yield Client(ws, order)


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.005)


Serve = Callable[..., Awaitable[app.Running]]
