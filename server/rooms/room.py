"""A room: its members, what they are told of each other, and who gets whose voice and face."""

from collections.abc import Callable, Iterable

from server.audio.chunk import Samples
from server.errors import PeerError
from server.rooms import names
from server.rooms.cast import Cast
from server.rooms.feed import Feed
from server.rooms.floor import Floor
from server.rooms.member import Member
from server.turn.events import PeerChanged, PeerSaid, PeerSpoke, PeerState


class Room:
    """Members by number, in the order in which they came. `left` is called after one has left for good."""

    def __init__(
        self,
        name: str,
        *,
        rate: int,
        capacity: int,
        speakers: int,
        name_chars: int,
        left: Callable[["Room", Member], None],
        observer: Callable[[PeerSpoke], None],
    ) -> None:
        self.name = name
        self.members: dict[int, Member] = {}
        self._rate = rate
        self._capacity = capacity
        self._speakers = speakers
        self._name_chars = name_chars
        self._left = left
        self._observer = observer
        self._floor = Floor()
        self.cast: Cast | None = None
        """The characters that are here."""

    # --- members ---------------------------------------------------------------------------------

    def place(self, name: str | None) -> str:
        """The name under which somebody who asks for `name` would be in the room.

        Raises PeerError: there is no place, or no such name can be.
        """
        if sum(member.character is None for member in self.members.values()) >= self._capacity:
            raise PeerError(
                f"the room {self.name!r} has {self._capacity} people and no place left", "room_full"
            )
        return self.distinct(
            names.UNNAMED if name is None else names.cleaned(name, "a member", self._name_chars)
        )

    def distinct(self, name: str) -> str:
        """The name, or one like it that nobody in the room has."""
        return names.distinct(name, [member.name for member in self.members.values()], self._name_chars)

    def enter(self, member: Member) -> None:
        """The member has the place; it is told who is here, and they are told of it."""
        self.members[member.number] = member
        if self.cast is not None:
            self.cast.listen_to(member)
        self._serve()
        self._list_for(member)
        self.changed(member)

    def changed(self, member: Member) -> None:
        self._tell_others(member, member.state)

    def came(self, member: Member) -> None:
        self._serve()
        self._list_for(member)
        self.changed(member)

    def away(self, member: Member) -> None:
        self._take_nothing(member)
        self.changed(member)

    def gone(self, member: Member) -> None:
        del self.members[member.number]
        self._take_nothing(member)
        self._tell_others(member, "left")
        member.tell(self._seen(member, "left", you=True))
        self._left(self, member)

    @property
    def people(self) -> int:
        return sum(member.present for member in self.members.values())

    def say(self, event: PeerSaid) -> None:
        for other in self._others(event.peer):
            other.tell(event)

    # --- Outlet ----------------------------------------------------------------------------------

    def heard(self, peer: int, samples: Samples) -> None:
        self._floor.hear(peer, samples, len(samples) / self._rate)

    def give(self, feed: Feed, event: PeerSpoke) -> None:
        """To everyone who takes this feed and whose turn it is; the others learn that they get no more."""
        self._observer(event)
        if not len(event.audio):
            for number in feed.takers:
                self.members[number].relay(event)
            feed.takers.clear()
            return
        ended: PeerSpoke | None = None
        for listener in self._others(event.peer):
            if not listener.present or listener.fps != feed.fps:
                continue
            if self._floor.heard(event.peer, listener.number, self._speakers):
                feed.takers.add(listener.number)
                listener.relay(event)
            elif listener.number in feed.takers:
                feed.takers.discard(listener.number)
                ended = ended or event.ended()
                listener.relay(ended)

    def rested(self, peer: int) -> None:
        self._floor.rest(peer)

    # --- details ---------------------------------------------------------------------------------

    def _others(self, number: int) -> Iterable[Member]:
        return (member for member in self.members.values() if member.number != number)

    def _serve(self) -> None:
        """Frames are made at the rates that the members of now take."""
        for member in self.members.values():
            member.broadcast.serve({other.fps for other in self._others(member.number) if other.present})

    def _take_nothing(self, member: Member) -> None:
        for other in self._others(member.number):
            for feed in other.broadcast.feeds.values():
                feed.takers.discard(member.number)
        self._serve()

    def _list_for(self, member: Member) -> None:
        member.tell(self._seen(member, "joined", you=True))
        for other in self._others(member.number):
            member.tell(self._seen(other, other.state))

    def _tell_others(self, member: Member, state: PeerState) -> None:
        event = self._seen(member, state)
        for other in self._others(member.number):
            other.tell(event)

    def _seen(self, member: Member, state: PeerState, *, you: bool = False) -> PeerChanged:
        return PeerChanged(self.name, member.number, member.name, state, you, member.character)
