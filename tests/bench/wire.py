"""A thin client of the protocol for measuring: one socket, typed messages, nothing between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from protocol import codec
from protocol import messages as m

HELLO = m.Hello(client=m.ClientInfo("bench"), face=m.FaceOffer("q8", fps=60))


class Wire:
    """An open connection after `welcome`. Reading is for one task."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, welcome: m.Welcome) -> None:
        self._socket = socket
        self.welcome = welcome
        self.bytes = 0
        """Received so far, with the WebSocket's own headers."""

    async def send(self, message: m.FromClient) -> None:
        await self.send_encoded(codec.encode(message))

    async def send_encoded(self, message: bytes) -> None:
        await self._socket.send_bytes(message)

    async def receive(self) -> m.FromServer:
        """The next message. Raises ConnectionError when the server has closed."""
        data = await _bytes(self._socket)
        self.bytes += len(data) + (2 if len(data) < 126 else 4 if len(data) < 65536 else 10)
        return codec.decode_from_server(data)

    def seconds(self, segment: m.Segment) -> tuple[float, float]:
        """Media time of a segment's first sample and of its end."""
        start = segment.pts / 1e6
        return start, start + len(segment.audio) / 2 / self.welcome.audio.rate


@asynccontextmanager
async def connect(http: aiohttp.ClientSession, url: str, hello: m.Hello = HELLO) -> AsyncIterator[Wire]:
    """A new session at `url` (``http://host:port``); said goodbye to at the end."""
    address = f"{url}/v1/stream"
    async with http.ws_connect(address, protocols=[m.SUBPROTOCOL], max_msg_size=0, autoping=True) as socket:
        await socket.send_bytes(codec.encode(hello))
        while not isinstance(first := codec.decode_from_server(await _bytes(socket)), m.Welcome):
            if isinstance(first, m.Error):
                raise ConnectionError(f"{first.code}: {first.message}")
        wire = Wire(socket, first)
        yield wire
        if not socket.closed:
            await wire.send(m.Bye())


async def _bytes(socket: aiohttp.ClientWebSocketResponse) -> bytes:
    message = await socket.receive()
    if message.type is aiohttp.WSMsgType.BINARY:
        data: bytes = message.data
        return data
    raise ConnectionError(f"the server closed: {socket.close_code} {message.extra or ''}".rstrip())


async def segment_of(wire: Wire, turn: int | None = None) -> m.Segment:
    """The next segment with sound and face, of `turn` where it is given."""
    async with asyncio.timeout(20):
        while True:
            message = await wire.receive()
            if isinstance(message, m.Error):
                raise RuntimeError(f"{message.code}: {message.message}")
            if (
                isinstance(message, m.Segment)
                and message.audio
                and message.face
                and turn in (None, message.turn)
            ):
                return message
