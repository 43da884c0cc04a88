"""The target table as matrices, once for each style."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from blend_shapes.articulation.style import Style
from blend_shapes.articulation.windows import Array
from blend_shapes.phonemes.targets import CORE, GROUPS, TARGETS, Target

SIZE: Final = len(CORE)
GROUP_OF: Final = np.repeat(np.arange(len(GROUPS)), [s.stop - s.start for s in GROUPS.values()])
"""For each core channel the number of its group."""
BASE_SIZE: Final = GROUPS["rounding"].start
"""How many channels come before the rounding group."""
_EMPHASIS: Final = (0.0, 0.15, -0.15)
"""Added to the jaw axis: plain, stressed, reduced."""
_ORDER: Final = {name: i for i, name in enumerate(TARGETS)}


def variant(target: Target, stress: int) -> int:
    """Row of a target in the matrices: as it stands, stressed, or reduced."""
    emphasis = 1 if stress == 1 else 2 if target.reduced and stress == 0 else 0
    return _ORDER[target.name] * len(_EMPHASIS) + emphasis


@dataclass(frozen=True, slots=True)
class Tables:
    """Rows as `variant` counts them. Columns: core weights times dominance, then the dominances of their
    groups.

    `rounding` holds the last group, which has windows of its own, `base` the others.
    """

    base: Array
    rounding: Array


@lru_cache(maxsize=32)
def tables(style: Style) -> Tables:
    weights, dominances = [], []
    for target in TARGETS.values():
        for emphasis in _EMPHASIS:
            gains = np.full(SIZE, style.lip_gain)
            gains[0] = style.jaw_gain(emphasis)
            dominance = np.array(target.dominance)
            weights.append(np.array(target.weights) * gains * dominance[GROUP_OF])
            dominances.append(dominance)
    w, d = np.array(weights, np.float32), np.array(dominances, np.float32)
    return Tables(
        np.concatenate([w[:, :BASE_SIZE], d[:, :-1]], axis=1),
        np.concatenate([w[:, BASE_SIZE:], d[:, -1:]], axis=1),
    )
