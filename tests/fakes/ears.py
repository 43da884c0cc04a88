"""A listener that writes down what reaches it, and can be slow, or vanish."""

import asyncio
from itertools import pairwise

from blend_shapes.face import FaceFrames, frames_before
from server.speech.values import Segment
from server.turn.events import AtOnce, InOrder, SegmentReady, TurnEvent


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

    def hush(self) -> None:
        self.hushed += 1

    def _note(self, event: TurnEvent) -> None:
        self.log.append((asyncio.get_running_loop().time(), event))

    @property
    def events(self) -> list[TurnEvent]:
        return [event for _, event in self.log]

    def segments(self, turn: int) -> list[Segment]:
        return [e.segment for e in self.events if isinstance(e, SegmentReady) and e.turn == turn]


def check_media(ears: Ears, turn: int) -> None:
    """Sequence numbers, times and frames of a whole turn fit together."""
    segments = ears.segments(turn)
    assert [s.seq for s in segments] == list(range(len(segments)))
    assert all(a.audio.end == b.audio.position for a, b in pairwise(segments))
    shown = FaceFrames.join(s.frames for s in segments)
    assert shown.first == 0
    for s in segments:
        assert s.frames.end >= min(shown.end, frames_before(s.audio.format.micros(s.audio.end), 60))
    assert shown.weights[-1][17] <= 0.03
