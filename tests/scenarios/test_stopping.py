"""Starting and stopping: replies are finished, clients are told, the process ends."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from protocol import messages as m
from protocol.codes import Close
from server import app
from server.__main__ import main
from server.net import serving
from tests.fakes.client import connected, tree


async def test_a_reply_under_way_is_finished_before_the_goodbye() -> None:
    leave = asyncio.Event()
    started: asyncio.Future[app.Running] = asyncio.get_running_loop().create_future()

    async def life() -> None:
        async with app.running(tree(server={"grace_s": 5})) as server:
            started.set_result(server)
            await leave.wait()

    process = asyncio.create_task(life())
    server = await started
    async with connected(server) as client, connected(server) as idle, connected(server) as late:
        await client.hello()
        await idle.hello()
        await client.send(m.Say("one two three four five"))
        await client.until(m.Segment)
        leave.set()
        await asyncio.sleep(0)
        await late.send(m.Hello())
        assert (await late.error()).code == "going_away"
        assert await late.close_code() == Close.GOING_AWAY
        end = await client.until(m.End)
        await client.send(m.Played(1, end.pts, "idle"))
        assert await client.close_code() == Close.GOING_AWAY
        assert await idle.close_code() == Close.GOING_AWAY
    await process
    assert len(server.service.sessions) == 0


async def test_a_long_reply_does_not_outlast_the_grace_period() -> None:
    async with app.running(tree(server={"grace_s": 0.05})) as server, connected(server) as client:
        await client.hello()
        await client.send(m.Say("word " * 500))
        await client.until(m.Segment)
        code = asyncio.create_task(client.close_code())
        await serving.stop(server.service, asyncio.Event())
        assert await code == Close.GOING_AWAY


async def test_a_second_request_stops_at_once() -> None:
    async with app.running(tree(server={"grace_s": 3600})) as server, connected(server) as client:
        await client.hello()
        await client.send(m.Say("word " * 500))
        await client.until(m.Segment)
        server.stop()
        assert server.stopping.is_set()
        stopping = asyncio.create_task(serving.stop(server.service, server.at_once))
        await asyncio.sleep(0)
        assert not stopping.done()
        server.stop()
        await asyncio.wait_for(stopping, 10)
        assert await client.close_code() == Close.GOING_AWAY


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def quiet_config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    engines = "{brain: echo, voice: tone, face: articulation, recognizer: none}"
    path.write_text(f"engines: {engines}\nserver: {{grace_s: 0.1}}\n")
    return path


def test_the_command_serves_until_a_signal(quiet_config: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "server", "--config", str(quiet_config), "--port", str(port)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == f"FaceWire is at http://localhost:{port}/\n"
        second = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[2]
        )
        assert second.returncode == 2
        assert second.stderr.count("\n") == 1
        assert f"port {port}" in second.stderr and "--port" in second.stderr
    finally:
        os.kill(process.pid, signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("server: {prot: 1}", "did you mean port?"),
        ("engines: {voice: loud}", "espeak"),
        ("characters: {default: nobody}", "mira"),
        ("server: {host: 0.0.0.0}", "FACEWIRE_TOKEN"),
        ("server: {tls: {certificate: no.pem, key: no.pem}}", "server.tls.certificate"),
        ("audio: {rate: 16000}\nengines: {voice: {use: tone, rate: 22050}}", "audio.rate: 22050"),
        (
            "engines: {voice: 'tests.fakes.mute:MuteVoice', face: articulation}\naudio: {rate: 8000}",
            "face: auto",
        ),
    ],
)
@pytest.mark.parametrize("command", ["check", "serve"])
def test_what_cannot_work_is_one_line_and_status_2(
    command: str,
    text: str,
    part: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("FACEWIRE_TOKEN", raising=False)
    path = tmp_path / "config.yaml"
    path.write_text(text)
    assert main([command, "--config", str(path)]) == 2
    error = capsys.readouterr().err
    assert part in error
    assert error.count("\n") == 1


def test_an_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dance"]) == 2
    assert "serve" in capsys.readouterr().err


def test_check_prints_what_is_in_effect(quiet_config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--config", str(quiet_config), "--port", "9999"]) == 0
    shown = capsys.readouterr().out
    assert "port: 9999" in shown
    assert "use: tone" in shown
    assert "the engines work together" in shown
