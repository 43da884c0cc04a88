"""Live voice of a room: how much is held, for how long, and whether the face keeps with it.

What exactly is done is the business of the timeline vectors; here is what comes of it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import messages as m
from protocol import pcm16
from protocol.codes import BadMessage
from protocol.face_format import FaceLayout
from python_client import Player
from python_client.live_playout import LivePlayout
from python_client.live_reception import LiveReception
from python_client.live_ring import LiveRing
from python_client.mixer import limit

RATE = 8000
DEVICE_RATE = 16_000
BLOCK = 320
SEGMENT_S = 0.04
FPS = 50
FACE = m.FaceFormatInfo("f32", FPS, "arkit", ("second", "jaw"), head=False)
WELCOME = m.Welcome(
    1,
    "live",
    "s",
    "t",
    30.0,
    m.AudioFormatInfo("pcm16", RATE),
    FACE,
    m.Limits(65536, 200, 200, 4000, 10.0, 60.0),
    "guide",
)
PERIOD = RATE // 5
"""The voice is a ramp from 0 to 1 in 200 ms, again and again: a sample tells its own time."""


def segment(peer: int, k: int, *, pts: int | None = None) -> m.PeerSegment:
    """40 ms of the ramp from `k` times 40 ms on, and its frames, which tell their time modulo a second."""
    n = round(SEGMENT_S * RATE)
    ramp = (k * n + np.arange(n)) % PERIOD / PERIOD * 32767
    numbers = [2 * k, 2 * k + 1]
    weights = np.array([[i % FPS / FPS, 0.5] for i in numbers], np.float32)
    face = FaceLayout("f32", 2, head=False).pack(weights)
    at = round(k * SEGMENT_S * 1e6) if pts is None else pts
    return m.PeerSegment(peer, k, at, pcm16.pack(ramp.astype(np.int16)), at, face)


def over(peer: int, seq: int, pts: int = 0) -> m.PeerSegment:
    return m.PeerSegment(peer, seq, pts)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a listener has at one picture."""

    at: float
    sound: float
    """The sample that is heard."""
    pts: float
    shown: float
    second: float
    jaw: float
    state: str


def listen(
    seconds: float,
    *,
    skew: float = 0.0,
    late: Callable[[int], float] = lambda k: 0.0,
    lost: Callable[[int], bool] = lambda k: False,
) -> tuple[Player, list[Moment]]:
    """A speaker for so long, pictures at 60 a second; `skew` is how much slower the speaker's clock is."""
    player = Player(DEVICE_RATE)
    player.take(WELCOME, 0.0)
    k, arrives, pulled = 0, SEGMENT_S + late(0), 0
    heard = np.zeros(round((seconds + 1) * DEVICE_RATE), np.float32)
    latency = 0.03
    moments: list[Moment] = []
    for picture in range(round(60 * seconds)):
        now = picture / 60
        while arrives <= now:
            if not lost(k):
                player.take(segment(1, k), arrives)
            k += 1
            arrives = max(arrives, (k + 1) * SEGMENT_S * (1 + skew) + late(k))
        while pulled / DEVICE_RATE <= now:
            player.pull(heard[pulled : pulled + BLOCK], pulled / DEVICE_RATE + latency)
            pulled += BLOCK
        player.face(now, now)
        pose = player.peer(1).face(now)
        sample = heard[max(0, round((now - latency) * DEVICE_RATE))]
        weights = (float(pose.weights[0]), float(pose.weights[1]))
        moments.append(Moment(now, float(sample), pose.heard.pts, pose.shown, *weights, pose.heard.state))
    return player, moments


def delay(moment: Moment) -> float:
    """Seconds from the speaker's mouth to the listener's ear, but for a constant."""
    return moment.at - moment.pts / 1e6


