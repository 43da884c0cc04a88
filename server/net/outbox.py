"""What leaves a connection: three lanes and one writer.

Control that must overtake (welcome, errors, flush, state, pong) goes first, the events of a turn follow in
order, live media goes last and is left out where the network is behind. While nothing waits and the
network keeps up both kinds of media are written straight into the transport; else the writer sends what
waits, and whoever streams waits with it. A client that takes nothing for longer than the send timeout
loses its connection, and only that.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Protocol

from protocol import messages as m
from server.net.translate import Payload, Wire
from server.turn.events import AtOnce, InOrder, Live

ROOM = 16
"""Events of a turn that may wait."""
URGENT_ROOM = 256
"""Control messages that may wait; a client that lets more pile up is not reading."""
LIVE_ROOM = 16
"""Live messages that may wait; the oldest give way."""
LIVE_BYTES = 8_192
"""While more than this lies in the transport's buffer, no live media is added to it. A congested transport
takes writes again below 16 KiB, so a write of live media never waits."""
CALM_BYTES = 32_768
"""A write that leaves no more than this in the transport's buffer cannot block (its mark is 64 KiB)."""


class Socket(Protocol):
    """What the outbox needs of a WebSocket. Writing raises ConnectionError once it is closed."""

    @property
    def unsent(self) -> int:
        """Bytes in the transport's buffer."""
        ...

    async def put(self, payload: Payload) -> None:
        """Write a message; waits only while the transport is congested."""
        ...

    async def ping(self) -> None: ...

    async def pong(self, data: bytes) -> None: ...

    def abort(self) -> None:
        """Drop the connection without waiting; writes that wait fail."""
        ...


class Outbox:
    """The `Listener` of one connection. `run` is its writer and alone waits for the network.

    `lost` is called when the connection turns out to be dead; it must not wait.
    """

    def __init__(
        self, socket: Socket, wire: Wire, *, send_timeout_s: float, lost: Callable[[str], None]
    ) -> None:
        self.wire = wire
        self._socket = socket
        self._send_timeout_s = send_timeout_s
        self._lost = lost
        self._urgent: deque[Callable[[], Coroutine[None, None, None]]] = deque()
        self._ordered: deque[Payload] = deque()
        self._live: deque[Payload] = deque(maxlen=LIVE_ROOM)
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._hushed = 0
        self._writing = False
        self._closed = False

    # --- Listener --------------------------------------------------------------------------------

    async def stream(self, event: InOrder) -> None:
        """Send in order, or wait for room. Cancelling is safe. Once closed it returns at once."""
        if self._closed:
            return
        payload = self.wire.event(event)
        if self._calm(payload):
            try:
                await self._socket.put(payload)
            except ConnectionError:
                self._give_up("it is gone")
            return
        hushed = self._hushed
        while len(self._ordered) >= ROOM and self._hushed == hushed:
            self._room.clear()
            await self._room.wait()
        if self._hushed == hushed:
            self._ordered.append(payload)
            self._wake.set()

    def tell(self, event: AtOnce) -> None:
        self._push(partial(self._socket.put, self.wire.event(event)))

    def live(self, event: Live) -> None:
        if self._closed or self._socket.unsent > LIVE_BYTES:
            return
        payload = self.wire.event(event)
        if self._live or not self._calm(payload):
            self._live.append(payload)
            self._wake.set()
            return
        try:
            _at_once(self._socket.put(payload))
        except ConnectionError:
            self._give_up("it is gone")

    def hush(self) -> None:
        self._hushed += 1
        self._ordered.clear()
        self._room.set()

    # --- the connection's own --------------------------------------------------------------------

    def post(self, message: m.FromServer) -> None:
        """Send a control message before everything of a turn; never waits."""
        self._push(partial(self._socket.put, self.wire.encode(message)))

    def ping(self) -> None:
        self._push(self._socket.ping)

    def pong(self, data: bytes) -> None:
        self._push(partial(self._socket.pong, data))

    def close(self) -> None:
        """Take no more and forget all media; `run` ends when the control messages have left."""
        self._closed = True
        self.hush()
        self._live.clear()
        self._wake.set()

    async def run(self) -> None:
        """Write what waits until closed. Not to be cancelled: abort the socket to end it early."""
        while True:
            if self._urgent:
                await self._send(self._urgent.popleft())
            elif self._ordered:
                await self._send(partial(self._socket.put, self._ordered.popleft()))
                self._room.set()
            elif self._live:
                await self._send(partial(self._socket.put, self._live.popleft()))
            elif self._closed:
                # The way back to the connection: without it both go now, not at some garbage collection.
                self._lost = _to_nobody
                return
            else:
                self._wake.clear()
                await self._wake.wait()

    def _calm(self, payload: Payload) -> bool:
        waiting = self._writing or self._urgent or self._ordered
        return not waiting and self._socket.unsent + len(payload) <= CALM_BYTES

    def _push(self, send: Callable[[], Coroutine[None, None, None]]) -> None:
        if self._closed:
            return
        if len(self._urgent) >= URGENT_ROOM:
            self._give_up("it lets answers pile up")
            return
        self._urgent.append(send)
        self._wake.set()

    async def _send(self, send: Callable[[], Coroutine[None, None, None]]) -> None:
        loop = asyncio.get_running_loop()
        patience = loop.call_later(self._send_timeout_s, self._give_up, "it takes nothing")
        self._writing = True
        try:
            await send()
        except ConnectionError:
            self._give_up("it is gone")
        finally:
            self._writing = False
            patience.cancel()

    def _give_up(self, why: str) -> None:
        self._urgent.clear()
        self.close()
        self._socket.abort()
        self._lost(why)


def _at_once(writing: Coroutine[None, None, None]) -> None:
    """A write that cannot block, done here and now."""
    try:
        writing.send(None)
    except StopIteration:
        return
    writing.close()
    raise RuntimeError("a write into a calm transport waited")


def _to_nobody(why: str) -> None: ...
