"""How many sessions one server process holds, all speaking at once, each its own text.

The listeners are in another process. A level holds when no listener with a cushion of 100 ms runs dry,
nothing fails, and the 99th percentile of segment lateness stays under 50 ms at the client.
"""

import json
import time
from typing import Any

import aiohttp

from tests.bench.figures import Figure
from tests.bench.metrics import Histogram, histogram
from tests.bench.processes import Served, facewire, load

LEVELS = (50, 100, 200, 300, 400, 500, 600)
TARGET = 300
LATE_MS = 50.0
LATENESS = "facewire_segment_lateness_seconds"


async def run(quick: bool = False) -> list[Figure]:
    figures: list[Figure] = []
    largest = 0
    async with facewire() as server:
        for level in (2,) if quick else LEVELS:
            held, seen = await _level(server, level, words=4 if quick else 60)
            figures += seen
            if not held:
                break
            largest = level
    target = None if quick else TARGET
    return [*figures, Figure("sessions held", largest, at_least=target)]


async def _level(server: Served, sessions: int, words: int) -> tuple[bool, list[Figure]]:
    before, cpu, begin = await _lateness(server), server.cpu_seconds(), time.perf_counter()
    report: dict[str, Any] = json.loads(
        await load(server.url, ["--sessions", str(sessions), "--words", str(words)])
    )
    share = (server.cpu_seconds() - cpu) / (time.perf_counter() - begin)
    server_p99 = (await _lateness(server)).since(before).percentile(99) * 1e3
    if report["failed"]:
        print(f"  {sessions} sessions: {report['failed']} failed: {report['errors']}")
    held = (
        report["finished"] == sessions
        and report["starved_sessions"] == 0
        and report["late_p99_ms"] < LATE_MS
    )
    return held, [
        Figure(f"{sessions}: starved sessions", report["starved_sessions"]),
        Figure(f"{sessions}: lateness at the client, p50", report["late_p50_ms"], "ms"),
        Figure(f"{sessions}: lateness at the client, p99", report["late_p99_ms"], "ms"),
        Figure(f"{sessions}: lateness by /metrics, p99", server_p99, "ms"),
        Figure(f"{sessions}: the load client's own lag, p99", report["client_lag_p99_ms"], "ms"),
        Figure(f"{sessions}: server CPU", share * 100, "% of a core"),
    ]


async def _lateness(server: Served) -> Histogram:
    async with aiohttp.ClientSession() as http, http.get(f"{server.url}/metrics") as answer:
        return histogram(await answer.text(), LATENESS)
