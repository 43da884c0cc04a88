"""How a jaw moves in speech: spread, speeds, jitter, power above 8 Hz, all as captures have them at 30
frames a second."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from blend_shapes.evaluation.curves import power_share
from blend_shapes.evaluation.recording import Curve, Track
from blend_shapes.evaluation.speech import FPS, Speech

RATE: Final = 30.0
HIGH_HZ: Final = 8.0
CAPTURED_SD: Final = 0.135
CAPTURED_OPENING: Final = 4.8
CAPTURED_CLOSING: Final = 5.7
"""Captured Mandarin, one speaker, 656 s: standard deviation of jawOpen in speech, 95th percentile of its
opening and closing speed, 1/s (FACE.md 2.5)."""
_EVERY: Final = round(FPS / RATE)


@dataclass(frozen=True, slots=True, eq=False)
class JawMotion:
    """jawOpen in speech, 30 times a second."""

    values: Curve
    opening: Curve
    """Speeds of the steps that open, 1/s."""
    closing: Curve
    """Speeds of the steps that close, above 0."""
    acceleration: Curve
    """Absolute, 1/s^2."""
    high: float
    """Share of the power above 8 Hz over the whole recording, at the curve's own rate; nan if too short."""
    seconds: float


def jaw_motion(jaw: Track, heard: Speech, reference: Track | None = None) -> JawMotion:
    """The motion of a jaw where a recording speaks, and where `reference`, if any, has points too."""
    times = heard.times()[::_EVERY]
    speaking = heard.speaking[::_EVERY].copy()
    for each in (jaw, reference):
        if each is not None:
            own = each.times()
            speaking &= (times >= own[0] - 1e-9) & (times <= own[-1] + 1e-9) if len(own) else False
    values = jaw.at(times) if len(jaw.values) else np.zeros(len(times))
    steps = np.diff(values) * RATE
    steps = steps[speaking[1:] & speaking[:-1]]
    bends = np.diff(values, 2) * RATE**2
    return JawMotion(
        values[speaking],
        steps[steps > 0.0],
        -steps[steps < 0.0],
        np.abs(bends[speaking[2:] & speaking[1:-1] & speaking[:-2]]),
        power_share(jaw.values, jaw.rate, HIGH_HZ),
        float(speaking.sum()) / RATE,
    )
