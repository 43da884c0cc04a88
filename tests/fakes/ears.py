"""A listener that writes down what reaches it, and can be slow, or vanish."""

import asyncio

from server.speech.values import Segment
from server.turn.events import AtOnce, InOrder, Live, SegmentReady, TurnEvent


class Ears:
    """Takes events in order; `log` holds (clock time, event)."""

    def __init__(self, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s
        self.log: list[tuple[float, TurnEvent]] = []
        self.hushed = 0

    async def stream(self, event: InOrder) -> None:
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        self._note(event)

    def tell(self, event: AtOnce) -> None:
        self._note(event)

    def live(self, event: Live) -> None:
        self._note(event)

    def hush(self) -> None:
        self.hushed += 1

    def _note(self, event: TurnEvent) -> None:
        self.log.append((asyncio.get_running_loop().time(), event))

    @property
    def events(self) -> list[TurnEvent]:
        return [event for _, event in self.log]

    def segments(self, turn: int) -> list[Segment]:
        return [e.segment for e in self.events if isinstance(e, SegmentReady) and e.turn == turn]
