"""A character's replies on their way to a room: a live voice, in real time."""

from collections.abc import Callable
from typing import Final

from blend_shapes.face import frames_before
from server.clock import Clock
from server.rooms.broadcast import Broadcast
from server.speech.values import Segment
from server.turn.events import (
    AtOnce,
    InOrder,
    Live,
    PeerSaid,
    SegmentReady,
    TurnBegan,
    TurnEnded,
    TurnFlushed,
    WordSpoken,
)
from server.turn.session import Session

SLICE_S: Final = 0.04
"""A reply comes in long segments, a live voice in short ones."""
AHEAD_S: Final = 0.04
"""A slice is given out so much before its first sample is due."""
BEHIND_S: Final = 0.1
"""A voice later than this stands still meanwhile; it does not run to catch up."""


class Stage:
    """The `Listener` of a character's session. `say` is told the words, before or with their sound."""

    def __init__(
        self,
        peer: int,
        session: Session,
        broadcast: Broadcast,
        clock: Clock,
        say: Callable[[PeerSaid], None],
    ) -> None:
        self.since: float | None = None
        """When the reply under way began to be heard; None while none is."""
        self.ended: float | None = None
        """When the last reply was over; None before the first, and during one."""
        self._peer = peer
        self._session = session
        self._broadcast = broadcast
        self._clock = clock
        self._say = say
        self._zero = 0.0
        """When the reply's first sample was due, by how it has gone so far."""
        self._hushed = 0

    async def stream(self, event: InOrder) -> None:
        """Give out the event when its time has come. Cancelling is safe."""
        match event:
            case TurnBegan():
                self._broadcast.begin(0)
                self.ended = None
            case SegmentReady(turn=turn, segment=segment):
                await self._speak(turn, segment)
            case WordSpoken(pts=pts, end=end, text=text):
                move = self._broadcast.moved_us
                self._say(PeerSaid(self._peer, pts + move, end + move, text))
            case TurnEnded():
                self._end()

    def tell(self, event: AtOnce) -> None:
        if isinstance(event, TurnFlushed):
            self._end()

    def live(self, event: Live) -> None:
        """A character sees nobody."""

    def hush(self) -> None:
        self._hushed += 1

    async def _speak(self, turn: int, segment: Segment) -> None:
        hushed, rest, frames = self._hushed, segment.audio, segment.frames
        audio = rest.format
        while len(rest):
            at = rest.position / audio.rate
            await self._wait_for(at)
            if self._hushed != hushed:
                return
            piece, rest = rest.split(audio.samples(SLICE_S))
            now, frames = frames.split(frames_before(audio.micros(piece.end), frames.fps))
            self._broadcast.add(piece.samples, now, SLICE_S)
            self._session.played(turn, audio.micros(piece.position), "playing")

    async def _wait_for(self, seconds: float) -> None:
        """Return when this moment of the reply is due."""
        now = self._clock.now()
        if self.since is None:
            self.since = now
            self._zero = now + AHEAD_S - seconds
            self._broadcast.speak(0)
        due = self._zero + seconds - AHEAD_S
        if due < now - BEHIND_S:
            self._zero += now - due
        else:
            await self._clock.sleep_until(due)

    def _end(self) -> None:
        self._broadcast.rest()
        self.since, self.ended = None, self._clock.now()
