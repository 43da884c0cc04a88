"""What a client knows of its session, whatever connection carries it. Pure: messages and times come in."""

from typing import Final

from msgspec.structs import replace

from protocol import messages as m
from protocol import pcm16
from protocol.dialogue import ServerOrder
from python_client.playhead import Playhead
from python_client.room import Room

_MEDIA_OF_A_TURN: Final = (m.Segment, m.Caption, m.Mood, m.Cue)
_NAMING_A_TURN: Final = (*_MEDIA_OF_A_TURN, m.Duck, m.End, m.Timings)


class Session:
    """Checks each message of the server, says which are to be shown, and where to resume.

    `now` is in microseconds of any clock that does not fall.
    """

    def __init__(self) -> None:
        self.welcome: m.Welcome | None = None
        self.playhead = Playhead()
        self.room = Room()
        self.stale = 0
        """Messages dropped: their turn was flushed or interrupted, or a resume repeated them."""
        self._order = ServerOrder()
        self._samples = 0
        self._last_pts = 0
        self._silenced = 0

    @property
    def turn(self) -> int:
        """The newest turn, 0 before the first."""
        return self._order.turn

    @property
    def position(self) -> m.Position:
        """The end of the media received without a gap; for Opus the start of its last segment."""
        audio = None if self.welcome is None else self.welcome.audio
        if audio is None or audio.codec != "pcm16":
            return m.Position(self.turn, self._last_pts)
        return m.Position(self.turn, pcm16.micros(self._samples, audio.rate))

    def reconnected(self) -> None:
        """A new connection has been made; its `welcome` comes next."""
        self._order.reconnected()

    def resuming(self, hello: m.Hello) -> m.Hello:
        """`hello`, to go on with this session where it is."""
        if self.welcome is None:
            return hello
        return replace(
            hello,
            session=self.welcome.session,
            resume_token=self.welcome.resume_token,
            resume=self.position,
        )

    def silence(self, now: int) -> None:
        """The current turn is interrupted from this side: nothing more of it is shown."""
        self._silenced = self.turn
        self.playhead.flush(self.turn, now)

    def take(self, message: m.FromServer, now: int) -> bool:
        """Whether `message` is to be shown. Raises `BadMessage` where it breaks the order."""
        if isinstance(message, _NAMING_A_TURN) and message.turn <= self._order.flushed:
            self.stale += 1
            return False
        fresh = self._order.receive(message)
        if fresh:
            self._follow(message, now)
        if not fresh or (isinstance(message, _MEDIA_OF_A_TURN) and message.turn <= self._silenced):
            self.stale += 1
            return False
        return True

    def _follow(self, message: m.FromServer, now: int) -> None:
        match message:
            case m.Segment():
                self._samples += len(message.audio) // pcm16.BYTES_PER_SAMPLE
                self._last_pts = message.pts
                if message.turn > self._silenced:
                    self.playhead.add(self.position.pts, now)
            case m.Turn():
                self._samples = self._last_pts = 0
                self.playhead.begin(message.turn, now)
            case m.End() if message.turn > self._silenced:
                self.playhead.finish(message.pts, now)
            case m.Flush():
                self.playhead.flush(message.turn, now)
            case m.Welcome():
                self.welcome = message
                if message.resumed is None:
                    self._samples = self._last_pts = self._silenced = 0
                    self.playhead.reset(now)
