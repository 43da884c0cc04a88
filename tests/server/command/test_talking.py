"""`chat`, `record` and `replay` against a server in this process."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec import structs

from protocol.recording import Reader
from python_client.client import connect
from server import app, config
from server.command import chat, record, replay
from server.command.address import stream_url
from server.command.chat import Chat
from server.command.chat_stage import Screen
from server.command.faults import BadFile, NoServer
from server.command.player import Player


@asynccontextmanager
async def server() -> AsyncIterator[str]:
    slots = config.EngineSlots(brain=config.Slot("echo"), recognizer=None)
    tree = structs.replace(config.Config(), engines=slots)
    async with app.running(config.listening_at(tree, None, 0), environ={}) as running:
        yield f"127.0.0.1:{running.port}"


def parsed(command: object, *arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)  # type: ignore[attr-defined]
    return parser.parse_args(arguments)


async def talk(*typed: str) -> None:
    """A chat in which these lines are typed, each when the reply to the one before was heard."""
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    for line in (*typed, None):
        lines.put_nowait(line)
    async with server() as address, connect(stream_url(address), listen=False) as client:
        async with asyncio.timeout(20):
            await Chat(client, Player(None), Screen("Mira", 80, terminal=False), lines, wait=True).run()


async def test_replies_are_shown_as_they_were_heard(capsys: pytest.CaptureFixture[str]) -> None:
    await talk("Yes.", "/say No.", "/mood sad", "", "/quit", "never sent")
    shown = capsys.readouterr().out.splitlines()
    assert shown == [chat.HELP, "Mira: Yes.", "Mira: No."]


async def test_what_is_wrong_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    await talk("/mood hungry", "/dance", "Yes.")
    shown = capsys.readouterr().out.splitlines()
    assert shown.count(chat.HELP) == 2
    assert any(line.startswith("[unknown_mood]") for line in shown)
    assert shown[-1] == "Mira: Yes."


async def test_an_interrupted_reply_shows_what_was_heard(capsys: pytest.CaptureFixture[str]) -> None:
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    lines.put_nowait("One two three four five six seven eight nine ten eleven twelve.")

    async def interrupt() -> None:
        await asyncio.sleep(1.2)
        lines.put_nowait("/interrupt")
        await asyncio.sleep(0.3)
        lines.put_nowait(None)

    async with (
        server() as address,
        connect(stream_url(address), listen=False) as client,
        asyncio.timeout(20),
        asyncio.TaskGroup() as group,
    ):
        group.create_task(interrupt())
        await Chat(client, Player(None), Screen("Mira", 80, terminal=False), lines, wait=False).run()
    (said,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Mira: ")]
    assert said.startswith("Mira: One two")
    assert said.endswith(" -")
    assert "twelve" not in said


async def test_what_was_recorded_is_played_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "talk.facewire"
    async with server() as address, asyncio.timeout(20):
        await record._record(parsed(record, address, str(file), "Yes.", "No."))
    assert "turn 1: " in capsys.readouterr().out
    with file.open("rb") as opened:
        assert {entry.sender for entry in Reader(opened)} == {"client", "server"}
    await replay._replay(parsed(replay, str(file), "--speed", "0"))
    shown = capsys.readouterr().out.splitlines()
    kinds = [line.split()[0] for line in shown]
    assert kinds[0] == "welcome"
    assert kinds.count("turn") == kinds.count("end") == kinds.count("timings") == 2
    assert "flush" not in kinds
    assert kinds.count("segment") >= 4
    assert any("'Yes.'" in line for line in shown)


def test_a_recording_is_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def exists(args: argparse.Namespace) -> None:
        args.file.open("xb")

    file = tmp_path / "old.facewire"
    file.write_bytes(b"precious")
    monkeypatch.setattr(record, "_record", exists)
    with pytest.raises(BadFile, match="exists already"):
        record.run(parsed(record, "localhost:1", str(file), "Hello."))
    assert file.read_bytes() == b"precious"


@pytest.mark.parametrize("content", [b"", b"no recording", b"\x81\xa1a\x01"])
def test_replay_refuses_other_files(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(BadFile, match="no recording"):
        replay.run(parsed(replay, str(tmp_path / "x")))
    with pytest.raises(BadFile, match="No such file"):
        replay.run(parsed(replay, str(tmp_path / "none")))
    with pytest.raises(BadFile, match="--speed -1"):
        replay.run(parsed(replay, str(tmp_path / "x"), "--speed", "-1"))


def test_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(NoServer, match="no server answers"):
        chat.run(parsed(chat, "127.0.0.1:1"))
    with pytest.raises(NoServer, match="no server answers"):
        record.run(parsed(record, "127.0.0.1:1", str(tmp_path / "x"), "Hello."))
    assert not (tmp_path / "x").exists()
