"""The rooms of this process: made by the first member, gone with the last."""

import asyncio
import itertools
from collections.abc import Callable, Sequence

from server.audio.chunk import AudioFormat
from server.clock import Clock
from server.config import Rooms as Section
from server.errors import PeerError
from server.ports import Detector, Recognizer
from server.rooms import names
from server.rooms.broadcast import Broadcast
from server.rooms.cast import Cast
from server.rooms.member import Member
from server.rooms.resident import Resident
from server.rooms.room import Room
from server.rooms.speech import Speech
from server.turn.events import PeerSpoke
from server.turn.session import Session

Casting = Callable[[str], Sequence[Session]]
"""Makes the sessions of the characters that are in a room of this name."""


class Rooms:
    """Whoever joins and leaves. Voices are sent at the rate of `audio`; `observer` sees each segment.

    Where there is a recognizer, `casting` says who else is in a room. `close` when all sessions are.
    """

    def __init__(
        self,
        section: Section,
        detector: Detector,
        audio: AudioFormat,
        clock: Clock,
        *,
        recognizer: Recognizer | None = None,
        casting: Casting = lambda room: (),
        observer: Callable[[PeerSpoke], None] = lambda event: None,
    ) -> None:
        self._section = section
        self._detector = detector
        self._audio = audio
        self._clock = clock
        self._recognizer = recognizer
        self._casting = casting
        self._observer = observer
        self._rooms: dict[str, Room] = {}
        self._numbers = itertools.count(1)
        self._inside: dict[str, tuple[Room, Member]] = {}
        """Where each session is, by its id."""
        self._ending: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._rooms)

    @property
    def members(self) -> int:
        """Of all rooms."""
        return sum(len(room.members) for room in self._rooms.values())

    def join(self, session: Session, name: str, member: str | None) -> None:
        """The session enters the room `name` as `member`, and is told who is there.

        Raises PeerError, and then nothing has changed.
        """
        key = names.cleaned(name, "a room", self._section.name_chars)
        if (inside := self._inside.get(session.id)) is not None:
            raise PeerError(f"you are in the room {inside[0].name!r}; `leave` it first", "in_a_room")
        room = self._rooms.get(key) or self._new(key)
        place = room.place(member)
        if key not in self._rooms:
            self._rooms[key] = room
            self._people(room)
        entering = self._member(session, room, room.distinct(place))
        self._inside[session.id] = room, entering
        session.membership = entering
        room.enter(entering)

    def leave(self, session: Session, name: str) -> None:
        """The session leaves the room `name`. Raises PeerError if it is not in it."""
        key = names.cleaned(name, "a room", self._section.name_chars)
        inside = self._inside.get(session.id)
        if inside is None:
            raise PeerError(f"you are in no room, so not in {key!r}", "unknown_room")
        if inside[0].name != key:
            raise PeerError(f"you are not in {key!r} but in {inside[0].name!r}", "unknown_room")
        inside[1].close()

    async def close(self) -> None:
        """End whatever is under way; no session is in a room any more."""
        if self._ending:
            await asyncio.wait(self._ending)

    def _new(self, key: str) -> Room:
        listed = self._section.listed
        if listed is not None and key not in listed:
            known = ", ".join(listed) or "none"
            raise PeerError(f"there is no room {key!r}; there are: {known}", "unknown_room")
        return Room(
            key,
            rate=self._audio.rate,
            capacity=self._section.capacity,
            speakers=self._section.speakers,
            name_chars=self._section.name_chars,
            left=self._left,
            observer=self._observer,
        )

    def _people(self, room: Room) -> None:
        """The characters of a new room enter it."""
        if self._recognizer is None or not (sessions := self._casting(room.name)):
            return
        residents = []
        for session in sessions:
            broadcast = self._broadcast(session, room)
            name = room.distinct(session.terms.character.name)
            resident = Resident(broadcast.peer, name, session, room, broadcast, self._clock)
            room.enter(resident)
            residents.append(resident)
        characters = [session.terms.character for session in sessions]
        room.cast = Cast(residents, characters, self._recognizer, self._clock.now)

    def _member(self, session: Session, room: Room, name: str) -> Member:
        broadcast = self._broadcast(session, room)
        speech = Speech(
            self._detector,
            broadcast,
            self._audio,
            preroll_s=self._section.preroll_ms / 1000,
            hangover_s=self._section.hangover_ms / 1000,
        )
        drives = session.terms.mode == "drive"
        return Member(broadcast.peer, name, session, room, broadcast, speech if drives else None)

    def _broadcast(self, session: Session, room: Room) -> Broadcast:
        number, segment_s = next(self._numbers), self._section.segment_ms / 1000
        return Broadcast(number, self._audio, session.terms.pace.fps, room, segment_s=segment_s)

    def _left(self, room: Room, member: Member) -> None:
        del self._inside[member.session_id]
        if any(other.character is None for other in room.members.values()):
            return
        del self._rooms[room.name]
        if room.cast is not None:
            ending = room.cast.end()
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
