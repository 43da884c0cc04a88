"""Mouths of many live streams of sound from one network: what is ready is worked on together.

Every stream has a row in the arrays of the state: about 100 KB, however long it goes on.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Final
from weakref import WeakSet, WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS
from blend_shapes.articulation.windows import Array
from blend_shapes.audio.hearing import SPECTRA, Levels, Places, spectra, voiced
from blend_shapes.audio.network import FaceNetwork, Memory
from blend_shapes.audio.speaking_mouth import SpeakingMouths, face
from blend_shapes.face import Weights

_FIRST_ROWS: Final = 4
_HEARD_TOGETHER: Final = 16
"""Spectra of so many streams fit into a cache, and into one thread of numpy's matrix product: with more it
starts others, which wait for each other longer than they work."""


class Stream:
    """One stream of sound: what of it is not yet worked on, and the poses made of it."""

    def __init__(self, row: int, rate: int, waiting: WeakSet["Stream"]) -> None:
        """It puts itself among `waiting` as soon as it has sound for a step."""
        self.places = Places(rate)
        self.row = row
        self.heard = 0
        """Samples so far."""
        self.step = 0
        """How many steps have been worked on."""
        self._waiting = waiting
        self._needed = self.places.end(0)
        """Samples that the next step needs."""
        self._sound = np.zeros(self.places.span, np.int16)
        self._begin = -self.places.span
        """Sample of the stream that `_sound` begins with."""
        self._made: list[Weights] = []

    @property
    def ready(self) -> bool:
        """Whether the next step has all the sound that it sees."""
        return self._needed <= self.heard

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take the next mono samples."""
        passed = min(self._needed - self.places.span - self._begin, len(self._sound))
        self._sound = np.concatenate([self._sound[passed:], samples])
        self._begin += passed
        self.heard += len(samples)
        if self.ready:
            self._waiting.add(self)

    def leave(self) -> None:
        """Wait no more."""
        self._waiting.discard(self)
        self._waiting = WeakSet()

    def window(self) -> NDArray[np.int16]:
        """The samples that the next step sees."""
        end = self._needed - self._begin
        return self._sound[end - self.places.span : end]

    def made(self, pose: Weights) -> None:
        """The next step's pose, shape (52,)."""
        self._made.append(pose)
        self.step += 1
        self._needed = self.places.end(self.step)

    def take(self) -> Weights:
        """Poses made since the last call, shape (n, 52)."""
        made, self._made = self._made, []
        return np.array(made, np.float32).reshape(-1, len(CHANNELS))


class _Room:
    """What is known of streams, a row each, and which rows nobody has."""

    def __init__(self, network: FaceNetwork) -> None:
        self.rows = _FIRST_ROWS
        self.free = list(range(_FIRST_ROWS))
        self.levels = Levels(_FIRST_ROWS)
        self.memory = Memory(network, _FIRST_ROWS)
        self.mouths = SpeakingMouths(_FIRST_ROWS)

    def grow(self) -> None:
        """Twice as many rows."""
        self.free += range(self.rows, 2 * self.rows)
        self.rows *= 2
        for state in (self.levels, self.memory, self.mouths):
            state.grow(self.rows)

    def reset(self, row: int) -> None:
        """It belongs to a new stream."""
        for state in (self.levels, self.memory, self.mouths):
            state.reset(np.array([row]))


class Listeners:
    """All streams that one network serves, of any sample rates. Not safe for several threads, but for the
    dropping of streams.
    """

    def __init__(self, network: FaceNetwork) -> None:
        self._network = network
        self._streams: WeakValueDictionary[int, Stream] = WeakValueDictionary()
        self._waiting: WeakSet[Stream] = WeakSet()
        self._room = _Room(network)

    def __len__(self) -> int:
        """How many streams there are."""
        return len(self._streams)

    @property
    def rows(self) -> int:
        """For how many streams there is room: less than twice as many as there were at once."""
        return self._room.rows

    def begin(self, rate: int) -> Stream:
        """A new stream, with a place among the others until it is dropped or `end` is called.

        Raises ValueError for a rate that is not heard.
        """
        if not self._streams and self._room.rows > _FIRST_ROWS:
            self._room = _Room(self._network)
        room = self._room
        if not room.free:
            room.free = [row for row in range(room.rows) if row not in self._streams]
        if not room.free:
            room.grow()
        stream = Stream(room.free[-1], rate, self._waiting)
        self._streams[room.free.pop()] = stream
        room.reset(stream.row)
        return stream

    def end(self, stream: Stream) -> None:
        """The stream is over. Twice is once."""
        if self._streams.get(stream.row) is stream:
            del self._streams[stream.row]
            self._room.free.append(stream.row)
            stream.leave()

    def step(self) -> int:
        """The next step of all streams that are ready, together; how many there were.

        Raises what the network raises; the steps are still to be made then.
        """
        ready = sorted(self._waiting, key=_place)
        if ready:
            self._answer(ready)
        for stream in ready:
            if not stream.ready:
                self._waiting.discard(stream)
        return len(ready)

    def work(self) -> int:
        """All steps that are ready, of all streams; how many there were."""
        return sum(iter(self.step, 0))

    def _answer(self, ready: Sequence[Stream]) -> None:
        room = self._room
        rows = np.array([s.row for s in ready])
        steps = np.array([s.step for s in ready])
        decibels = np.concatenate([_decibels(some) for some in _groups(ready)], axis=1)
        x = np.concatenate([room.levels.level(rows, half) for half in decibels], axis=1)
        answers, saw = self._network.answer(x, room.memory.seen(rows, steps))
        room.memory.keep(rows, steps, saw)
        core = room.mouths.speak(rows, answers, voiced(x))
        for stream, pose in zip(ready, face(core), strict=True):
            stream.made(pose)


def _place(stream: Stream) -> tuple[int, int]:
    return stream.places.rate, stream.row


def _rate(stream: Stream) -> int:
    return stream.places.rate


def _groups(ready: Sequence[Stream]) -> Iterator[Sequence[Stream]]:
    """Streams in order of their rates, in groups of one rate."""
    for _, same in itertools.groupby(ready, _rate):
        while some := list(itertools.islice(same, _HEARD_TOGETHER)):
            yield some


def _decibels(some: Sequence[Stream]) -> Array:
    """What streams of one rate hear in their next steps, shape (SPECTRA, n, BANDS)."""
    places = some[0].places
    sound = np.stack([s.window() for s in some]).astype(np.float32) / 32768.0
    halves = np.concatenate([sound[:, : places.window], sound[:, places.half :]])
    return spectra(halves, places.rate).reshape(SPECTRA, len(some), -1)
