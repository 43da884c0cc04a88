"""The way of a turn's events to its listener, over connections that come and go.

A session has one delivery. While no listener is attached whoever sends waits, so a turn pauses. What was
sent and perhaps not yet played is kept, so that a listener who lost the connection goes on where it was.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from server.turn.events import (
    AtOnce,
    CueReached,
    InOrder,
    Live,
    MoodChanged,
    PeerSpoke,
    SegmentReady,
    TurnBegan,
    TurnEvent,
    VoiceDucked,
    WordSpoken,
)

BEHIND_US = 2_000_000
"""Media this far behind the playhead is forgotten."""


class Listener(Protocol):
    """A connected client, as a session sees it."""

    async def stream(self, event: InOrder) -> None:
        """Take the next event of the turn; waits while the network is behind. Cancelling is safe."""
        ...

    def tell(self, event: AtOnce) -> None:
        """Take an event that overtakes what waits; never waits itself."""
        ...

    def live(self, event: Live) -> None:
        """Take an event that is worth nothing later: never waits, and may be left out."""
        ...

    def hush(self) -> None:
        """Forget, without waiting, every streamed event that has not left yet.

        That includes events whose `stream` still waits: it returns, and they never leave.
        """
        ...


class Delivery:
    """Sends to the attached listener and remembers what it may have to send again.

    `observer` sees every event once, in the order of sending; it must not wait or raise.
    """

    def __init__(self, observer: Callable[[TurnEvent], None]) -> None:
        self._observer = observer
        self._listener: Listener | None = None
        self._attached = asyncio.Event()
        self._kept: deque[InOrder] = deque()
        self._flushed = 0
        self._ducked = 0
        """The turn whose voice the listener was told to lower, 0 for none."""
        self._order = asyncio.Lock()

    @property
    def attached(self) -> bool:
        return self._listener is not None

    async def send(self, event: InOrder) -> None:
        """Stream one event, waiting for a listener if there is none. Cancelling is safe.

        If the connection is lost on the way the event is kept for the next one.
        """
        while True:
            await self._attached.wait()
            async with self._order:
                if event.turn <= self._flushed:
                    return
                if self._listener is None:
                    continue
                if isinstance(event, TurnBegan):
                    self._kept.clear()
                self._kept.append(event)
                self._observer(event)
                await self._listener.stream(event)
                return

    def tell(self, event: AtOnce) -> None:
        """Tell at once; without a listener only the observer learns of it."""
        self._observer(event)
        if self._listener is not None:
            if isinstance(event, VoiceDucked):
                self._ducked = event.turn if event.level < 1 else 0
            self._listener.tell(event)

    def live(self, event: Live) -> None:
        """Send now or never; without a listener only the observer learns of it."""
        self._observer(event)
        if self._listener is not None:
            self._listener.live(event)

    def relay(self, event: PeerSpoke) -> None:
        """Send now or never what others produce; the observer does not learn of it here."""
        if self._listener is not None:
            self._listener.live(event)

    def flush(self, turn: int) -> None:
        """Forget all that was streamed and not yet sent or played; nothing more of `turn` will be sent.

        A cancelled turn may run for one more step: its number is stale from now on.
        """
        self._flushed = turn
        self._kept.clear()
        if self._listener is not None:
            self._listener.hush()

    def played(self, turn: int, pts: int) -> None:
        """The listener has heard `turn` up to `pts`: what lies well before needs no second sending."""
        while self._kept and _over(self._kept[0], turn, pts - BEHIND_US):
            self._kept.popleft()

    def resumable(self, turn: int, pts: int) -> int | None:
        """From where (`pts` or later) a listener with `turn` up to `pts` can go on, or None."""
        kept = [e.segment.audio for e in self._kept if isinstance(e, SegmentReady) and e.turn == turn]
        if not kept or pts > kept[-1].format.micros(kept[-1].end):
            return None
        return max(pts, kept[0].format.micros(kept[0].position))

    def follows(self, turn: int) -> bool:
        """Whether a listener who needs nothing more of `turn` can go on with the start of a later one."""
        return not self._kept or (isinstance(self._kept[0], TurnBegan) and self._kept[0].turn > turn)

    async def attach(self, listener: Listener, turn: int = -1, pts: int = 0) -> None:
        """Go on with this listener, who has `turn` up to `pts` without a gap; -1 if it has nothing.

        Everything it lacks is streamed before anything new; what is told or flushed meanwhile reaches it.
        Cancelling is safe.
        """
        async with self._order:
            self._listener = listener
            if 0 < self._ducked == turn > self._flushed:
                self.tell(VoiceDucked(turn, 1.0, 0))  # who spoke is not heard any more
            for event in list(self._kept):
                if event.turn > self._flushed and not _received(event, turn, pts):
                    await listener.stream(event)
            if self._listener is listener:
                self._attached.set()

    def close(self) -> None:
        """Forget what was kept and who listens: the session is over."""
        self._listener = None
        self._attached.clear()
        self._kept.clear()

    def detach(self, listener: Listener) -> None:
        """The connection is gone; ignored if another listener has taken over."""
        if self._listener is listener:
            self._listener = None
            self._attached.clear()


def _end(event: InOrder) -> int | None:
    """Media time by which the event is over, None for events without one."""
    match event:
        case SegmentReady(segment=segment):
            return segment.audio.format.micros(segment.audio.end)
        case WordSpoken(end=end):
            return end
        case MoodChanged(pts=pts) | CueReached(pts=pts):
            return pts
        case _:
            return None


def _over(event: InOrder, turn: int, pts: int) -> bool:
    """Whether the event lies before `pts` of `turn`; the beginning of a turn does, its end never."""
    if event.turn != turn:
        return event.turn < turn
    end = _end(event)
    return pts > 0 if isinstance(event, TurnBegan) else end is not None and end <= pts


def _received(event: InOrder, turn: int, pts: int) -> bool:
    """Whether a listener with `turn` up to `pts` surely has the event.

    Captions, moods and cues go ahead of their segment, so one that ended before `pts` has arrived; the end
    of a turn may not have, and is told again.
    """
    return _over(event, turn, pts) or (isinstance(event, TurnBegan) and event.turn == turn)
