"""Calls of many tracks in one thread; a network that waits for leave shows who works with whom."""

import math
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest

from blend_shapes.articulation.windows import Array
from blend_shapes.face import FaceFrames
from server.audio.chunk import AudioChunk, AudioFormat
from server.engines.faces import rounds as module
from server.engines.faces.audio import AudioTrack, _call
from server.engines.faces.rounds import Rounds
from server.errors import EngineError
from server.speech.values import SpeechChunk
from tests.blend_shapes.audio.networks import Noting


class Held(Noting):
    """Makes a step each time that `steps` are allowed."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Semaphore(0)
        """A step of it has begun."""
        self._may = threading.Semaphore(0)

    def allow(self, steps: int = 1000) -> None:
        self._may.release(steps)

    def answer(self, x: Array, seen: Array) -> tuple[Array, Array]:
        self.begun.release()
        self._may.acquire()
        return super().answer(x, seen)

    @property
    def together(self) -> list[int]:
        """How many streams made each step."""
        return [len(x) for x in self.heard]


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Without a tick: who has come joins the next step."""
    monkeypatch.setattr(module, "TICK_S", 0.0)
    held = Held()
    yield held
    held.allow()


@pytest.fixture
def rounds(network: Held) -> Rounds:
    return Rounds(network, _call)


def sound(steps: int, rate: int = 16_000) -> SpeechChunk:
    """Enough of it for so many steps and frames of a new track."""
    count = -(-(steps - 1) * rate // 60) + math.ceil(0.06 * rate)
    return SpeechChunk(AudioChunk(np.zeros(count, np.int16), AudioFormat(rate)), None)


def follow(rounds: Rounds, chunk: SpeechChunk) -> tuple[AudioTrack, "Future[FaceFrames]"]:
    track = AudioTrack(60, rounds)
    return track, rounds.submit(track.follow, chunk)


def test_who_comes_joins_the_next_step_of_those_under_way(network: Held, rounds: Rounds) -> None:
    first = follow(rounds, sound(6))
    network.begun.acquire()
    others = [follow(rounds, sound(2)), follow(rounds, sound(3, 48_000))]
    network.allow()
    assert len(first[1].result()) == 6
    assert [len(job.result()) for _, job in others] == [2, 3]
    assert network.together == [1, 3, 3, 2, 1, 1]


def test_a_long_call_holds_up_no_short_one(network: Held, rounds: Rounds) -> None:
    long = follow(rounds, sound(500))
    network.begun.acquire()
    short = follow(rounds, sound(1))
    network.allow(2)
    assert len(short[1].result()) == 1
    assert not long[1].done()
    network.allow()
    assert len(long[1].result()) == 500


def test_a_call_without_a_step_waits_for_none(network: Held, rounds: Rounds) -> None:
    few = SpeechChunk(AudioChunk(np.zeros(10, np.int16), AudioFormat(16_000)), None)
    _, job = follow(rounds, few)
    assert len(job.result()) == 0
    assert not network.heard


def test_who_comes_within_a_tick_begins_together(network: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands still until it is told to go on."""
    now, slept = 0.0, threading.Event()
    go_on = threading.Event()

    def sleep(seconds: float) -> None:
        nonlocal now
        if seconds > 0.0:
            slept.set()
            go_on.wait()
            now += seconds

    monkeypatch.setattr(module, "TICK_S", 0.5)
    monkeypatch.setattr("server.engines.faces.rounds.time.monotonic", lambda: now)
    monkeypatch.setattr("server.engines.faces.rounds.time.sleep", sleep)
    rounds = Rounds(network, _call)
    network.allow()
    tracks = [follow(rounds, sound(1))]
    assert len(tracks[0][1].result()) == 1, "who comes first does not wait"
    slept.wait()
    tracks += [follow(rounds, sound(1)) for _ in range(3)]
    go_on.set()
    assert [len(job.result()) for _, job in tracks] == [1] * 4
    assert network.together == [1, 3]


def test_what_was_cancelled_before_it_began_never_begins(network: Held, rounds: Rounds) -> None:
    busy = follow(rounds, sound(2))
    network.begun.acquire()
    cancelled, other = follow(rounds, sound(1)), follow(rounds, sound(1))
    assert cancelled[1].cancel()
    network.allow()
    assert len(busy[1].result()) == 2 and len(other[1].result()) == 1
    assert len(rounds.listeners) == 2, "the cancelled track has no stream"
    assert max(network.together) == 2


def test_what_is_under_way_cannot_be_cancelled(network: Held, rounds: Rounds) -> None:
    _, job = follow(rounds, sound(1))
    network.begun.acquire()
    assert not job.cancel()
    network.allow()
    assert len(job.result()) == 1


def test_an_error_of_one_call_is_its_own(network: Held, rounds: Rounds) -> None:
    good = follow(rounds, sound(3))
    network.begun.acquire()
    bad = follow(rounds, sound(3, 7999))
    network.allow()
    with pytest.raises(EngineError, match="8000 to 48000 samples a second, got 7999") as caught:
        bad[1].result()
    assert caught.value.permanent
    assert len(good[1].result()) == 3


def test_a_network_that_fails_fails_those_under_way(network: Held, rounds: Rounds) -> None:
    network.fails = True
    tracks = [follow(rounds, sound(2)) for _ in range(3)]
    network.allow(3)
    for _, job in tracks:
        with pytest.raises(EngineError, match="the audio network failed: no room"):
            job.result()
    network.fails = False
    network.allow()
    assert len(follow(rounds, sound(2))[1].result()) == 2
    assert len(rounds.submit(tracks[0][0].follow, sound(1)).result()) > 2, "it goes on where it was"


def test_a_call_by_itself_and_the_rounds_do_not_meet(network: Held, rounds: Rounds) -> None:
    network.allow(10_000)
    tracks = [AudioTrack(60, rounds) for _ in range(4)]
    given: list[list[int]] = [[], []]

    def directly() -> None:
        for _ in range(40):
            given[0] += [len(track.follow(sound(3))) for track in tracks[:2]]

    thread = threading.Thread(target=directly)
    thread.start()
    for _ in range(40):
        jobs = [rounds.submit(track.follow, sound(3)) for track in tracks[2:]]
        given[1] += [len(job.result()) for job in jobs]
    thread.join()
    assert given[0] == given[1]


def test_other_work_is_done_too(network: Held, rounds: Rounds) -> None:
    network.allow()
    assert rounds.submit(int, "12").result() == 12
    with pytest.raises(ValueError, match="invalid literal"):
        rounds.submit(int, "twelve").result()
    track = AudioTrack(60, rounds)
    assert len(rounds.submit(lambda: track.follow(sound(2))).result()) == 2, "also around a call"


def test_settling_is_a_call_as_following_is(network: Held, rounds: Rounds) -> None:
    network.allow()
    track, job = follow(rounds, sound(2))
    given: list[Any] = [job.result(), rounds.submit(track.settle).result()]
    assert FaceFrames.join(given).end > 20
    assert not len(rounds.listeners)
    assert len(rounds.submit(AudioTrack(60, rounds).settle).result()) > 18, "also of one that heard nothing"


def test_its_thread_ends_with_it(network: Held) -> None:
    rounds: Rounds | None = Rounds(network, _call)
    assert rounds is not None
    thread = rounds.submit(threading.current_thread).result()
    del rounds
    thread.join(10.0)
    assert not thread.is_alive()
