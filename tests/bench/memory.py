"""The server's memory over thousands of short turns, in sessions that come and go."""

import asyncio

import aiohttp
import numpy as np

from protocol import messages as m
from tests.bench.figures import Figure
from tests.bench.processes import Served, facewire
from tests.bench.texts import short
from tests.bench.wire import Wire, connect

TURNS, WARM_UP = 2000, 400
LANES, TURNS_A_SESSION = 8, 5
FLAT_MB = 4.0
"""What 2,000 turns may add: less than the fluctuation of an allocator's arenas."""


async def run(quick: bool = False) -> list[Figure]:
    turns, warm_up = (8, 4) if quick else (TURNS, WARM_UP)
    async with facewire() as server, aiohttp.ClientSession() as http:
        await _turns(http, server, warm_up)
        start = server.resident_mb()
        samples = await _turns(http, server, turns)
    done, size = np.array(samples).T
    slope = float(np.polyfit(done, size, 1)[0])
    return [
        Figure(f"after {warm_up} turns", start, "MiB"),
        Figure(f"growth over {turns} turns more", samples[-1][1] - start, "MiB", at_most=FLAT_MB),
        Figure("slope", slope * 1024, "KiB a turn"),
    ]


async def _turns(http: aiohttp.ClientSession, server: Served, turns: int) -> list[tuple[int, float]]:
    """Have `turns` turns spoken in several sessions at a time; (turns done, MiB) now and then."""
    done = 0
    samples: list[tuple[int, float]] = []

    async def lane() -> None:
        nonlocal done
        while done < turns:
            async with connect(http, server.url) as wire:
                for _ in range(TURNS_A_SESSION):
                    await _turn(wire, short(done))
                    done += 1
                    if done % max(1, turns // 20) == 0:
                        samples.append((done, server.resident_mb()))

    await asyncio.gather(*(lane() for _ in range(min(LANES, turns))))
    return samples


async def _turn(wire: Wire, text: str) -> None:
    """One reply, heard at once: the client claims to be at the end of whatever has come."""
    await wire.send(m.Say(text))
    async with asyncio.timeout(20):
        while not isinstance(message := await wire.receive(), m.End):
            if isinstance(message, m.Segment):
                end = round(wire.seconds(message)[1] * 1e6)
                await wire.send(m.Played(message.turn, end, "playing"))
            elif isinstance(message, m.Error):
                raise RuntimeError(f"{message.code}: {message.message}")
        await wire.send(m.Played(message.turn, message.pts, "idle"))
