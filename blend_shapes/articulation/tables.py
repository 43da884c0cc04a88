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
_ROUNDING: Final = list(GROUPS).index("rounding")
_EMPHASIS: Final = (0.0, 0.1, -0.1)
"""Added to the jaw axis: plain, stressed, reduced."""
_ORDER: Final = {name: i for i, name in enumerate(TARGETS)}


def variant(target: Target, stress: int) -> int:
    """Row of a target in the matrices: as it stands, stressed, or reduced."""
    emphasis = 1 if stress == 1 else 2 if target.reduced and stress == 0 else 0
    return _ORDER[target.name] * len(_EMPHASIS) + emphasis


@dataclass(frozen=True, slots=True)
class Tables:
    """Rows as `variant` counts them. Columns: core weights times dominance, then the four dominances.

    `base` leaves out the rounding group, `rounding` holds only it: the two have windows of their own.
    """

    base: Array
    rounding: Array


@lru_cache(maxsize=32)
def tables(style: Style) -> Tables:
    rows = []
    for target in TARGETS.values():
        for emphasis in _EMPHASIS:
            weights = np.array(target.weights)
            weights[0] *= style.jaw_gain(emphasis)
            weights[1:] *= style.lip_gain
            dominance = np.array(target.dominance)
            rows.append(np.concatenate([weights * dominance[GROUP_OF], dominance]))
    every = np.array(rows)
    is_rounding = np.concatenate([GROUP_OF, np.arange(len(GROUPS))]) == _ROUNDING
    return Tables(np.where(is_rounding, 0.0, every), np.where(is_rounding, every, 0.0))
