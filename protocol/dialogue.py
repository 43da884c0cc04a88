"""The legal order of messages: a table for each direction and the small machine that walks it.

Each end holds the machine of what it *receives*: a server a `ClientOrder`, a client a `ServerOrder`. The
table says which message may come in which state and the state after it; the machine adds what a table
cannot say: numbers that rise and times that never fall. Pure; a message that is refused changes nothing.

A client::

    AWAIT_HELLO --hello--> OPEN --bye--> CLOSED

A server::

    AWAIT_WELCOME --welcome--> IDLE --turn--> IN_TURN --end--> ENDED --turn--> IN_TURN
                                 ^               |               |
                                 +----flush------+-----flush-----+

A connection that resumes goes from AWAIT_WELCOME to the state its turn was in. RESUMED is ENDED with
the freedom to say again what the server cannot know to have arrived.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from protocol import messages as m
from protocol.codes import BadMessage


class State(Enum):
    """Where one direction of a connection stands."""

    AWAIT_HELLO = "hello is awaited"
    OPEN = "the connection is open"
    AWAIT_WELCOME = "welcome is awaited"
    IDLE = "no turn is open"
    IN_TURN = "a turn is open"
    ENDED = "the turn has ended"
    RESUMED = "an ended turn has been resumed"
    CLOSED = "the connection is closed"


Row = Mapping[type[m.Message], State]
Table = Mapping[State, Row]


def _stay(state: State, *types: type[m.Message]) -> Row:
    return dict.fromkeys(types, state)


_OPEN_MESSAGES: Final = (
    m.Text, m.Say, m.Interrupt, m.Played, m.Mic, m.Configure, m.Join, m.Leave, m.Ping, m.Microphone,
)  # fmt: skip
_ANY_TIME: Final = (
    m.Clip, m.State, m.Heard, m.Timings, m.Peer, m.Said, m.Error, m.Pong, m.PeerSegment, m.Mirror,
)  # fmt: skip
_OF_A_TURN: Final = (m.Segment, m.Caption, m.Mood, m.Cue, m.Duck)

CLIENT_TABLE: Final[Table] = {
    State.AWAIT_HELLO: {m.Hello: State.OPEN},
    State.OPEN: {**_stay(State.OPEN, *_OPEN_MESSAGES), m.Bye: State.CLOSED},
    State.CLOSED: {},
}

SERVER_TABLE: Final[Table] = {
    State.AWAIT_WELCOME: {m.Welcome: State.IDLE, m.Error: State.AWAIT_WELCOME},
    State.IDLE: {
        **_stay(State.IDLE, *_ANY_TIME),
        m.Turn: State.IN_TURN,
        m.Flush: State.IDLE,
    },
    State.IN_TURN: {
        **_stay(State.IN_TURN, *_ANY_TIME, *_OF_A_TURN),
        m.End: State.ENDED,
        m.Flush: State.IDLE,
    },
    State.ENDED: {
        **_stay(State.ENDED, *_ANY_TIME, m.Duck),
        m.Turn: State.IN_TURN,
        m.Flush: State.IDLE,
    },
    State.RESUMED: {
        **_stay(State.RESUMED, *_ANY_TIME, *_OF_A_TURN),
        m.Turn: State.IN_TURN,
        m.End: State.ENDED,
        m.Flush: State.IDLE,
    },
    State.CLOSED: {},
}


def _name(kind: type[m.Message]) -> str:
    tag = kind.__struct_config__.tag
    return f"`{tag}`" if isinstance(tag, str) else f"{kind.__name__.lower()} (kind {tag})"


def _wrong(text: str) -> BadMessage:
    return BadMessage("wrong_order", text)


def _step(table: Table, state: State, message: m.Message) -> State:
    """The state after `message`. Raises `BadMessage` with what would be legal instead."""
    row = table[state]
    after = row.get(type(message))
    if after is None:
        legal = ", ".join(_name(kind) for kind in row) or "nothing"
        raise _wrong(f"{_name(type(message))} when {state.value}; legal now: {legal}")
    return after


class _Stream:
    """A run of media messages: `seq` counted from 0 without a gap, times that never fall."""

    def __init__(self, seq: int = 0) -> None:
        self.seq = seq
        self.pts = 0
        self.face_pts = 0

    def check(self, what: str, seq: int, pts: int, face_pts: int) -> None:
        if seq != self.seq:
            raise _wrong(f"seq {seq} of {what}; {self.seq} is next")
        self._check_times(what, pts, face_pts)

    def check_live(self, what: str, seq: int, pts: int, face_pts: int) -> None:
        """As `check`, but `seq` may leap: live media that is late is left out."""
        if seq < self.seq:
            raise _wrong(f"seq {seq} of {what}; {self.seq} or more is next")
        self._check_times(what, pts, face_pts)

    def advance(self, seq: int, pts: int, face_pts: int) -> None:
        self.seq, self.pts, self.face_pts = seq + 1, pts, face_pts

    def _check_times(self, what: str, pts: int, face_pts: int) -> None:
        if pts < self.pts:
            raise _wrong(f"pts {pts} of {what} after {self.pts}; media times never fall")
        if face_pts < self.face_pts:
            raise _wrong(f"face_pts {face_pts} of {what} after {self.face_pts}; media times never fall")


class ClientOrder:
    """What a server holds against each connection's client messages."""

    def __init__(self) -> None:
        self.state = State.AWAIT_HELLO
        self._microphone: _Stream | None = None

    def receive(self, message: m.FromClient) -> None:
        """Accept the next message. Raises `BadMessage` (`wrong_order`) and stays as it was."""
        after = _step(CLIENT_TABLE, self.state, message)
        if isinstance(message, m.Microphone):
            if self._microphone is None:
                raise _wrong(
                    "microphone audio on a connection whose `hello` had no `mic`; name its format there"
                )
            self._microphone.check_live("the microphone", message.seq, message.pts, 0)
            self._microphone.advance(message.seq, message.pts, 0)
        elif isinstance(message, m.Hello) and message.mic is not None:
            self._microphone = _Stream()
        self.state = after


