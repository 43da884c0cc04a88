"""Clients that behave and clients that do not, on a real loopback server: each costs at most itself."""

import asyncio
import random
import socket
from contextlib import AsyncExitStack

import aiohttp
import msgspec
import pytest

from protocol import codec
from protocol import messages as m
from protocol.codes import Close
from protocol.face_format import FaceLayout
from server import app
from tests.fakes.client import Client, Serve, connected, eventually

LIMITS: dict[str, object] = {"message_bytes": 4096, "text_chars": 500, "mic_ms": 20, "messages_per_s": 50}


# --- the way it is meant ---------------------------------------------------------------------------


async def test_hello_is_answered_with_all_a_client_needs(server: app.Running) -> None:
    async with connected(server) as client:
        welcome = await client.hello(m.Hello(face=m.FaceOffer("f32", 30)))
        assert welcome.protocol == m.VERSION
        assert (welcome.audio.codec, welcome.audio.rate) == ("pcm16", 24_000)
        assert (welcome.face.format, welcome.face.fps, len(welcome.face.channels)) == ("f32", 30, 52)
        assert welcome.limits.text_chars == 4000
        clips = [x for x in client.log if isinstance(x, m.Clip)]
        assert [c.name for c in clips] == ["idle", "listening", "thinking"]
        assert all(FaceLayout.of(welcome.face).count(c.face) > c.fps for c in clips)
        assert client.log[-1] == m.State("idle")


async def test_a_turn_arrives_whole_and_in_order(server: app.Running) -> None:
    async with connected(server) as client:
        welcome = await client.hello()
        await client.send(m.Text("Hello there my friend", id="q1"))
        end = await client.until(m.End)
        began = next(x for x in client.log if isinstance(x, m.Turn))
        assert (began.turn, began.origin, began.id) == (1, "text", "q1")
        segments = client.segments(1)
        samples = 0
        frames = 0
        layout = FaceLayout.of(welcome.face)
        for number, segment in enumerate(segments):
            assert segment.seq == number
            assert segment.pts == round(samples * 1e6 / 24_000)
            assert not segment.face or segment.face_pts == round(frames * 1e6 / 60)
            samples += len(segment.audio) // 2
            frames += layout.count(segment.face)
        assert end.pts == round(samples * 1e6 / 24_000)
        assert frames >= samples * 60 // 24_000
        words = "".join(x.text for x in client.log if isinstance(x, m.Caption))
        assert words.split() == ["Hello", "there", "my", "friend"]


async def test_say_and_interrupt(server: app.Running) -> None:
    async with connected(server) as client:
        await client.hello()
        await client.send(m.Say("word " * 60, mood="happy", id="s"))
        await client.until(m.Segment)
        await client.send(m.Interrupt(1))
        flush = await client.until(m.Flush)
        assert (flush.turn, flush.reason) == (1, "client_asked")
        await client.alive()
        after = client.log[client.log.index(flush) :]
        assert not any(isinstance(x, m.Segment | m.Caption | m.End) for x in after)


async def test_json_for_those_who_ask_for_it(server: app.Running) -> None:
    async with connected(server, protocols=(m.SUBPROTOCOL_JSON,)) as client:
        await client.hello()
        await client.send(m.Text("hi"))
        assert (await client.until(m.Segment)).audio
        await client.ws.send_bytes(codec.encode(m.Ping(1)))
        assert "text messages (JSON)" in (await client.error()).message


async def test_without_a_subprotocol_the_first_message_decides(server: app.Running) -> None:
    async with connected(server, protocols=()) as client:
        await client.ws.send_str(codec.encode_json(m.Hello()))
        frame = await client.ws.receive()
        assert frame.type is aiohttp.WSMsgType.TEXT
        assert msgspec.json.decode(frame.data)["type"] == "welcome"
    async with connected(server, protocols=()) as client:
        await client.hello()
        await client.ws.send_str(codec.encode_json(m.Ping(1)))
        assert "binary messages" in (await client.error()).message


async def test_a_ping_of_either_kind_is_answered(server: app.Running) -> None:
    async with connected(server, autoping=False) as client:
        await client.hello()
        await client.alive()
        await client.ws.ping(b"x")
        frame = await client.ws.receive()
        assert (frame.type, frame.data) == (aiohttp.WSMsgType.PONG, b"x")


