"""Phrasing by ear: where sound alone has accents, beginnings and ends of phrases, and questions.

A phrase is voiced sound above the background. An accent is a peak of pitch about one standard deviation
above the speaker's running mean, in semitones; a loud one needs less. Its syllable begins where the
loudness rose to it. A phrase whose pitch rises at its end asks.
"""

import math
from collections import deque
from typing import Final, NamedTuple

from blend_shapes.audio.background import Background
from blend_shapes.audio.correlation import HOP_HZ, Samples
from blend_shapes.audio.pitch import Pitch
from blend_shapes.life.phrasing import Accent, ClauseEnd, Mark, Onset

GAP_S: Final = 0.24
"""Silence from which a phrase has ended: closures and hissing within words are shorter."""
_BEGIN_HOPS: Final = 3
_MEMORY_HOPS: Final = 500
"""The speaker's pitch and loudness are means over about so many voiced hops."""
_PRIOR_ST: Final = 2.5
_PRIOR_HOPS: Final = 40
"""At first a speaker's deviation is taken to be this, with the weight of so many hops."""
_LEAST_DEVIATION_ST: Final = 1.0
_RANGE_ST: Final = 15.0
"""No speaker goes further from the mean; what seems to is a wrong octave, or no voice."""

_PROMINENT: Final = (0.5, 0.9)
_KNOWN_HOPS: Final = 150
_LOUD_DB: Final = 5.0
_A_DEVIATION_DB: Final = 10.0
"""What an accent needs, of a speaker just heard and of one heard for _KNOWN_HOPS: its height, with so many
decibels beyond _LOUD_DB above the speaker's mean (where stressed vowels are) counting as one deviation."""
_LEAST_HEIGHT: Final = 0.3
_LEAST_DB: Final = -6.0
"""And it is neither lower nor fainter than this against the speaker's means."""
_FALLEN_ST: Final = 0.6
_PEAK_HOPS: Final = 7
"""A peak is one when pitch has fallen by so much, or has not risen for so many hops."""
_RISEN_ST: Final = 1.0
"""After a peak pitch rises by so much from its lowest, or voice begins anew, before there is another."""
_SYLLABLE_HOPS: Final = 16
"""No further back than this before its peak an accented syllable begins."""
_SYLLABLE_DB: Final = 6.0

_RISE_ST: Final = 3.0
_RISE_TO: Final = 0.0
_LAST_HOPS: Final = 5
_ENDING_S: Final = 0.5
"""A question has its last voiced hops so far above the lowest of those before, and not below
the mean."""


