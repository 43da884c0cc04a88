"""From a sample at the microphone to its face at the client, for one microphone and for many.

A frame's delay counts from its own sample: to the message that completes its look-ahead, of 20 ms; on the
clients' side, whose process can be late itself; and in server and sockets.
"""

import json
from typing import Any

import aiohttp

from tests.bench.figures import Figure
from tests.bench.metrics import Histogram, histogram
from tests.bench.microphones import PERCENTS, look_ahead_s
from tests.bench.processes import Served, client, facewire

SECONDS = 20.0
CROWD = 60
MOST_MS = 130


async def run(quick: bool = False) -> list[Figure]:
    seconds, crowd = (1.0, 2) if quick else (SECONDS, CROWD)
    async with facewire() as server:
        await _microphones(server, 1, 0.5)  # to warm up
        alone = await _microphones(server, 1, seconds)
        counted = await _counted(server)
        many = await _microphones(server, crowd, seconds)
        work = (await _counted(server)).since(counted)
    shares = many["shares"]
    return [
        *_percentiles("sample to face", alone["faces"], MOST_MS),
        Figure("look-ahead of the driver, which is in all of it", 1e3 * look_ahead_s(), "ms", at_most=60),
        Figure(
            "face after the sound it came from", alone["late_against_sound"], "ms", at_most=20, at_least=-20
        ),
        *_percentiles(f"{crowd} microphones, sample to face", many["faces"], MOST_MS),
        *_percentiles("of it in server and sockets", many["answers"]),
        Figure("in the server by /metrics, p95", 1e3 * work.percentile(95), "ms"),
        *_percentiles("clients late themselves", many["clients_late"]),
        Figure("the server's share of a core", 100 * shares["server"], "%", at_most=130),
        Figure("of it the event loop's thread", 100 * shares["loop"], "%"),
        Figure("a microphone's share of a core", 100 * shares["server"] / crowd, "%"),
        Figure("the clients' share of a core, besides", 100 * shares["clients"], "%"),
        Figure("microphones whose sound was left out", many["overflowed"], at_most=0),
        Figure("faces missing", alone["missing"] + many["missing"], at_most=0),
    ]


def _percentiles(name: str, values: list[float], most_ms: float | None = None) -> list[Figure]:
    """With a target for the 95th of them."""
    return [
        Figure(f"{name}, p{percent}", value, "ms", at_most=most_ms if percent == 95 else None)
        for percent, value in zip(PERCENTS, values, strict=True)
    ]


async def _microphones(server: Served, crowd: int, seconds: float) -> dict[str, Any]:
    arguments = (server.url, str(server.pid), "--crowd", str(crowd), "--seconds", str(seconds))
    found: dict[str, Any] = json.loads(await client("tests.bench.microphones", *arguments))
    return found


async def _counted(server: Served) -> Histogram:
    async with aiohttp.ClientSession() as http, http.get(f"{server.url}/metrics") as answer:
        return histogram(await answer.text(), "facewire_mirror_seconds")