async def test_bye_ends_the_session(server: app.Running) -> None:
    async with connected(server) as client:
        await client.hello()
        await client.send(m.Bye())
        assert await client.close_code() == Close.BYE
    await eventually(lambda: len(server.service.sessions) == 0)


async def test_configure_changes_the_next_turn(server: app.Running) -> None:
    async with connected(server) as client:
        await client.hello()
        await client.send(m.Configure(mood="sad"))
        assert (await client.until(m.Clip)).name == "idle"
        await client.send(m.Text("why"))
        assert (await client.until(m.Mood)).mood == "sad"


async def test_many_sessions_hear_only_their_own_words(server: app.Running) -> None:
    async def talk(number: int) -> None:
        async with connected(server) as client:
            await client.hello()
            for turn in (1, 2):
                text = " ".join([f"n{number}x{turn}"] * (1 + number % 4))
                await client.send(m.Text(text, id=f"{number}.{turn}"))
                end = await client.until(m.End)
                began = [x for x in client.log if isinstance(x, m.Turn)][-1]
                assert (began.turn, began.id) == (turn, f"{number}.{turn}")
                said = "".join(x.text for x in client.log if isinstance(x, m.Caption) and x.turn == turn)
                assert said.split() == text.split()
                await client.send(m.Played(turn, end.pts, "idle"))
                await client.until(m.State, lambda s: s.state == "idle")

    async with asyncio.TaskGroup() as group:
        for number in range(30):
            group.create_task(talk(number))
    assert len(server.service.sessions) <= 30


# --- what cannot be read, or not now -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code", "part"),
    [
        (b"", "bad_message", "empty"),
        (b"\xc1\xff\x00", "bad_message", "map"),
        (b"\x81\xa4type\xa5dance", "unknown_type", "text"),
        (msgspec.msgpack.encode({"type": "text", "text": 5}), "bad_message", "text.text"),
        (msgspec.msgpack.encode([99, 1]), "unknown_type", "16"),
        (codec.encode(m.Hello()), "wrong_order", "hello"),
        (codec.encode(m.Microphone(0, 0, b"")), "wrong_order", "mic"),
    ],
)
async def test_a_bad_message_costs_only_itself(
    server: app.Running, data: bytes, code: str, part: str
) -> None:
    async with connected(server) as client:
        await client.hello()
        await client.ws.send_bytes(data)
        error = await client.error()
        assert error.code == code
        assert part in error.message
        assert not error.fatal
        await client.alive()


async def test_random_bytes_before_hello_do_no_harm(server: app.Running) -> None:
    noise = random.Random(7)
    for _ in range(20):
        async with connected(server) as client:
            for _ in range(3):
                await client.ws.send_bytes(noise.randbytes(noise.randint(1, 300)))
                assert (await client.error()).code in ("bad_message", "unknown_type", "wrong_order")
            await client.hello()


async def test_order_before_hello(server: app.Running) -> None:
    async with connected(server) as client:
        await client.send(m.Text("first!"))
        error = await client.error()
        assert error.code == "wrong_order"
        assert "hello" in error.message
        await client.hello()


async def test_repeated_bad_messages_close(server: app.Running) -> None:
    async with connected(server) as client, connected(server) as other:
        await client.hello()
        await other.hello()
        for _ in range(20):
            await client.ws.send_bytes(b"\xc1")
        assert await client.close_code() == Close.BAD_MESSAGES
        assert [x for x in client.log if isinstance(x, m.Error)][-1].fatal
        await other.alive()


async def test_what_cannot_be_done_is_refused_as_often_as_it_is_asked(server: app.Running) -> None:
    cases: list[tuple[m.FromClient, str, str]] = [
        (m.Text(""), "empty_text", "empty"),
        (m.Say(" \n"), "empty_text", "empty"),
        (m.Say("x", mood="grumpy"), "unknown_mood", "happy"),
        (m.Configure(character="nobody"), "unknown_character", "mira"),
        (m.Mic("open"), "not_available", "welcome.mic"),
        (m.Join("x" * 41), "bad_name", "at most 40"),
        (m.Join("x" * 10_000), "bad_message", "join.room"),
        (m.Leave("lobby"), "unknown_room", "in no room"),
    ]
    async with connected(server) as client:
        await client.hello()
        for _ in range(3):
            for message, code, part in cases:
                await client.send(message)
                error = await client.error()
                assert (error.code, error.fatal) == (code, False)
                assert part in error.message
        await client.alive()


