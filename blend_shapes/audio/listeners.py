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


class Listeners:
    """All streams that one network serves, of any sample rates. Not safe for several threads, but for the
    dropping of streams.
    """

    def __init__(self, network: FaceNetwork) -> None:
        self._network = network
        self._streams: WeakValueDictionary[int, Stream] = WeakValueDictionary()
        self._waiting: WeakSet[Stream] = WeakSet()
        self._rows: int
        self._free: list[int]
        self._levels: Levels
        self._memory: Memory
        self._mouths: SpeakingMouths
        self._vacate()

    def __len__(self) -> int:
        """How many streams there are."""
        return len(self._streams)

    @property
    def rows(self) -> int:
        """For how many streams there is room: less than twice as many as there were at once."""
        return self._rows

    def begin(self, rate: int) -> Stream:
        """A new stream, with a place among the others until it is dropped or `end` is called.

        Raises ValueError for a rate that is not heard.
        """
        if not self._streams and self._rows > _FIRST_ROWS:
            self._vacate()
        if not self._free:
            self._free = [row for row in range(self._rows) if row not in self._streams] or self._grow()
        stream = Stream(self._free[-1], rate, self._waiting)
        self._streams[self._free.pop()] = stream
        for state in (self._levels, self._memory, self._mouths):
            state.reset(np.array([stream.row]))
        return stream

    def end(self, stream: Stream) -> None:
        """The stream is over. Twice is once."""
        if self._streams.get(stream.row) is stream:
            del self._streams[stream.row]
            self._free.append(stream.row)
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

    def _vacate(self) -> None:
        """Room for the first few, as at the beginning."""
        self._rows = _FIRST_ROWS
        self._free = list(range(_FIRST_ROWS))
        self._levels = Levels(_FIRST_ROWS)
        self._memory = Memory(self._network, _FIRST_ROWS)
        self._mouths = SpeakingMouths(_FIRST_ROWS)

    def _grow(self) -> list[int]:
        """Twice as much room; the new rows."""
        first, self._rows = self._rows, 2 * self._rows
        for state in (self._levels, self._memory, self._mouths):
            state.grow(self._rows)
        return list(range(first, self._rows))

    def _answer(self, ready: Sequence[Stream]) -> None:
        rows = np.array([s.row for s in ready])
        steps = np.array([s.step for s in ready])
        decibels = np.concatenate([_decibels(some) for some in _groups(ready)], axis=1)
        x = np.concatenate([self._levels.level(rows, half) for half in decibels], axis=1)
        answers, saw = self._network.answer(x, self._memory.seen(rows, steps))
        self._memory.keep(rows, steps, saw)
        core = self._mouths.speak(rows, answers, voiced(x))
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
