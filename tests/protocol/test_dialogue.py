"""Legal order: every cell of both tables, and what the machine adds to them."""

from typing import Any, get_args

import msgspec
import pytest

from protocol import messages as m
from protocol.codes import BadMessage
from protocol.dialogue import CLIENT_TABLE, SERVER_TABLE, ClientOrder, ServerOrder, State

PCM = m.AudioFormatInfo("pcm16", 16000)
WELCOME = m.Welcome(
    1, "test", "s", "t", 30.0, m.AudioFormatInfo("pcm16", 24000),
    m.FaceFormatInfo("q8", 60, "arkit", ("jawOpen",), True), m.Limits(1, 1, 1, 1, 1.0, 1.0), "guide",
)  # fmt: skip

CLIENT_SAMPLES: dict[type, Any] = {
    type(sample): sample
    for sample in (
        m.Hello(mic=PCM), m.Text("a"), m.Say("a"), m.Interrupt(), m.Played(1, 0, "playing"), m.Mic("open"),
        m.Configure(), m.Join("r"), m.Leave("r"), m.Ping(1), m.Bye(), m.Microphone(0, 0),
    )
}  # fmt: skip
SERVER_SAMPLES: dict[type, Any] = {
    type(sample): sample
    for sample in (
        WELCOME, m.Clip("idle", 30, b""), m.State("idle"), m.Heard("a", True), m.Turn(2, "text"),
        m.Caption(1, 0, 5, "a"), m.Mood(1, 0, "calm", 1.0), m.Cue(1, 0, "wave"), m.End(1, 40),
        m.Flush(1, "r", 8), m.Duck(1, 0.5, 60), m.Peer("r", 1, "n", "joined"),
        m.Said(1, 0, 1, "a"), m.Error("busy", "wait"), m.Pong(1, 1),
        m.Segment(1, 1, 40), m.PeerSegment(1, 0, 0), m.Mirror(0, 0),
    )
}  # fmt: skip
RESUMED = msgspec.structs.replace(WELCOME, resumed=m.Position(1, 40))

CLIENT_PATHS: dict[State, list[Any]] = {
    State.AWAIT_HELLO: [],
    State.OPEN: [m.Hello(mic=PCM)],
    State.CLOSED: [m.Hello(), m.Bye()],
}
BEGUN: list[Any] = [WELCOME, m.Turn(1, "text"), m.Segment(1, 0, 0)]
SERVER_PATHS: dict[State, list[Any]] = {
    State.AWAIT_WELCOME: [],
    State.IDLE: [WELCOME],
    State.IN_TURN: BEGUN,
    State.ENDED: [*BEGUN, m.End(1, 40)],
    State.RESUMED: [*BEGUN, m.End(1, 40), "reconnect", RESUMED],
    State.CLOSED: [m.Error("unauthorised", "no", fatal=True)],
}


def walk(order: ClientOrder | ServerOrder, path: list[Any]) -> Any:
    for message in path:
        if message == "reconnect":
            assert isinstance(order, ServerOrder)
            order.reconnected()
        else:
            order.receive(message)
    return order