async def test_a_hello_that_cannot_be_granted_may_be_said_again(server: app.Running) -> None:
    async with connected(server) as client:
        for hello, code in (
            (m.Hello(character="nobody"), "unknown_character"),
            (m.Hello(mode="drive"), "bad_request"),
            (m.Hello(audio=m.AudioOffer(("opus",))), "not_available"),
            (m.Hello(face=m.FaceOffer(profile="metahuman")), "not_available"),
        ):
            await client.send(hello)
            assert (await client.error()).code == code
        await client.hello()


# --- limits ------------------------------------------------------------------------------------------


async def test_text_at_its_limit_and_above(serve: Serve) -> None:
    async with connected(await serve(limits=LIMITS)) as client:
        await client.hello()
        await client.send(m.Say("a" * 501))
        error = await client.error()
        assert error.code == "text_too_long"
        assert "500" in error.message
        await client.send(m.Say("a" * 500))
        await client.until(m.Segment)


async def test_a_message_at_its_limit_and_above(serve: Serve) -> None:
    server = await serve(limits=LIMITS)
    async with connected(server) as client:
        await client.hello()
        bare = len(codec.encode(m.Say("x" * 1000)))
        await client.send(m.Say("x" * (4096 - bare + 1000)))
        assert (await client.error()).code == "text_too_long"
        await client.send(m.Say("x" * (4097 - bare + 1000)))
        error = await client.error()
        assert (error.code, error.fatal) == ("too_large", True)
        assert "4096" in error.message
        assert await client.close_code() == Close.TOO_LARGE


async def test_an_endless_message_is_cut_off(serve: Serve) -> None:
    server = await serve(limits=LIMITS)
    async with connected(server) as client, connected(server) as other:
        await client.hello()
        await other.hello()
        pouring = asyncio.create_task(unfinished(client, 2000))
        assert (await client.error()).code == "too_large"
        assert await client.close_code() == Close.TOO_LARGE
        pouring.cancel()
        await asyncio.wait({pouring})
        await other.alive()


async def unfinished(client: Client, pieces: int) -> None:
    """One message in fragments that never ends, as raw frames."""
    connection = client.ws._response.connection
    assert connection is not None and connection.transport is not None
    for number in range(pieces):
        if connection.transport.is_closing():
            return
        header = bytes([0x00 if number else 0x02, 0x80 | 126]) + (500).to_bytes(2, "big") + bytes(4)
        connection.transport.write(header + b"x" * 500)
        await asyncio.sleep(0.0005)


async def test_a_flood_is_warned_then_closed(serve: Serve) -> None:
    server = await serve(limits=LIMITS)
    async with connected(server) as client, connected(server) as other:
        await client.hello()
        await other.hello()
        for number in range(400):
            await client.send(m.Ping(number))
        assert await client.close_code() == Close.TOO_MANY
        errors = [x for x in client.log if isinstance(x, m.Error)]
        assert {x.code for x in errors} == {"too_many_messages"}
        assert [x.fatal for x in errors] == [False] * (len(errors) - 1) + [True]
        assert len(errors) <= 10
        await other.alive()


@pytest.mark.parametrize("mode", ["converse", "drive"])
async def test_microphone_audio_at_its_limit_and_above(serve: Serve, mode: m.Mode) -> None:
    hello = m.Hello(mode=mode, mic=m.AudioFormatInfo("pcm16", 16_000))
    async with connected(await serve(limits=LIMITS)) as client:
        await client.hello(hello)
        await client.send(m.Microphone(0, 0, bytes(640)))
        if mode == "converse":
            assert (await client.error()).code == "not_available"
        await client.alive()
        await client.send(m.Microphone(1, 20_000, bytes(642)))
        assert (await client.error()).code == "too_large"
        assert await client.close_code() == Close.TOO_LARGE


