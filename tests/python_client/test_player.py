"""The player as a program uses it: an audio thread pulls, a face is asked for, reports go out.

What exactly is heard and shown when is the business of the timeline vectors (test_timeline.py).
"""

import asyncio
import threading
import time

import msgspec
import numpy as np
import pytest

from protocol import messages as m
from protocol.codes import BadMessage
from protocol.face_format import Floats
from python_client import Player, connect
from tests.python_client.scripted_server import CHANNELS, RATE, WELCOME, Peer, scripted, segment, welcome


def pull(player: Player, seconds: float, heard_at: float, block: int = 240) -> Floats:
    """Blocks for so long, at the stream's own rate; each is heard when the one before ends."""
    sound = []
    for i in range(round(seconds * player.device_rate / block)):
        out = np.empty(block, np.float32)
        player.pull(out, heard_at + i * block / player.device_rate)
        sound.append(out)
    return np.concatenate(sound)


def test_before_a_welcome_there_is_silence_and_no_face() -> None:
    player = Player(RATE)
    assert not pull(player, 0.1, 0.0).any()
    pose = player.face(0.1)
    assert (len(pose.weights), [*pose.head], pose.shown) == (0, [0, 0, 0], -1)
    assert player.poll(0.2) == []
    player.take(segment(1, 0), 0.2)
    player.flush(1, 0.2)
    assert not player.busy


def test_a_turn_is_heard_sample_by_sample_while_a_thread_pulls() -> None:
    """Each segment's samples are its number, so what came out twice, not at all or in disorder shows."""
    player = Player(RATE, target_ms=20)
    player.take(WELCOME, 0.0)
    player.take(m.Turn(1, "text"), 0.0)
    heard: list[Floats] = []
    complete = threading.Event()

    def audio_thread() -> None:
        blocks = 0
        while not complete.is_set() or player.busy:
            if not complete.is_set() and player.playout.buffered_ms < 20:
                time.sleep(0.001)  # faster than any device, but it never runs dry
            out = np.empty(64, np.float32)
            player.pull(out, blocks * 64 / RATE)
            heard.append(out)
            blocks += 1

    player.take(segment(1, 0), 0.0)
    thread = threading.Thread(target=audio_thread)
    thread.start()
    for seq in range(1, 200):
        player.take(segment(1, seq), 0.0)
        player.poll(0.0)
        player.face(0.0)
    player.take(m.End(1, 8_000_000), 0.0)
    complete.set()
    thread.join()
    numbers = np.rint(np.concatenate(heard) * 32768).astype(int)
    voiced = numbers[np.flatnonzero(numbers)]
    assert player.playout.underruns == 0
    assert (voiced == np.repeat(np.arange(1, 200), 960)).all()


def test_weights_and_head_come_apart() -> None:
    player = Player(RATE)
    player.take(WELCOME, 0.0)
    player.take(segment(1, 0, 4800), 0.0)
    pull(player, 0.1, 0.0)
    for now in np.arange(0, 0.1, 0.01):
        pose = player.face(float(now))
    assert pose.weights.shape == (len(CHANNELS),)
    assert pose.weights[:3] == pytest.approx([0, 1 / 255, 2 / 255], abs=1e-6)
    assert pose.head == pytest.approx([(52 + 53 * 256) / 100, (54 + 55 * 256) / 100, (56 + 57 * 256) / 100])


def test_a_device_with_a_clock_of_its_own() -> None:
    player = Player(RATE)
    player.take(WELCOME, 0.0)
    player.take(segment(1, 0, 24_000), 0.0)
    pull(player, 0.5, 1000.0)
    assert player.face(5.1, device=1000.1).heard.pts == pytest.approx(100_000, abs=1)


def test_what_cannot_be_used_is_refused_and_nothing_suffers() -> None:
    player = Player(RATE)
    player.take(WELCOME, 0.0)
    player.take(segment(1, 0), 0.0)
    with pytest.raises(BadMessage, match="frame"):
        player.take(m.Segment(1, 1, 40_000, b"", 50_000, b"short"), 0.0)
    with pytest.raises(BadMessage, match="2 bytes"):
        player.take(m.Segment(1, 1, 40_000, b"abc", 50_000, b""), 0.0)
    player.take(segment(1, 1), 0.0)
    hole = m.Segment(1, 2, 10_080_000 + 1000, bytes(2), 0, b"")
    with pytest.raises(BadMessage, match="hole of 240024"):
        player.take(hole, 0.0)
    player.take(msgspec.structs.replace(hole, pts=10_080_000), 0.0)
    assert player.reception is not None and player.reception.missing == 240_000
    player.take(m.End(1, 11_000_000), 0.0)
    with pytest.raises(BadMessage, match="complete"):
        player.take(m.Segment(1, 3, 12_000_000, bytes(2)), 0.0)
    opus = msgspec.structs.replace(WELCOME, audio=m.AudioFormatInfo("opus", 48_000))
    with pytest.raises(ValueError, match="ask for pcm16"):
        Player().take(opus, 0.0)


def test_a_new_session_may_have_another_face() -> None:
    player = Player(RATE)
    player.take(WELCOME, 0.0)
    face = m.FaceFormatInfo("f32", 30, "vrm", ("A", "I"), False)
    player.take(msgspec.structs.replace(WELCOME, face=face), 1.0)
    assert len(player.face(1.0).weights) == 2
    player.take(welcome(m.Position(0, 0)), 2.0)
    assert len(player.face(2.0).weights) == 2, "a resumed session keeps what it has"


async def test_a_client_feeds_its_player_and_reports_for_it() -> None:
    async def script(peer: Peer) -> None:
        await peer.send(
            welcome(), m.Turn(1, "text"), *(segment(1, seq) for seq in range(5)), m.End(1, 200_000)
        )
        assert (await peer.expect(m.Played)).state == "playing"
        await peer.expect(m.Interrupt)
        assert (await peer.expect(m.Played)).state == "idle"
        await peer.send(m.Flush(1, "interrupted", 10))
        await peer.expect(m.Bye)

    player = Player(RATE)
    async with scripted(script) as url, connect(url, player=player) as client:
        await client.reply()
        loop = asyncio.get_running_loop()
        pull(player, 0.1, loop.time())
        await asyncio.sleep(0.1)
        await client.interrupt()
        assert player.playout.state == "flushing"
        async for message in client:
            if isinstance(message, m.Flush):
                break
        assert not pull(player, 0.1, loop.time())[-1200:].any()
