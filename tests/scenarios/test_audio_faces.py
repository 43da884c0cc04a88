"""Sessions whose faces come from one network, and what they leave behind."""

import asyncio
import gc
from collections.abc import Iterator

import numpy as np
import pytest

from protocol import messages as m
from python_client.microphone import Microphone
from server import app
from server.engines.faces.audio import AudioDriver
from tests.fakes.client import Client, Serve, connected, eventually

RATE = 16_000
DRIVE = m.Hello(mode="drive", mic=m.AudioFormatInfo("pcm16", RATE))
ENGINES: dict[str, object] = {"face": "audio", "mirror": "audio"}
BOUT = 6


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What is dropped goes at once or never."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def streams() -> int:
    """Of all sessions of this process."""
    return len(AudioDriver().executor.listeners)


async def hear(client: Client, seconds: float) -> None:
    """So much sound at once."""
    rng = np.random.default_rng(1)
    sound = rng.normal(0.0, 3000.0, round(seconds * RATE)).astype(np.int16)
    await client.send(*Microphone(RATE).hear(sound))


async def test_microphones_that_vanish_leave_no_stream(serve: Serve, no_collector: None) -> None:
    server = await serve(engines=ENGINES)
    for _ in range(3):
        await asyncio.gather(*(_vanish(server, n) for n in range(BOUT)))
        await eventually(lambda: not server.service.connections)
        await eventually(lambda: streams() == 0)


async def _vanish(server: app.Running, number: int) -> None:
    async with connected(server) as client:
        await client.hello(DRIVE)
        await hear(client, 0.3 * (1 + number % 3))
        for _ in range(number % 3):
            await client.until(m.Mirror)
        client.vanish()


async def test_replies_that_are_stopped_leave_no_stream(serve: Serve, no_collector: None) -> None:
    server = await serve(engines=ENGINES)
    async with connected(server) as client:
        await client.hello()
        for number in range(12):
            await client.send(m.Text("One two three, four five six. Seven eight nine. And so on and on."))
            await client.until(m.Turn)
            for _ in range(number % 3):
                await client.until(m.Segment)
            await client.send(m.Interrupt())
            await client.until(m.Flush)
        await eventually(lambda: streams() == 0)
        await client.send(m.Text("Go on."))
        await client.until(m.End)
        await eventually(lambda: streams() == 0)


async def test_a_microphone_that_rests_goes_on_in_a_new_take(serve: Serve, no_collector: None) -> None:
    server = await serve(engines=ENGINES)
    async with connected(server) as client:
        await client.hello(DRIVE)
        microphone = Microphone(RATE)
        for take in range(4):
            await client.send(*microphone.hear(np.full(RATE // 2, 100 * take, np.int16)))
            await eventually(lambda: streams() == 1)
            await client.send(m.Mic("closed"))
            await eventually(lambda: streams() == 0)
            await client.send(m.Mic("open"))
