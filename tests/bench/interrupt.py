"""From the client's `interrupt` to the server's `flush`, while 50 others listen to their own speech."""

import asyncio
import random
import time

import aiohttp

from protocol import messages as m
from tests.bench.figures import Figure, percentile
from tests.bench.processes import facewire, python
from tests.bench.texts import speech
from tests.bench.wire import Wire, connect, segment_of

INTERRUPTS, OTHERS = 120, 50
GRACE_S = 0.1
"""How long the client listens, at the least, for anything that comes after the flush."""


async def run(quick: bool = False) -> list[Figure]:
    count, others = (3, 2) if quick else (INTERRUPTS, OTHERS)
    async with facewire() as server, aiohttp.ClientSession() as http:
        arguments = [server.url, "--sessions", str(others), "--stagger", "2", "--forever"]
        async with python("-m", "tests.bench.load", *arguments, read=True) as crowd:
            assert crowd.stdout is not None
            async with asyncio.timeout(30):
                await crowd.stdout.readline()
            async with connect(http, server.url) as wire:
                times, after = await _measure(wire, count)
    return [
        Figure(f"p50 with {others} others", percentile(times, 50), "ms"),
        Figure(f"p95 with {others} others", percentile(times, 95), "ms", at_most=30),
        Figure("interrupts", len(times)),
        Figure("messages of a turn after its flush", after, at_most=0),
    ]


async def _measure(wire: Wire, count: int) -> tuple[list[float], int]:
    rng = random.Random(5)
    times, after = [], 0
    for i in range(count):
        await wire.send(m.Say(speech(30, seed=i)))
        segment = await segment_of(wire)
        turn = segment.turn
        await wire.send(m.Played(turn, 0, "playing"))
        for _ in range(rng.randrange(5)):
            segment = await segment_of(wire, turn)
        begin = time.perf_counter()
        await wire.send(m.Interrupt(turn))
        while not isinstance(await wire.receive(), m.Flush):
            pass
        times.append((time.perf_counter() - begin) * 1e3)
        await wire.send(m.Played(turn, round(wire.seconds(segment)[0] * 1e6), "idle"))
        after += await _strays(wire, turn)
    return times, after


async def _strays(wire: Wire, turn: int) -> int:
    """Messages that still name `turn` in the time after its flush."""
    count = 0
    try:
        async with asyncio.timeout(GRACE_S):
            while True:
                message = await wire.receive()
                count += getattr(message, "turn", None) == turn and not isinstance(message, m.Error)
    except TimeoutError:
        return count
