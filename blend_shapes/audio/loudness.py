"""A mouth from loudness, for speech whose phones nobody knows.

Each hop of 1/60 s gives two exact integers: the energy of the sound and of its first difference. The
level of the difference (which drops rumble below the voice) against the speaker's own running loudness
opens the jaw; the ratio of the two, the brightness, tells hissing (narrow jaw, spread lips) from voice
and dark vowels (rounded) from bright ones (spread). Speech is told from background by a floor that
follows slow sounds. Everything is counted in hops from the first sample, so no cutting of the sound
changes a frame.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import HEAD_ANGLES
from blend_shapes.articulation import shapes
from blend_shapes.articulation.curves import GRID_HZ, finish
from blend_shapes.articulation.curves import MARGIN as _MARGIN
from blend_shapes.articulation.style import NEUTRAL, Style
from blend_shapes.articulation.windows import Array
from blend_shapes.audio.hops import Hop, Hops
from blend_shapes.face import FaceFrames
from blend_shapes.phonemes.targets import CORE, REST

_SILENCE_DB: Final = -66.0
"""Below this, of full scale, nothing counts as speech."""
_GATE_DB: Final = (6.0, 14.0)
"""Above the floor: where speech begins to count, and where it counts in full."""
_RANGE_DB: Final = 22.0
"""From a speaker's loud vowels down to a closed mouth."""
_FLOOR_RISE_DB: Final = 4.0 / GRID_HZ
_FLOOR_FALL: Final = 0.3
_PEAK_FALL_DB: Final = 6.0 / GRID_HZ
_PEAK_RISE: Final = 0.25
_START_PEAK_DB: Final = -32.0
_START_FLOOR_DB: Final = -50.0
"""The floor begins at the first hop's level, yet not above this: some sounds begin with speech."""
_LEAST_FLOOR_DB: Final = -80.0
_TAIL_HOPS: Final = _MARGIN + 2

_CORE: Final = {name: i for i, name in enumerate(CORE)}


def _target(**weights: float) -> Array:
    return np.array([weights.get(c, 0.0) for c in CORE], np.float32)


_OPEN: Final = _target(jawOpen=0.45, mouthStretch=0.08, mouthLowerDown=0.28, mouthUpperUp=0.07)
_SPREAD: Final = _target(mouthSmile=0.16, mouthStretch=0.06, mouthUpperUp=0.05)
_ROUND: Final = _target(mouthFunnel=0.22, mouthPucker=0.20)
_HISS: Final = _target(
    jawOpen=0.07, mouthStretch=0.10, mouthLowerDown=0.2, mouthUpperUp=0.1, mouthFunnel=0.08
)
_REST: Final = np.array([REST.get(c, 0.0) if c != "mouthClose" else 0.0 for c in CORE], np.float32)
_GAP: Final = _CORE["mouthClose"]


