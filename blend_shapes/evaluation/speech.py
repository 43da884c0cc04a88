"""Where a recording speaks: its level above 150 Hz sixty times a second, and phones where they are known.

Rumble below the voice can be as loud as the voice itself, so no level here knows of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from blend_shapes.audio.sound_file import Samples
from blend_shapes.evaluation.recording import Curve, Recording
from blend_shapes.phonemes.ipa import is_pause, is_stop
from blend_shapes.phonemes.timing import PhoneTiming

Mask = NDArray[np.bool_]

FPS: Final = 60
"""The grid on which faces are measured, frames a second; frame n is sample n / 60 s."""
LOWEST_HZ: Final = 150.0
_WINDOW_S: Final = 0.025
_QUIET_DB: Final = -90.0
_BELOW_LOUD_DB: Final = 32.0
"""Speech is not softer than this below a recording's loud frames (their 95th percentile)."""
_ABOVE_FLOOR_DB: Final = 9.0
"""Nor softer than this above its quiet ones (their 5th percentile), as long as there are quiet ones."""
_SHORTEST_S: Final = 0.05
_HOLE_S: Final = 0.20
"""Speech shorter than the first is a click, silence shorter than the second a closure or a breath."""
PAUSE_S: Final = 0.4
"""A pause is at least so long (FACE.md 4.2)."""


def above_rumble(samples: Samples, rate: int) -> Curve:
    """The sound above 150 Hz, full scale 1; forwards and backwards, so that nothing moves in time."""
    if len(samples) < 64:
        return samples / 32768.0
    sections = signal.butter(4, LOWEST_HZ, "highpass", fs=rate, output="sos")
    return np.asarray(
        signal.sosfiltfilt(sections, samples / 32768.0, padlen=min(len(samples) - 1, rate // 5))
    )


def levels(samples: Samples, rate: int) -> Curve:
    """Level in dB of full scale of the 25 ms around each frame, above 150 Hz."""
    power = np.concatenate([[0.0], np.cumsum(above_rumble(samples, rate) ** 2)])
    centre = np.arange(int(len(samples) * FPS / rate) + 1) * rate / FPS
    half = 0.5 * _WINDOW_S * rate
    low = np.clip(np.rint(centre - half), 0, len(samples)).astype(int)
    high = np.clip(np.rint(centre + half), 0, len(samples)).astype(int)
    mean = (power[high] - power[low]) / np.maximum(high - low, 1)
    return np.asarray(10.0 * np.log10(np.maximum(mean, 10.0 ** (_QUIET_DB / 10.0))))


def runs(mask: Mask) -> list[tuple[int, int]]:
    """First index and index after the last of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def loud(level: Curve) -> Mask:
    """Frames of a level curve at 60 a second that sound like speech, clicks left out and holes filled."""
    high, floor = np.percentile(level, 95), np.percentile(level, 5)
    least = high - _BELOW_LOUD_DB
    if floor + 2 * _ABOVE_FLOOR_DB < high:
        least = max(least, floor + _ABOVE_FLOOR_DB)
    mask = (level > least) & (level > _QUIET_DB + _ABOVE_FLOOR_DB)
    for begin, end in runs(mask):
        mask[begin:end] = end - begin >= _SHORTEST_S * FPS
    for begin, end in runs(~mask):
        if begin > 0 and end < len(mask) and end - begin < _HOLE_S * FPS:
            mask[begin:end] = True
    return mask


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """Where a recording speaks, on the grid of 60 frames a second."""

    level: Curve
    """dB of full scale above 150 Hz."""
    sounding: Mask
    """Frames that sound like speech."""
    said: Mask | None
    """Frames that the labels call a phone; a stop after a pause from its burst on. None without labels."""

    def times(self) -> Curve:
        return np.arange(len(self.level)) / FPS

    @property
    def speaking(self) -> Mask:
        """Frames that sound like speech and are called a phone where there are labels."""
        return self.sounding if self.said is None else self.sounding & self.said

    @property
    def silent(self) -> Mask:
        """Frames that neither sound like speech nor are called a phone."""
        return ~self.sounding if self.said is None else ~(self.sounding | self.said)

    def pauses(self) -> list[tuple[float, float]]:
        """Seconds of each silence of 0.4 s and more, those before and after all speech among them."""
        return [(a / FPS, b / FPS) for a, b in runs(self.silent) if b - a >= PAUSE_S * FPS]


@lru_cache(maxsize=64)
def speech(recording: Recording) -> Speech:
    """Where the recording speaks; kept, since every driver asks for it."""
    level = levels(recording.samples, recording.rate)
    said = None
    if recording.phones is not None:
        said = within(np.arange(len(level)) / FPS, _spoken(recording.phones))
    return Speech(level, loud(level), said)


def _spoken(phones: Sequence[PhoneTiming]) -> Iterator[tuple[float, float]]:
    pause = True
    for p in phones:
        if not is_pause(p.phone):
            yield (p.release if pause and is_stop(p.phone) else p.start), p.end
        pause = is_pause(p.phone)


def within(times: Curve, spans: Iterable[tuple[float, float]], margin: float = 0.0) -> Mask:
    """Whether each time lies in one of the spans, each made longer by the margin at both ends."""
    inside = np.zeros(len(times), bool)
    for start, end in spans:
        inside |= (times >= start - margin) & (times <= end + margin)
    return inside
