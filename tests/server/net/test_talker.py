"""The JSON endpoint: one answer a request."""

import asyncio
import base64
import io
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from server import app
from tests.fakes.client import eventually, tree


@asynccontextmanager
async def talking(
    environ: dict[str, str] | None = None, **sections: dict[str, object]
) -> AsyncIterator[tuple[aiohttp.ClientWebSocketResponse, app.Running]]:
    sections.setdefault("server", {}).setdefault("grace_s", 0)
    async with (
        app.running(tree(**sections), environ=environ or {}) as server,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{server.address}ws/talker", max_msg_size=2**26) as ws,
    ):
        yield ws, server


async def ask(ws: aiohttp.ClientWebSocketResponse, request: object) -> dict[str, Any]:
    await ws.send_json(request)
    answer: dict[str, Any] = await ws.receive_json(timeout=10)
    return answer


async def test_text_is_answered_with_voice_and_face() -> None:
    async with talking() as (ws, _):
        for text in ("Hello there", "And once more"):
            answer = await ask(ws, {"text": text, "unknown": 1})
            assert answer["text"] == text
            with wave.open(io.BytesIO(base64.b64decode(answer["audio"]))) as sound:
                assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (24_000, 1, 2)
                seconds = sound.getnframes() / 24_000
            assert answer["fps"] == 60
            assert len(answer["channels"]) == 52
            frames = answer["facial"]
            assert {len(frame) for frame in frames} == {52}
            assert all(0 <= weight <= 1 for frame in frames for weight in frame)
            assert len(frames) / 60 == pytest.approx(seconds, abs=2 / 60)
            assert max(frame[answer["channels"].index("jawOpen")] for frame in frames) > 0.1


async def test_what_cannot_be_answered_is_said_and_the_next_request_works() -> None:
    async with talking(limits={"text_chars": 20}) as (ws, _):
        for request, part in (
            ({"audio": "UklGRg=="}, "does not listen"),
            ({}, "text"),
            ({"text": 5}, "text"),
            ({"text": "  "}, "empty"),
            ({"text": "x" * 21}, "20"),
        ):
            assert part in (await ask(ws, request))["error"]
        await ws.send_str("{nonsense")
        assert "JSON" in (await ws.receive_json())["error"]
        assert (await ask(ws, {"text": "x" * 20}))["audio"]


async def test_text_that_cannot_be_spoken() -> None:
    async with talking() as (ws, _):
        assert "nothing" in (await ask(ws, {"text": "..."}))["error"]
        assert (await ask(ws, {"text": "fine"}))["audio"]


async def test_repeated_nonsense_closes() -> None:
    async with talking() as (ws, _):
        for _ in range(20):
            await ws.send_bytes(b"\x00")
        while (frame := await ws.receive(10)).type is aiohttp.WSMsgType.TEXT:
            assert "error" in frame.json()
        assert ws.close_code == 4400


async def test_requests_are_answered_one_after_the_other() -> None:
    async with talking() as (ws, _):
        for word in ("one", "two", "three"):
            await ws.send_json({"text": word})
        assert [(await ws.receive_json())["text"] for _ in range(3)] == ["one", "two", "three"]


async def test_a_token_in_the_request() -> None:
    async with talking({"FACEWIRE_TOKEN": "t"}) as (ws, _):
        assert "token" in (await ask(ws, {"text": "hi"}))["error"]
        assert "token" in (await ask(ws, {"text": "hi", "token": "T"}))["error"]
        assert (await ask(ws, {"text": "hi", "token": "t"}))["audio"]


async def test_a_full_server_says_so_and_a_client_that_leaves_makes_room() -> None:
    async with talking(server={"max_sessions": 1}) as (ws, server), aiohttp.ClientSession() as session:
        await ask(ws, {"text": "hi"})
        async with session.ws_connect(f"{server.address}ws/talker") as second:
            assert "places" in (await second.receive_json())["error"]
        await ws.close()
        await eventually(lambda: len(server.service.sessions) == 0)


async def test_a_long_reply_does_not_hold_up_the_others() -> None:
    async with talking() as (ws, server), aiohttp.ClientSession() as session:
        long = asyncio.create_task(ask(ws, {"text": "word " * 700}))
        async with session.ws_connect(f"{server.address}ws/talker") as second:
            for _ in range(3):
                await ask(second, {"text": "hi"})
        assert not long.done()
        assert len((await long)["facial"]) > 3000
