"""The brain in this process, on small models that have learnt a few answers by heart."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from server.engines import catalog
from server.errors import ConfigError, EngineError
from server.history import History
from server.ports import Brain
from server.speech.character import Answer, Character
from tests.contracts.brain import BrainContract, think
from tests.fakes import tiny_chat
from tests.fakes.tiny_chat import CHARACTER


@pytest.fixture(scope="module")
def models(chat_models: dict[str, Path]) -> dict[str, Path]:
    return chat_models


def options(folder: Path, **other: object) -> dict[str, object]:
    return {"folder": str(folder), "temperature": 0.0, "kv_tokens": 8192, **other}


async def opened(folder: Path, **other: object) -> Brain:
    return catalog.make("brain", "transformers", options(folder, **other))


@pytest.fixture(params=["llama", "qwen2"])
async def brain(request: pytest.FixtureRequest, models: dict[str, Path]) -> AsyncIterator[Brain]:
    brain = await opened(models[request.param])
    yield brain
    await brain.close()


class TestContract(BrainContract):
    @pytest.fixture
    def character(self) -> Character:
        return CHARACTER


async def test_it_says_what_it_has_learnt(brain: Brain) -> None:
    for asked, answer in tiny_chat.ANSWERS.items():
        assert await think(brain, asked, CHARACTER) == answer


async def test_letters_of_several_bytes_are_never_cut(brain: Brain) -> None:
    async with aclosing(brain.think(History().asked("你好"), CHARACTER)) as pieces:
        assert "\ufffd" not in "".join([piece async for piece in pieces])


async def test_many_sessions_at_once_get_their_own_answers(brain: Brain) -> None:
    asked = [*tiny_chat.ANSWERS] * 4
    replies = await asyncio.gather(*(think(brain, text, CHARACTER) for text in asked))
    assert replies == [tiny_chat.ANSWERS[text] for text in asked]


async def test_an_interrupt_stops_the_work_and_gives_back_the_room(models: dict[str, Path]) -> None:
    """In so little room no reply would begin if those before it still held theirs."""
    brain = await opened(models["llama"], kv_tokens=1024, context_tokens=1024, max_tokens=300)
    try:
        for _ in range(12):
            async with aclosing(brain.think(History().asked("Hello, who are you?"), CHARACTER)) as pieces:
                await anext(pieces)
        assert await think(brain, "Hello!", CHARACTER) == tiny_chat.ANSWERS["Hello!"]
    finally:
        await brain.close()


async def test_a_long_conversation_is_read_as_far_back_as_there_is_room(models: dict[str, Path]) -> None:
    brain: Any = await opened(models["llama"], context_tokens=600, max_tokens=100)
    history = History()
    for number in range(40):
        history = history.asked(f"Question {number}").heard("Yes. " * 5)
    try:
        system, tokens = brain._read(history.asked("Hello!"), CHARACTER)
        assert len(tokens) <= 500
        read = brain._tokenizer.decode(tokens)
        assert read.startswith(f"<|im_start|>system\n{system}")
        assert "Question 39" in read and "Question 0\n" not in read
        assert read.endswith("<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\n")
        assert await think(brain, "word " * 4000, CHARACTER) is not None
    finally:
        await brain.close()


async def test_what_is_known_stands_with_the_question(models: dict[str, Path]) -> None:
    knowing = Character("Ada", knowledge=(Answer(("What do boots cost?",), ("Ninety euros.",)),))
    brain: Any = await opened(models["llama"])
    try:
        _, tokens = brain._read(History().asked("boots cost?"), knowing)
        read = brain._tokenizer.decode(tokens)
        question = read.rpartition("<|im_start|>user\n")[2]
        assert "What do boots cost? — Ninety euros." in question
    finally:
        await brain.close()


async def test_closing_ends_replies_under_way_with_an_error(models: dict[str, Path]) -> None:
    brain = await opened(models["llama"])
    async with aclosing(brain.think(History().asked("Hello, who are you?"), CHARACTER)) as pieces:
        await anext(pieces)
        await brain.close()
        with pytest.raises(EngineError, match="the language model"):
            async for _ in pieces:
                pass
    with pytest.raises(EngineError, match="the language model"):
        await think(brain, "Hello!", CHARACTER)


def wrong(folder: Path, models: dict[str, Path], what: str) -> dict[str, object]:
    shutil.copytree(models["llama"], folder, dirs_exist_ok=True)
    match what:
        case "nothing":
            shutil.rmtree(folder)
        case "cut off":
            weights = folder / "model.safetensors"
            weights.write_bytes(weights.read_bytes()[:-1000])
        case "no weights":
            (folder / "model.safetensors").unlink()
        case "no template":
            (folder / "chat_template.jinja").unlink()
    return options(folder)


@pytest.mark.parametrize(
    ("what", "match"),
    [
        ("nothing", "holds no model"),
        ("cut off", "cannot be loaded"),
        ("no weights", "cannot be loaded"),
        ("no template", "no chat template"),
    ],
)
def test_a_folder_that_cannot_be_used_is_said(
    models: dict[str, Path], tmp_path: Path, what: str, match: str
) -> None:
    with pytest.raises(ConfigError, match=match):
        catalog.make("brain", "transformers", wrong(tmp_path / "model", models, what))


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({}, "give the `folder`"),
        ({"folder": "a", "model": "b"}, "give the `folder`"),
        ({"quantize": "2bit"}, "quantize is one of 8bit, 4bit"),
        ({"max_tokens": 0}, "0 < max_tokens"),
        ({"max_tokens": 4096}, "max_tokens < context_tokens"),
        ({"kv_tokens": 4095}, "context_tokens <= kv_tokens"),
    ],
)
def test_options_that_cannot_be_are_said(
    models: dict[str, Path], given: dict[str, object], match: str
) -> None:
    of_a_model = {} if "folder" in given or not given else {"folder": str(models["llama"])}
    with pytest.raises(ConfigError, match=match):
        catalog.make("brain", "transformers", {**of_a_model, **given})
