"""Drive mode on a real server: a voice goes in, the face of that voice comes back, at every rate."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS
from protocol import messages as m
from protocol import opus_packets
from protocol.face_format import FaceLayout
from python_client import Client, Mirrored, connect, drive
from server import app
from server.errors import ConfigError
from tests.fakes.client import Serve, connected, eventually
from tests.fakes.opus import RATE as OPUS_RATE
from tests.fakes.opus import encoded
from tests.fakes.sentence import sentence

JAW = CHANNELS.index("jawOpen")
SPEED = 3.0
"""Sound is sent so much faster than real time; two seconds at once are always taken."""
HELLO = m.Hello(mode="drive", mic=m.AudioFormatInfo("pcm16", 16_000))

Samples = NDArray[np.int16]


def stream(server: app.Running) -> str:
    return f"{server.address}v1/stream".replace("http", "ws", 1)


async def heard(samples: Samples, rate: int) -> AsyncIterator[Samples]:
    """A microphone whose blocks do not fit the messages."""
    block = rate // 71
    for at in range(0, len(samples), block):
        yield samples[at : at + block]
        await asyncio.sleep(block / rate / SPEED)


async def faces_of(client: Client, samples: Samples) -> Mirrored:
    """All faces that come of a sound, as one run."""
    rate = client.welcome.mic.rate if client.welcome.mic else 0
    runs = [faces async for faces in drive(client, heard(samples, rate))]
    return Mirrored(
        np.concatenate([run.times for run in runs]),
        np.concatenate([run.weights for run in runs]),
        np.concatenate([run.head for run in runs]),
    )


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
async def test_a_spoken_sentence_moves_the_jaw_and_silence_is_calm(server: app.Running, rate: int) -> None:
    samples = await sentence(rate)
    async with connect(stream(server), mode="drive", mic_rate=rate) as client:
        welcome = client.welcome
        assert welcome.mic == m.AudioFormatInfo("pcm16", rate)
        assert "drive" in welcome.features and "text" not in welcome.features
        faces = await faces_of(client, samples)
    frames = np.arange(len(faces.times))
    assert np.abs(faces.times - frames / 60).max() <= 1e-6, "in order and without a hole"
    assert faces.times[-1] > len(samples) / rate
    jaw = faces.weights[:, JAW]
    level = np.abs(samples.astype(np.float64))
    loud = np.flatnonzero(level > 1000) / rate
    spoken = (faces.times > loud[0]) & (faces.times < loud[-1])
    assert jaw[spoken].max() > 0.2
    assert jaw[faces.times < loud[0] - 0.2].max() < 0.03
    assert jaw[faces.times > loud[-1] + 0.3].max() < 0.03
    assert np.ptp(jaw[spoken]) > 0.15, "the jaw moves, it does not only stand open"


async def test_a_microphone_that_heard_nothing(server: app.Running) -> None:
    async def nothing() -> AsyncIterator[Samples]:
        for _ in range(0):
            yield np.zeros(0, np.int16)

    async with connect(stream(server), mode="drive", mic_rate=16_000) as client:
        assert [faces async for faces in drive(client, nothing())] == []


async def test_what_the_sound_raises_is_raised(server: app.Running) -> None:
    async def broken() -> AsyncIterator[Samples]:
        yield np.zeros(3200, np.int16)
        raise OSError("unplugged")

    async with connect(stream(server), mode="drive", mic_rate=16_000) as client:
        with pytest.raises(OSError, match="unplugged"):
            async for _ in drive(client, broken()):
                pass


async def test_a_muted_microphone_sends_nothing_and_its_time_runs_on(server: app.Running) -> None:
    async with connect(stream(server), mode="drive", mic_rate=16_000) as client:
        await client.hear(np.zeros(8000, np.int16))
        await client.mic("muted")
        await client.hear(np.full(32_000, 9000, np.int16))
        await client.mic("open")
        await client.hear(np.zeros(8000, np.int16))
        times: list[float] = []
        async for message in client:
            if isinstance(message, m.Mirror):
                faces = Mirrored.of(message, client.welcome.face)
                times += faces.times.tolist()
                assert faces.weights[:, JAW].max() < 0.02
                if times[-1] > 2.6:
                    break
    assert times[0] == 0
    assert not any(1.5 < t < 2.5 for t in times), "no face where nothing was heard"


async def test_drive_mode_has_no_replies_and_a_conversation_no_mirror(server: app.Running) -> None:
    async with connected(server) as client:
        await client.hello(HELLO)
        for ask in (m.Text("hello"), m.Say("hello")):
            await client.send(ask)
            error = await client.error()
            assert error.code == "not_available"
            assert "converse" in error.message
        await client.send(m.Interrupt(), m.Played(0, 0, "idle"), m.Configure(mood="sad"))
        assert (await client.until(m.Clip)).name == "idle"
    async with connected(server) as client:
        welcome = await client.hello(m.Hello(mic=HELLO.mic))
        assert welcome.mic is None
        assert {"text", "drive"} <= set(welcome.features)
        await client.send(m.Microphone(0, 0, bytes(640)))
        assert (await client.error()).code == "not_available"


async def test_a_voice_in_opus_moves_the_jaw_too(server: app.Running) -> None:
    """A packet that is none costs only itself."""
    packets = encoded(await sentence(OPUS_RATE))
    hello = m.Hello(mode="drive", mic=m.AudioFormatInfo("opus", 24_000))
    async with connected(server) as client:
        welcome = await client.hello(hello)
        assert welcome.mic == m.AudioFormatInfo("opus", OPUS_RATE)
        layout = FaceLayout.of(welcome.face)
        for seq, packet in enumerate([b"\xff" * 9, *packets]):
            await client.send(m.Microphone(seq, max(0, seq - 1) * 20_000, opus_packets.pack([packet])))
            await asyncio.sleep(0.02 / SPEED)
        assert (await client.error()).code == "bad_message"
        await client.send(m.Mic("closed"))
        await client.alive()
        faces = [message.face for message in client.log if isinstance(message, m.Mirror)]
    weights = np.concatenate([layout.unpack(face)[0] for face in faces])
    assert weights[:, JAW].max() > 0.2
    assert np.median(weights[:15, JAW]) < 0.1


async def test_half_a_sample_is_refused_and_costs_only_itself(server: app.Running) -> None:
    async with connected(server) as client:
        await client.hello(HELLO)
        await client.send(m.Microphone(0, 0, b"abc"))
        assert (await client.error()).code == "bad_message"
        await client.send(m.Microphone(1, 0, bytes(6400)))
        await client.send(m.Microphone(2, 200_000, bytes(6400)))
        assert (await client.until(m.Mirror)).seq == 0


async def test_messages_may_be_lost_but_do_not_go_back(server: app.Running) -> None:
    async with connected(server) as client:
        await client.hello(HELLO)
        await client.send(m.Microphone(3, 60_000, bytes(640)), m.Microphone(2, 40_000, bytes(640)))
        error = await client.error()
        assert error.code == "wrong_order"
        assert "4 or more is next" in error.message
        await client.alive()


async def test_sound_faster_than_real_time_is_bounded_and_told_once(serve: Serve) -> None:
    server = await serve(limits={"messages_per_s": 10_000})
    async with connected(server) as client, connected(server) as other:
        await client.hello(HELLO)
        await other.hello(HELLO)
        for i in range(100):
            await client.send(m.Microphone(i, 200_000 * i, bytes(6400)))
        error = await client.error()
        assert error.code == "microphone_overflow"
        await client.alive()
        assert sum(isinstance(x, m.Error) for x in client.log) == 1
        await other.send(m.Microphone(0, 0, bytes(6400)), m.Microphone(1, 200_000, bytes(6400)))
        await other.until(m.Mirror)


async def test_a_lost_connection_comes_back_to_a_stream_of_its_own(server: app.Running) -> None:
    async with connected(server) as client:
        welcome = await client.hello(HELLO)
        for i in range(5):
            await client.send(m.Microphone(i, 200_000 * i, bytes(6400)))
        await client.until(m.Mirror)
        client.vanish()
    await eventually(lambda: not server.service.connections)
    again = m.Hello(
        mode="drive",
        mic=m.AudioFormatInfo("pcm16", 8000),
        session=welcome.session,
        resume_token=welcome.resume_token,
        resume=m.Position(0, 0),
    )
    async with connected(server) as client:
        resumed = await client.hello(again)
        assert resumed.session == welcome.session
        assert resumed.mic == m.AudioFormatInfo("pcm16", 8000)
        for i in range(5):
            await client.send(m.Microphone(i, 200_000 * i, bytes(3200)))
        mirror = await client.until(m.Mirror)
        assert (mirror.seq, mirror.face_pts) == (0, 0)
        client.vanish()
    await eventually(lambda: not server.service.connections)
    async with connected(server) as client:
        other_mode = m.Hello(
            session=resumed.session, resume_token=resumed.resume_token, resume=m.Position(0, 0)
        )
        begun = await client.hello(other_mode)
        assert begun.resumed is None
        assert begun.session != welcome.session
        assert len(server.service.sessions) == 1


async def test_a_driver_that_needs_phones_is_refused_at_the_start(serve: Serve) -> None:
    with pytest.raises(ConfigError, match="mirror: audio"):
        await serve(engines={"mirror": "articulation"})
