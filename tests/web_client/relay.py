"""A cable between a page and a server, to be stalled and pulled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Relay:
    """Passes bytes on in both directions, unless it is held."""

    def __init__(self, server: str) -> None:
        self._server = urlsplit(server)
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.address = ""
        self.refuse = False
        """Whether new connections are closed at once."""

    def hold(self) -> None:
        """Nothing comes through to the page until `release`."""
        self._flowing.clear()

    def release(self) -> None:
        self._flowing.set()

    def cut(self) -> None:
        """Every connection breaks, without a word; new ones are let through."""
        for writer in self._writers:
            writer.transport.abort()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Join a connection of the page with one to the server, until either ends."""
        if self.refuse:
            writer.close()
            return
        from_server, to_server = await asyncio.open_connection(self._server.hostname, self._server.port)
        both = {writer, to_server}
        self._writers |= both
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._pass(reader, to_server, asyncio.Event()))
                ways.create_task(self._pass(from_server, writer, self._flowing))
        finally:
            self._writers -= both

    async def _pass(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, flowing: asyncio.Event
    ) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                if flowing is self._flowing:
                    await flowing.wait()
                sink.write(data)
                await sink.drain()
        sink.close()


@asynccontextmanager
async def relayed(server: str) -> AsyncIterator[Relay]:
    """A relay to `server` that listens inside the context, at its `address`."""
    relay = Relay(server)
    listening = await asyncio.start_server(relay.accept, "127.0.0.1", 0)
    relay.address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    try:
        yield relay
    finally:
        listening.close()
        relay.release()
        relay.cut()
        await asyncio.sleep(0)
