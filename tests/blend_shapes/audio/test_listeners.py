"""Many streams of sound at once."""

import gc

import numpy as np
import pytest

from blend_shapes.arkit import INDEX
from blend_shapes.audio.listeners import Listeners, Stream
from blend_shapes.audio.network import default
from blend_shapes.audio.sound_mouth import SoundMouth
from blend_shapes.face import FaceFrames, Weights
from tests.blend_shapes.audio.networks import Noting
from tests.blend_shapes.audio.sounds import Sound, noise, rounded, sentence

RATES = (8000, 16_000, 22_050, 24_000, 44_100, 48_000)


def voice(rate: int, seconds: float = 0.6, seed: int = 1) -> Sound:
    rng = np.random.default_rng(seed)
    said = sentence(rate, (0.1,), seconds, low=rng.uniform(90, 240))
    return rounded(said + noise(len(said), 30.0, seed))


def alone(sound: Sound, rate: int) -> Weights:
    mouth = SoundMouth(60, rate, Listeners(default()))
    return FaceFrames.join([mouth.follow(sound), mouth.settle()]).weights


def together(sounds: list[Sound], rates: list[int], listeners: Listeners) -> list[Weights]:
    """Each in messages of 20 ms, which all come at once."""
    mouths = [SoundMouth(60, rate, listeners) for rate in rates]
    runs: list[list[FaceFrames]] = [[] for _ in mouths]
    for k in range(max(-(-len(s) * 50 // rate) for s, rate in zip(sounds, rates, strict=True))):
        for mouth, sound, rate in zip(mouths, sounds, rates, strict=True):
            mouth.hear(sound[k * rate // 50 : (k + 1) * rate // 50])
        listeners.work()
        for run, mouth in zip(runs, mouths, strict=True):
            run.append(mouth.frames())
    for mouth in mouths:
        mouth.end()
    listeners.work()
    return [
        FaceFrames.join([*run, mouth.frames()]).weights for run, mouth in zip(runs, mouths, strict=True)
    ]


def test_streams_of_any_rates_together_are_as_each_alone() -> None:
    """More of one rate than are heard at a time, and room for more than at the beginning."""
    rates = [*RATES, *[16_000] * 18]
    sounds = [voice(rate, 0.3 + 0.02 * seed, seed) for seed, rate in enumerate(rates)]
    listeners = Listeners(default())
    faces = together(sounds, rates, listeners)
    assert not len(listeners)
    assert listeners.rows < 2 * len(rates)
    for face, sound, rate in zip(faces, sounds, rates, strict=True):
        assert np.abs(face - alone(sound, rate)).max() <= 1e-5


def test_steps_of_all_who_are_ready_are_made_together() -> None:
    network = Noting()
    listeners = Listeners(network)
    quick, slow, none = (listeners.begin(rate) for rate in (48_000, 8000, 16_000))
    quick.hear(np.zeros(48_000 // 5, np.int16))
    slow.hear(np.zeros(8000 // 10, np.int16))
    none.hear(np.zeros(100, np.int16))
    assert quick.ready and slow.ready and not none.ready
    made = []
    while steps := listeners.step():
        made.append(steps)
    assert made == [len(x) for x in network.heard]
    assert set(made[: slow.step]) == {2} and set(made[slow.step :]) == {1}
    assert (quick.step, slow.step, none.step) == (9, 3, 0)
    assert listeners.work() == 0
    assert len(quick.take()) == 9 and len(quick.take()) == 0


def test_work_says_how_many_steps_there_were() -> None:
    listeners = Listeners(Noting())
    for seconds in (0.1, 0.2):
        listeners.begin(16_000).hear(np.zeros(round(16_000 * seconds), np.int16))
    assert listeners.work() == 0, "both were dropped"
    kept = [listeners.begin(16_000) for _ in range(2)]
    for stream, seconds in zip(kept, (0.1, 0.2), strict=True):
        stream.hear(np.zeros(round(16_000 * seconds), np.int16))
    assert listeners.work() == 3 + 9


# --- places ------------------------------------------------------------------------------------------


def test_a_new_stream_in_a_used_place_is_as_a_fresh_one() -> None:
    listeners, sound = Listeners(default()), voice(16_000)
    for used in range(3):
        mouth = SoundMouth(60, 16_000, listeners)
        face = FaceFrames.join([mouth.follow(sound), mouth.settle()]).weights
        assert np.array_equal(face, alone(sound, 16_000)), used
        assert not len(listeners)
    SoundMouth(60, 8000, listeners).follow(voice(8000, seed=2))  # dropped in the middle
    run = SoundMouth(60, 16_000, listeners).follow(sound)
    assert np.array_equal(run.weights, alone(sound, 16_000)[: len(run)])


def test_a_crowd_that_grows_disturbs_nobody() -> None:
    listeners, sound = Listeners(default()), voice(16_000)
    first = SoundMouth(60, 16_000, listeners)
    runs, others = [], []
    for piece in np.array_split(sound, 20):
        runs.append(first.follow(piece))
        others += [SoundMouth(60, 16_000, listeners) for _ in range(4)]
        others[-1].follow(voice(16_000, 0.1, seed=len(others)))
    face = FaceFrames.join([*runs, first.settle()]).weights
    assert listeners.rows == 128
    assert np.abs(face - alone(sound, 16_000)).max() <= 1e-5


@pytest.mark.parametrize("ends", [True, False])
def test_thousands_of_beginnings_and_ends_take_no_more_room(ends: bool) -> None:
    """Whether streams end or are dropped."""
    listeners = Listeners(Noting())
    gc.disable()
    try:
        held: list[Stream] = []
        for n in range(5000):
            stream = listeners.begin((8000, 16_000, 48_000)[n % 3])
            stream.hear(np.zeros(20 + n % 3000, np.int16))
            held.append(stream)
            if len(held) == 7:
                gone = held.pop(n % 7)
                if ends:
                    listeners.end(gone)
                del gone, stream
            if n % 10 == 0:
                listeners.work()
            assert len(listeners) <= 7
        assert listeners.rows == 8
    finally:
        gc.enable()


def test_nobody_shares_a_place() -> None:
    listeners = Listeners(Noting())
    rng, held = np.random.default_rng(1), {}
    for n in range(300):
        held[n] = listeners.begin(16_000)
        for k in rng.choice(list(held), rng.integers(0, min(4, len(held))), replace=False):
            if rng.random() < 0.5:
                listeners.end(held[int(k)])
                listeners.end(held[int(k)])  # twice is once
            del held[int(k)]
        rows = [each.row for each in held.values()]
        assert len({*rows}) == len(rows) == len(listeners)
        assert max(rows, default=0) < listeners.rows


def test_room_for_a_crowd_is_given_back_when_all_have_gone() -> None:
    listeners = Listeners(Noting())
    crowd = [listeners.begin(16_000) for _ in range(100)]
    assert listeners.rows == 128
    del crowd[1:]
    listeners.begin(16_000)
    assert listeners.rows == 128
    del crowd
    kept = listeners.begin(16_000)
    assert listeners.rows == 4
    kept.hear(np.zeros(16_000, np.int16))
    assert listeners.work() == kept.step > 50


def test_what_a_stream_keeps_does_not_grow() -> None:
    network = Noting()
    listeners = Listeners(network)
    stream = listeners.begin(48_000)
    sizes = []
    for _ in range(3000):
        stream.hear(np.zeros(960, np.int16))
        listeners.work()
        stream.take()
        network.heard.clear()
        network.seen.clear()
        sizes.append(len(stream._sound))
    assert max(sizes) <= stream.places.span + 960 + 48_000 // 60 + 1
    assert stream.heard == 3000 * 960


def test_a_stream_that_has_ended_is_not_worked_on() -> None:
    network = Noting()
    listeners = Listeners(network)
    gone, sound = listeners.begin(16_000), np.zeros(16_000, np.int16)
    gone.hear(sound)
    listeners.end(gone)
    again = listeners.begin(16_000)
    assert again.row == gone.row
    gone.hear(sound)
    again.hear(sound[:2000])
    assert listeners.work() == again.step == 5
    assert not len(gone.take())


# --- what goes wrong ---------------------------------------------------------------------------------


def test_a_network_that_fails_costs_nobody_a_step() -> None:
    network = Noting()
    listeners = Listeners(network)
    stream, dropped = listeners.begin(16_000), listeners.begin(8000)
    network.fails = True
    for each in (stream, dropped):
        each.hear(np.zeros(2000, np.int16))
    for _ in range(2):
        with pytest.raises(MemoryError):
            listeners.work()
    del dropped, each
    network.fails = False
    assert listeners.work() == stream.step == len(stream.take()) == 5


def test_a_mouth_opens_where_the_network_says_so() -> None:
    """An answer of a whole crowd goes to the row that it belongs to."""

    def answers(x: Weights) -> Weights:
        loud = x[:, 80] > 0.5  # the level
        said = np.zeros((len(x), 20), np.float32)
        said[:, 0] = np.where(loud, 0.5, 0.0)
        said[:, 16:] = -10.0
        said[:, 19] = np.where(loud, 10.0, -10.0)
        return said

    listeners = Listeners(Noting(answers))
    mouths = [SoundMouth(60, 16_000, listeners) for _ in range(5)]
    for n, mouth in enumerate(mouths):
        mouth.hear(rounded(noise(8000, 6000.0 * (n in (1, 3)))))
    listeners.work()
    jaws = [mouth.frames().weights[-1, INDEX["jawOpen"]] for mouth in mouths]
    assert [jaw > 0.4 for jaw in jaws] == [False, True, False, True, False]
    assert min(jaws) < 0.02
