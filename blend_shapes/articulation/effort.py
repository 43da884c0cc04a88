"""Vocal effort, from the sound of a voice whose phones are known: the mouth opens more where it is loud.

Two factors for every point of the grid, for the jaw and for the lips of vowels, 1 for ordinary speech:

- against the speaker's own running loudness: mean minus one standard deviation asks for 0.2 of the jaw
  axis of the JALI plane, the mean for 0.5, plus one for 0.8 (Edwards, Landreth, Fiume, Singh 2016);
- a voice that is loud altogether shouts, a faint one murmurs;
- a voice of breath alone, as bright in its vowels as in its s, whispers: little jaw, clear lips.

A point's factors need the sound to `REACH` hops after it, so they fit into the look-ahead of the phones.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.articulation.style import GAIN_SLOPE
from blend_shapes.articulation.windows import Array
from blend_shapes.audio.hops import Hop, Hops

_HOLD: Final = 3
"""The level of a syllable: the loudest hop within so many, which bridges closures of 100 ms."""
_SMOOTH: Final = np.array([1, 6, 15, 20, 15, 6, 1], np.float32) / 64
REACH: Final = _HOLD + len(_SMOOTH) // 2
"""Hops after a point that its factors depend on."""

_SILENCE_DB: Final = -60.0
"""Below this, of full scale, and this far below the running mean, nothing is learned and nothing asked."""
_BACKGROUND_DB: Final = 20.0
_MEMORY_HOPS: Final = 240
"""Loudness is running over so much speech: four seconds."""
_SOON: Final = 0.25
"""How much a syllable in the range of the background counts, so that a change of voice is learned too."""
_BY_DEVIATION: Final = 0.3
"""Of the jaw axis, for one standard deviation."""
_DEVIATION_DB: Final = (3.0, 8.0)
_START_DEVIATION_DB: Final = 4.0
_MOST: Final = 0.35
"""Of an axis, by each of the causes."""
_MOST_TOGETHER: Final = 0.5
_FAINT_DB: Final = (-46.0, -34.0)
_SHOUTED_DB: Final = (-10.0, -4.0)
"""Running loudness, of full scale, from which a voice counts as faint or shouted, and where it does in
full. Voice engines speak at -22 to -12."""
_BREATH: Final = (math.log(0.40), math.log(0.60))
"""Running brightness (`hops.Hop`), in logarithms: voices have .15 to .30, whispered ones .6 to 1."""
_START_BRIGHTNESS: Final = math.log(0.2)
_START_HOPS: Final = 20
"""How many hops of an ordinary voice the memory begins with."""
_LIPS_BY_LOUDNESS: Final = 0.5
_LIPS_WHISPER: Final = 0.25
_ORDINARY: Final = (0.0, _START_DEVIATION_DB, -20.0, _START_BRIGHTNESS)
"""What silence and background tell: nothing."""


class Effort:
    """The effort of one stream of a voice, pushed along by its sound; synchronous, memory does not grow.

    What it gives does not depend on how the sound was cut, bit for bit.
    """

    def __init__(self, rate: int) -> None:
        """`rate` is samples a second. Raises ValueError below `hops.LEAST_RATE`."""
        self._hops = Hops(rate)
        self._levels: list[float] = []
        self._brightness: list[float] = []
        self._origin = 0
        """Hop of the first level kept."""
        self._told: list[tuple[float, float, float, float]] = []
        """Of each hop from `_origin` on: decibels above the running loudness, mean deviation from it, the
        running loudness itself, running brightness."""
        self._speech = 0.0
        self._mean = 0.0
        self._deviation = _START_DEVIATION_DB
        self._bright = _START_BRIGHTNESS

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take the next mono samples of the voice, the first one being at time 0."""
        for hop in self._hops.feed(np.asarray(samples, np.int16).reshape(-1)):
            self._levels.append(_level(hop))
            self._brightness.append(math.log(min(hop.brightness, 2.0) + 1e-3))
            if len(self._levels) > len(self._told) + _HOLD:
                self._add(len(self._told))

    def factors(self, first: int, count: int) -> Array:
        """Factors on the vowels' jaw and lips at `count` grid points from `first` on, shape (count, 2).

        Points before the sound are as its first, points that it has not reached as the last one known.
        """
        if not self._told or count <= 0:
            return np.ones((max(count, 0), 2), np.float32)
        reach = len(_SMOOTH) // 2
        start = first - reach - self._origin
        places = np.clip(np.arange(start, start + count + 2 * reach), 0, len(self._told) - 1)
        begin = int(places[0])
        axes = _axes(np.array(self._told[begin : int(places[-1]) + 1]))[places - begin]
        smooth: Array = axes[:count] * _SMOOTH[0]
        for i in range(1, len(_SMOOTH)):
            smooth += axes[i : i + count] * _SMOOTH[i]
        smooth *= GAIN_SLOPE
        smooth += 1.0
        return smooth

    def forget(self, before: int) -> None:
        """Points before `before` will not be asked for any more."""
        drop = min(before - REACH - self._origin, len(self._told) - _HOLD)
        if drop > 0:
            for kept in (self._levels, self._brightness, self._told):
                del kept[:drop]
            self._origin += drop

    def _add(self, i: int) -> None:
        """What the hop at place `i` asks for; all within `_HOLD` hops are known."""
        loud = max(self._levels[max(i - _HOLD, 0) : i + _HOLD + 1])
        if loud < _SILENCE_DB:
            self._told.append(_ORDINARY)
            return
        if self._speech == 0.0:
            self._mean = loud
        background = loud < self._mean - _BACKGROUND_DB
        self._learn(loud, self._levels[i], self._brightness[i], _SOON if background else 1.0)
        told = loud - self._mean, self._deviation, self._mean, self._bright
        self._told.append(_ORDINARY if background else told)

    def _learn(self, loud: float, level: float, bright: float, weight: float) -> None:
        self._speech = min(self._speech + weight, _MEMORY_HOPS)
        share = weight / self._speech
        if self._speech <= _START_HOPS:  # a turn's first syllable is its first measure
            self._mean = max(self._mean, loud)
        else:
            self._deviation += share * (abs(loud - self._mean) - self._deviation)
            self._mean += share * (loud - self._mean)
        if level > loud - 10.0:  # the hop is one of the loud ones, not a closure between
            self._bright += weight / (self._speech + _START_HOPS) * (bright - self._bright)


def _axes(told: NDArray[np.float64]) -> Array:
    """What hops add to the jaw axis and to the lips axis, shape (hops, 2); sums and products only, so that
    the same hop gives the same bits whatever array it stands in."""
    above, mean_deviation, mean, bright = told.T
    # A normal distribution's standard deviation is 1.25 times its mean one.
    deviation = np.clip(1.25 * mean_deviation, *_DEVIATION_DB)
    own = np.clip(_BY_DEVIATION * above / deviation, -_MOST, _MOST)
    loudness = own + _MOST * (_ramp(mean, *_SHOUTED_DB) + _ramp(mean, *_FAINT_DB) - 1.0)
    breath = _ramp(bright, *_BREATH)
    jaw = np.clip(loudness - _MOST * breath, -_MOST_TOGETHER, _MOST_TOGETHER)
    lips = _LIPS_BY_LOUDNESS * loudness + _LIPS_WHISPER * breath
    return np.stack([jaw, lips], axis=1).astype(np.float32)


def _level(hop: Hop) -> float:
    return 10.0 * math.log10(hop.power + 1e-12)


def _ramp(x: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    return np.clip((x - low) / (high - low), 0.0, 1.0)
