"""Timed phones to mouth curves: coarticulation, closures, limits of speed. Analytic in media time."""

from blend_shapes.articulation.effort import Effort
from blend_shapes.articulation.mouth import LOOK_AHEAD_S, Mouth, pose
from blend_shapes.articulation.style import NEUTRAL, Style

__all__ = ["LOOK_AHEAD_S", "NEUTRAL", "Effort", "Mouth", "Style", "pose"]
