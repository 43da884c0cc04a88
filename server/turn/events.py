"""What a session produces: a closed union of values, told to the client and to observers.

Times are integer microseconds on the turn's timeline.
"""

from dataclasses import dataclass
from typing import Literal

from blend_shapes.face import FaceFrames
from server.audio.chunk import AudioChunk
from server.speech.values import Segment

AvatarState = Literal["idle", "listening", "thinking", "speaking"]
Origin = Literal["text", "speech", "say", "greeting"]
Reason = Literal["user_spoke", "client_asked", "client_left", "superseded", "failed", "shutdown"]


@dataclass(frozen=True, slots=True)
class StateChanged:
    state: AvatarState


@dataclass(frozen=True, slots=True)
class TurnBegan:
    turn: int
    origin: Origin
    id: str | None


@dataclass(frozen=True, slots=True)
class WordSpoken:
    turn: int
    pts: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class MoodChanged:
    turn: int
    pts: int
    mood: str
    intensity: float


@dataclass(frozen=True, slots=True)
class CueReached:
    turn: int
    pts: int
    name: str


@dataclass(frozen=True, slots=True)
class SegmentReady:
    turn: int
    segment: Segment
    lateness: float
    """Seconds between when it could have left and when it did."""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    turn: int
    pts: int


@dataclass(frozen=True, slots=True)
class StageTimes:
    turn: int
    stages: dict[str, float]
    """Milliseconds from the true end of the user's input to the first result of each stage."""


@dataclass(frozen=True, slots=True)
class TurnFlushed:
    turn: int
    reason: Reason
    fade_ms: int


@dataclass(frozen=True, slots=True)
class VoiceDucked:
    """The user may be interrupting: the voice goes to `level` of its loudness, 1 to bring it back."""

    turn: int
    level: float
    fade_ms: int


@dataclass(frozen=True, slots=True)
class TurnFailed:
    """Something of the turn could not be done; `turn` is None when it belongs to no turn."""

    turn: int | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class UtteranceHeard:
    """What the user said, as far as it is understood; each replaces the one before until `final`."""

    text: str
    final: bool
    language: str | None


@dataclass(frozen=True, slots=True, eq=False)
class MirrorReady:
    """Frames of the user's own face, on the timeline of their microphone."""

    seq: int
    frames: FaceFrames
    lateness: float
    """Seconds since the sound that made them certain arrived."""


PeerState = Literal["joined", "left", "muted"]


@dataclass(frozen=True, slots=True)
class PeerChanged:
    """Who is in the room: someone else, or with `you` whoever is told."""

    room: str
    peer: int
    name: str
    state: PeerState
    you: bool = False
    character: str | None = None
    """Who answers under this name; None for a person."""


@dataclass(frozen=True, slots=True)
class PeerSaid:
    """A word or phrase of what somebody in the room says, on that peer's timeline."""

    peer: int
    pts: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class PeerSpoke:
    """Voice and face of somebody in the room, on that peer's timeline; without audio, nothing for now.

    One value goes to all who hear it at this number of frames a second.
    """

    peer: int
    seq: int
    audio: AudioChunk
    frames: FaceFrames

    def ended(self) -> "PeerSpoke":
        """In its place, for one who is not to hear it: that nothing follows for now."""
        return PeerSpoke(
            self.peer, self.seq, self.audio.split(0)[0], self.frames.split(self.frames.first)[0]
        )


InOrder = TurnBegan | WordSpoken | MoodChanged | CueReached | SegmentReady | TurnEnded | StageTimes
"""Told to the client in the order of the turn; may wait for the network."""
AtOnce = StateChanged | TurnFlushed | VoiceDucked | TurnFailed | UtteranceHeard | PeerChanged | PeerSaid
"""Told to the client at once; overtakes whatever waits."""
Live = MirrorReady | PeerSpoke
"""Sent to the client now or never; waits for nothing and holds up nothing."""
TurnEvent = InOrder | AtOnce | Live