class ServerOrder:
    """What a client holds against the server's messages; outlives a connection, for the resume.

    `turn` is the newest turn the server has named, 0 before the first; `flushed` the newest it has flushed.
    """

    def __init__(self) -> None:
        self.state = State.AWAIT_WELCOME
        self._forget()

    def _forget(self) -> None:
        self.turn = 0
        self.flushed = 0
        self._ended = False
        self._reply = _Stream()
        self._repeats = False
        self._peers: dict[int, _Stream] = {}
        self._mirror = _Stream()

    def reconnected(self) -> None:
        """A new connection has been made: `welcome` comes next, the turn is remembered."""
        self.state = State.AWAIT_WELCOME

    def receive(self, message: m.FromServer) -> bool:
        """Accept the next message; False for a segment that was already here before a resume.

        Raises `BadMessage` (`wrong_order`) and stays as it was.
        """
        after = _step(SERVER_TABLE, self.state, message)
        if type(message) is m.Segment:  # nearly every message
            fresh = self._segment(message)
            self.state = after
            return fresh
        match message:
            case m.Welcome():
                after = self._welcome(message)
            case m.Turn():
                self._begin(message)
            case m.Flush():
                self._flush(message)
            case m.Caption() | m.Mood() | m.Cue() | m.Duck() | m.End():
                self._of_the_turn(message)
            case m.Timings():
                self._timings(message)
            case m.Error(fatal=True):
                after = State.CLOSED
            case m.PeerSegment() | m.Mirror() | m.Peer():
                self._live(message)
        self.state = after
        return True

    def _welcome(self, message: m.Welcome) -> State:
        resumed = message.resumed
        if resumed is None:
            self._forget()
            return State.IDLE
        if resumed.turn != self.turn:
            raise _wrong(f"resumed at turn {resumed.turn}; this client has turn {self.turn}")
        self._repeats = True
        self._peers.clear()
        self._mirror = _Stream()
        if self.turn <= self.flushed:
            return State.IDLE
        return State.RESUMED if self._ended else State.IN_TURN

    def _begin(self, message: m.Turn) -> None:
        if message.turn <= self.turn:
            raise _wrong(f"turn {message.turn} after turn {self.turn}; turn numbers rise")
        self.turn, self._reply = message.turn, _Stream()
        self._repeats = self._ended = False

    def _flush(self, message: m.Flush) -> None:
        if message.turn < self.turn:
            raise _wrong(f"`flush` of turn {message.turn}; the current turn is {self.turn}")
        self.turn = self.flushed = message.turn

    def _segment(self, message: m.Segment) -> bool:
        if message.turn != self.turn:
            raise _wrong(f"a segment of turn {message.turn}; the current turn is {self.turn}")
        reply = self._reply
        if self._repeats and message.seq < reply.seq:
            return False
        # A run without frames has no time of its own.
        face_pts = message.face_pts if message.face else reply.face_pts
        reply.check("the reply", message.seq, message.pts, face_pts)
        reply.advance(message.seq, message.pts, face_pts)
        self._repeats = False
        return True

    def _of_the_turn(self, message: m.Caption | m.Mood | m.Cue | m.Duck | m.End) -> None:
        if message.turn != self.turn:
            raise _wrong(f"{_name(type(message))} of turn {message.turn}; the current turn is {self.turn}")
        if isinstance(message, m.End) and message.pts < self._reply.pts:
            raise _wrong(f"`end` at {message.pts}, before the last segment at {self._reply.pts}")
        self._ended = self._ended or isinstance(message, m.End)

    def _timings(self, message: m.Timings) -> None:
        if not self.flushed < message.turn <= self.turn:
            raise _wrong(f"`timings` of turn {message.turn}; it is flushed or has not begun")

    def _live(self, message: m.PeerSegment | m.Mirror | m.Peer) -> None:
        if isinstance(message, m.Peer):
            if message.you:
                self._peers.clear()
            elif message.state == "left":
                self._peers.pop(message.peer, None)
        elif isinstance(message, m.Mirror):
            self._mirror.check_live("the mirror", message.seq, 0, message.face_pts)
            self._mirror.advance(message.seq, 0, message.face_pts)
        else:
            stream = self._peers.setdefault(message.peer, _Stream())
            face_pts = message.face_pts if message.face else stream.face_pts
            stream.check_live(f"peer {message.peer}", message.seq, message.pts, face_pts)
            stream.advance(message.seq, message.pts, face_pts)