class Loudness:
    """The mouth of one stream of sound, pushed along by it; synchronous, memory does not grow.

    Frames follow each other from frame 0. A frame is given `look_ahead` seconds after its sound.
    """

    look_ahead: float = (_MARGIN + 3) / GRID_HZ

    def __init__(self, fps: int, rate: int, style: Style = NEUTRAL) -> None:
        """Raises ValueError for fps below 1, and for rates below `hops.LEAST_RATE`."""
        if fps < 1:
            raise ValueError(f"a face wants at least one frame a second, got fps={fps}")
        self._fps = fps
        self._rate = rate
        self._hops = Hops(rate)
        self._gains = np.full(len(CORE), style.lip_gain, np.float32)
        self._gains[0] = style.jaw_gain()
        self._floor = _START_FLOOR_DB
        self._peak = _START_PEAK_DB
        self._wanted: list[Array] = [_REST] * _MARGIN  # grid points before time 0 are at rest
        self._origin = -_MARGIN
        self._next = 0
        self._settled = False

    def follow(self, samples: NDArray[np.int16]) -> FaceFrames:
        """Take the next mono samples and give the frames now certain. Raises RuntimeError after
        `settle`."""
        if self._settled:
            raise RuntimeError("this mouth has settled; begin another for the next sound")
        self._hear(np.asarray(samples, np.int16).reshape(-1))
        return self._frames_to(self._certain() * self._fps // GRID_HZ + 1)

    def settle(self) -> FaceFrames:
        """The sound has ended: the remaining frames, through the one at rest. Call once."""
        if self._settled:
            raise RuntimeError("this mouth has already settled")
        end = self._hops.heard
        quiet = self._hops.boundary(self._hops.complete + 2 * _TAIL_HOPS + 1) - end
        self._hear(np.zeros(quiet, np.int16))
        self._settled = True
        self._wanted += [_REST] * (2 * _TAIL_HOPS)
        rest = end / self._rate + (_TAIL_HOPS + 2) / GRID_HZ
        return self._frames_to(math.ceil(rest * self._fps) + 1)

    def _certain(self) -> int:
        """Last grid point whose whole neighbourhood has been heard."""
        return self._origin + len(self._wanted) - 1 - _MARGIN

    def _hear(self, samples: NDArray[np.int16]) -> None:
        first = self._hops.complete == 0
        for hop in self._hops.feed(samples):
            self._wanted.append(self._want(hop, first=first))
            first = False

    def _want(self, hop: Hop, *, first: bool) -> Array:
        """The pose that one hop of sound asks for."""
        level = 10.0 * math.log10(hop.rough_power + 1e-12)
        brightness = hop.brightness
        speech = self._gate(level, first=first)
        if speech == 0.0:
            return _REST
        loud = min(max(1.0 + (level - self._peak) / _RANGE_DB, 0.0), 1.15)
        hiss = _ramp(brightness, 0.9, 1.6)
        dark = 1.0 - _ramp(brightness, 0.02, 0.12)
        voiced = loud * (_OPEN + (1.0 - dark) * _SPREAD) + min(1.0, 2.0 * loud) * dark * _ROUND
        pose: Array = (voiced + hiss * (_HISS - voiced)) * self._gains
        pose[_GAP] = pose[0] * _ramp(loud, 0.05, 0.3)
        wanted: Array = _REST + speech * (pose - _REST)
        return wanted

    def _gate(self, level: float, *, first: bool) -> float:
        """0 in silence and noise, 1 in speech; moves the floor and the speaker's loudness."""
        if first:
            self._floor = min(level, _START_FLOOR_DB)
        elif level < self._floor:
            self._floor += _FLOOR_FALL * (level - self._floor)
        else:
            self._floor += min(_FLOOR_RISE_DB, level - self._floor)
        self._floor = max(self._floor, _LEAST_FLOOR_DB)
        speech = _ramp(level - self._floor, *_GATE_DB) * _ramp(level, _SILENCE_DB, _SILENCE_DB + 6.0)
        if speech > 0.0:
            rise = _PEAK_RISE * (level - self._peak) if level > self._peak else -_PEAK_FALL_DB
            self._peak = max(self._peak + rise, self._floor + _RANGE_DB)
        return speech

    def _frames_to(self, stop: int) -> FaceFrames:
        first = self._next
        if stop <= first:
            return FaceFrames.empty(first, self._fps)
        ticks = np.arange(first, stop, dtype=np.int64) * GRID_HZ
        low = ticks // self._fps
        share = ((ticks - low * self._fps) / self._fps).astype(np.float32)
        begin = int(low[0])
        last = min(int(low[-1]) + 1, self._certain())
        window = slice(begin - _MARGIN - self._origin, last + _MARGIN + 1 - self._origin)
        core = finish(np.array(self._wanted[window], np.float32))
        high = np.minimum(low + 1, last) - begin
        weights = shapes.weights(core[low - begin] + (core[high] - core[low - begin]) * share[:, None])
        self._next = stop
        drop = stop * GRID_HZ // self._fps - _MARGIN - 1 - self._origin
        if drop > 0:
            del self._wanted[:drop]
            self._origin += drop
        return FaceFrames(first, self._fps, weights, np.zeros((len(weights), len(HEAD_ANGLES)), np.float32))


def _ramp(x: float, low: float, high: float) -> float:
    return min(max((x - low) / (high - low), 0.0), 1.0)
