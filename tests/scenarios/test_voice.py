"""A conversation by voice with a real server, real engines and synthetic speech."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import numpy as np
import pytest

from protocol import messages as m
from python_client.client import Client, connect
from server import app
from server.audio.chunk import Samples
from server.ports import LISTENING_RATE
from tests.fakes.client import tree
from tests.fakes.spoken import spoken

ENGINES: dict[str, object] = {"brain": "knowledge", "voice": "espeak", "recognizer": "pocketsphinx"}
MESSAGE = LISTENING_RATE // 50
AGAIN_S = 8
PATIENCE_S = 60.0
"""For a busy machine, which recognises slowly."""


@asynccontextmanager
async def talking() -> AsyncIterator[Client]:
    """A client with a microphone."""
    async with (
        app.running(tree(server={"grace_s": 0}, engines=ENGINES), environ={}) as server,
        connect(f"{server.address}v1/stream".replace("http", "ws", 1), mic_rate=LISTENING_RATE) as client,
    ):
        assert "listen" in client.welcome.features
        assert client.welcome.mic == m.AudioFormatInfo("pcm16", LISTENING_RATE)
        yield client


async def hear(client: Client, sounds: Sequence[Samples]) -> None:
    """In real time, again and again: who is not answered says it again."""
    noise = np.random.default_rng(1)
    sound = np.concatenate([np.zeros(LISTENING_RATE // 2, np.int16), *sounds])
    sound = np.pad(sound, (0, AGAIN_S * LISTENING_RATE - len(sound)))
    begin, sent = asyncio.get_running_loop().time(), 0
    while True:
        at = sent % len(sound)
        heard = noise.normal(0, 6, MESSAGE) + sound[at : at + MESSAGE]
        await client.hear(np.clip(heard, -32_768, 32_767).astype(np.int16))
        sent += MESSAGE
        due = begin + sent / LISTENING_RATE
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))


@pytest.mark.timeout(PATIENCE_S * 2)
async def test_a_spoken_question_is_answered() -> None:
    async with talking() as client:
        speaking = asyncio.create_task(hear(client, [spoken("what can you do", variant="f3")]))
        try:
            log: list[m.FromServer] = []
            async with asyncio.timeout(PATIENCE_S):
                async for message in client:
                    log.append(message)
                    if isinstance(message, m.Segment):
                        break
        finally:
            speaking.cancel()
            await asyncio.wait({speaking})
    states = [x.state for x in log if isinstance(x, m.State)]
    assert states[:3] == ["idle", "listening", "thinking"]
    assert states[-1] == "speaking"
    heard = [x.text for x in log if isinstance(x, m.Heard) and x.final]
    assert set(heard[-1].split()) & {"what", "can", "you", "do"}
    assert [x for x in log if isinstance(x, m.Turn)][-1].origin == "speech"


@pytest.mark.timeout(PATIENCE_S * 2)
async def test_a_noise_is_not_answered() -> None:
    """A door: a burst that dies away."""
    burst = np.random.default_rng(5).normal(0, 1, LISTENING_RATE // 2)
    door = (9000 * burst * np.exp(-np.arange(len(burst)) / 1500)).clip(-32_768, 32_767).astype(np.int16)
    async with talking() as client:
        speaking = asyncio.create_task(hear(client, [door]))
        seen: list[m.FromServer] = []
        try:
            async with asyncio.timeout(4.0):
                async for message in client:
                    seen.append(message)
        except TimeoutError:
            pass
        finally:
            speaking.cancel()
            await asyncio.wait({speaking})
    assert not [x for x in seen if isinstance(x, m.Turn | m.Error)]
    assert not [x for x in seen if isinstance(x, m.Heard) and x.text]
