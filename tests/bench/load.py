"""Many listeners in one process: ``python -m tests.bench.load URL --sessions 300``.

Each session has its own text spoken, holds what arrives against its own playhead and reports `played`
as a real client does. Prints one JSON object at the end; with `--forever` it prints ``speaking`` once
every session has sound, starts each text again when it ends, and runs until it is terminated.
"""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import dataclass, field

import aiohttp

from protocol import messages as m
from tests.bench.figures import percentile
from tests.bench.playhead import CUSHION_S, Playhead
from tests.bench.texts import speech
from tests.bench.wire import Wire, connect

REPORT_S = 0.2
TICK_S = 0.01
LEAD_S = 0.5
"""How far ahead of a playhead the server may send; the default of `max_ahead_ms`."""


@dataclass(slots=True)
class Listener:
    """One session's state at this client."""

    wire: Wire
    next_report: float
    turn: int | None = None
    playhead: Playhead = field(default_factory=lambda: Playhead(LEAD_S))
    lateness: list[float] = field(default_factory=list)
    starved: int = 0
    finished: bool = False

    async def report(self, now: float, state: m.PlayState = "playing") -> None:
        self.next_report = now + REPORT_S
        if self.turn is not None:
            await self.wire.send(m.Played(self.turn, round(self.playhead.at(now) * 1e6), state))

    async def take(self, segment: m.Segment) -> None:
        now = time.perf_counter()
        start, end = self.wire.seconds(segment)
        first = self.turn != segment.turn
        if first:
            self.turn, self.playhead = segment.turn, Playhead(LEAD_S)
        in_time = self.playhead.arrive(now, start, end)
        self.lateness.append(self.playhead.lateness[-1])
        self.starved += not in_time
        if not in_time:
            await self.report(now, "starved")
        if first or not in_time:
            self.next_report = now + CUSHION_S


class Load:
    """All sessions of one run."""

    def __init__(self, url: str, sessions: int, words: int, stagger_s: float, forever: bool) -> None:
        self._url = url
        self._sessions = sessions
        self._words = words
        self._stagger_s = stagger_s
        self._forever = forever
        self._listeners: list[Listener] = []
        self._errors: list[str] = []
        self._lags: list[float] = []
        self._heard = 0

    async def run(self) -> dict[str, object]:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as http:
            clock = asyncio.create_task(self._report_in_time())
            await asyncio.gather(*(self._session(http, i) for i in range(self._sessions)))
            clock.cancel()
        return self._summary()

    async def _session(self, http: aiohttp.ClientSession, index: int) -> None:
        await asyncio.sleep(index * self._stagger_s / self._sessions)
        try:
            async with connect(http, self._url) as wire:
                listener = Listener(wire, time.perf_counter() + REPORT_S)
                self._listeners.append(listener)
                text = speech(self._words, seed=index)
                await wire.send(m.Say(text))
                while not await self._one_reply(listener) and self._forever:
                    await wire.send(m.Say(text))
        except (ConnectionError, aiohttp.ClientError, TimeoutError) as error:
            self._errors.append(f"{type(error).__name__}: {error}")

    async def _one_reply(self, listener: Listener) -> bool:
        """Take one reply to its end; True if an error of the server ended it."""
        heard = listener.turn is not None
        while True:
            message = await listener.wire.receive()
            match message:
                case m.Segment():
                    await listener.take(message)
                    if not heard:
                        heard = True
                        self._count_heard()
                case m.End():
                    listener.finished = True
                    await listener.report(time.perf_counter())
                    return False
                case m.Error():
                    self._errors.append(f"{message.code}: {message.message}")
                    return True

    def _count_heard(self) -> None:
        self._heard += 1
        if self._forever and self._heard == self._sessions:
            print("speaking", flush=True)

    async def _report_in_time(self) -> None:
        """Send `played` for every session that is due; also measures how late this loop itself runs."""
        due = time.perf_counter()
        while True:
            due += TICK_S
            await asyncio.sleep(due - time.perf_counter())
            now = time.perf_counter()
            self._lags.append(max(0.0, now - due))
            due = max(due, now - TICK_S)
            for listener in self._listeners:
                if listener.next_report <= now:
                    try:
                        await listener.report(now)
                    except ConnectionError:
                        listener.next_report = now + 3600

    def _summary(self) -> dict[str, object]:
        lateness = [late for listener in self._listeners for late in listener.lateness]
        return {
            "sessions": self._sessions,
            "finished": sum(listener.finished for listener in self._listeners),
            "starved_sessions": sum(listener.starved > 0 for listener in self._listeners),
            "starvations": sum(listener.starved for listener in self._listeners),
            "segments": len(lateness),
            "late_p50_ms": percentile(lateness, 50) * 1e3,
            "late_p99_ms": percentile(lateness, 99) * 1e3,
            "client_lag_p99_ms": percentile(self._lags, 99) * 1e3,
            "errors": sorted(set(self._errors))[:5],
            "failed": len(self._errors),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--words", type=int, default=70, help="length of each session's text")
    parser.add_argument("--stagger", type=float, default=4.0, help="seconds over which sessions start")
    parser.add_argument("--forever", action="store_true")
    a = parser.parse_args()
    load = Load(a.url, a.sessions, a.words, a.stagger, a.forever)
    json.dump(_run(load), sys.stdout)


def _run(load: Load) -> dict[str, object]:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(load.run())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(load.run())


if __name__ == "__main__":
    main()
