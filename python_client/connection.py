"""One WebSocket: messages out, messages in. It knows neither sessions nor the order of messages."""

from collections.abc import Callable
from typing import Final

import aiohttp
from aiohttp import WSMsgType

from protocol import codec
from protocol.messages import SUBPROTOCOL, SUBPROTOCOL_JSON, FromClient, FromServer
from protocol.recording import Direction
from python_client.faults import ConnectFailed, NotConnected, Refused, WrongProtocol

HEARTBEAT_S: Final = 20.0
CLOSE_S: Final = 2.0
"""How long the server has to answer a close."""
_UNAUTHORISED: Final = (401, 403)

Tap = Callable[[Direction, bytes | str], None]
"""Called with every message as it stands on the wire."""


class Closed(Exception):
    """The connection is over; `code` is the WebSocket close code, 1006 where there was none."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Connection:
    """An open WebSocket that speaks the protocol. Whoever opened it closes it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, json: bool, tap: Tap) -> None:
        self._socket = socket
        self._json = json
        self._tap = tap

    async def send(self, message: FromClient) -> None:
        """Send `message`. Raises `NotConnected`."""
        data: bytes | str
        try:
            if self._json:
                data = codec.encode_json(message)
                await self._socket.send_str(data)
            else:
                data = codec.encode(message)
                await self._socket.send_bytes(data)
        except (ConnectionError, aiohttp.ClientError) as error:
            raise NotConnected("not sent: the connection to the server is lost") from error
        self._tap("client", data)

    async def receive(self) -> FromServer:
        """The next message. Raises `Closed` and `BadMessage`. Cancelling is safe: nothing is lost."""
        frame = await self._socket.receive()
        if frame.type is WSMsgType.BINARY or frame.type is WSMsgType.TEXT:
            self._tap("server", frame.data)
            return codec.decode_from_server(frame.data)
        raise Closed(self._socket.close_code or 1006)

    async def close(self, code: int = 1000) -> None:
        """Close from this side. Closing twice is harmless."""
        await self._socket.close(code=code)


async def open_connection(http: aiohttp.ClientSession, url: str, *, json: bool, tap: Tap) -> Connection:
    """Connect to `url` with the subprotocol. Raises `ConnectFailed`, `Refused` and `WrongProtocol`."""
    subprotocol = SUBPROTOCOL_JSON if json else SUBPROTOCOL
    try:
        socket = await http.ws_connect(
            url,
            protocols=(subprotocol,),
            heartbeat=HEARTBEAT_S,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
            compress=0,
        )
    except aiohttp.WSServerHandshakeError as error:
        if error.status in _UNAUTHORISED:
            raise Refused("unauthorised", f"{url} answers {error.status}; is the token right?") from error
        if error.status >= 500:
            raise ConnectFailed(f"{url} answers {error.status}; the server is not ready") from error
        raise WrongProtocol(f"{url} is no FaceWire stream: HTTP {error.status}, {error.message}") from error
    except aiohttp.InvalidURL as error:
        raise ConnectFailed(
            f"{url!r} is no address; one looks like ws://127.0.0.1:8765/v1/stream"
        ) from error
    except (OSError, aiohttp.ClientError) as error:
        raise ConnectFailed(f"no server answers at {url}: {error}") from error
    if socket.protocol != subprotocol:
        await socket.close()
        raise WrongProtocol(f"{url} does not speak {subprotocol}; its server may be of another version")
    return Connection(socket, json=json, tap=tap)
