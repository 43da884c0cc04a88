"""Who is in the room, from the messages that say so. Pure: messages and times come in."""

from dataclasses import dataclass
from typing import Final, Literal

from protocol import messages as m

RETOLD_S: Final = 1.0
"""After a reconnect, whoever is not named within this time is gone."""
UNHEARD_S: Final = 0.5
"""Who sent nothing for so long speaks no more."""

Change = Literal["joined", "left", "muted", "unmuted", "speaking", "quiet"]


@dataclass(slots=True, eq=False)
class Member:
    """Someone else in the room; the same object for as long as they are there, also after a reconnect."""

    number: int
    name: str
    character: str | None
    """Of an AI: its character's name."""
    muted: bool
    speaking: bool = False
    gone: bool = False
    heard_at: float = 0.0
    """When they were heard last, in seconds."""


@dataclass(frozen=True, slots=True)
class PeerChange:
    """Something changed about `peer`, which is as it is now."""

    peer: Member
    change: Change


class Room:
    """The room of one session; `now` is in seconds of a clock that never falls."""

    def __init__(self) -> None:
        self.name: str | None = None
        """None outside of rooms."""
        self.you = ""
        """What the others call this session."""
        self.number = -1
        self.members: dict[int, Member] = {}
        """The others, by number."""
        self._untold: set[int] = set()
        self._told_at = 0.0

    def take(self, message: m.Peer, now: float) -> list[PeerChange]:
        """What `message` changes."""
        if message.you:
            return self._enter(message, now)
        if message.room != self.name:
            return []
        if message.state == "left":
            return self._lose([message.peer])
        muted = message.state == "muted"
        member = self.members.get(message.peer)
        if member is None:
            member = Member(message.peer, message.name, message.character, muted)
            self.members[message.peer] = member
            return [PeerChange(member, "joined")]
        self._untold.discard(message.peer)
        member.name = message.name
        if member.muted == muted:
            return []
        member.muted = muted
        return [PeerChange(member, "muted" if muted else "unmuted")]

    def hear(self, number: int, speaking: bool, now: float) -> list[PeerChange]:
        """Whether this one is heard at the moment."""
        member = self.members.get(number)
        if member is None:
            return []
        member.heard_at = now if speaking else member.heard_at
        if member.speaking == speaking:
            return []
        member.speaking = speaking
        return [PeerChange(member, "speaking" if speaking else "quiet")]

    def settle(self, now: float) -> list[PeerChange]:
        """What follows from nothing having been said; to be asked for a few times a second."""
        changes: list[PeerChange] = []
        for member in self.members.values():
            if member.speaking and now - member.heard_at >= UNHEARD_S:
                changes += self.hear(member.number, False, now)
        if self._untold and now - self._told_at >= RETOLD_S:
            changes += self._lose([*self._untold])
        return changes

    def leave(self) -> list[PeerChange]:
        """The session is in no room any more."""
        self.name, self.you, self.number = None, "", -1
        return self._lose([*self.members])

    def _enter(self, message: m.Peer, now: float) -> list[PeerChange]:
        """The list begins anew; those who are in it again have not been away."""
        if message.state == "left":
            return self.leave() if message.room == self.name else []
        changes = self._lose([*self.members]) if message.room != self.name else []
        self.name, self.you, self.number = message.room, message.name, message.peer
        self._untold, self._told_at = set(self.members), now
        return changes

    def _lose(self, numbers: list[int]) -> list[PeerChange]:
        changes: list[PeerChange] = []
        for number in numbers:
            self._untold.discard(number)
            member = self.members.pop(number, None)
            if member is not None:
                member.gone, member.speaking = True, False
                changes.append(PeerChange(member, "left"))
        return changes
