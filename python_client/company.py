"""The others in the room as a client follows them: who is there, who speaks, who is to be told. Pure."""

from collections.abc import Callable

from protocol import messages as m
from python_client.player import Player
from python_client.room import PeerChange, Room


class Company:
    """Keeps `room`, and `player`'s voices where there is one; `tell` gets each change."""

    def __init__(
        self, room: Room, player: Player | None, tell: Callable[[PeerChange], None] | None
    ) -> None:
        self._room, self._player, self._tell = room, player, tell

    def take(self, message: m.FromServer, now: float) -> None:
        """What `message` says of the others, in seconds. A new session is in no room.

        Without a player whoever sends voice counts as speaking.
        """
        match message:
            case m.Peer():
                self._told(self._room.take(message, now))
            case m.PeerSegment() if self._player is None:
                self._told(self._room.hear(message.peer, len(message.audio) > 0, now))
            case m.Welcome() if message.resumed is None:
                self._told(self._room.leave())

    def attend(self, now: float) -> None:
        """Who is heard, and who is gone, as time tells; to be called a few times a second."""
        if self._room.name is None:
            return
        changes = self._room.settle(now)
        if self._player is not None:
            for number in [change.peer.number for change in changes if change.peer.gone]:
                self._player.forget_peer(number)
            for number, speaking in self._player.listen(now).items():
                changes += self._room.hear(number, speaking, now)
        self._told(changes)

    def _told(self, changes: list[PeerChange]) -> None:
        if self._tell is not None:
            for change in changes:
                self._tell(change)
