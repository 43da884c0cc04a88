"""Measures of a face without a renderer: how far the lips of the generated head are apart, and whether a
closure closes."""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import INDEX
from blend_shapes.face import FaceFrames, Weights
from blend_shapes.head.lip_gap import lip_gap

CLOSED: Final = 0.025
"""Lips count as closed at this aperture and below: half a millimetre on the generated head."""


def pair(weights: Weights, shape: str) -> NDArray[np.float64]:
    """The mean of a shape's left and right."""
    both = weights[:, [INDEX[shape + "Left"], INDEX[shape + "Right"]]]
    return np.asarray(both.mean(axis=1), np.float64)


def aperture(weights: Weights) -> NDArray[np.float64]:
    """Opening of the lips of the generated head, shape (frames,), in parts of what jawOpen alone opens."""
    return lip_gap(weights) / _full_gap()


@cache
def _full_gap() -> float:
    """Millimetres between the lips at jawOpen 1."""
    open_wide = np.zeros((1, len(INDEX)))
    open_wide[0, INDEX["jawOpen"]] = 1.0
    return float(lip_gap(open_wide)[0])


def least_within(curve: NDArray[np.float64], frames: FaceFrames, start: float, end: float) -> float:
    """Smallest value of a curve over the frames' times in [start, end] seconds; infinity without a frame
    there."""
    times = frames.times()
    inside = curve[(times >= start) & (times <= end)]
    return float(inside.min()) if len(inside) else float("inf")


def closes(frames: FaceFrames, start: float, end: float) -> bool:
    """Whether the lips meet for a labelled closure, from 40 ms before it to 30 ms after."""
    return least_within(aperture(frames.weights), frames, start - 0.04, end + 0.03) <= CLOSED


def on_teeth(frames: FaceFrames, start: float, end: float) -> bool:
    """Whether the lower lip goes to the upper teeth, and the upper lip stays off it, for a labelled f or
    v."""
    weights = frames.weights
    jaw, close = weights[:, INDEX["jawOpen"]], weights[:, INDEX["mouthClose"]]
    there = (weights[:, INDEX["mouthRollLower"]] >= 0.25) & (pair(weights, "mouthUpperUp") >= 0.08)
    times = frames.times()
    inside = (times >= start) & (times <= end)
    return bool((there & (close <= 0.5 * jaw) & inside).any())
