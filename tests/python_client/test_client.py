"""The client against a scripted server: what it yields, drops, refuses, and how it comes back."""

import asyncio
import contextlib
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeVar

import msgpack
import msgspec
import pytest
from aiohttp import web

from protocol import messages as m
from protocol.codes import BadMessage, Close
from protocol.recording import Reader
from python_client import (
    Backoff,
    Client,
    ConnectFailed,
    NotConnected,
    PeerChange,
    Refused,
    Replay,
    WrongProtocol,
    connect,
    replies,
)
from tests.python_client.scripted_server import WELCOME, Peer, scripted, segment, serving, welcome

T = TypeVar("T")
AT_ONCE = Backoff(first_s=0.001, longest_s=0.001, give_up_s=0.02)


def client(url: str, **options: Any) -> AbstractAsyncContextManager[Client]:
    return connect(url, **{"listen": False, "backoff": AT_ONCE, **options})


async def soon(awaitable: Awaitable[T]) -> T:
    return await asyncio.wait_for(awaitable, 10)


async def until_gone(peer: Peer) -> None:
    """Read on to the client's `bye`."""
    await soon(peer.expect(m.Bye))


async def everything(client: Client) -> list[m.FromServer]:
    async with asyncio.timeout(10):
        return [message async for message in client]


async def one_turn(peer: Peer) -> None:
    await peer.send(welcome(), m.State("thinking"))
    asked = await peer.expect(m.Text)
    await peer.send(
        m.Turn(1, "text", asked.id),
        m.Caption(1, 0, 40_000, "Hello "),
        m.Mood(1, 0, "happy", 0.5),
        segment(1, 0),
        m.Caption(1, 40_000, 80_000, "there."),
        m.Cue(1, 40_000, "wave"),
        segment(1, 1),
        m.End(1, 80_000),
        m.Timings(1, {"think": 1.5}),
    )
    await until_gone(peer)


@pytest.mark.parametrize("json", [False, True])
async def test_a_question_and_its_reply(json: bool) -> None:
    async with scripted(one_turn) as url, client(url, json=json, token="s3cret", character="guide") as talk:
        assert talk.welcome == WELCOME and talk.connected
        await talk.text("hi", message_id="q1")
        reply = await soon(talk.reply(message_id="q1"))
        assert (reply.turn, reply.origin, reply.id, reply.length) == (1, "text", "q1", 80_000)
        assert reply.text == "Hello there."
        assert reply.audio().tolist() == [0] * 960 + [1] * 960
        times, weights, head = reply.face()
        assert [round(t * 60) for t in times] == [0, 1, 2, 3, 4, 5]
        assert weights.shape == (6, 52) and head.shape == (6, 3)
        assert [mood.mood for mood in reply.moods] == ["happy"]
        assert [cue.name for cue in reply.cues] == ["wave"]


async def test_what_hello_says() -> None:
    async def check(peer: Peer) -> None:
        assert peer.hello.token == "s3cret"
        assert peer.hello.character == "guide"
        assert peer.hello.face == m.FaceOffer("f32", 30)
        assert (peer.hello.session, peer.hello.resume) == (None, None)
        await peer.send(welcome())
        await until_gone(peer)

    async with (
        scripted(check) as url,
        client(url, token="s3cret", character="guide", face_format="f32", fps=30),
    ):
        pass


async def test_each_thing_that_is_sent() -> None:
    async def check(peer: Peer) -> None:
        await peer.send(welcome())
        got = [await soon(peer.receive()) for _ in range(5)]
        assert got[:4] == [
            m.Text("a", "1"),
            m.Say("b", "calm", "2", "now"),
            m.Configure(mood="sad"),
            m.Interrupt(),
        ]
        assert isinstance(got[4], m.Ping)
        await until_gone(peer)

    async with scripted(check) as url, client(url) as talk:
        await talk.text("a", message_id="1")
        await talk.say("b", mood="calm", message_id="2", queue="now")
        await talk.configure(mood="sad")
        await talk.interrupt()
        await talk.ping()


async def test_flush_is_yielded_and_media_of_that_turn_is_dropped() -> None:
    async def script(peer: Peer) -> None:
        late = (segment(1, 1), m.Caption(1, 40_000, 80_000, "late"), m.End(1, 80_000), m.Timings(1, {}))
        await peer.send(welcome(), m.Turn(1, "text"), segment(1, 0), m.Flush(1, "user spoke", 8), *late)
        await peer.send(m.Turn(2, "text"), segment(2, 0), m.End(2, 40_000))
        await peer.socket.close()

    async with scripted(script) as url, client(url) as talk:
        shown = await everything(talk)
        assert [type(x).__name__ for x in shown] == [
            "Welcome", "Turn", "Segment", "Flush", "Turn", "Segment", "End",
        ]  # fmt: skip
        assert talk.session.stale == 4


