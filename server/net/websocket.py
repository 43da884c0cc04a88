"""aiohttp's WebSocket as this protocol wants it: its close codes, its subprotocols, no compression."""

import asyncio
import socket

from aiohttp import WSCloseCode, WSMessage, web

from protocol.codes import Close
from protocol.messages import SUBPROTOCOL, SUBPROTOCOL_JSON
from server.net.translate import Payload

LINGER_S = 0.5
"""How long a client that is still sending a huge message may read why it is refused."""
CLOSE_S = 2.0
"""How long the closing handshake may take."""
UNSENT_BYTES = 16_384
"""Unsent bytes that the system keeps; the rest waits here, where live media can be left out."""
_LONGEST_REASON = 120
"""A close frame holds 123 bytes of text."""
_CODES = {
    WSCloseCode.MESSAGE_TOO_BIG: (Close.TOO_LARGE, "the message is too large"),
    WSCloseCode.INVALID_TEXT: (Close.BAD_MESSAGES, "text is UTF-8"),
    WSCloseCode.PROTOCOL_ERROR: (Close.BAD_MESSAGES, "this breaks the WebSocket protocol"),
}


class _Response(web.WebSocketResponse):
    """Where aiohttp closes for a frame it cannot take, closes with the protocol's own code."""

    too_large: Payload = ""
    """What to tell a client whose message is too large even to be read."""

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        own = _CODES.get(WSCloseCode(code)) if code in _CODES else None
        if own is not None and not self.closed:
            code, message = own[0], own[1].encode()
            if code == Close.TOO_LARGE:
                await _put(self, self.too_large)
                await asyncio.sleep(LINGER_S)
        return await super().close(code=code, message=message, drain=drain)


def _keep_little(transport: asyncio.Transport) -> None:
    """Where the system can, let it take no more than UNSENT_BYTES ahead of the network.

    Else seconds of live media would wait in its buffers behind a slow network, and control behind them.
    """
    kernel = transport.get_extra_info("socket")
    if kernel is not None and hasattr(socket, "TCP_NOTSENT_LOWAT"):
        kernel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)


async def _put(response: web.WebSocketResponse, payload: Payload) -> None:
    if isinstance(payload, bytes):
        await response.send_bytes(payload)
    else:
        await response.send_str(payload)


class WebSocket:
    """One accepted WebSocket: one task may read while one other writes."""

    def __init__(self, response: _Response, transport: asyncio.Transport) -> None:
        self._response = response
        self._transport = transport

    @classmethod
    async def accept(cls, request: web.Request, message_bytes: int) -> "WebSocket":
        """Shake hands. Messages beyond `message_bytes` are refused before they are read whole."""
        response = _Response(
            protocols=(SUBPROTOCOL, SUBPROTOCOL_JSON),
            compress=False,
            autoping=False,
            timeout=CLOSE_S,
            max_msg_size=message_bytes + 1,
        )
        await response.prepare(request)
        if request.transport is None:
            raise ConnectionResetError("the client left during the handshake")
        _keep_little(request.transport)
        return cls(response, request.transport)

    @property
    def response(self) -> web.WebSocketResponse:
        """What the request handler returns."""
        return self._response

    @property
    def binary(self) -> bool | None:
        """Whether the client chose binary messages or text, None if it did not say."""
        chosen = self._response.ws_protocol
        return None if chosen is None else chosen == SUBPROTOCOL

    def refuse_large_with(self, payload: Payload) -> None:
        """The message that a client gets before 4413."""
        self._response.too_large = payload

    async def receive(self) -> WSMessage:
        """The next frame, a ping or pong among them. Cancelling is safe."""
        return await self._response.receive()

    # --- what the outbox needs -------------------------------------------------------------------

    @property
    def unsent(self) -> int:
        return self._transport.get_write_buffer_size()

    async def put(self, payload: Payload) -> None:
        await _put(self._response, payload)

    async def ping(self) -> None:
        await self._response.ping()

    async def pong(self, data: bytes) -> None:
        await self._response.pong(data)

    def abort(self) -> None:
        self._transport.abort()

    async def close(self, code: Close, why: str) -> None:
        """Say goodbye; a client that does not answer in time is dropped. Safe to call twice."""
        reason = why.encode()[:_LONGEST_REASON].decode(errors="ignore").encode()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._response.close(code=code, message=reason)
        except (TimeoutError, ConnectionError):
            self.abort()
