"""The brain `openai` against a real server, which is not ours: `transformers serve` with a small model."""

import asyncio
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from server.engines.brains.openai_server import OpenAIBrain
from server.errors import EngineError
from server.history import History
from server.speech.character import Character
from tests.contracts.brain import BrainContract, think
from tests.fakes import tiny_chat
from tests.fakes.tiny_chat import CHARACTER

STARTING_S = 100.0


@pytest.fixture(scope="module")
def model(chat_models: dict[str, Path]) -> Path:
    return chat_models["llama"]


@pytest.fixture(scope="module")
def url(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(model)]
    log = tmp_path_factory.mktemp("log") / "serve.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [*serve, "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(f"http://127.0.0.1:{port}/health", server, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill()
        server.wait()


def _wait(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + STARTING_S
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()[-2000:]
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    pytest.fail(f"the server does not start: {log.read_text()[-2000:]}")


@pytest.fixture
async def brain(url: str, model: Path) -> AsyncIterator[OpenAIBrain]:
    brain = OpenAIBrain(str(model), base_url=url, temperature=0.0, timeout_s=60.0)
    yield brain
    await brain.close()


class TestContract(BrainContract):
    @pytest.fixture
    def character(self) -> Character:
        return CHARACTER


async def test_it_says_what_the_model_has_learnt_piece_by_piece(brain: OpenAIBrain) -> None:
    for asked, answer in tiny_chat.ANSWERS.items():
        async with aclosing(brain.think(History().asked(asked), CHARACTER)) as stream:
            pieces = [piece async for piece in stream]
        assert "".join(pieces) == answer
        assert len(pieces) > 2
    assert brain.usage.prompt > 400
    assert brain.usage.completion > 20


async def test_leaving_in_the_middle_disturbs_nobody(brain: OpenAIBrain) -> None:
    async def leave() -> None:
        async with aclosing(brain.think(History().asked("Hello, who are you?"), CHARACTER)) as stream:
            await anext(stream)

    _, reply = await asyncio.gather(leave(), think(brain, "Hello!", CHARACTER))
    assert reply == tiny_chat.ANSWERS["Hello!"]


async def test_a_model_that_is_not_there_is_said(url: str) -> None:
    brain = OpenAIBrain("no-such-model", base_url=url, timeout_s=60.0)
    try:
        with pytest.raises(EngineError, match=r"refuses the request|has no model|failed"):
            await think(brain, "Hello!", CHARACTER)
    finally:
        await brain.close()