async def test_an_interrupt_silences_at_once() -> None:
    async def script(peer: Peer) -> None:
        await peer.send(welcome(), m.Turn(1, "text"), segment(1, 0))
        await peer.expect(m.Interrupt)
        await peer.send(segment(1, 1), m.Flush(1, "client asked", 8))
        await until_gone(peer)

    async with scripted(script) as url, client(url) as talk:
        shown = [type(await soon(anext(talk))) for _ in range(3)]
        assert shown == [m.Welcome, m.Turn, m.Segment]
        await talk.interrupt()
        assert isinstance(await soon(anext(talk)), m.Flush)
        assert talk.session.stale == 1


async def test_an_interrupt_that_comes_too_late_leaves_the_end() -> None:
    async def script(peer: Peer) -> None:
        await peer.send(welcome(), m.Turn(1, "text"), segment(1, 0))
        await peer.expect(m.Interrupt)
        await peer.send(m.End(1, 40_000), m.Turn(2, "say"), segment(2, 0), m.End(2, 40_000))
        await until_gone(peer)

    async with scripted(script) as url, client(url) as talk:
        for _ in range(3):
            await soon(anext(talk))
        await talk.interrupt()
        shown = [type(await soon(anext(talk))) for _ in range(4)]
        assert shown == [m.End, m.Turn, m.Segment, m.End]


async def test_a_lost_connection_is_resumed_in_the_middle_of_a_turn() -> None:
    async def first(peer: Peer) -> None:
        await peer.send(
            welcome(), m.Turn(1, "text"), m.Caption(1, 0, 40_000, "One"), segment(1, 0), segment(1, 1)
        )
        await peer.expect(m.Ping)  # all of it has arrived
        await peer.vanish()

    async def second(peer: Peer) -> None:
        assert peer.hello.token == "s3cret"
        assert (peer.hello.session, peer.hello.resume_token) == ("session-1", "resume-1")
        assert peer.hello.resume == m.Position(1, 80_000)
        await peer.send(welcome(m.Position(1, 80_000)), m.Caption(1, 0, 40_000, "One"), segment(1, 1))
        await peer.send(segment(1, 2), m.End(1, 120_000))
        await until_gone(peer)

    async with scripted(first, second) as url, client(url, token="s3cret") as talk:
        events: list[m.FromServer] = []
        async with asyncio.timeout(10):
            async for event in talk:
                events.append(event)
                if event == segment(1, 1):
                    await talk.ping()
                if isinstance(event, m.End):
                    break
        assert [x.seq for x in events if isinstance(x, m.Segment)] == [0, 1, 2]
        assert (talk.reconnects, talk.session.stale) == (1, 1)


async def test_a_reply_survives_a_resume() -> None:
    async def first(peer: Peer) -> None:
        await peer.send(welcome())
        await peer.expect(m.Text)
        await peer.send(m.Turn(1, "text"), m.Caption(1, 0, 40_000, "One"), segment(1, 0))
        await peer.socket.close(code=Close.GOING_AWAY)

    async def second(peer: Peer) -> None:
        await peer.send(welcome(m.Position(1, 40_000)), m.Caption(1, 0, 40_000, "One"), segment(1, 1))
        await peer.send(m.End(1, 80_000))
        await until_gone(peer)

    async with scripted(first, second) as url, client(url) as talk:
        await talk.text("hi")
        reply = await soon(talk.reply())
        assert (reply.text, reply.length) == ("One", 80_000)
        assert reply.audio().tolist() == [0] * 960 + [1] * 960


async def test_a_session_that_is_gone_cuts_the_reply_short() -> None:
    async def first(peer: Peer) -> None:
        await peer.send(welcome())
        await peer.expect(m.Text)
        await peer.send(m.Turn(7, "text"), segment(7, 0))
        await peer.socket.close(code=Close.INTERNAL)

    async def second(peer: Peer) -> None:
        await peer.send(welcome(), m.Turn(1, "greeting"), segment(1, 0), m.End(1, 40_000))
        await until_gone(peer)

    async with scripted(first, second) as url, client(url) as talk:
        await talk.text("hi")
        lost = await soon(talk.reply())
        assert (lost.turn, lost.flushed, lost.length) == (7, "connection lost", None)
        assert (await soon(talk.reply())).turn == 1


