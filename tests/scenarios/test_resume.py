"""Connections that break and come back, on a real server; the order of the protocol is the judge."""

import pytest

from protocol import messages as m
from protocol.codes import Close
from server import app
from tests.fakes.client import Client, Serve, connected, eventually

LONG = " ".join(f"word{number}" for number in range(20))


def again(welcome: m.Welcome, turn: int, pts: int) -> m.Hello:
    return m.Hello(session=welcome.session, resume_token=welcome.resume_token, resume=m.Position(turn, pts))


async def until_segment(client: Client, seq: int) -> m.Segment:
    return await client.until(m.Segment, lambda s: s.seq == seq)


async def test_a_turn_goes_on_where_it_was(server: app.Running) -> None:
    async with connected(server) as client:
        welcome = await client.hello()
        await client.send(m.Say(LONG))
        at = await until_segment(client, 5)
        had = client.segments(1)
        client.vanish()
    await eventually(lambda: not server.service.connections)
    async with connected(server, order=client.order) as back:
        client.order.reconnected()
        resumed = await back.hello(again(welcome, 1, at.pts))
        assert resumed.session == welcome.session
        assert resumed.resumed == m.Position(1, at.pts)
        end = await back.until(m.End)
    whole = had[: at.seq] + back.segments(1)
    assert [s.seq for s in whole] == list(range(len(whole)))
    samples = 0
    for segment in whole:
        assert segment.pts == round(samples * 1e6 / 24_000)
        samples += len(segment.audio) // 2
    assert end.pts == round(samples * 1e6 / 24_000)
    assert not any(isinstance(x, m.Turn) for x in back.log)


async def test_a_second_connection_takes_over(server: app.Running) -> None:
    async with connected(server) as first:
        welcome = await first.hello()
        await first.send(m.Say(LONG))
        at = await until_segment(first, 3)
        async with connected(server) as second:
            second.order.turn = 1
            await second.send(again(welcome, 1, at.pts))
            assert (await second.until(m.Welcome)).resumed == m.Position(1, at.pts)
            assert await first.close_code() == Close.SESSION_TAKEN
            assert [x.code for x in first.log if isinstance(x, m.Error)] == ["session_taken"]
            await eventually(lambda: len(server.service.connections) == 1)
            assert server.service.holders.keys() == {welcome.session}
            assert len(server.service.sessions) == 1


async def test_before_the_first_turn(server: app.Running) -> None:
    async with connected(server) as client:
        welcome = await client.hello()
        client.vanish()
    async with connected(server) as back:
        assert (await back.hello(again(welcome, 0, 0))).resumed == m.Position(0, 0)
        await back.send(m.Text("hello again"))
        await back.until(m.End)


async def test_after_the_end_of_a_turn(server: app.Running) -> None:
    async with connected(server) as client:
        welcome = await client.hello()
        await client.send(m.Say("short"))
        end = await client.until(m.End)
        client.vanish()
    client.order.reconnected()
    async with connected(server, order=client.order) as back:
        assert (await back.hello(again(welcome, 1, end.pts))).resumed == m.Position(1, end.pts)
        await back.send(m.Text("go on"))
        assert (await back.until(m.Turn)).turn == 2
        await back.until(m.End)


@pytest.mark.parametrize("token", ["wrong", "wröng", ""])
async def test_a_wrong_token_resumes_nothing(server: app.Running, token: str) -> None:
    async with connected(server) as client, connected(server) as thief:
        welcome = await client.hello()
        hello = m.Hello(session=welcome.session, resume_token=token, resume=m.Position(0, 0))
        stolen = await thief.hello(hello)
        assert stolen.resumed is None
        assert stolen.session != welcome.session
        await client.alive()


async def test_too_late_is_a_new_session_with_the_old_history(serve: Serve) -> None:
    server = await serve(server={"resume_window_s": 0.01})
    async with connected(server) as client:
        welcome = await client.hello()
        await client.send(m.Say("remember this"))
        end = await client.until(m.End)
        await client.send(m.Played(1, end.pts, "idle"))
        await client.until(m.State, lambda s: s.state == "idle")
        client.vanish()
    await eventually(lambda: len(server.service.sessions) == 0)
    async with connected(server) as back:
        new = await back.hello(again(welcome, 1, end.pts))
        assert new.resumed is None
        assert new.session != welcome.session
        session = server.service.holders[new.session].session
        assert session is not None
        assert [e.reply for e in session.history.exchanges] == ["remember this"]


async def test_without_a_position_everything_begins_anew_but_the_history(server: app.Running) -> None:
    async with connected(server) as client:
        welcome = await client.hello()
        await client.send(m.Say(LONG))
        await until_segment(client, 3)
        hello = m.Hello(session=welcome.session, resume_token=welcome.resume_token)
        async with connected(server) as back:
            new = await back.hello(hello)
            assert new.resumed is None
            assert await client.close_code() == Close.SESSION_TAKEN
            session = server.service.holders[new.session].session
            assert session is not None
            assert len(session.history.exchanges) == 1
            await back.send(m.Text("from the start"))
            assert (await back.until(m.Segment)).seq == 0
