"""From the onset of a user's speech to `flush` at the client, while the avatar talks.

A real server with Silero VAD; a microphone in real time, messages of 20 ms, in a room without an echo.
Which message let the server decide is found by judging the same samples again; what comes after it is
the server's work, and the way to the client.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp
import numpy as np

from protocol import messages as m
from protocol import pcm16
from server.audio.chunk import AudioChunk, AudioFormat, Samples
from server.engines.detectors.silero import SileroDetector
from server.ports import LISTENING_RATE, WINDOW
from server.speech.sent_voice import SentVoice
from server.turn.interruption import Interruption, Playing
from tests.bench.figures import Figure, percentile
from tests.bench.processes import facewire
from tests.bench.texts import speech
from tests.bench.wire import Wire, connect, segment_of
from tests.sounds import rooms, voices
from tests.sounds.scenes import NOISE_DB, PERSON_DB

MESSAGE = LISTENING_RATE // 50
PATIENCE_S = 3.0
HELLO = m.Hello(client=m.ClientInfo("bench"), mic=m.AudioFormatInfo("pcm16", LISTENING_RATE))


@dataclass(frozen=True, slots=True)
class _Interrupted:
    """One interruption, milliseconds from the onset."""

    flush: float
    decided: float | None
    """When the message that decides was sent; None where judging again decides otherwise."""


class _Microphone:
    """Sends noise, and what it is told to, in real time, and remembers it."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._noise = np.random.default_rng(1)
        self._waiting: Samples = np.zeros(0, np.int16)
        self.sent: list[Samples] = []
        self.times: list[float] = []
        """When each message was sent."""
        self.onset = 0

    async def run(self) -> None:
        """For ever."""
        begin = time.perf_counter()
        while True:
            position = len(self.sent) * MESSAGE
            await asyncio.sleep(
                max(0.0, begin + (position + MESSAGE) / LISTENING_RATE - time.perf_counter())
            )
            sound = self._noise.normal(0, 32_768 * 10 ** (NOISE_DB / 20), MESSAGE)
            now, self._waiting = self._waiting[:MESSAGE], self._waiting[MESSAGE:]
            sound[: len(now)] += now
            samples = np.rint(sound).astype(np.int16)
            pts = pcm16.micros(position, LISTENING_RATE)
            await self._wire.send(m.Microphone(len(self.sent), pts, pcm16.pack(samples)))
            self.sent.append(samples)
            self.times.append(time.perf_counter())

    def speak(self, sound: Samples) -> None:
        """From the next message on."""
        self._waiting = sound
        self.onset = len(self.sent) * MESSAGE


async def run(quick: bool = False) -> list[Figure]:
    said = voices.interruptions()[:: 20 if quick else 1]
    async with facewire("knowledge", "pocketsphinx") as server:
        found = [f for f in [await _interrupt(server.url, n, s) for n, (_, s) in enumerate(said)] if f]
    flushes = [one.flush for one in found]
    works = [one.flush - one.decided for one in found if one.decided is not None]
    decided = [one.decided for one in found if one.decided is not None]
    return [
        Figure("onset to flush at the client, p50", percentile(flushes, 50), "ms"),
        Figure("onset to flush at the client, p95", percentile(flushes, 95), "ms", at_most=350),
        Figure("onset to the message that decides, p95", percentile(decided, 95), "ms"),
        Figure("server's work and the way back, p50", percentile(works, 50), "ms"),
        Figure("server's work and the way back, p95", percentile(works, 95), "ms", at_most=60),
        Figure("interruptions", len(said)),
        Figure("missed", len(said) - len(found), at_most=0),
    ]


async def _interrupt(url: str, seed: int, sound: np.typing.NDArray[np.float32]) -> _Interrupted | None:
    """Let the avatar talk for some seconds, and talk over it."""
    async with aiohttp.ClientSession() as http, connect(http, url, HELLO) as wire:
        microphone = _Microphone(wire)
        sending = asyncio.create_task(microphone.run())
        try:
            await wire.send(m.Say(speech(40, seed=seed)))
            segment = await segment_of(wire)
            playing = asyncio.create_task(_play(wire, segment.turn))
            begun = len(microphone.sent) * MESSAGE
            voice = SentVoice(wire.welcome.audio.rate)
            reading = asyncio.create_task(_flushed(wire, segment, voice))
            await asyncio.sleep(2.0 + seed % 5 / 4)
            spoken = rooms.levelled(sound[voices.onset(sound) :], PERSON_DB) * 32_767
            microphone.speak(np.rint(spoken).astype(np.int16))
            try:
                async with asyncio.timeout(PATIENCE_S):
                    flushed = await reading
            except TimeoutError:
                return None
            finally:
                playing.cancel()
            return _interrupted(microphone, begun, voice, flushed)
        finally:
            sending.cancel()
            await asyncio.wait({sending})


async def _play(wire: Wire, turn: int) -> None:
    begin = time.perf_counter()
    while True:
        await wire.send(m.Played(turn, round(1e6 * (time.perf_counter() - begin)), "playing"))
        await asyncio.sleep(0.2)


async def _flushed(wire: Wire, first: m.Segment, voice: SentVoice) -> float:
    """When the flush arrived; all that is played until then goes to `voice`."""
    audio = AudioFormat(wire.welcome.audio.rate)
    message: m.FromServer = first
    while not isinstance(message, m.Flush):
        if isinstance(message, m.Segment):
            samples = pcm16.unpack(message.audio)
            voice.add(AudioChunk(samples, audio, round(message.pts * audio.rate / 1e6)))
        message = await wire.receive()
    return time.perf_counter()


def _interrupted(microphone: _Microphone, begun: int, voice: SentVoice, flushed: float) -> _Interrupted:
    """`begun` is the microphone's position when the avatar began to be heard."""
    first = microphone.onset // MESSAGE
    onset = microphone.times[first] - MESSAGE / LISTENING_RATE
    heard = np.concatenate(microphone.sent)
    found = next((end for end in _decisions(heard, begun, voice) if end > microphone.onset), None)
    number = None if found is None else -(-found // MESSAGE) - 1
    known = number is not None and number < len(microphone.times) and microphone.times[number] <= flushed
    decided = 1e3 * (microphone.times[number] - onset) if known and number is not None else None
    return _Interrupted(1e3 * (flushed - onset), decided)


def _decisions(heard: Samples, begun: int, voice: SentVoice) -> Iterator[int]:
    """Ends of the windows at which `heard` interrupts an avatar who says this from sample `begun` on."""
    interruption, activity = Interruption(lambda duck: None), SileroDetector().begin()
    for end in range(WINDOW, len(heard) + 1, WINDOW):
        seconds = end / LISTENING_RATE
        playing = Playing(1, (end - begun) / LISTENING_RATE, voice) if end > begun else None
        interruption.follow(seconds, playing)
        window = interruption.clean(heard[end - WINDOW : end], seconds)
        if interruption.hear(window, activity.probability(window), playing):
            yield end