async def test_a_read_may_be_cancelled() -> None:
    async def script(peer: Peer) -> None:
        await peer.send(welcome())
        await peer.expect(m.Ping)
        await peer.send(m.State("idle"))
        await until_gone(peer)

    async with scripted(script) as url, client(url) as talk:
        assert isinstance(await soon(anext(talk)), m.Welcome)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(talk), 0.005)
        await talk.ping()
        assert await soon(anext(talk)) == m.State("idle")


async def test_a_server_that_stays_away() -> None:
    async def script(peer: Peer) -> None:
        await peer.send(welcome())
        await peer.expect(m.Ping)

    async with contextlib.AsyncExitStack() as stack:
        server = contextlib.AsyncExitStack()
        url = await server.enter_async_context(scripted(script))
        talk = await stack.enter_async_context(client(url))
        await talk.ping()
        await server.aclose()
        with pytest.raises(ConnectFailed, match="gave up"):
            await everything(talk)
        assert not talk.connected
        with pytest.raises(NotConnected, match="not sent"):
            await talk.text("hello?")
        assert await everything(talk) == []


async def test_closing_ends_a_read_that_waits() -> None:
    async def script(peer: Peer) -> None:
        await peer.send(welcome())
        await until_gone(peer)

    async with scripted(script) as url, client(url) as talk:
        reading = asyncio.create_task(everything(talk))
        await asyncio.sleep(0.01)
        await talk.close()
        assert await reading == [WELCOME]


async def test_a_reconnect_may_be_cancelled() -> None:
    async def first(peer: Peer) -> None:
        await peer.send(welcome())
        await peer.expect(m.Ping)
        await peer.vanish()

    async def silent(peer: Peer) -> None:
        await peer.socket.receive()

    async def third(peer: Peer) -> None:
        await peer.send(welcome(m.Position(0, 0)), m.State("idle"))
        await until_gone(peer)

    async with scripted(first, silent, third) as url, client(url) as talk:
        assert await soon(anext(talk)) == WELCOME
        await talk.ping()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(talk), 0.1)
        assert not talk.connected
        shown = [await soon(anext(talk)) for _ in range(2)]
        assert shown == [welcome(m.Position(0, 0)), m.State("idle")]


async def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("python_client.client.WELCOME_TIMEOUT_S", 0.05)

    async def script(peer: Peer) -> None:
        await peer.socket.receive()

    async with scripted(script) as url:
        with pytest.raises(ConnectFailed, match="no `welcome`"):
            async with client(url):
                pass


async def test_nothing_answers() -> None:
    with pytest.raises(ConnectFailed, match="no server answers at ws"):
        async with client("ws://127.0.0.1:9/v1/stream"):
            pass


@pytest.mark.parametrize("url", ["nonsense", "ws://", "http://[::1"])
async def test_no_address(url: str) -> None:
    with pytest.raises(ConnectFailed):
        async with client(url):
            pass


async def test_a_refused_token_is_said_clearly() -> None:
    async def script(peer: Peer) -> None:
        await peer.send(m.Error("unauthorised", "This token is not known here.", fatal=True))
        await peer.socket.close(code=Close.UNAUTHORISED)

    async with scripted(script) as url:
        with pytest.raises(Refused, match="not known here") as caught:
            async with client(url, token="wrong"):
                pass
        assert caught.value.code == "unauthorised"


async def test_a_refused_hello_is_said_clearly() -> None:
    async def script(peer: Peer) -> None:
        await peer.send(m.Error("unknown_character", "No character 'x'; there is 'guide'."))
        await peer.socket.receive()

    async with scripted(script) as url:
        with pytest.raises(Refused, match="there is 'guide'") as caught:
            async with client(url, character="x"):
                pass
        assert caught.value.code == "unknown_character"


async def test_a_full_server_says_why() -> None:
    async def script(peer: Peer) -> None:
        await peer.send(m.Error("too_many_sessions", "The server is full.", retry_after_ms=5, fatal=True))
        await peer.socket.close(code=Close.TOO_MANY)

    async with scripted(script) as url:
        with pytest.raises(ConnectFailed, match="4429: The server is full"):
            async with client(url):
                pass


