"""What is left of 52 channels for a mouth that knows visemes only.

The five vowels follow the reduction that the presets of VRM ask for, after the proportions of
`phonemes/targets.py`. Two things are added: what closes the lips closes every vowel, and a smile alone
opens none.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import INDEX
from blend_shapes.face import Weights
from blend_shapes.metrics import pair

VISEMES: Final = ("aa", "ih", "ou", "ee", "oh", "PP", "FF", "TH", "CH", "open")
"""Five vowels; lips pressed, lip on teeth, tongue between teeth, protruded lips of a consonant; and how far
the mouth is open at all."""
READ: Final = frozenset(
    """
    jawOpen mouthClose mouthFunnel mouthPucker mouthSmileLeft mouthSmileRight mouthStretchLeft
    mouthStretchRight mouthLowerDownLeft mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight
    mouthPressLeft mouthPressRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper tongueOut
    """.split()
)
"""The channels that they show."""

_PARTING: Final = (0.04, 0.12)
"""The lips part over these openings; a smile at rest stays below."""


def opening(weights: Weights) -> NDArray[np.float64]:
    """Opening of the lips, shape (frames,), in units of jawOpen, on an avatar whose mesh nobody knows.

    What opens less what closes, each with its displacement relative to the jaw's on a typical head.
    """
    one = {name: np.asarray(weights[:, INDEX[name]], np.float64) for name in READ}
    apart = one["jawOpen"] - one["mouthClose"]
    apart += 0.35 * pair(weights, "mouthLowerDown") + 0.25 * pair(weights, "mouthUpperUp")
    apart -= 0.30 * pair(weights, "mouthPress") + 0.25 * (one["mouthRollLower"] + one["mouthRollUpper"])
    apart -= 0.10 * (one["mouthShrugLower"] + one["mouthShrugUpper"])
    return np.maximum(apart, 0.0)


def visemes(weights: Weights) -> NDArray[np.float64]:
    """Shape (frames, 52) to (frames, 10), ordered as VISEMES, each 0 to 1, the vowels' sum at most 1."""

    def one(name: str) -> NDArray[np.float64]:
        return np.asarray(weights[:, INDEX[name]], np.float64)

    lips = opening(weights)
    parted = _clamp((lips - _PARTING[0]) / (_PARTING[1] - _PARTING[0]))
    jaw = one("jawOpen")
    gape = _clamp(1.6 * np.minimum(jaw, lips))
    funnel, pucker = one("mouthFunnel"), one("mouthPucker")
    rounded = _clamp(1.2 * np.maximum(pucker, funnel))
    smile, stretch = pair(weights, "mouthSmile"), pair(weights, "mouthStretch")
    lowered = pair(weights, "mouthLowerDown")
    vowels = np.stack(
        [
            gape * (1 - rounded),
            parted * _clamp(1.2 * stretch + 0.4 * smile) * (1 - jaw),
            parted * _clamp(pucker + 0.4 * funnel) * (1 - jaw),
            parted * _clamp(1.1 * smile + 0.3 * lowered) * (1 - rounded),
            _clamp(1.3 * gape) * rounded,
        ]
    )
    vowels /= np.maximum(vowels.sum(axis=0), 1.0)
    lower, upper = one("mouthRollLower"), one("mouthRollUpper")
    pressed = pair(weights, "mouthPress") + 0.5 * (lower + upper)
    consonants = [
        _clamp(4.0 * pressed - 8.0 * np.maximum(lower - upper, 0)) * (1 - parted),
        _clamp(2.2 * (lower - upper)),
        _clamp(4.0 * one("tongueOut")),
        _clamp(2.0 * (funnel - pucker)),
    ]
    return np.stack([*vowels, *consonants, gape], axis=1)


def _clamp(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(x, 0.0, 1.0)