class Intonation:
    """Listens to one stream of sound, mono; synchronous. Memory does not grow for those who `forget`.

    Each mark is found once, in order of `known`: the media time up to which sound is needed to know it.
    """

    def __init__(self, rate: int, together: int = 1) -> None:
        """`together`: see `Pitch`. Raises ValueError for a rate that it does not take."""
        self.rate = rate
        self._pitch = Pitch(rate, together, Background().stands_out)
        self._speaker = _Speaker()
        self._phrase: deque[_Voiced] = deque(maxlen=2 * _SYLLABLE_HOPS)
        """The last voiced hops of the phrase."""
        self._last = -_MEMORY_HOPS
        self._begun = False
        self._first = True
        self._peak: _Voiced | None = None
        self._lowest: float | None = None
        """Pitch since the last peak, where the next has not begun."""
        self._accents = 0
        self._heard: deque[tuple[float, float, float]] = deque()
        """(time, semitones, height) of voiced hops."""

    @property
    def look_ahead(self) -> float:
        """Seconds of sound after a time that its pitch is known by."""
        return self._pitch.look_ahead

    def listen(self, samples: Samples) -> list[Mark]:
        """Take the next samples and give the marks now known."""
        track = self._pitch.follow(samples)
        marks: list[Mark] = []
        values = zip(track.f0.tolist(), track.level.tolist(), strict=True)
        for at, (f0, level) in enumerate(values, start=track.first):
            pitch = 12.0 * math.log2(f0 / 100.0) if f0 > 0.0 else -math.inf
            if self._speaker.likely(pitch):
                marks += self._voiced(_Voiced(at, pitch, level))
            else:
                marks += self._unvoiced(at)
        return marks

    def height(self, begin: float, end: float) -> float | None:
        """The highest pitch from `begin` to `end` seconds, in standard deviations above the speaker's mean.

        None where nothing was voiced. Wants sound up to `look_ahead` after `end`.
        """
        return max((height for time, _, height in self._heard if begin <= time < end), default=None)

    def asks(self, end: float) -> bool:
        """Whether pitch rises towards `end`. Wants sound up to `look_ahead` after it."""
        voiced = [(pitch, height) for time, pitch, height in self._heard if end - _ENDING_S <= time < end]
        if len(voiced) < 2 * _LAST_HOPS:
            return False
        last = sorted(voiced[-_LAST_HOPS:])[_LAST_HOPS // 2]
        return last[0] - min(voiced)[0] >= _RISE_ST and last[1] >= _RISE_TO

    def forget(self, before: float) -> None:
        """Nobody will ask for anything before this time."""
        before -= _ENDING_S
        while self._heard and self._heard[0][0] < before:
            self._heard.popleft()

    def _voiced(self, hop: "_Voiced") -> list[Mark]:
        marks: list[Mark] = []
        if hop.at - self._last > 1:
            self._lowest = None
        self._last = hop.at
        self._phrase.append(hop)
        self._speaker.add(hop)
        self._heard.append((hop.at / HOP_HZ, hop.pitch, self._speaker.height(hop.pitch)))
        if not self._begun and len(self._phrase) >= _BEGIN_HOPS:
            marks.append(Onset(self._phrase[0].at / HOP_HZ, self._first, self._pitch.known(hop.at)))
            self._begun, self._first = True, False
        if self._lowest is not None:
            self._lowest = min(self._lowest, hop.pitch)
            if hop.pitch - self._lowest < _RISEN_ST:
                return marks
            self._lowest = None
        if self._peak is None or hop.pitch > self._peak.pitch:
            self._peak = hop
        elif hop.at - self._peak.at >= _PEAK_HOPS or self._peak.pitch - hop.pitch >= _FALLEN_ST:
            marks += self._peaked(hop.at)
            self._lowest = hop.pitch
        return marks

    def _unvoiced(self, at: int) -> list[Mark]:
        silent = at - self._last
        marks = self._peaked(at) if silent == 2 else []
        if silent >= GAP_S * HOP_HZ:
            if self._begun:
                end = (self._last + 1) / HOP_HZ
                marks.append(ClauseEnd(end, self.asks(end), self._pitch.known(at)))
                self._begun = False
            self._phrase.clear()
        return marks

    def _peaked(self, now: int) -> list[Mark]:
        """The peak is over: an accent if it is high and loud enough."""
        peak, self._peak = self._peak, None
        if peak is None or not self._begun:
            return []
        around = [hop for hop in self._phrase if abs(hop.at - peak.at) <= _PEAK_HOPS]
        level = max(hop.level for hop in around)
        height = self._speaker.height(peak.pitch)
        louder = level - self._speaker.level
        prominence = height + (louder - _LOUD_DB) / _A_DEVIATION_DB
        if height < _LEAST_HEIGHT or louder < _LEAST_DB or prominence < self._speaker.prominent():
            return []
        accent = Accent(self._syllable(peak, level) / HOP_HZ, self._accents, height, self._pitch.known(now))
        self._accents += 1
        return [accent]

    def _syllable(self, peak: "_Voiced", level: float) -> int:
        """The hop from which it is about as loud as at the peak, without a break."""
        begin = peak.at
        for hop in reversed(self._phrase):
            if hop.at >= begin:
                continue
            if begin - hop.at > 1 or peak.at - hop.at > _SYLLABLE_HOPS or hop.level < level - _SYLLABLE_DB:
                break
            begin = hop.at
        return begin


class _Voiced(NamedTuple):
    """A voiced hop above the background: its number, semitones above 100 Hz, decibels."""

    at: int
    pitch: float
    level: float


class _Speaker:
    """How high, how lively and how loud somebody speaks: means that run with the voice."""

    def __init__(self) -> None:
        self._count = 0
        self._pitch = 0.0
        self._variance = _PRIOR_ST**2
        self.level = 0.0

    def add(self, hop: _Voiced) -> None:
        self._count += 1
        share = 1.0 / min(self._count, _MEMORY_HOPS)
        step = hop.pitch - self._pitch
        self._pitch += share * step
        slow = 1.0 / min(self._count + _PRIOR_HOPS, _MEMORY_HOPS)
        self._variance += slow * (step * (hop.pitch - self._pitch) - self._variance)
        self.level += share * (hop.level - self.level)

    def likely(self, pitch: float) -> bool:
        """Whether it can be this speaker's pitch; -inf, for none, cannot."""
        return pitch > -math.inf and (self._count < _PRIOR_HOPS or abs(pitch - self._pitch) < _RANGE_ST)

    def prominent(self) -> float:
        """What an accent needs: the less, the less is known of what this speaker does besides."""
        least, most = _PROMINENT
        return least + (most - least) * min(self._count / _KNOWN_HOPS, 1.0)

    def height(self, pitch: float) -> float:
        """Standard deviations above the mean."""
        return (pitch - self._pitch) / max(math.sqrt(self._variance), _LEAST_DEVIATION_ST)