@pytest.mark.parametrize("code", [Close.SESSION_TAKEN, Close.BAD_MESSAGES, Close.TOO_LARGE])
async def test_no_reconnect_where_it_would_happen_again(code: Close) -> None:
    async def script(peer: Peer) -> None:
        await peer.send(welcome())
        await peer.socket.close(code=code)

    async with scripted(script) as url, client(url) as talk:
        with pytest.raises(Refused, match=str(int(code))):
            await everything(talk)


@pytest.mark.parametrize(("status", "fault"), [(401, Refused), (404, WrongProtocol), (503, ConnectFailed)])
async def test_an_answer_in_http(status: int, fault: type[Exception]) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status)

    async with serving(answer) as url:
        with pytest.raises(fault, match=str(status)):
            async with client(url):
                pass


async def test_a_server_of_another_subprotocol() -> None:
    async def answer(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("facewire.v9",))
        await socket.prepare(request)
        await socket.receive()
        return socket

    async with serving(answer) as url:
        with pytest.raises(WrongProtocol, match=r"does not speak facewire\.v1"):
            async with client(url):
                pass


async def test_a_server_of_another_version() -> None:
    async def script(peer: Peer) -> None:
        await peer.send(msgspec.structs.replace(WELCOME, protocol=2))
        await peer.socket.receive()

    async with scripted(script) as url:
        with pytest.raises(WrongProtocol, match="version 2"):
            async with client(url):
                pass


@pytest.mark.parametrize(
    "bad",
    [
        b"\xc1",
        msgpack.packb({"type": "turn", "turn": -1, "origin": "text"}),
        msgpack.packb([1, 5, 0, 0, b"", 0, b""]),
        msgpack.packb({"type": "end", "turn": 1, "pts": 0}),
    ],
    ids=["no-message", "wrong-field", "segment-of-no-turn", "end-of-no-turn"],
)
async def test_a_server_that_breaks_the_protocol(bad: bytes) -> None:
    closed = []

    async def script(peer: Peer) -> None:
        await peer.send(welcome())
        await peer.raw(bad)
        await peer.socket.receive()
        closed.append(peer.socket.close_code)

    async with scripted(script) as url, client(url) as talk:
        with pytest.raises(BadMessage):
            await everything(talk)
        assert await everything(talk) == []
    assert closed == [Close.BAD_MESSAGES]


async def test_messages_of_later_versions_are_ignored() -> None:
    async def script(peer: Peer) -> None:
        await peer.send(welcome())
        await peer.raw(msgpack.packb({"type": "hologram", "depth": 3}))
        await peer.raw(msgpack.packb([77, 1]))
        await peer.send(m.State("idle"))
        await peer.socket.close()

    async with scripted(script) as url, client(url) as talk:
        assert [type(x) for x in await everything(talk)] == [m.Welcome, m.State]
        assert talk.ignored == 2


async def test_the_simulated_listener_reports() -> None:
    reports: list[m.Played] = []
    heard = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.send(welcome(), m.Turn(3, "text"), segment(3, 0), segment(3, 1), m.End(3, 80_000))
        while not reports or reports[-1].state != "idle":
            reports.append(await soon(peer.expect(m.Played)))
        heard.set()
        await until_gone(peer)

    async with scripted(script) as url, client(url, listen=True) as talk:
        await soon(talk.reply())
        await soon(heard.wait())
    assert [(r.turn, r.state) for r in (reports[0], reports[-1])] == [(3, "playing"), (3, "idle")]
    assert (reports[0].pts, reports[-1].pts) == (0, 80_000)


async def test_a_recording_replays_as_the_same_stream(tmp_path: Path) -> None:
    path = tmp_path / "talk.facewire"
    async with scripted(one_turn) as url, client(url, token="s3cret") as talk:
        talk.record(path)
        await talk.text("hi")
        seen = []
        async for event in talk:
            seen.append(event)
            if isinstance(event, m.Timings):
                break
    assert b"s3cret" not in path.read_bytes()
    with path.open("rb") as file:
        sent = [e.decode() for e in Reader(file) if e.sender == "client"]
    assert sent == [m.Text("hi"), m.Bye()]
    replay = Replay(path, speed=None)
    assert [event async for event in replay] == seen
    gathered = [reply async for reply in replies(Replay(path, speed=1000))]
    assert [reply.text for reply in gathered] == ["Hello there."]
    assert gathered[0].timings == {"think": 1.5}
    assert (replay.dropped_bytes, replay.unreadable) == (0, 0)


async def test_a_recording_that_a_crash_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "talk.facewire"
    async with scripted(one_turn) as url, client(url) as talk:
        talk.record(path)
        await talk.text("hi")
        await soon(talk.reply())
    whole = [event async for event in Replay(path, speed=None)]
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b"\xa3end") + 2])
    replay = Replay(path, speed=None)
    assert [event async for event in replay] == whole[:-1]
    assert replay.dropped_bytes > 0


