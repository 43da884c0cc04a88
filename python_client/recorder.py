"""A recording being made, and one being played again as the same stream of messages."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

from protocol.codec import BadMessage, decode_from_server, encode
from protocol.messages import FromServer, Welcome
from protocol.recording import Direction, Entry, Header, Reader, Writer


class Recorder:
    """Writes what a connection carries to a new file, from now until `close`. Raises `FileExistsError`."""

    def __init__(self, path: Path, welcome: Welcome) -> None:
        self._file = path.open("xb")
        self._began = time.monotonic_ns()
        self._writer = Writer(self._file, Header(time.time_ns() // 1000))
        self.write("server", encode(welcome))

    def write(self, sender: Direction, data: bytes | str) -> None:
        """Append a message as it stands on the wire; it is in the file when this returns."""
        self._writer.write(Entry((time.monotonic_ns() - self._began) // 1000, sender, data))

    def close(self) -> None:
        """Closing twice is harmless."""
        self._file.close()


class Replay:
    """Iterating yields the server's messages of the recording at `path`, at the times they came.

    `speed` 2 is twice as fast; None waits not at all. What cannot be decoded is skipped and counted in
    `unreadable`; `dropped_bytes` is what a crash left at the end of the file. Raises `NotARecording`.
    """

    def __init__(self, path: Path, *, speed: float | None = 1.0) -> None:
        self.path = path
        self.speed = speed
        self.unreadable = 0
        self.dropped_bytes = 0

    async def __aiter__(self) -> AsyncIterator[FromServer]:
        began = time.monotonic()
        with self.path.open("rb") as file:
            reader = Reader(file)
            for entry in reader:
                if entry.sender != "server":
                    continue
                if self.speed is not None:
                    await asyncio.sleep(began + entry.arrival_us / 1e6 / self.speed - time.monotonic())
                try:
                    message = decode_from_server(entry.data)
                except BadMessage:
                    self.unreadable += 1
                    continue
                yield message
            self.dropped_bytes = reader.dropped_bytes
