"""A turn gathered: its sound, its face and its captions in one value."""

from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from protocol import messages as m
from protocol import pcm16
from protocol.face_format import FaceLayout, Floats, frame_time

LOST = "connection lost"

_T = TypeVar("_T")


@dataclass(slots=True)
class Reply:
    """What arrived of one turn; sound and face are decoded only when asked for."""

    turn: int
    origin: m.Origin
    id: str | None
    audio_format: m.AudioFormatInfo
    face_format: m.FaceFormatInfo
    segments: list[m.Segment] = field(default_factory=list)
    captions: list[m.Caption] = field(default_factory=list)
    moods: list[m.Mood] = field(default_factory=list)
    cues: list[m.Cue] = field(default_factory=list)
    length: int | None = None
    """Media time of its end, in microseconds; None where it was cut short."""
    flushed: str | None = None
    """Why it was cut short."""
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The captions, joined."""
        return "".join(caption.text for caption in self.captions).strip()

    def audio(self) -> NDArray[np.int16]:
        """Samples, shape (n,), at `audio_format.rate`. Raises `ValueError` for Opus, `BadMessage`."""
        if self.audio_format.codec != "pcm16":
            raise ValueError(
                f"{self.audio_format.codec} audio: its packets are in `segments`, still encoded"
            )
        return pcm16.unpack(b"".join(segment.audio for segment in self.segments))

    def face(self) -> tuple[NDArray[np.float64], Floats, Floats]:
        """Times (n,) in seconds, weights (n, channels), head angles (n, 3) in degrees.

        Raises `BadMessage` for a payload that is no whole number of frames.
        """
        layout, fps = FaceLayout.of(self.face_format), self.face_format.fps
        weights, head = layout.unpack(b"".join(segment.face for segment in self.segments))
        starts = [(segment.face_pts, layout.count(segment.face)) for segment in self.segments]
        times = [start + frame_time(i, fps) for start, count in starts for i in range(count)]
        return np.array(times, np.float64) / 1e6, weights, head


class Replies:
    """Gathers the messages of a stream into replies; feed it everything.

    A stream that does not begin with `welcome` needs it from elsewhere.
    """

    def __init__(self, welcome: m.Welcome | None = None) -> None:
        self._welcome = welcome
        self._reply: Reply | None = None
        self._open = False

    def feed(self, message: m.FromServer) -> Reply | None:
        """Take the next message; gives the reply it completes or cuts short."""
        if isinstance(message, m.Welcome):
            return self._greet(message)
        if isinstance(message, m.Turn):
            self._begin(message)
        elif self._reply is not None and getattr(message, "turn", None) == self._reply.turn:
            return self._add(self._reply, message)
        return None

    def _add(self, reply: Reply, message: m.FromServer) -> Reply | None:
        match message:
            case m.Segment():
                reply.segments.append(message)
            case m.Caption():
                _once(reply.captions, message)
            case m.Mood():
                _once(reply.moods, message)
            case m.Cue():
                _once(reply.cues, message)
            case m.Timings():
                reply.timings.update(message.stages)
            case m.End():
                reply.length = message.pts
                return self._finish()
            case m.Flush():
                reply.flushed = message.reason
                return self._finish()
        return None

    def _greet(self, welcome: m.Welcome) -> Reply | None:
        self._welcome = welcome
        if welcome.resumed is not None or self._reply is None:
            return None
        self._reply.flushed = self._reply.flushed or LOST
        lost, self._reply = self._finish(), None
        return lost

    def _begin(self, turn: m.Turn) -> None:
        if self._welcome is not None:
            self._reply = Reply(turn.turn, turn.origin, turn.id, self._welcome.audio, self._welcome.face)
            self._open = True

    def _finish(self) -> Reply | None:
        """The reply, unless it was given before (a resume may say `end` again)."""
        was_open, self._open = self._open, False
        return self._reply if was_open else None


def _once(items: list[_T], item: _T) -> None:
    """A resume may say again what is here already."""
    if item not in items:
        items.append(item)


async def replies(events: AsyncIterable[m.FromServer]) -> AsyncGenerator[Reply, None]:
    """The replies of a stream, from a `Client` or a `Replay`, each when it is complete or cut short.

    A reply's timings come after its end, and are added to it while the stream is read on.
    """
    gathered = Replies()
    async for event in events:
        reply = gathered.feed(event)
        if reply is not None:
            yield reply
