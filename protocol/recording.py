"""A recording: the message stream of a connection with its arrival times, in one file.

Concatenated MessagePack values. The first is a header map, each further one an entry
``[arrival_us, direction, message]``: microseconds since the recording began, 0 from the server or 1 from
the client, and the message exactly as it stood on the wire (bin in `facewire.v1`, str in
`facewire.v1.json`). What a crash cut off or left unreadable at the end of the file is dropped and
counted; everything before it is kept. Pure: the caller gives the open file and the time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Literal

import msgpack

from protocol.codec import decode_from_client, decode_from_server
from protocol.messages import FromClient, FromServer

FORMAT: Final = "facewire.recording"
VERSION: Final = 1

Direction = Literal["server", "client"]
_DIRECTIONS: Final[tuple[Direction, Direction]] = ("server", "client")
_LARGEST_VALUE: Final = 64 * 2**20
_READ_BYTES: Final = 64 * 1024


class NotARecording(ValueError):
    """The file does not begin with a header this version can read."""


@dataclass(frozen=True, slots=True)
class Header:
    """What stands first in the file. `started_us` is the wall clock, microseconds since 1970."""

    started_us: int
    directions: tuple[Direction, ...] = _DIRECTIONS


@dataclass(frozen=True, slots=True)
class Entry:
    """One message, `arrival_us` after the recording began, as it stood on the wire."""

    arrival_us: int
    sender: Direction
    data: bytes | str

    def decode(self) -> FromClient | FromServer:
        """The message. Raises `BadMessage`: what was wrong when it came is recorded all the same."""
        return decode_from_client(self.data) if self.sender == "client" else decode_from_server(self.data)


class Writer:
    """Appends to a binary file, flushed at each entry; the caller opens and closes it."""

    def __init__(self, file: BinaryIO, header: Header) -> None:
        self._file = file
        self._pack = msgpack.Packer().pack
        self._write(
            {
                "format": FORMAT,
                "version": VERSION,
                "started_us": header.started_us,
                "directions": list(header.directions),
            }
        )

    def write(self, entry: Entry) -> None:
        """Append `entry`. Raises what the file raises."""
        self._write([entry.arrival_us, _DIRECTIONS.index(entry.sender), entry.data])

    def _write(self, value: object) -> None:
        self._file.write(self._pack(value))
        self._file.flush()


class Reader:
    """Iterates over the entries of a recording, once. Raises `NotARecording` when made.

    `dropped_bytes` counts what was unreadable at the end, and is final when the iteration has ended.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._unpacker = msgpack.Unpacker(max_buffer_size=_LARGEST_VALUE, strict_map_key=False)
        self._fed = 0
        self.dropped_bytes = 0
        self.header = _header(self._value())

    def __iter__(self) -> Iterator[Entry]:
        good = self._unpacker.tell()
        while (entry := _entry(self._value())) is not None:
            good = self._unpacker.tell()
            yield entry
        while more := self._file.read(_READ_BYTES):
            self._fed += len(more)
        self.dropped_bytes = self._fed - good

    def _value(self) -> Any:
        """The next value; None where there is no whole one (None itself never stands in a recording)."""
        while True:
            try:
                return self._unpacker.unpack()
            except msgpack.OutOfData:
                data = self._file.read(_READ_BYTES)
                if not data:
                    return None
                self._fed += len(data)
                try:
                    self._unpacker.feed(data)
                except msgpack.BufferFull:
                    return None
            except (msgpack.UnpackException, ValueError, TypeError):
                return None


def _header(value: Any) -> Header:
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise NotARecording(f"no recording: the file does not begin with a header of format {FORMAT!r}")
    if value.get("version") != VERSION:
        raise NotARecording(
            f"a recording of version {value.get('version')!r}; this reads version {VERSION}"
        )
    started, named = value.get("started_us"), value.get("directions", _DIRECTIONS)
    if not isinstance(started, int) or not isinstance(named, list | tuple):
        raise NotARecording("a damaged header: started_us is an integer, directions a list")
    return Header(started, tuple(d for d in _DIRECTIONS if d in named))


def _entry(value: Any) -> Entry | None:
    match value:
        case [int(arrival), (0 | 1) as sender, bytes() | str() as data, *_] if arrival >= 0:
            return Entry(arrival, _DIRECTIONS[sender], data)
    return None
