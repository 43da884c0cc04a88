"""Brains that stand in for each other."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from server.engines.chain import Changed, Health, Link, admitted, called, health
from server.errors import EngineError
from server.history import History
from server.ports import Brain
from server.speech.character import Character


class BrainChain:
    """The first brain that can thinks; the next one takes over as long as nothing has been said.

    A reply that breaks off in the middle stays as it is: another brain would begin it again.
    """

    def __init__(self, links: Sequence[Link[Brain]], changed: Changed = lambda name, why: None) -> None:
        if not links:
            raise ValueError("a chain wants one brain or more")
        self._links = links
        self._changed = changed

    def reporting(self, changed: Changed) -> "BrainChain":
        """The same brains, for a caller who wants to know which of them thinks."""
        return BrainChain(self._links, changed)

    @property
    def health(self) -> tuple[Health, ...]:
        return health(self._links)

    async def think(self, history: History, character: Character) -> AsyncGenerator[str, None]:
        """See `Brain.think`. Raises the EngineError of the last brain if none can."""
        problem: EngineError | None = None
        for link in admitted(self._links):
            if link is not self._links[0]:
                self._changed(link.name, str(problem or "it rests after failures"))
            said = False
            try:
                async with aclosing(called(link, lambda brain: brain.think(history, character))) as pieces:
                    async for piece in pieces:
                        said = True
                        yield piece
                return
            except EngineError as error:
                if said:
                    raise
                problem = error
        assert problem is not None, "the last of a chain is always tried"
        raise problem

    async def close(self) -> None:
        """Close every brain, whatever the others do."""
        for link in reversed(self._links):
            await link.engine.close()
