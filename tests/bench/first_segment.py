"""From the client's text to the first sound with its face, beside the design that sends whole replies.

Both servers run at the same time, each in a process of its own, and take turns in answering.
"""

import asyncio
import base64
import json
import time

import aiohttp

from protocol import messages as m
from protocol.face_format import FaceLayout
from tests.bench.figures import Figure, percentile
from tests.bench.processes import facewire, serve
from tests.bench.texts import short, speech
from tests.bench.wire import Wire, connect, segment_of

TURNS = 100
PAUSE_S = 0.02
"""Between turns, so that one is not measured while the one before it is put away."""


async def run(quick: bool = False) -> list[Figure]:
    turns = 3 if quick else TURNS
    async with facewire() as ours, serve("-m", "tests.bench.article_server") as theirs:
        times = await _measure(ours.url, theirs.url, turns)
    figures: list[Figure] = []
    for kind, values in times.items():
        target = None if kind.startswith("article") else 15.0
        figures.append(Figure(f"{kind}, p50", percentile(values, 50), "ms", at_most=target))
        figures.append(Figure(f"{kind}, p95", percentile(values, 95), "ms"))
    ratio = percentile(times["article 60 words"], 50) / percentile(times["60 words"], 50)
    return [*figures, Figure("times sooner, 60 words", ratio, "x", at_least=5)]


async def _measure(ours: str, theirs: str, turns: int) -> dict[str, list[float]]:
    """Milliseconds by kind of reply, the article's under names of its own."""
    times: dict[str, list[float]] = {}
    async with (
        aiohttp.ClientSession() as http,
        connect(http, ours) as wire,
        http.ws_connect(f"{theirs}/ws", max_msg_size=0) as article,
    ):
        for i in range(-2, turns):  # two of each to warm up
            for kind, text in (("short", short(i)), ("60 words", speech(60, seed=i))):
                mine = await _first_segment(wire, text)
                whole = await _whole_reply(article, text)
                if i >= 0:
                    times.setdefault(kind, []).append(mine)
                    times.setdefault(f"article {kind}", []).append(whole)
    return times


async def _first_segment(wire: Wire, text: str) -> float:
    """Milliseconds until sound and face are in the client's hands, unpacked; then the turn is stopped."""
    begin = time.perf_counter()
    await wire.send(m.Text(text))
    segment = await segment_of(wire)
    FaceLayout().unpack(segment.face)
    took = (time.perf_counter() - begin) * 1e3
    await wire.send(m.Interrupt(segment.turn))
    while not isinstance(await wire.receive(), m.Flush):
        pass
    await wire.send(m.Played(segment.turn, 0, "idle"))
    await asyncio.sleep(PAUSE_S)
    return took


async def _whole_reply(socket: aiohttp.ClientWebSocketResponse, text: str) -> float:
    begin = time.perf_counter()
    await socket.send_json({"text": text})
    answer = json.loads(await socket.receive_str())
    base64.b64decode(answer["audio"])
    took = (time.perf_counter() - begin) * 1e3
    await asyncio.sleep(PAUSE_S)
    return took