@pytest.mark.parametrize("kind", CLIENT_SAMPLES, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("state", CLIENT_TABLE)
def test_every_cell_of_the_clients_table(state: State, kind: type) -> None:
    check_cell(
        walk(ClientOrder(), CLIENT_PATHS[state]), state, CLIENT_SAMPLES[kind], CLIENT_TABLE[state].get(kind)
    )


@pytest.mark.parametrize("kind", SERVER_SAMPLES, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("state", SERVER_TABLE)
def test_every_cell_of_the_servers_table(state: State, kind: type) -> None:
    check_cell(
        walk(ServerOrder(), SERVER_PATHS[state]), state, SERVER_SAMPLES[kind], SERVER_TABLE[state].get(kind)
    )


def check_cell(order: Any, state: State, sample: Any, after: State | None) -> None:
    assert order.state is state
    if after is not None:
        order.receive(sample)
        assert order.state is after
        return
    with pytest.raises(BadMessage, match="legal now") as caught:
        order.receive(sample)
    assert caught.value.code == "wrong_order"
    assert order.state is state


def test_the_tables_name_every_message() -> None:
    named = {kind for row in CLIENT_TABLE.values() for kind in row}
    assert named == set(get_args(m.FromClient)) == set(CLIENT_SAMPLES)
    named = {kind for row in SERVER_TABLE.values() for kind in row}
    assert named == set(get_args(m.FromServer)) == set(SERVER_SAMPLES) | {m.Timings}


def refused(path: list[Any], last: Any, text: str, order: Any = None) -> None:
    order = walk(order or ServerOrder(), path)
    before = order.state
    with pytest.raises(BadMessage, match=text) as caught:
        order.receive(last)
    assert caught.value.code == "wrong_order"
    assert order.state is before


def test_a_refused_message_changes_nothing() -> None:
    order = walk(ServerOrder(), BEGUN)
    for bad in (m.Segment(1, 2, 40), m.Segment(2, 1, 40), m.Turn(1, "text"), WELCOME):
        with pytest.raises(BadMessage):
            order.receive(bad)
    assert order.receive(m.Segment(1, 1, 40))


def test_microphone_needs_mic_in_hello() -> None:
    refused([m.Hello()], m.Microphone(0, 0), "`mic`", ClientOrder())


@pytest.mark.parametrize("bad", [m.Microphone(1, 50), m.Microphone(2, 39)])
def test_the_microphone_may_leap_but_goes_forward(bad: m.Microphone) -> None:
    path = [m.Hello(mic=PCM), m.Microphone(0, 0), m.Microphone(1, 40)]
    refused(path, bad, "the microphone", ClientOrder())
    walk(ClientOrder(), [*path, m.Microphone(2, 40), m.Microphone(9, 41)])


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        (m.Segment(1, 0, 40), "1 is next"),
        (m.Segment(1, 2, 40), "1 is next"),
        (m.Segment(2, 1, 40), "current turn is 1"),
        (m.Caption(2, 0, 1, "a"), "current turn is 1"),
        (m.Flush(0, "r", 8), "current turn is 1"),
        (m.Duck(2, 0.5, 60), "current turn is 1"),
        (m.Timings(2, {}), "not begun"),
    ],
)
def test_numbers_in_a_turn(bad: Any, text: str) -> None:
    refused(BEGUN, bad, text)


def test_turn_numbers_rise() -> None:
    refused([*BEGUN, m.End(1, 0)], m.Turn(1, "text"), "rise")
    refused([WELCOME], m.Turn(0, "text"), "rise")


def test_media_times_never_fall() -> None:
    path = [WELCOME, m.Turn(1, "text"), m.Segment(1, 0, 100, b"", 90, b"f")]
    refused(path, m.Segment(1, 1, 99, b"", 90, b"f"), "pts 99")
    refused(path, m.Segment(1, 1, 100, b"", 89, b"f"), "face_pts 89")
    refused(path, m.End(1, 99), "before the last segment")
    walk(ServerOrder(), [*path, m.Segment(1, 1, 100, b"", 90, b"f")])


def test_face_pts_of_no_frames_means_nothing() -> None:
    path = [WELCOME, m.Turn(1, "text"), m.Segment(1, 0, 0, b"", 90, b"f"), m.Segment(1, 1, 0)]
    refused(path, m.Segment(1, 2, 0, b"", 89, b"f"), "face_pts 89")


def test_each_turn_counts_from_0_and_turn_numbers_may_leap() -> None:
    walk(ServerOrder(), [*BEGUN, m.End(1, 0), m.Turn(9, "say"), m.Segment(9, 0, 0), m.End(9, 0)])


def test_after_flush_only_errors_name_the_turn() -> None:
    path = [*BEGUN, m.Flush(1, "client asked", 8)]
    refused(path, m.Timings(1, {}), "flushed")
    walk(ServerOrder(), [*path, m.Error("internal", "oh", turn=1), m.Turn(2, "text")])


