"""A face as principal components of its skin, solved for blendshape weights without making a vertex.

    skin = mean + (1 - m) upper (strength C x_u + offsets) + m lower (strength C x_l + offsets)

with components C, coefficients x smoothed for the upper and the lower face, and a mask m that fades from
the lower face to the upper one by height. Everything but the smoothing is linear, so what the solver
projects of a frame is a small matrix times the coefficients. This is the arithmetic of NVIDIA's
Audio2Face-3D SDK (MIT, `AnimatorSkin`), where it makes all vertices of every frame.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.solve import Solver, Vector

_UP: Final = 1
"""The axis of height."""


@dataclass(frozen=True, slots=True, eq=False)
class Skin:
    """The geometry: `mean` (vertices, 3), `components` (components, vertices, 3), offsets of `mean`."""

    mean: NDArray[Any]
    components: NDArray[Any]
    eye_close: NDArray[Any]
    lip_open: NDArray[Any]

    def __post_init__(self) -> None:
        if self.mean.ndim != 2 or self.mean.shape[1] != 3:
            raise ValueError(f"the mean skin wants shape (vertices, 3), got {self.mean.shape}")
        if self.components.shape[1:] != self.mean.shape:
            raise ValueError(
                f"components of {self.components.shape[1:]} do not fit a mean skin of {self.mean.shape}"
            )
        for offset in (self.eye_close, self.lip_open):
            if offset.shape != self.mean.shape:
                raise ValueError(f"an offset of {offset.shape} does not fit a skin of {self.mean.shape}")


@dataclass(frozen=True, slots=True)
class Strengths:
    """How a face is put together; smoothing is a half-life in seconds, level and softness are of height."""

    skin: float = 1.0
    upper: float = 1.0
    lower: float = 1.0
    upper_smoothing: float = 0.0
    lower_smoothing: float = 0.0
    mask_level: float = 0.6
    mask_softness: float = 0.0085
    eyelid_open: float = 0.0
    lip_open: float = 0.0


class SkinSolve:
    """Coefficients to weights; shared by all faces of one model."""

    def __init__(
        self,
        skin: Skin,
        strengths: Strengths,
        solver: Solver,
        neutral: NDArray[Any],
        vertices: NDArray[np.intp],
    ) -> None:
        """`solver` works on the displacements of `vertices` from `neutral` (all vertices, 3)."""
        if neutral.shape != skin.mean.shape:
            raise ValueError(f"a neutral face of {neutral.shape} does not fit a skin of {skin.mean.shape}")
        lower = _lower_mask(skin.mean, strengths)[vertices]
        upper = strengths.upper * (1.0 - lower)
        lower = strengths.lower * lower
        offsets = (
            strengths.lip_open * skin.lip_open[vertices] - strengths.eyelid_open * skin.eye_close[vertices]
        )
        still = skin.mean[vertices] - neutral[vertices] + (upper + lower) * offsets
        moving = strengths.skin * skin.components[:, vertices]
        self.solver = solver
        self.smoothing = (strengths.upper_smoothing, strengths.lower_smoothing)
        self._still = solver.project(still.reshape(-1))
        self._upper = solver.project((upper * moving).reshape(len(moving), -1))
        self._lower = solver.project((lower * moving).reshape(len(moving), -1))

    def weights(self, upper: Vector, lower: Vector, before: Vector) -> Vector:
        """The weights of one frame from its smoothed coefficients, after the weights `before`."""
        return self.solver.solve(self._still + upper @ self._upper + lower @ self._lower, before)


class SkinTrack:
    """One face in time: frames must come in order, `rate` a second."""

    def __init__(self, solve: SkinSolve, rate: int) -> None:
        self._solve = solve
        self._upper, self._lower = (_Smoothing(half_life, rate) for half_life in solve.smoothing)
        self._weights = np.zeros(solve.solver.size)

    def follow(self, coefficients: NDArray[Any]) -> Vector:
        """Shape (frames, components) to (frames, shapes), each weight in [0, 1]."""
        found = np.zeros((len(coefficients), self._solve.solver.size))
        for i, frame in enumerate(np.asarray(coefficients, np.float64)):
            self._weights = self._solve.weights(
                self._upper.follow(frame), self._lower.follow(frame), self._weights
            )
            found[i] = self._weights
        return found


class _Smoothing:
    """Two equal first-order low-passes after each other, which begin at the first value."""

    def __init__(self, half_life: float, rate: int) -> None:
        self._share = 1.0 - 0.5 ** (1.0 / (rate * half_life)) if half_life > 0.0 else 1.0
        self._stages: tuple[Vector, Vector] | None = None

    def follow(self, value: Vector) -> Vector:
        one, two = self._stages or (value, value)
        one = one + self._share * (value - one)
        two = two + self._share * (one - two)
        self._stages = (one, two)
        return two


def _lower_mask(mean: NDArray[Any], strengths: Strengths) -> Vector:
    """1 below `mask_level` of the skin's height, 0 above, shape (vertices, 1)."""
    if not strengths.mask_softness > 0.0:
        raise ValueError(f"the softness of the face mask must be above 0, not {strengths.mask_softness}")
    height = mean[:, _UP].astype(np.float64)
    span = float(np.ptp(height))
    if span == 0.0:
        raise ValueError("the mean skin has no height")
    above = (height - height.min()) / span - strengths.mask_level
    mask: Vector = 1.0 / (1.0 + np.exp(np.clip(above / strengths.mask_softness, -700.0, 700.0)))
    return mask[:, None]