@pytest.mark.parametrize("skew", [2e-4, -1e-3])
def test_ten_minutes_of_another_clock_end_at_the_target(skew: float) -> None:
    playout = LivePlayout(DEVICE_RATE, RATE)
    out, voice = np.empty(BLOCK, np.float32), np.zeros(round(SEGMENT_S * RATE), np.float32)
    k, held = 0, []
    for block in range(600 * DEVICE_RATE // BLOCK):
        while (k + 1) * SEGMENT_S * (1 + skew) <= block * BLOCK / DEVICE_RATE:
            playout.push(0, k * len(voice), voice)
            k += 1
        held.append(playout.pull(out).buffered_ms)
    assert abs(float(np.mean(held[-500:])) - playout.target.ms) < 20
    assert playout.target.ms == 60
    assert (playout.underruns, playout.ring.skipped) == (0, 0)


def test_a_stall_of_half_a_second_leaves_no_delay() -> None:
    player, moments = listen(40, late=lambda k: 0.5 if k == 250 else 0)
    before, after, late = (delay(moments[60 * at]) for at in (9, 11, 39))
    assert player.peer(1).playout.underruns == 1
    assert after > before + 0.1
    assert abs(late - before) < 0.02


def face_with_sound(moments: list[Moment]) -> float:
    """The share of moments with voice whose face is within 20 ms of the sample that is heard."""
    near = judged = 0
    for x in moments:
        if x.state != "playing" or x.jaw < 0.499 or not 0.02 < x.sound < 0.98 or x.second > 0.97:
            continue
        apart = (x.second - x.sound / 5 + 0.1) % 0.2 - 0.1
        near += abs(apart) <= 0.02
        judged += 1
    assert judged > 0.5 * len(moments)
    return near / judged


@pytest.mark.parametrize("world", ["good", "jitter", "loss", "stalls"])
def test_face_and_sound_are_within_20_ms_of_each_other(world: str) -> None:
    random = np.random.default_rng(4).random(2000)
    late: dict[str, Callable[[int], float]] = {
        "jitter": lambda k: 0.06 * float(random[k]),
        "stalls": lambda k: 0.4 if k % 200 == 150 else 0,
    }
    share = 0.05 if world == "loss" else 0.0
    _, moments = listen(
        30, skew=1e-3, late=late.get(world, lambda k: 0.0), lost=lambda k: bool(random[k] < share)
    )
    assert face_with_sound(moments) >= 0.95


def test_a_peer_who_falls_silent_comes_to_rest_and_begins_anew_without_delay() -> None:
    player = Player(DEVICE_RATE)
    player.take(WELCOME, 0.0)
    at, states, delays = 0.0, [], []
    for run in range(3):
        base = 100 * run
        for k in range(25):
            spoken = max(0.2, SEGMENT_S * (k + 1))  # what was before speech was noticed comes at once
            while at < 4.0 * run + spoken:
                player.pull(np.empty(BLOCK, np.float32), at)
                at += BLOCK / DEVICE_RATE
            player.take(segment(1, base + k), at)
        player.take(over(1, base + 25), at)
        last = at
        while at < 4.0 * run + 3:
            player.pull(np.empty(BLOCK, np.float32), at)
            at += BLOCK / DEVICE_RATE
            pose = player.peer(1).face(at)
            states.append(pose.heard.state)
            if pose.heard.state == "draining":
                delays.append(at - last)
        assert states[-1] == "idle" and pose.shown == -1
        assert (pose.heard.turn, player.peer(1).speaking) == (run, False)
    assert set(states) == {"draining", "idle"}, "never starved"
    assert max(delays) < 0.2, "of the 200 ms that came at once little is left at the end of a second"


def test_who_is_apart_is_pulled_alone_and_at_full_volume() -> None:
    player = Player(RATE)
    player.take(WELCOME, 0.0)
    one, two = player.peer(1), player.peer(2)
    one.apart = True
    one.volume = 0.1
    for k in range(3):
        player.take(segment(1, k), 0.0)
    mixed, alone = np.empty(400, np.float32), np.empty(400, np.float32)
    player.pull(mixed, 0.0)
    anchor = one.pull(alone, 0.0)
    assert not mixed.any()
    assert (anchor.state, anchor.turn) == ("playing", 0)
    assert alone[100:].max() > 0.2
    for k in range(3):
        player.take(segment(2, k), 0.0)
    player.pull(mixed, 0.05)
    assert mixed.any() and two.newest is not None and two.newest.state == "playing"
    one.apart = False
    with pytest.raises(ValueError, match="from 0 to 4"):
        one.volume = 4.1
    with pytest.raises(ValueError, match="from 0 to 4"):
        one.volume = float("nan")
    one.volume = 4


def test_a_room_that_is_left_and_a_new_session_end_all_voices() -> None:
    player = Player(RATE)
    with pytest.raises(LookupError, match="welcome"):
        player.peer(1)
    player.take(segment(1, 0), 0.0)
    for message in (m.Peer("r", 9, "Me", "left", you=True), WELCOME, m.Peer("r", 1, "P", "left")):
        player.take(WELCOME, 0.0)
        before = player.peer(1)
        for k in range(4):
            player.take(segment(1, k), 0.0)
        player.pull(np.empty(80, np.float32), 0.0)
        player.take(message, 0.1)
        rest = np.empty(800, np.float32)
        player.pull(rest, 0.01)
        assert rest[:160].any() and not rest[160:].any(), "a fade of 10 ms"
        assert player.peer(1) is not before


def test_bad_segments_are_refused_and_change_nothing() -> None:
    reception = LiveReception(RATE, FACE)
    with pytest.raises(BadMessage):
        reception.take(m.PeerSegment(1, 0, 0, b"\x00"))
    with pytest.raises(BadMessage):
        reception.take(m.PeerSegment(1, 0, 0, b"\x00\x00", 0, b"\x00"))
    assert reception.take(over(1, 0)) is None
    media = reception.take(segment(1, 0))
    assert media is not None and (media.run, media.start, len(media.samples)) == (0, 0, 320)
    assert media.times == [0, 20_000]
    end = reception.take(over(1, 1))
    assert end is not None and end.ended
    back = reception.take(segment(1, 1, pts=0))
    assert back is not None and back.run == 1, "a run begins wherever it begins"


@settings(max_examples=60, deadline=None)
@given(
    moves=st.lists(
        st.tuples(
            st.sampled_from(["push", "pull", "end", "flush"]), st.integers(0, 3), st.integers(0, 4000)
        ),
        max_size=60,
    )
)
def test_whatever_comes_memory_is_bounded_and_time_never_falls(moves: list[tuple[str, int, int]]) -> None:
    playout = LivePlayout(DEVICE_RATE, RATE)
    run, at, last = 0, 0, {-1: 0.0}
    for what, run_step, n in moves:
        if what == "push":
            run += run_step // 3
            playout.push(run, at, np.full(n, 0.5, np.float32))
            at += n + (run_step % 3) * 400
        elif what == "end":
            playout.end(run)
            run += 1
        elif what == "flush":
            playout.flush(10)
            run += 1
        else:
            out = np.empty(max(1, n), np.float32)
            anchor = playout.pull(out)
            assert np.isfinite(out).all()
            assert np.abs(out).max() <= 0.6, (
                "a filter overshoots where a flush comes with the first samples"
            )
            assert anchor.pts >= last.get(anchor.turn, 0.0) - 1
            last[anchor.turn] = anchor.pts
            assert anchor.pts <= anchor.received + 1
        assert playout.ring.written_to - playout.ring.read_at <= 2 * RATE


def test_a_ring_cuts_where_it_is_quiet_and_of_a_voice_whole_periods() -> None:
    ring = LiveRing(RATE, 40)
    t = np.arange(2000)
    voice = np.sin(2 * np.pi * 100 * t / RATE).astype(np.float32)
    voice[800:1200] = 0
    ring.write_at(0, voice)
    assert ring.cut_quiet(200) == 200
    out = np.empty(2000, np.float32)
    assert ring.read(out, last=True) == 1800 and ring.skipped == 200
    assert np.array_equal(out[:800], voice[:800]) and np.array_equal(out[1040:1800], voice[1240:])
    loud = LiveRing(RATE, 40)
    loud.write_at(0, np.sin(2 * np.pi * 100 * t / RATE).astype(np.float32))
    assert loud.cut_quiet(320) == 0
    assert loud.cut_voice(320, 0) in (240, 320), "periods of 80 samples"
    assert loud.cut_voice(320, 0) == 0, "one at a time"
    assert LiveRing(RATE, 40).cut_voice(320, 0) == 0


def test_a_sum_is_bent_not_clipped() -> None:
    sound = np.linspace(-4, 4, 801, dtype=np.float32)
    bent = sound.copy()
    limit(bent)
    inside = np.abs(sound) <= 0.75
    assert np.array_equal(bent[inside], sound[inside])
    assert np.abs(bent).max() < 1
    assert (np.diff(bent) > 0).all(), "what was louder is louder"