def test_after_end_timings_and_flush_may_name_the_turn() -> None:
    path = [*BEGUN, m.End(1, 40), m.Timings(1, {})]
    walk(ServerOrder(), [*path, m.Flush(1, "user spoke", 8)])
    walk(ServerOrder(), [*path, m.Turn(2, "text"), m.Timings(1, {}), m.Timings(2, {})])


def test_resume_goes_on_where_it_was() -> None:
    order = walk(ServerOrder(), [*BEGUN, m.Segment(1, 1, 40), "reconnect", RESUMED])
    assert order.state is State.IN_TURN
    assert not order.receive(m.Segment(1, 0, 0))
    assert not order.receive(m.Segment(1, 1, 40))
    assert order.receive(m.Segment(1, 2, 80))
    with pytest.raises(BadMessage):  # repeats end with the first new segment
        order.receive(m.Segment(1, 2, 80))


def test_resume_may_not_skip() -> None:
    refused([*BEGUN, "reconnect", RESUMED], m.Segment(1, 2, 80), "1 is next")


def test_resume_of_an_ended_turn_may_repeat_its_end() -> None:
    ended = [*BEGUN, m.End(1, 40), "reconnect", RESUMED]
    walk(ServerOrder(), [*ended, m.Caption(1, 0, 1, "a"), m.End(1, 40), m.Turn(2, "text")])
    walk(ServerOrder(), [*ended, m.Turn(2, "text")])
    walk(ServerOrder(), [*ended, "reconnect", RESUMED, m.End(1, 40)])


def test_resume_of_a_flushed_turn_is_idle() -> None:
    flushed = [*BEGUN, m.Flush(1, "r", 8), "reconnect", RESUMED]
    assert walk(ServerOrder(), flushed).state is State.IDLE
    walk(ServerOrder(), [*flushed, m.Flush(1, "r", 8), m.Turn(2, "text")])


def test_resume_before_any_turn() -> None:
    none_yet = msgspec.structs.replace(WELCOME, resumed=m.Position(0, 0))
    assert walk(ServerOrder(), [WELCOME, "reconnect", none_yet]).state is State.IDLE


def test_resume_of_another_turn_is_refused() -> None:
    refused([*BEGUN, m.End(1, 40), m.Turn(2, "text"), "reconnect"], RESUMED, "has turn 2")


def test_a_new_session_counts_anew() -> None:
    walk(
        ServerOrder(),
        [*BEGUN, m.Flush(1, "r", 8), "reconnect", WELCOME, m.Turn(1, "text"), m.Segment(1, 0, 0)],
    )


def test_live_streams_may_leap_but_not_fall() -> None:
    path = [WELCOME, m.PeerSegment(1, 5, 50), m.PeerSegment(2, 0, 9), m.Mirror(3, 30)]
    refused(path, m.PeerSegment(1, 5, 60), "6 or more")
    refused(path, m.PeerSegment(1, 9, 49), "pts 49")
    refused(path, m.Mirror(3, 40), "4 or more")
    refused(path, m.Mirror(4, 29), "face_pts 29")
    walk(ServerOrder(), [*path, m.PeerSegment(1, 9, 50), m.Mirror(9, 30), m.Peer("r", 1, "n", "left"),
                         m.PeerSegment(1, 0, 0)])  # fmt: skip


def test_the_stream_of_a_peer_goes_on_while_it_is_there() -> None:
    path = [WELCOME, m.PeerSegment(1, 5, 50), m.Peer("r", 1, "n", "muted"), m.Peer("r", 1, "n", "joined")]
    refused(path, m.PeerSegment(1, 5, 60), "6 or more")
    walk(ServerOrder(), [*path, m.Peer("r", 2, "me", "joined", you=True), m.PeerSegment(1, 0, 0)])


def test_a_fatal_error_closes() -> None:
    assert walk(ServerOrder(), [*BEGUN, m.Error("internal", "oh", fatal=True)]).state is State.CLOSED
