"""The brain behind a server of chat completions, against one that behaves as told."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from server.engines import catalog
from server.engines.brains.openai_server import ROUNDS, OpenAIBrain
from server.errors import ConfigError, EngineError
from server.history import History
from server.speech.character import Answer, Character
from tests.contracts.brain import BrainContract, think
from tests.fakes.chat_server import ChatServer, Piece, Script, calling, failing, page

CHARACTER = Character(
    "Ada",
    instructions="You are Ada, who sells shoes.",
    knowledge=(
        Answer(("What do boots cost?",), ("[happy] Boots cost **ninety** euros.",)),
        Answer(("When are you open?",), ("From nine to six.",)),
    ),
)


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    async with ChatServer(["Hello", ", I am Ada."]).running() as server:
        yield server


class TestContract(BrainContract):
    @pytest.fixture
    def character(self) -> Character:
        return CHARACTER

    @pytest.fixture
    async def brain(self, server: ChatServer) -> AsyncIterator[OpenAIBrain]:
        async with brain_at(server) as brain:
            yield brain


@asynccontextmanager
async def brain_at(server: ChatServer, **options: Any) -> AsyncIterator[OpenAIBrain]:
    brain = OpenAIBrain("small", base_url=server.url, **options)
    try:
        yield brain
    finally:
        await brain.close()


async def answered(
    *scripts: Script, text: str = "What do boots cost?", **options: Any
) -> tuple[str, ChatServer]:
    async with ChatServer(*scripts).running() as server, brain_at(server, **options) as brain:
        return await think(brain, text, CHARACTER), server


async def test_the_request_has_the_character_the_facts_and_the_conversation() -> None:
    async with ChatServer(["Fine."]).running() as server, brain_at(server, temperature=0.2) as brain:
        history = History().asked("Hello!").heard("Hi there").said("Still there?")
        assert await think(brain, "What do boots cost?", CHARACTER, history) == "Fine."
    (request,) = server.requests
    system, *said = request["messages"]
    assert system["role"] == "system"
    assert system["content"].startswith("You are Ada, who sells shoes.")
    assert "What do boots cost? — Boots cost ninety euros." in system["content"]
    assert "From nine to six" not in system["content"]
    assert "[happy]" in system["content"]
    assert said == [
        {"role": "user", "content": "Hello!"},
        {"role": "assistant", "content": "Hi there"},
        {"role": "assistant", "content": "Still there?"},
        {"role": "user", "content": "What do boots cost?"},
    ]
    assert (request["model"], request["temperature"], request["stream"]) == ("small", 0.2, True)
    assert "tools" not in request
    assert (brain.usage.prompt, brain.usage.completion) == (11, 7)


async def test_pieces_come_as_they_are_written(server: ChatServer) -> None:
    async with ChatServer(["One", 30.0, "two"]).running() as slow, brain_at(slow) as brain:
        async with aclosing(brain.think(History().asked("Hello"), CHARACTER)) as pieces:
            assert await anext(pieces) == "One"
        for _ in range(100):
            if slow.broken_off:
                break
            await asyncio.sleep(0.02)
        assert slow.broken_off == 1, "closing ends the request"


async def test_long_conversations_keep_the_newest() -> None:
    history = History()
    for number in range(20):
        history = history.asked(f"question {number} " + "x" * 80).heard("y" * 80)
    async with (
        ChatServer(["Yes."]).running() as server,
        brain_at(server, history_characters=1000) as brain,
    ):
        await think(brain, "The last one", CHARACTER, history)
    _, *said = server.requests[0]["messages"]
    assert said[-1]["content"] == "The last one"
    assert sum(len(message["content"]) for message in said) <= 1000
    assert said[0]["content"].startswith("question 15")


async def test_a_tool_that_is_called_answers_from_the_characters_knowledge() -> None:
    call = calling("look_up", json.dumps({"question": "opening hours, when open"}))
    reply, server = await answered(call, ["From nine."], knowledge="tool")
    assert reply == "From nine."
    first, second = server.requests
    assert first["tools"][0]["function"]["name"] == "look_up"
    assert "From nine" not in first["messages"][0]["content"]
    *_, called, result = second["messages"]
    assert called["tool_calls"][0]["function"]["arguments"] == '{"question": "opening hours, when open"}'
    assert result["role"] == "tool"
    assert result["tool_call_id"] == called["tool_calls"][0]["id"] == "call_1"
    assert "From nine to six." in result["content"]


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("look_up", "{", "call look_up with"),
        ("look_up", "[1]", "call look_up with"),
        ("delete", '{"question": "x"}', "there is no tool 'delete'"),
        ("look_up", '{"question": "quantum chromodynamics"}', "Nothing is known"),
    ],
)
async def test_a_wrong_call_is_told_so(name: str, arguments: str, told: str) -> None:
    reply, server = await answered(calling(name, arguments), ["Well."], knowledge="tool")
    assert reply == "Well."
    assert told in server.requests[1]["messages"][-1]["content"]


async def test_a_model_that_only_looks_things_up_is_asked_for_its_answer() -> None:
    call = calling("look_up", '{"question": "boots"}')
    _, server = await answered(*[call] * ROUNDS, ["Well."], knowledge="tool")
    assert ["tools" in request for request in server.requests] == [True] * ROUNDS + [False]


@pytest.mark.parametrize(
    ("script", "reply"),
    [
        (["<think>They want", " boots.</thin", "k>\n\nNinety", " euros."], "Ninety euros."),
        (["\n<thin", "k></think>Yes."], "Yes."),
        (["<think>and never ends"], ""),
        (["<thin", " ice"], "<thin ice"),
        (["You are ", "right."], "You are right."),
        (["I think <think> is a tag."], "I think <think> is a tag."),
    ],
)
async def test_thoughts_are_not_said(script: Sequence[Piece], reply: str) -> None:
    assert (await answered(script))[0] == reply


@pytest.mark.parametrize("size", [1, 7, 500])
async def test_repeating_the_instructions_is_a_failure(size: int) -> None:
    def repeating(server: ChatServer) -> list[Piece]:
        text = server.requests[0]["messages"][0]["content"]
        return [text[at : at + size] for at in range(0, len(text), size)]

    async with ChatServer(["x"]).running() as server, brain_at(server) as brain:
        await think(brain, "What do boots cost?", CHARACTER)
        server._scripts = [repeating(server)]
        with pytest.raises(EngineError, match="repeats its instructions"):
            await think(brain, "What do boots cost?", CHARACTER)


@pytest.mark.parametrize(
    ("script", "match", "permanent"),
    [
        (failing(401, "wrong key"), "refuses the key: .*wrong key", True),
        (failing(404, "no such model"), "has no model 'small'", True),
        (failing(400, "too long"), "refuses the request: .*too long", True),
        (failing(429, "slow down"), "failed: .*slow down", False),
        (failing(500, "broken"), "failed: .*broken", False),
        (page, "not as an OpenAI-compatible server does", False),
        ([{"content": None}, 60.0], "did not answer in time", False),
    ],
)
async def test_what_the_server_does_wrong_is_said(script: Script, match: str, permanent: bool) -> None:
    with pytest.raises(EngineError, match=match) as caught:
        await answered(script, timeout_s=0.5)
    assert caught.value.permanent == permanent


async def test_nobody_there_is_said() -> None:
    async with ChatServer(["x"]).running() as server:
        brain = OpenAIBrain("small", base_url=server.url)
    try:
        with pytest.raises(EngineError, match="cannot be reached"):
            await think(brain, "Hello", CHARACTER)
    finally:
        await brain.close()


async def test_a_reply_that_goes_on_for_ever_ends_after_a_sentence() -> None:
    script: list[Piece] = ["One. ", "Two", " and. ", "Three. "]
    assert (await answered(script, longest_s=1e-6))[0] == "One. "


async def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "secret")
    _, server = await answered(["Yes."], key_env="MY_KEY")
    assert server.keys == ["Bearer secret"]


def test_what_cannot_work_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ConfigError, match="put the key into the environment variable OPENAI_API_KEY"):
        catalog.make("brain", "openai", {"model": "gpt"})
    with pytest.raises(ConfigError, match="knowledge is one of prompt, tool, none, not 'all'"):
        catalog.make("brain", "openai", {"model": "gpt", "base_url": "http://x/v1", "knowledge": "all"})
    with pytest.raises(ConfigError, match="needs model"):
        catalog.make("brain", "openai")
