"""A recording of speech and what is known about it: phones, the captured face, the distance of the lips."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import INDEX
from blend_shapes.audio.sound_file import Samples
from blend_shapes.face import Weights
from blend_shapes.phonemes.timing import PhoneTiming

Curve = NDArray[np.float64]
"""Shape (points,): one value at each point of time."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A curve of evenly spaced points; times on the clock of the recording's samples."""

    values: Curve
    rate: float
    """Points a second."""
    start: float = 0.0
    """Seconds from the first sample to the first point."""

    def times(self) -> Curve:
        return self.start + np.arange(len(self.values)) / self.rate

    def at(self, times: Curve) -> Curve:
        """The curve at any times, straight lines between the points, held beyond the ends."""
        return np.interp(times, self.times(), self.values)


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """A captured face: weights in ARKit order at its own rate, and how rounded the lips are."""

    weights: Weights
    rate: float
    rounding: Curve
    """Of each frame: the largest of funnel, pucker and whatever else of the source rounds the lips."""
    start: float = 0.0

    def track(self, values: NDArray[np.floating]) -> Track:
        """Values of each frame as a curve in time."""
        return Track(np.asarray(values, np.float64), self.rate, self.start)

    def channel(self, name: str) -> Track:
        return self.track(self.weights[:, INDEX[name]])


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Mono sound and what is known about it; whoever receives it may keep but not write its arrays."""

    name: str
    """Its folder and its file without ending, such as ``hand_labelled/msajc003``."""
    samples: Samples
    rate: int
    phones: tuple[PhoneTiming, ...] | None = None
    """In order of time."""
    capture: Capture | None = None
    lips: Track | None = None
    """Distance of sensors on the upper and lower lip, millimetres."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def is_bilabial(phone: PhoneTiming) -> bool:
    """Whether a label begins with closed lips: m b p."""
    return phone.phone[:1] in ("m", "b", "p")


def is_labiodental(phone: PhoneTiming) -> bool:
    """Whether a label begins with the lip on the teeth: f v ɱ."""
    return phone.phone[:1] in ("f", "v", "ɱ")
