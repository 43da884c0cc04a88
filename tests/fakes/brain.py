"""A brain that says what the test wrote, when the test wrote it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from server.history import History
from server.speech.character import Character
from tests.fakes.streams import OpenStreams


class ScriptedBrain:
    """Yields the pieces of the script for each question; a number is a pause, an exception is raised."""

    def __init__(
        self, *script: str | float | Exception, **replies: Sequence[str | float | Exception]
    ) -> None:
        self.script: Sequence[str | float | Exception] = script
        self.replies = replies
        self.streams = OpenStreams()
        self.histories: list[History] = []

    async def think(self, history: History, character: Character) -> AsyncGenerator[str, None]:
        self.histories.append(history)
        with self.streams.one():
            for part in self.replies.get(history.exchanges[-1].user, self.script):
                if isinstance(part, Exception):
                    raise part
                if isinstance(part, str):
                    yield part
                else:
                    await asyncio.sleep(part)

    async def close(self) -> None:
        pass
