"""One member of a room: a session, what it may say, and what it is told."""

from typing import Literal, Protocol

from blend_shapes.face import FaceFrames
from server.audio.chunk import AudioChunk
from server.rooms.broadcast import Broadcast
from server.rooms.speech import Speech
from server.turn.events import PeerChanged, PeerSaid, PeerSpoke
from server.turn.microphone import MicrophoneState
from server.turn.session import Session

State = Literal["joined", "muted"]


class Company(Protocol):
    """The others in the room, as a member sees them. No call waits or raises."""

    def changed(self, member: "Member") -> None:
        """What the others see of the member is different now."""
        ...

    def came(self, member: "Member") -> None:
        """The member's user is here, anew or again."""
        ...

    def away(self, member: "Member") -> None:
        """The member's user has lost the connection."""
        ...

    def gone(self, member: "Member") -> None:
        """The member leaves for good."""
        ...

    def say(self, event: PeerSaid) -> None:
        """These are words of a member."""
        ...

    @property
    def people(self) -> int:
        """Members who are no characters, and are here."""
        ...


class Member:
    """The session's `Membership`. Only in drive mode it has `speech`, and so can be heard."""

    character: str | None = None
    """Who answers under this name; None for a person."""

    def __init__(
        self,
        number: int,
        name: str,
        session: Session,
        company: Company,
        broadcast: Broadcast,
        speech: Speech | None,
    ) -> None:
        self.number = number
        self.name = name
        self.broadcast = broadcast
        self.speech = speech
        self.present = session.attached
        self._session = session
        self._company = company
        self._microphone: MicrophoneState = session.microphone_state
        self._audible_from = 0
        """Position on the microphone's timeline: what came before it was said while it was muted."""

    @property
    def session_id(self) -> str:
        return self._session.id

    @property
    def fps(self) -> int:
        """Frames a second of the faces that this member gets, and of its own."""
        return self._session.terms.pace.fps

    @property
    def state(self) -> State:
        speaks = self.speech is not None and self.present and self._microphone == "open"
        return "joined" if speaks else "muted"

    # --- to the client ---------------------------------------------------------------------------

    def tell(self, event: PeerChanged | PeerSaid) -> None:
        """Tell the user at once, where there is one."""
        if self.present:
            self._session.tell(event)

    def relay(self, event: PeerSpoke) -> None:
        """Pass on what somebody says, now or never."""
        self._session.relay(event)

    # --- Membership ------------------------------------------------------------------------------

    def follow(self, audio: AudioChunk | None, frames: FaceFrames) -> None:
        if self.speech is None:
            return
        if audio is None:
            self.speech.follow(None, frames)
        elif self._microphone == "open" and audio.position >= self._audible_from:
            self.speech.follow(audio, frames)

    def rest(self) -> None:
        if self.speech is not None:
            self.speech.rest()

    def switch(self, state: MicrophoneState, position: int) -> None:
        before, self._microphone = self.state, state
        if state == "open":
            self._audible_from = position
        if self.state != before:
            self._company.changed(self)

    def attached(self) -> None:
        self.present = True
        self._audible_from = 0
        self._company.came(self)

    def detached(self) -> None:
        self.present = False
        self.rest()
        self._company.away(self)

    def close(self) -> None:
        self.rest()
        self._session.membership = None
        self._company.gone(self)
