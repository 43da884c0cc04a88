"""Measures of a face without a renderer: how far the lips are apart, and whether a closure closes."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import INDEX
from blend_shapes.face import FaceFrames, Weights

CLOSED: Final = 0.06
"""Lips count as closed at this aperture and below."""


def pair(weights: Weights, shape: str) -> NDArray[np.float64]:
    """The mean of a shape's left and right."""
    both = weights[:, [INDEX[shape + "Left"], INDEX[shape + "Right"]]]
    return np.asarray(both.mean(axis=1), np.float64)


def aperture(weights: Weights) -> NDArray[np.float64]:
    """Opening of the lips, shape (frames,), in units of jawOpen: a proxy that needs no mesh.

    What opens less what closes, each with its displacement relative to the jaw's on a typical head.
    """
    one = {name: np.asarray(weights[:, i], np.float64) for name, i in INDEX.items()}
    opening = one["jawOpen"] - one["mouthClose"]
    opening += 0.35 * pair(weights, "mouthLowerDown") + 0.25 * pair(weights, "mouthUpperUp")
    opening -= 0.30 * pair(weights, "mouthPress") + 0.25 * (one["mouthRollLower"] + one["mouthRollUpper"])
    opening -= 0.10 * (one["mouthShrugLower"] + one["mouthShrugUpper"])
    return np.maximum(opening, 0.0)


def least_within(curve: NDArray[np.float64], frames: FaceFrames, start: float, end: float) -> float:
    """Smallest value of a curve over the frames' times in [start, end] seconds; infinity without a frame
    there."""
    times = frames.times()
    inside = curve[(times >= start) & (times <= end)]
    return float(inside.min()) if len(inside) else float("inf")


def closes(frames: FaceFrames, start: float, end: float) -> bool:
    """Whether the lips meet for a labelled closure, from 40 ms before it to 30 ms after."""
    return least_within(aperture(frames.weights), frames, start - 0.04, end + 0.03) <= CLOSED


def closure_share(frames: FaceFrames, closures: Sequence[tuple[float, float]]) -> float:
    """Share of labelled closures, (start, end) in seconds, that close; 1 without any."""
    if not closures:
        return 1.0
    return sum(closes(frames, start, end) for start, end in closures) / len(closures)


def on_teeth(frames: FaceFrames, start: float, end: float) -> bool:
    """Whether the lower lip goes to the upper teeth, and the upper lip stays off it, for a labelled f or
    v."""
    weights = frames.weights
    jaw, close = weights[:, INDEX["jawOpen"]], weights[:, INDEX["mouthClose"]]
    there = (weights[:, INDEX["mouthRollLower"]] >= 0.25) & (pair(weights, "mouthUpperUp") >= 0.08)
    times = frames.times()
    inside = (times >= start) & (times <= end)
    return bool((there & (close <= 0.5 * jaw) & inside).any())


def labiodental_share(frames: FaceFrames, labels: Sequence[tuple[float, float]]) -> float:
    """Share of labelled f and v, (start, end) in seconds, with the lip on the teeth; 1 without any."""
    if not labels:
        return 1.0
    return sum(on_teeth(frames, start, end) for start, end in labels) / len(labels)