async def test_the_server_is_full(serve: Serve) -> None:
    server = await serve(server={"max_sessions": 1})
    async with connected(server) as client, connected(server) as second:
        await client.hello()
        await second.send(m.Hello())
        error = await second.error()
        assert (error.code, error.fatal) == ("too_many_sessions", True)
        assert error.retry_after_ms
        assert await second.close_code() == Close.TOO_MANY
        await client.alive()


# --- silence, deafness, absence ------------------------------------------------------------------------


async def test_no_hello(serve: Serve) -> None:
    async with connected(await serve(server={"hello_timeout_s": 0.05})) as client:
        assert (await client.error()).code == "hello_timeout"
        assert await client.close_code() == Close.TIMEOUT


async def test_a_silent_client(serve: Serve) -> None:
    server = await serve(server={"heartbeat_s": 0.02, "idle_timeout_s": 0.05})
    async with connected(server) as client:
        await client.hello()
        assert (await client.error()).code == "idle_timeout"
        assert await client.close_code() == Close.TIMEOUT


async def test_a_client_that_listens_is_not_silent(serve: Serve) -> None:
    server = await serve(server={"heartbeat_s": 0.02, "idle_timeout_s": 0.05})
    async with connected(server) as client:
        await client.hello()
        await client.send(m.Say("one two three four five six seven eight"))
        assert isinstance(await client.until(m.End), m.End)


async def test_a_client_that_does_not_answer_pings_is_given_up(serve: Serve) -> None:
    server = await serve(server={"heartbeat_s": 0.03})
    async with connected(server, autoping=False) as client:
        await client.hello()
        await eventually(lambda: not server.service.connections)
        assert len(server.service.sessions) == 1


async def test_a_client_that_vanishes_leaves_nothing_but_its_session(server: app.Running) -> None:
    async with connected(server) as client, connected(server) as other:
        await client.hello()
        await other.hello()
        await client.send(m.Say("word " * 50))
        await client.until(m.Segment)
        client.vanish()
        await eventually(lambda: len(server.service.connections) == 1)
        await other.send(m.Text("still here"))
        await other.until(m.End)


async def test_a_client_that_stops_reading_costs_only_itself(serve: Serve) -> None:
    server = await serve(
        server={"send_timeout_s": 0.3},
        pace={"max_ahead_ms": 3_600_000},
        engines={"voice": {"use": "tone", "character_s": 1.0}},
    )
    async with AsyncExitStack() as stack:
        deaf = await stack.enter_async_context(connected(server))
        other = await stack.enter_async_context(connected(server))
        connection = deaf.ws._response.connection
        assert connection is not None and connection.transport is not None
        raw: socket.socket = connection.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await deaf.hello()
        await other.hello()
        connection.transport.pause_reading()
        await deaf.send(m.Say("word " * 100))
        await eventually(lambda: len(server.service.connections) == 1)
        await other.send(m.Say("fine"))
        await other.until(m.Segment)
        deaf.vanish()


# --- who may come in -----------------------------------------------------------------------------------


async def test_the_token_decides(serve: Serve) -> None:
    server = await serve({"FACEWIRE_TOKEN": "sesäme"})
    for token in (None, "", "sesame", "sesäme "):
        async with connected(server) as client:
            await client.send(m.Hello(token=token))
            assert (await client.error()).code == "unauthorised"
            assert await client.close_code() == Close.UNAUTHORISED
    async with connected(server) as client:
        await client.hello(m.Hello(token="sesäme"))


async def test_pages_of_other_sites_are_kept_out_without_a_token(serve: Serve) -> None:
    server = await serve()
    elsewhere = {"Origin": "https://evil.example"}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with connected(server, headers=elsewhere):
            pass
    assert refused.value.status == 403
    for origin in ("http://localhost:3000", server.address.rstrip("/")):
        async with connected(server, headers={"Origin": origin}) as client:
            await client.hello()
    async with connected(await serve({"FACEWIRE_TOKEN": "t"}), headers=elsewhere) as client:
        await client.hello(m.Hello(token="t"))
