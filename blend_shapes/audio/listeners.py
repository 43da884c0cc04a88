"""Mouths of many live streams of sound from one network: what is ready is worked on together.

Every stream has a row in the arrays of the state: about 100 KB each.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.articulation.windows import Array
from blend_shapes.audio.hearing import SPECTRA, Levels, Places, spectra, voiced
from blend_shapes.audio.network import FaceNetwork, Memory
from blend_shapes.audio.speaking_mouth import SpeakingMouths

_FIRST_ROWS: Final = 4


class Stream:
    """One stream of sound: what of it is not yet worked on, and the poses made of it."""

    def __init__(self, row: int, places: Places) -> None:
        self._row = row
        self._places = places
        self._sound = np.zeros(places.span, np.int16)
        self._begin = -places.span
        """Sample of the stream that `_sound` begins with."""
        self._heard = 0
        self._made: list[Array] = []
        self.step = 0
        """How many steps have been worked on."""

    @property
    def row(self) -> int:
        return self._row

    @property
    def heard(self) -> int:
        """Samples so far."""
        return self._heard

    @property
    def ready(self) -> bool:
        """Whether the next step has all the sound that it sees."""
        return int(self._places.end(self.step)) <= self._heard

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take the next mono samples."""
        needed = int(self._places.end(self.step)) - self._places.span - self._begin
        passed = min(max(needed, 0), len(self._sound))
        self._sound = np.concatenate([self._sound[passed:], samples])
        self._begin += passed
        self._heard += len(samples)

    def window(self) -> NDArray[np.int16]:
        """The samples that the next step sees."""
        end = int(self._places.end(self.step)) - self._begin
        return self._sound[end - self._places.span : end]

    def made(self, core: Array) -> None:
        """The next step's pose."""
        self._made.append(core)
        self.step += 1

    def take(self) -> Array:
        """Poses made since the last call, core weights (n, 16) with the gap in place of mouthClose."""
        made, self._made = self._made, []
        return np.array(made, np.float32).reshape(-1, 16)


class Listeners:
    """All streams of one sample rate. Not safe for several threads."""

    def __init__(self, network: FaceNetwork, rate: int) -> None:
        """Raises ValueError for a rate that is not heard."""
        self._places = Places(rate)
        self._rate = rate
        self._network = network
        self._levels = Levels(_FIRST_ROWS)
        self._memory = Memory(network, _FIRST_ROWS)
        self._mouths = SpeakingMouths(_FIRST_ROWS)
        self._streams: dict[int, Stream] = {}
        self._free = list(range(_FIRST_ROWS))
        self._rows = _FIRST_ROWS

    def __len__(self) -> int:
        return len(self._streams)

    def begin(self) -> Stream:
        """A new stream; `end` gives back its place."""
        if not self._free:
            self._free = list(range(self._rows, 2 * self._rows))
            self._rows *= 2
            for state in (self._levels, self._memory, self._mouths):
                state.grow(self._rows)
        row = self._free.pop()
        for state in (self._levels, self._memory, self._mouths):
            state.reset(np.array([row]))
        self._streams[row] = stream = Stream(row, self._places)
        return stream

    def end(self, stream: Stream) -> None:
        """The stream is over. Twice is once."""
        if self._streams.get(stream.row) is stream:
            del self._streams[stream.row]
            self._free.append(stream.row)

    def work(self) -> int:
        """All steps that are ready, of all streams, together as far as they go; how many there were."""
        steps = 0
        while ready := [s for s in self._streams.values() if s.ready]:
            self._step(ready)
            steps += len(ready)
        return steps

    def _step(self, ready: list[Stream]) -> None:
        rows = np.array([s.row for s in ready])
        steps = np.array([s.step for s in ready])
        sound = np.stack([s.window() for s in ready]).astype(np.float32) / 32768.0
        halves = np.concatenate(
            [sound[:, : self._places.window], sound[:, sound.shape[1] - self._places.window :]]
        )
        decibels = spectra(halves, self._rate).reshape(SPECTRA, len(ready), -1)
        x = np.concatenate([self._levels.level(rows, half) for half in decibels], axis=1)
        answers, saw = self._network.answer(x, self._memory.seen(rows, steps))
        self._memory.keep(rows, steps, saw)
        for stream, core in zip(ready, self._mouths.speak(rows, answers, voiced(x)), strict=True):
            stream.made(core)
