"""From the true end of what a user says to the reply, with the embedded engines: Silero VAD, PocketSphinx,
knowledge, espeak-ng, and the articulated face.

Several synthetic voices ask what the default character knows, into a microphone in real time. The true end
of speech is where the last sound of the question is, on the microphone's clock.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp
import numpy as np

from protocol import messages as m
from protocol import pcm16
from server import characters
from server.audio.chunk import Samples
from server.ports import LISTENING_RATE
from server.speech.endpointing import plain
from tests.bench.figures import Figure, percentile
from tests.bench.processes import facewire
from tests.bench.wire import Wire, connect
from tests.fakes.spoken import spoken

QUESTIONS = (
    "what is your name", "how are you", "tell me a joke", "what can you do", "are you real",
    "do you see me", "what do you know", "who are you", "thank you very much", "good morning",
)  # fmt: skip
VOICES = ("", "f3", "m3")
"""Variants of espeak-ng."""
MESSAGE = LISTENING_RATE // 50
QUIET_S = 0.6
"""Before each question; the room has a noise of its own."""
PATIENCE_S = 6.0
HELLO = m.Hello(
    client=m.ClientInfo("bench"), mic=m.AudioFormatInfo("pcm16", LISTENING_RATE), max_ahead_ms=10_000
)


@dataclass
class _Asked:
    """What came of one question, each in milliseconds since its end."""

    text: str
    heard: str | None = None
    times: dict[str, float] = field(default_factory=dict)
    stages: dict[str, float] = field(default_factory=dict)


class _Microphone:
    """Sends what it is told to in real time, and silence else."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._noise = np.random.default_rng(1)
        self._waiting: Samples = np.zeros(0, np.int16)
        self.spoken = asyncio.Event()

    async def run(self) -> None:
        """For ever."""
        begin, position, seq = time.perf_counter(), 0, 0
        while True:
            position += MESSAGE
            await asyncio.sleep(max(0.0, begin + position / LISTENING_RATE - time.perf_counter()))
            sound = self._noise.normal(0, 6, MESSAGE)
            now, self._waiting = self._waiting[:MESSAGE], self._waiting[MESSAGE:]
            sound[: len(now)] += now
            pts = pcm16.micros(position - MESSAGE, LISTENING_RATE)
            audio = pcm16.pack(np.clip(sound, -32_768, 32_767).astype(np.int16))
            await self._wire.send(m.Microphone(seq, pts, audio))
            if len(now) and not len(self._waiting):
                self.end = begin + (position - MESSAGE + len(now)) / LISTENING_RATE
                self.spoken.set()
            seq += 1

    def speak(self, sound: Samples) -> None:
        self._waiting = sound
        self.spoken.clear()


async def run(quick: bool = False) -> list[Figure]:
    questions = QUESTIONS[:1] if quick else QUESTIONS
    voices = VOICES[:1] if quick else VOICES
    character = characters.load("mira")
    known = {plain(question) for answer in character.knowledge for question in answer.questions}
    assert known.issuperset(questions), "the character knows what is asked"
    async with facewire("knowledge", "pocketsphinx") as server:
        asked = await _conversation(server.url, [(q, voice) for voice in voices for q in questions])
    return _figures(asked)


async def _conversation(url: str, questions: Sequence[tuple[str, str]]) -> list[_Asked]:
    async with aiohttp.ClientSession() as http, connect(http, url, HELLO) as wire:
        microphone = _Microphone(wire)
        sending = asyncio.create_task(microphone.run())
        try:
            await _ask(wire, microphone, *questions[0])  # to warm up
            return [await _ask(wire, microphone, text, voice) for text, voice in questions]
        finally:
            sending.cancel()
            await asyncio.wait({sending})


async def _ask(wire: Wire, microphone: _Microphone, text: str, voice: str) -> _Asked:
    """Ask, wait for the first sound of the answer, and stop it."""
    asked = _Asked(text)
    arrivals: dict[str, float] = {}
    reading = asyncio.create_task(_read(wire, asked, arrivals))
    await asyncio.sleep(QUIET_S)
    microphone.speak(spoken(text, variant=voice))
    await microphone.spoken.wait()
    try:
        async with asyncio.timeout(PATIENCE_S):
            await reading
    except TimeoutError:
        pass
    asked.times = {name: 1e3 * (at - microphone.end) for name, at in arrivals.items()}
    await wire.send(m.Interrupt())
    await wire.send(m.Ping(0))
    while not isinstance(await wire.receive(), m.Pong):
        pass
    return asked


async def _read(wire: Wire, asked: _Asked, arrivals: dict[str, float]) -> None:
    """When each thing arrived, up to the end of the reply, which is sent far ahead of its playhead."""
    while True:
        message = await wire.receive()
        now = time.perf_counter()
        match message:
            case m.State(state="thinking"):
                arrivals["thinking"] = now
            case m.Heard(text=heard, final=True):
                asked.heard = heard
                arrivals["understood"] = now
            case m.Segment() if "segment" not in arrivals:
                arrivals["segment"] = now
            case m.Timings():
                asked.stages = message.stages
                return
            case m.Error():
                raise RuntimeError(f"{message.code}: {message.message}")


def _figures(asked: Sequence[_Asked]) -> list[Figure]:
    answered = [a for a in asked if a.stages]
    stages = defaultdict(list)
    for one in answered:
        for stage, ms in one.stages.items():
            stages[stage].append(ms)
    segments = [a.times["segment"] for a in answered]
    thinking = [a.times["thinking"] for a in answered]
    after = [a.times["thinking"] - a.stages["endpoint"] for a in answered]
    return [
        Figure("end of speech to first segment, p50", percentile(segments, 50), "ms", at_most=500),
        Figure("end of speech to first segment, p95", percentile(segments, 95), "ms"),
        Figure("end of speech to state `thinking`, p50", percentile(thinking, 50), "ms"),
        Figure("end of the user's turn to state `thinking`, p95", percentile(after, 95), "ms", at_most=200),
        *(Figure(f"stage {stage}, p50", percentile(ms, 50), "ms") for stage, ms in stages.items()),
        Figure("questions", len(asked)),
        Figure("answered", len(answered), at_least=len(asked)),
        Figure("understood word for word", sum(plain(a.heard or "") == a.text for a in asked)),
    ]