async def test_a_recording_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "talk.facewire"
    path.write_bytes(b"mine")
    async with scripted(one_turn) as url, client(url) as talk:
        await talk.text("hi")
        with pytest.raises(FileExistsError):
            talk.record(path)
    assert path.read_bytes() == b"mine"


# --- rooms ------------------------------------------------------------------------------------------------


def peer(number: int, state: m.PeerState = "joined", *, you: bool = False, room: str = "lobby") -> m.Peer:
    return m.Peer(room, number, "Me" if you else f"P{number}", state, you)


def spoken(number: int, seq: int, samples: int = 960) -> m.PeerSegment:
    return m.PeerSegment(number, seq, 40_000 * seq, bytes(2 * samples))


async def test_a_room_is_joined_and_left_and_its_people_are_told() -> None:
    changes: list[tuple[int, str]] = []

    async def serve(server: Peer) -> None:
        await server.send(welcome())
        assert await server.expect(m.Join) == m.Join("lobby", "Me")
        await server.send(peer(1, you=True), peer(2), peer(3, "muted"), spoken(2, 0), spoken(2, 1, 0))
        assert await server.expect(m.Join) == m.Join("den", None)
        await server.send(peer(1, "left", you=True), peer(5, you=True, room="den"), peer(6, room="den"))
        assert await server.expect(m.Leave) == m.Leave("den")
        await server.send(peer(5, "left", you=True, room="den"))
        await until_gone(server)

    def told(change: PeerChange) -> None:
        changes.append((change.peer.number, change.change))

    async with scripted(serve) as url, client(url, on_peer=told) as c:
        await c.leave()  # nothing to leave
        await c.join("lobby", "Me")
        async for message in c:
            if isinstance(message, m.PeerSegment) and not message.audio:
                break
        assert (c.session.room.name, c.session.room.you, sorted(c.peers)) == ("lobby", "Me", [2, 3])
        assert changes == [(2, "joined"), (3, "joined"), (2, "speaking"), (2, "quiet")]
        await c.join("den")
        async for message in c:
            if isinstance(message, m.Peer) and message.peer == 6:
                break
        assert changes[4:] == [(2, "left"), (3, "left"), (6, "joined")]
        await c.leave()
        async for message in c:
            if isinstance(message, m.Peer) and message.you:
                break
        assert (c.peers, c.session.room.name) == ({}, None)


async def test_a_lost_session_enters_its_room_again_and_a_refused_one_says_why() -> None:
    async def first(server: Peer) -> None:
        await server.send(welcome())
        await server.expect(m.Join)
        await server.send(peer(1, you=True), peer(2))
        await server.expect(m.Ping)
        await server.vanish()

    async def second(server: Peer) -> None:
        await server.send(welcome())
        assert await server.expect(m.Join) == m.Join("lobby", "Me")
        await server.send(m.Error("room_full", "no place", retry_after_ms=100))
        await until_gone(server)

    async with scripted(first, second) as url, client(url) as c:
        await c.join("lobby", "Me")
        async for message in c:
            if isinstance(message, m.Peer) and message.peer == 2:
                await c.ping()
            if isinstance(message, m.Error):
                break
        assert message == m.Error("room_full", "no place", retry_after_ms=100)
        assert c.peers == {}


async def test_a_resumed_session_keeps_who_is_named_again_and_asks_for_nothing() -> None:
    gone = asyncio.Event()

    async def first(server: Peer) -> None:
        await server.send(welcome())
        await server.expect(m.Join)
        await server.send(peer(1, you=True), peer(2), peer(3))
        await server.expect(m.Ping)
        await server.vanish()

    async def second(server: Peer) -> None:
        await server.send(welcome(m.Position(0, 0)), peer(1, you=True), peer(3), m.Pong(1, 1))
        with pytest.raises(EOFError):
            await server.expect(m.Join)

    def told(change: PeerChange) -> None:
        if change.change == "left":
            gone.set()

    async with scripted(first, second) as url, client(url, on_peer=told, listen=True) as c:
        await c.join("lobby")
        async for message in c:
            if isinstance(message, m.Peer) and message.peer == 3 and c.reconnects == 0:
                three = c.peers[3]
                await c.ping()
            if isinstance(message, m.Pong):
                break
        await soon(gone.wait())
        assert c.peers == {3: three}
