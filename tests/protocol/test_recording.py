"""Recordings: what was written is read, also after a crash."""

import io
from pathlib import Path

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import codec
from protocol import messages as m
from protocol.codes import BadMessage
from protocol.recording import Entry, Header, NotARecording, Reader, Writer

ENTRIES = [
    Entry(0, "client", codec.encode(m.Hello())),
    Entry(1500, "server", codec.encode(m.State("idle"))),
    Entry(2000, "client", codec.encode_json(m.Text("hi"))),
    Entry(2**40, "server", codec.encode(m.Segment(1, 0, 0, bytes(9000), 0, bytes(58)))),
]


def recorded(entries: list[Entry] = ENTRIES) -> bytes:
    file = io.BytesIO()
    writer = Writer(file, Header(1_700_000_000_000_000))
    for entry in entries:
        writer.write(entry)
    return file.getvalue()


def read(data: bytes) -> tuple[list[Entry], int]:
    reader = Reader(io.BytesIO(data))
    return list(reader), reader.dropped_bytes


def test_round_trip_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "talk.facewire"
    path.write_bytes(recorded())
    with path.open("rb") as file:
        reader = Reader(file)
        assert reader.header == Header(1_700_000_000_000_000, ("server", "client"))
        assert list(reader) == ENTRIES
        assert reader.dropped_bytes == 0


def test_entries_decode_by_their_sender() -> None:
    messages = [entry.decode() for entry in ENTRIES]
    assert [type(message) for message in messages] == [m.Hello, m.State, m.Text, m.Segment]
    with pytest.raises(BadMessage):
        Entry(0, "server", b"junk").decode()


def test_each_entry_is_in_the_file_when_written() -> None:
    file = io.BytesIO()
    writer = Writer(io.BufferedWriter(file), Header(0))
    for count, entry in enumerate(ENTRIES, 1):
        writer.write(entry)
        assert read(file.getvalue()) == (ENTRIES[:count], 0)


@given(st.integers(0, 10_000))
def test_a_crash_costs_at_most_the_last_entry(cut: int) -> None:
    data = recorded()
    start = len(recorded([]))
    kept = data[: max(start, len(data) - cut)]
    entries, dropped = read(kept)
    whole = [n for n in range(len(ENTRIES) + 1) if len(recorded(ENTRIES[:n])) <= len(kept)][-1]
    assert entries == ENTRIES[:whole]
    assert dropped == len(kept) - len(recorded(ENTRIES[:whole]))


NO_ENTRIES = [
    bytes(300_000),
    b"\xc1" * 9,
    b"\xdd\xff\xff\xff\xff",
    b"\xc6\xff\xff\xff\xff",
    b"\x91" * 70_000,
    b"\xa1\xff",
    b"\x81\x90\x00",
    msgpack.packb([5, 2, b""]),
    msgpack.packb([-5, 0, b""]),
    msgpack.packb({1: 2}),
    msgpack.packb([5, 0, 7]),
]


@pytest.mark.parametrize("tail", NO_ENTRIES, ids=range(len(NO_ENTRIES)))
def test_what_is_no_entry_ends_the_recording(tail: bytes) -> None:
    assert read(recorded() + tail) == (ENTRIES, len(tail))
    assert read(recorded() + tail + recorded()[60:]) == (ENTRIES, len(tail) + len(recorded()) - 60)


@given(st.binary(max_size=100))
def test_any_tail_is_survived(tail: bytes) -> None:
    entries, dropped = read(recorded() + tail)
    assert entries[: len(ENTRIES)] == ENTRIES
    assert 0 <= dropped <= len(tail)


def test_later_versions_may_add_elements_and_keys() -> None:
    header = {"format": "facewire.recording", "version": 1, "started_us": 5, "more": [1]}
    entry = [7, 1, b"\x80", {"more": 1}]
    data = msgpack.packb(header) + msgpack.packb(entry)
    assert Reader(io.BytesIO(data)).header == Header(5)
    assert read(data) == ([Entry(7, "client", b"\x80")], 0)


OTHER_FILES = [
    b"",
    b"RIFF....WAVE",
    b"\x80",
    recorded()[:20],
    msgpack.packb({"format": "other"}),
    msgpack.packb({"format": "facewire.recording", "version": 2, "started_us": 0}),
    msgpack.packb({"format": "facewire.recording", "version": 1, "started_us": "now"}),
]


@pytest.mark.parametrize("data", OTHER_FILES, ids=range(len(OTHER_FILES)))
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(NotARecording):
        Reader(io.BytesIO(data))
