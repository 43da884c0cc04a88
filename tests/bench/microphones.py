"""Live microphones in one process: ``python -m tests.bench.microphones URL PID --crowd 60``.

Each sends 20 ms of spoken sentences at a time, at the moment when its last sample is heard, all at moments
of their own. Everything is made before and reckoned afterwards: this process does little meanwhile.
Prints one JSON object: milliseconds, and shares of a core for server and clients.
"""

import argparse
import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp
import numpy as np
from numpy.typing import NDArray

from protocol import codec
from protocol import messages as m
from protocol.face_format import FaceLayout
from python_client.microphone import MESSAGE_S, Microphone
from server.config import EngineSlots
from server.engines import catalog
from tests.bench.processes import Served
from tests.bench.skew import late_ms
from tests.bench.wire import Wire, connect
from tests.fakes.sentence import sentence_and_phones

RATE = 16_000
FPS = 60
HELLO = m.Hello(
    client=m.ClientInfo("bench"),
    mode="drive",
    face=m.FaceOffer("q8", fps=FPS),
    mic=m.AudioFormatInfo("pcm16", RATE),
)
TEXT = "The river follows the bridge before noon, and papa may go home. "
PERCENTS = (50, 95, 99)

Times = NDArray[np.float64]


def look_ahead_s() -> float:
    """What a face of drive mode is behind its sample, at least."""
    return catalog.make("face", EngineSlots().mirror.use).look_ahead_s(FPS)


@dataclass(slots=True)
class Speaker:
    """One microphone and what came back."""

    messages: list[bytes]
    sent: list[float] = field(default_factory=list)
    """When each message was."""
    faces: list[tuple[int, int, float]] = field(default_factory=list)
    """First frame of each message, frame after its last, and when it came."""
    payloads: list[bytes] = field(default_factory=list)
    overflowed: bool = False
    """Whether the server was so late that it left out sound."""

    async def drive(self, wire: Wire, begin: float) -> None:
        """Speak from `begin` on, and take the faces up to the rest."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._speak(wire, begin))
            group.create_task(self._watch(wire))

    async def _speak(self, wire: Wire, begin: float) -> None:
        for k, message in enumerate(self.messages):
            await asyncio.sleep(max(0.0, begin + (k + 1) * MESSAGE_S - time.perf_counter()))
            self.sent.append(time.perf_counter())
            await wire.send_encoded(message)
        await wire.send(m.Mic("closed"))

    async def _watch(self, wire: Wire) -> None:
        layout, end, frames = FaceLayout(), len(self.messages) * MESSAGE_S * FPS, 0
        while frames < end:
            message = await wire.receive()
            if isinstance(message, m.Error):
                if message.code != "microphone_overflow":
                    raise RuntimeError(f"{message.code}: {message.message}")
                self.overflowed = True
            elif isinstance(message, m.Mirror):
                first = round(message.face_pts * FPS / 1e6)
                frames = first + layout.count(message.face)
                self.faces.append((first, frames, time.perf_counter()))
                self.payloads.append(message.face)

    def delays(self, begin: float, ahead_s: float) -> tuple[Times, Times, Times]:
        """Of each face: from its sample; from when the message that completes it should have been sent to
        when it was; from then on to the face. The rest at the end, which no sound made, does not count."""
        runs = [(np.arange(first, end), at) for first, end, at in self.faces]
        frames = np.concatenate([frames for frames, _ in runs])
        came = np.concatenate([np.full(len(frames), at) for frames, at in runs])
        message = np.ceil((frames / FPS + ahead_s) / MESSAGE_S - 1e-6).astype(np.int64) - 1
        spoken = message < len(self.messages)
        frames, came, message = frames[spoken], came[spoken], message[spoken]
        sent = np.array(self.sent)[message]
        return came - begin - frames / FPS, sent - begin - (message + 1) * MESSAGE_S, came - sent

    def missing(self) -> int:
        """Frames that never came."""
        firsts = [first for first, _, _ in self.faces]
        return sum(b - a for a, b in zip([0, *(end for _, end, _ in self.faces)], firsts, strict=False))


def _messages(samples: NDArray[np.int16], seconds: float) -> list[bytes]:
    """As a client sends them."""
    count = round(seconds / MESSAGE_S) * round(MESSAGE_S * RATE)
    spoken = np.resize(samples, count)
    return [codec.encode(message) for message in Microphone(RATE).hear(spoken)]


async def run(server: Served, crowd: int, seconds: float) -> dict[str, object]:
    """All microphones for so long."""
    samples, phones = await sentence_and_phones(RATE, TEXT * 8)
    speakers = [Speaker(_messages(np.roll(samples, -i * RATE // 3), seconds)) for i in range(crowd)]
    ahead_s = look_ahead_s()
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
        AsyncExitStack() as stack,
    ):
        wires = [await stack.enter_async_context(connect(http, server.url, HELLO)) for _ in speakers]
        server_s, loop_s, clients_s = server.cpu_seconds(), server.loop_seconds(), time.process_time()
        first = time.perf_counter() + 0.05
        begins = [first + i * MESSAGE_S / crowd for i in range(crowd)]
        async with asyncio.TaskGroup() as group:
            for speaker, wire, begin in zip(speakers, wires, begins, strict=True):
                group.create_task(speaker.drive(wire, begin))
        shares = {
            "server": (server.cpu_seconds() - server_s) / seconds,
            "loop": (server.loop_seconds() - loop_s) / seconds,
            "clients": (time.process_time() - clients_s) / seconds,
        }
    delays = [speaker.delays(begin, ahead_s) for speaker, begin in zip(speakers, begins, strict=True)]
    names = ("faces", "clients_late", "answers")
    return {
        **{
            name: np.percentile(1e3 * np.concatenate(values), PERCENTS).tolist()
            for name, values in zip(names, zip(*delays, strict=True), strict=True)
        },
        "shares": shares,
        "overflowed": sum(speaker.overflowed for speaker in speakers),
        "late_against_sound": late_ms(FaceLayout().unpack(b"".join(speakers[0].payloads))[0], phones),
        "missing": sum(speaker.missing() for speaker in speakers),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("pid", type=int, help="the server's process")
    parser.add_argument("--crowd", type=int, default=60, help="how many microphones")
    parser.add_argument("--seconds", type=float, default=20.0)
    a = parser.parse_args()
    json.dump(asyncio.run(run(Served(a.url, a.pid), a.crowd, a.seconds)), sys.stdout)


if __name__ == "__main__":
    main()
