"""A user with a microphone: speaks and is silent in real time, in messages of 20 ms."""

import asyncio

import numpy as np

from server.audio.chunk import AudioChunk, AudioFormat
from server.turn.session import Session

MESSAGE_S = 0.02
LOUD = 3000
NOISE = np.random.default_rng(1).choice(np.array([-1, 1], np.int16), 48_000)
"""A second of it at the highest rate."""


class User:
    """Begins to listen to `session`'s connection at once; `position` counts what was heard."""

    def __init__(self, session: Session, rate: int = 16_000) -> None:
        self.format = AudioFormat(rate)
        self.position = 0
        self._session = session
        session.listen(self.format)

    async def speak(self, seconds: float) -> None:
        """Make a sound that is speech to the detector `loudness`."""
        await self._sound(seconds, LOUD)

    async def pause(self, seconds: float) -> None:
        await self._sound(seconds, 0)

    def send(self, samples: int, level: int) -> None:
        """One message, whatever its time."""
        chunk = AudioChunk(level * np.resize(NOISE, samples), self.format, self.position)
        self.position = chunk.end
        self._session.hear(chunk)

    def leap(self, seconds: float) -> None:
        """Messages get lost."""
        self.position += self.format.samples(seconds)

    async def _sound(self, seconds: float, level: int) -> None:
        for _ in range(round(seconds / MESSAGE_S)):
            await asyncio.sleep(MESSAGE_S)
            self.send(self.format.samples(MESSAGE_S), level)
