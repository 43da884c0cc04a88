"""Rooms on a real server: several clients that speak the protocol."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from protocol import messages as m
from protocol.face_format import FaceLayout
from server import app
from server.engines.brains.echo import EchoBrain
from server.engines.detectors.loudness import LoudnessDetector
from server.engines.faces.articulation import ArticulationDriver
from server.engines.faces.loudness import LoudnessDriver
from server.engines.voices.tone import ToneVoice
from server.errors import ConfigError
from server.turn.turn import Engines
from tests.fakes.client import Client, Serve, connected, eventually, tree
from tests.fakes.recognizer import ScriptedRecognizer
from tests.fakes.sentence import sentence

RATE = 16_000
DRIVE = m.Hello(mode="drive", mic=m.AudioFormatInfo("pcm16", RATE))
BLOCK = RATE // 50


@pytest.fixture
async def voice() -> NDArray[np.int16]:
    return await sentence(RATE, before_s=0.3, after_s=1.0)


@asynccontextmanager
async def room(server: app.Running, *names: str, hello: m.Hello = DRIVE) -> AsyncIterator[list[Client]]:
    """Clients that are in the lobby, and know of each other."""
    async with AsyncExitStack() as stack:
        clients = []
        for name in names:
            client = await stack.enter_async_context(connected(server))
            await client.hello(hello)
            await join(client, name)
            clients.append(client)
        for client in clients:
            await client.alive()
        yield clients


async def join(client: Client, name: str, to: str = "lobby") -> m.Peer:
    await client.send(m.Join(to, name))
    you = await client.until(m.Peer)
    assert you.you
    return you


async def speak(client: Client, samples: NDArray[np.int16], speed: float = 1.0) -> None:
    """A microphone whose timeline begins here."""
    for k in range(len(samples) // BLOCK):
        block = samples[k * BLOCK : (k + 1) * BLOCK]
        await client.send(m.Microphone(k, k * 20_000, block.astype("<i2").tobytes()))
        await asyncio.sleep(0.02 / speed)


async def heard(client: Client, peer: int) -> list[m.PeerSegment]:
    """What comes of a peer, to its end."""
    end = await client.until(m.PeerSegment, lambda s: s.peer == peer and not s.audio)
    segments = [s for s in client.log if isinstance(s, m.PeerSegment) and s.peer == peer]
    assert segments[-1] is end
    return segments


def told(client: Client) -> list[tuple[str, str]]:
    peers = [x for x in client.log if isinstance(x, m.Peer)]
    return [(f"you {x.name}" if x.you else x.name, x.state) for x in peers]


async def test_a_voice_reaches_everybody_in_the_form_they_asked_for(
    server: app.Running, voice: NDArray[np.int16]
) -> None:
    async with (
        room(server, "Ada", "Bo") as (ada, bo),
        connected(server, protocols=(m.SUBPROTOCOL_JSON,)) as cy,
        connected(server) as dee,
    ):
        await cy.hello(m.Hello(face=m.FaceOffer("f32", fps=30)))
        welcome = await dee.hello(m.Hello(mic=DRIVE.mic))
        assert "rooms" in welcome.features
        number = (await join(cy, "Cy")).peer - 2
        await join(dee, "Ada")
        assert told(dee) == [("you Ada 2", "joined")]
        await ada.until(m.Peer, lambda p: p.name == "Ada 2" and p.state == "muted")
        speaking = asyncio.create_task(speak(ada, voice))
        by_bo, by_cy, by_dee = await asyncio.gather(*(heard(client, number) for client in (bo, cy, dee)))
        await speaking
        assert by_bo == by_dee
        samples = np.concatenate([np.frombuffer(s.audio, "<i2") for s in by_bo])
        seconds = len(samples) / 24_000
        assert len(by_cy) <= len(by_bo)
        assert abs(sum(len(s.audio) for s in by_cy) / 48_000 - seconds) <= 0.1
        assert 1.0 < seconds < len(voice) / RATE
        assert np.abs(samples).max() > 3000
        layouts = (FaceLayout("q8"), by_bo), (FaceLayout("f32"), by_cy)
        jaws = [layout.unpack(b"".join(x.face for x in got))[0][:, 17].max() for layout, got in layouts]
        assert min(jaws) > 0.2
        assert max(jaws) - min(jaws) < 0.15, "a face of fewer frames may miss the widest"
        for a, b in pairwise(by_bo[:-1]):
            assert abs(b.pts - a.pts - len(a.audio) / 0.048) <= 1
        assert not any(isinstance(x, m.PeerSegment) for x in ada.log)


async def test_what_cannot_be_is_refused_and_the_others_notice_nothing(serve: Serve) -> None:
    server = await serve(rooms={"capacity": 2, "listed": ["lobby", "stage"]})
    async with room(server, "Ada", "Bo") as (ada, bo), connected(server) as cy:
        before = told(bo)
        await cy.hello(DRIVE)
        for message, code, words in (
            (m.Join("cellar"), "unknown_room", "lobby, stage"),
            (m.Join("lobby"), "room_full", "no place left"),
            (m.Join("stage", "x" * 10_000), "bad_message", "join.name"),
            (m.Join("stage", "x" * 200), "bad_name", "at most 40"),
            (m.Join("stage", "\u0000 "), "bad_name", "can be seen"),
            (m.Leave("lobby"), "unknown_room", "in no room"),
        ):
            await cy.send(message)
            error = await cy.error()
            assert error.code == code
            assert words in error.message
            assert not error.fatal
            assert (error.retry_after_ms is not None) == (code == "room_full")
        for room_name in ("lobby", "stage"):
            await ada.send(m.Join(room_name, "Ada"))
            assert (await ada.error()).code == "in_a_room"
        await cy.alive()
        await bo.alive()
        assert told(bo) == before
        await ada.send(m.Leave("lobby"))
        assert (await ada.until(m.Peer)).state == "left"
        assert (await join(cy, "Ada")).name == "Ada"


async def test_a_server_without_rooms_says_so(serve: Serve) -> None:
    server = await serve(rooms={"enabled": False})
    async with connected(server) as client:
        assert "rooms" not in (await client.hello(DRIVE)).features
        for message in (m.Join("lobby"), m.Leave("lobby")):
            await client.send(message)
            error = await client.error()
            assert (error.code, "no rooms" in error.message) == ("not_available", True)


async def test_one_who_vanishes_in_mid_word_is_silent_and_then_gone(
    serve: Serve, voice: NDArray[np.int16]
) -> None:
    server = await serve(server={"resume_window_s": 0.5})
    async with room(server, "Ada", "Bo") as (ada, bo):
        speaking = asyncio.create_task(speak(ada, voice))
        first = await bo.until(m.PeerSegment)
        ada.vanish()
        await heard(bo, first.peer)
        await bo.until(m.Peer, lambda p: p.state == "left")
        assert told(bo)[-2:] == [("Ada", "muted"), ("Ada", "left")]
        with contextlib.suppress(ConnectionError):
            await speaking
        await bo.alive()
        assert server.service.rooms is not None
        assert server.service.rooms.members == 1


async def test_one_who_says_bye_leaves_at_once(server: app.Running) -> None:
    async with room(server, "Ada", "Bo") as (ada, bo):
        await ada.send(m.Bye())
        await bo.until(m.Peer, lambda p: p.state == "left")
        await bo.send(m.Bye())
        await eventually(lambda: server.service.rooms is not None and not len(server.service.rooms))


async def test_one_who_resumes_is_told_all_anew_and_goes_on(
    server: app.Running, voice: NDArray[np.int16]
) -> None:
    async with room(server, "Ada", "Bo") as (ada, bo):
        welcome = next(x for x in ada.log if isinstance(x, m.Welcome))
        order = ada.order
        speaking = asyncio.create_task(speak(ada, voice))
        first = await bo.until(m.PeerSegment)
        ada.vanish()
        await heard(bo, first.peer)
        with contextlib.suppress(ConnectionError):
            await speaking
        order.reconnected()
        again = m.Hello(
            mode="drive", mic=DRIVE.mic, session=welcome.session,
            resume_token=welcome.resume_token, resume=m.Position(0, 0),
        )  # fmt: skip
        async with connected(server, order=order) as ada:
            await ada.hello(again)
            await ada.until(m.Peer, lambda p: p.name == "Bo")
            assert told(ada) == [("you Ada", "joined"), ("Bo", "joined")]
            assert (await bo.until(m.Peer, lambda p: p.state != "muted")).state == "joined"
            await speak(ada, voice[: RATE * 3 // 2])
            await bo.until(m.PeerSegment)
            await ada.send(m.Mic("muted"))
            assert (await bo.until(m.Peer)).state == "muted"


async def test_who_only_listens_is_not_idle(serve: Serve) -> None:
    server = await serve(server={"heartbeat_s": 0.5, "idle_timeout_s": 0.6})
    async with room(server, "Ada", hello=m.Hello()) as (ada,):
        await asyncio.sleep(1.4)
        await ada.alive()
        await ada.send(m.Leave("lobby"))
        assert (await ada.error()).code == "idle_timeout"


async def test_bad_messages_of_one_do_not_disturb_the_others(
    serve: Serve, voice: NDArray[np.int16]
) -> None:
    server = await serve(limits={"messages_per_s": 10_000})
    async with room(server, "Ada", "Bo", "Cy") as (ada, bo, cy):
        speaking = asyncio.create_task(speak(ada, voice))

        async def disturb() -> None:
            with contextlib.suppress(ConnectionError):
                for k in range(40):
                    await cy.send(
                        m.Join("x" * 10_000), m.Leave("elsewhere"), m.Microphone(7 * k, 5, b"abc")
                    )
                    await asyncio.sleep(0.02)

        disturbing = asyncio.create_task(disturb())
        assert await cy.close_code() == 4400
        segments = await heard(bo, 1)
        await asyncio.gather(speaking, disturbing)
        assert [s.seq for s in segments] == list(range(len(segments)))
        await bo.alive()
        assert ("Cy", "muted") in told(bo)


@pytest.mark.skipif(
    not hasattr(socket, "TCP_NOTSENT_LOWAT"),
    reason="the system keeps what was not sent, however much it is",
)
async def test_a_slow_reader_loses_frames_and_not_the_room(
    server: app.Running, voice: NDArray[np.int16]
) -> None:
    """Its window is small, and for a while it takes nothing at all."""
    async with room(server, "Ada", "Bo", "Cy") as (ada, bo, cy):
        transport = cy.ws._response.connection.transport  # type: ignore[union-attr]
        assert transport is not None
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        transport.pause_reading()
        long = np.concatenate([voice[:-RATE]] * 4 + [voice[-RATE:]])
        speaking = asyncio.create_task(speak(ada, long))
        segments = await heard(bo, 1)
        await speaking
        assert [s.seq for s in segments] == list(range(len(segments)))
        transport.resume_reading()
        await cy.alive()
        late = [x for x in cy.log if isinstance(x, m.PeerSegment)]
        assert 0 < len(late) < len(segments), "the rest was left out"
        assert set(late) <= set(segments)
        await cy.send(m.Leave("lobby"))
        assert (await cy.until(m.Peer)).state == "left"


# --- characters ------------------------------------------------------------------------------------------


@asynccontextmanager
async def with_mira(*understood: str) -> AsyncIterator[tuple[app.Running, ScriptedRecognizer]]:
    """A server on which Mira is in the lobby, and understands this."""
    recognizer = ScriptedRecognizer(*understood)
    faces = LoudnessDriver()
    made = Engines(
        EchoBrain(),
        ToneVoice(character_s=0.02),
        ArticulationDriver(),
        faces,
        LoudnessDetector(),
        recognizer,
    )
    sections = tree(rooms={"characters": {"lobby": ["mira"]}}, server={"grace_s": 0})
    async with app.running(sections, environ={}, made=made) as server:
        yield server, recognizer


async def test_a_character_answers_in_the_room_it_is_in(voice: NDArray[np.int16]) -> None:
    async with with_mira("Mira, hello") as (server, recognizer), room(server, "Ada", "Bo") as (ada, bo):
        mira = next(x for x in ada.log if isinstance(x, m.Peer) and not x.you)
        assert (mira.name, mira.state, mira.character) == ("Mira", "joined", "Mira")
        speaking = asyncio.create_task(speak(ada, voice))
        segments = await heard(bo, mira.peer)
        await speaking
        words = "".join(x.text for x in bo.log if isinstance(x, m.Said) and x.peer == mira.peer)
        assert "hello" in words
        assert [s.seq for s in segments] == list(range(len(segments)))
        jaw = FaceLayout().unpack(b"".join(s.face for s in segments))[0][:, 17]
        assert jaw.max() > 0.1
        async with connected(server) as cy:
            await cy.hello(DRIVE)
            await join(cy, "Cy", "cellar")
            await cy.alive()
            assert told(cy) == [("you Cy", "joined")]
            for client in (ada, bo, cy):
                await client.send(m.Bye())
            rooms = server.service.rooms
            assert rooms is not None
            await eventually(lambda: len(rooms) == 0)
    assert recognizer.open == 0


async def test_characters_in_rooms_are_checked_at_the_start(serve: Serve) -> None:
    with pytest.raises(
        ConfigError, match=r"rooms\.characters: lobby: no character 'nobody'; there are .*mira"
    ):
        await serve(rooms={"characters": {"lobby": ["nobody"]}})
    with pytest.raises(ConfigError, match=r"set engines\.recognizer"):
        await serve(rooms={"characters": {"*": ["mira"]}}, engines={"recognizer": None})
