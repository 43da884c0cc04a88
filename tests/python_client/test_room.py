"""Who is in the room, from what the server says."""

from protocol import messages as m
from python_client.room import Room


def you(room: str = "lobby", state: m.PeerState = "joined", number: int = 1) -> m.Peer:
    return m.Peer(room, number, "Me", state, you=True)


def other(number: int, state: m.PeerState = "joined", room: str = "lobby") -> m.Peer:
    return m.Peer(room, number, f"P{number}", state)


def told(room: Room, *messages: m.Peer, now: float = 0.0) -> list[tuple[int, str]]:
    return [(x.peer.number, x.change) for message in messages for x in room.take(message, now)]


def test_people_come_are_muted_and_go() -> None:
    room = Room()
    assert told(room, other(9)) == [], "of no room that this session is in"
    assert told(room, you(), other(2), other(3, "muted")) == [(2, "joined"), (3, "joined")]
    assert (room.name, room.you, room.number) == ("lobby", "Me", 1)
    assert [(x.name, x.muted) for x in room.members.values()] == [("P2", False), ("P3", True)]
    two = room.members[2]
    assert told(room, other(3), other(2, "muted"), other(2, "muted")) == [(3, "unmuted"), (2, "muted")]
    assert told(room, other(2, "left"), other(2, "left")) == [(2, "left")]
    assert two.gone
    assert told(room, other(4, "joined", "elsewhere")) == []
    assert told(room, you("elsewhere", "left")) == []
    assert told(room, you(state="left")) == [(3, "left")]
    assert (room.name, room.members) == (None, {})


def test_a_list_told_anew_keeps_who_is_in_it_and_a_second_later_loses_who_is_not() -> None:
    room = Room()
    told(room, you(), other(2), other(3))
    two = room.members[2]
    assert told(room, you(), other(2, "muted"), other(5), now=10.0) == [(2, "muted"), (5, "joined")]
    assert room.members[2] is two
    assert [x.peer.number for x in room.settle(10.99)] == []
    assert [(x.peer.number, x.change) for x in room.settle(11.0)] == [(3, "left")]
    assert room.settle(20.0) == []


def test_another_room_is_another_list() -> None:
    room = Room()
    assert told(room, you(), other(2), you("den", number=7)) == [(2, "joined"), (2, "left")]
    assert (room.name, room.number) == ("den", 7)


def test_who_speaks() -> None:
    room = Room()
    told(room, you(), other(2))
    assert room.hear(8, True, 0.0) == [], "nobody"
    assert [x.change for x in room.hear(2, True, 1.0)] == ["speaking"]
    assert room.hear(2, True, 1.4) == []
    assert room.settle(1.89) == []
    assert [x.change for x in room.settle(1.9)] == ["quiet"], "half a second of nothing"
    room.hear(2, True, 3.0)
    assert [x.change for x in room.hear(2, False, 3.1)] == ["quiet"]
    assert not room.members[2].speaking
