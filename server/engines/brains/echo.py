"""Brain `echo`: a fake that says what it was told."""

import re
from collections.abc import AsyncGenerator

from server.clock import Clock, SystemClock
from server.history import History
from server.speech.character import Character


class EchoBrain:
    """Repeats the user after `prefix`, a word a piece; `latency_s` passes on `clock` before each."""

    def __init__(self, prefix: str = "", latency_s: float = 0.0, clock: Clock | None = None) -> None:
        self._prefix = prefix
        self._latency_s = latency_s
        self._clock = clock or SystemClock()

    async def think(self, history: History, character: Character) -> AsyncGenerator[str, None]:
        """See `Brain.think`."""
        for piece in re.findall(r"\s*\S+|\s+", self._prefix + history.exchanges[-1].user):
            if self._latency_s:
                await self._clock.sleep_until(self._clock.now() + self._latency_s)
            yield piece

    async def close(self) -> None:
        """Nothing is held."""
