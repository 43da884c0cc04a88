"""Networks that turn a stretch of sound into 30 poses a second of it, in windows over a stream.

Each window has sound from before its run (`context_s`, which the network needs to hear well) and some from
after it (`ahead_s`). What it says of the poses ahead is faded into what the next window says of them, so
that no seam shows.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import TWINS
from blend_shapes.driven import DrivenMouth
from blend_shapes.face import Weights
from blend_shapes.ordering import Ordering
from server.engines.faces.network import Network
from server.engines.faces.windowed import WindowedDriver
from server.engines.faces.windows import SOUND_RATE, Grid, Window
from server.errors import ConfigError, EngineError

RATE: Final = 30
"""Poses a second."""
STEP_S: Final = 0.1
"""The shortest time that is a whole number of poses and of samples: windows are made of so many."""
_SMOOTH: Final = np.array([-3.0, 12.0, 17.0, 12.0, -3.0], np.float32) / np.float32(35.0)
"""Savitzky and Golay 1964: a parabola through five points, at the middle one."""

Hear = Callable[[Window], NDArray[np.float32]]
"""What the network says of a window: (poses, shapes). Raises EngineError."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The poses of a window: those it looks back at, those it is for, those it looks ahead at."""

    context: int
    hop: int
    ahead: int

    @property
    def poses(self) -> int:
        return self.context + self.hop + self.ahead

    @property
    def samples(self) -> int:
        return -(-self.poses * SOUND_RATE // RATE)

    def grid(self, samples: int) -> Grid:
        """Windows of so many samples; one less than `samples` where the network wants that."""
        after = self.ahead * SOUND_RATE // RATE
        return Grid(RATE, self.hop, samples - self.hop * SOUND_RATE // RATE - after, after)


def stretch(context_s: float, hop_s: float, ahead_s: float, samples: int | None) -> Stretch:
    """From seconds to poses; the context is what fills a network that takes `samples` only.

    Raises ValueError for times that cannot work.
    """
    hop, ahead = _poses("hop_s", hop_s), _poses("ahead_s", ahead_s)
    if hop < 1 or ahead < DrivenMouth.ramp(RATE):
        raise ValueError(f"hop_s and ahead_s must be at least {STEP_S:g}, not {hop_s:g} and {ahead_s:g}")
    if samples is None:
        return Stretch(_poses("context_s", context_s), hop, ahead)
    context = -(-samples * RATE // SOUND_RATE) - hop - ahead
    if context < 0:
        raise ValueError(
            f"the network hears {samples / SOUND_RATE:.2f} s at a time, hop_s and ahead_s want more"
        )
    return Stretch(context, hop, ahead)


class SequenceInference:
    """The side of a turn of such a network; see `Inference`."""

    def __init__(self, stretch: Stretch, hear: Hear, ordering: Ordering, *, refine: bool) -> None:
        """`refine` averages left and right and smooths over five poses, as LAM_Audio2Expression does."""
        self._stretch = stretch
        self._hear = hear
        self._ordering = ordering
        self._refine = refine
        self._ahead: Weights | None = None
        self._last: Weights | None = None
        """The two poses before the next run, not smoothed."""

    def poses(self, window: Window) -> Weights:
        """See `Inference.poses`."""
        s = self._stretch
        heard = self._hear(window)
        if heard.shape != (s.poses, self._ordering.size):
            raise EngineError(
                f"{s.poses} poses of {self._ordering.size} shapes were expected, not {heard.shape}"
            )
        weights = self._ordering.apply(heard)[s.context :]
        if self._refine:
            weights = (weights + weights[:, TWINS]) / np.float32(2.0)
        run, ahead = weights[: s.hop], weights[s.hop :]
        if self._ahead is not None:
            run = _faded(self._ahead, run)
        self._ahead = ahead
        return self._smoothed(run, ahead) if self._refine else run

    def _smoothed(self, run: Weights, ahead: Weights) -> Weights:
        reach = len(_SMOOTH) // 2
        last = self._last if self._last is not None else np.repeat(run[:1], reach, axis=0)
        around = np.concatenate([last, run, ahead[:reach]])
        self._last = around[len(run) : len(run) + reach]
        parts = (share * around[i : i + len(run)] for i, share in enumerate(_SMOOTH))
        return np.clip(sum(parts, np.zeros_like(run)), 0.0, 1.0)


class SequenceDriver(WindowedDriver):
    """Around a network of this kind."""

    def __init__(
        self,
        name: str,
        network: Network,
        hearing: Callable[[], Hear],
        ordering: Ordering,
        windows: Stretch,
        *,
        samples: int,
        refine: bool,
        workers: int,
    ) -> None:
        """`hearing` makes what hears one turn, in windows of `samples`. It is tried on silence at once.

        Raises ConfigError where what it gives has the wrong shape.
        """
        shape = _tried(network, hearing(), samples).shape
        if shape != (windows.poses, ordering.size):
            raise ConfigError(
                f"{network.path} gives {' x '.join(map(str, shape))} for {samples} samples of sound; "
                f"{windows.poses} poses (30 a second) x {ordering.size} shapes are wanted"
            )

        def begin() -> SequenceInference:
            return SequenceInference(windows, hearing(), ordering, refine=refine)

        super().__init__(name, windows.grid(samples), begin, workers)


def ordering(path: Path, names: object, *, upper_face: bool, without: Collection[str] = ()) -> Ordering:
    """The ordering of the names in a file. Raises ConfigError that names the file."""
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"{path}: the names of the shapes must be a list of texts")
    try:
        return Ordering(names, upper_face=upper_face, without=without)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None


def _tried(network: Network, hear: Hear, samples: int) -> NDArray[np.float32]:
    try:
        return hear(Window(0, 0, np.zeros(samples, np.float32)))
    except EngineError as error:
        raise ConfigError(f"{network.path}: {error}") from None


def _faded(old: Weights, new: Weights) -> Weights:
    """From the old poses to the new ones, over as many as there are of both."""
    count = min(len(old), len(new))
    share = (np.arange(1, count + 1, dtype=np.float32) / np.float32(count + 1))[:, None]
    begin = old[:count] + share * (new[:count] - old[:count])
    return np.concatenate([begin, new[count:]])


def _poses(name: str, seconds: float) -> int:
    steps = round(seconds / STEP_S)
    if steps < 0 or abs(seconds - steps * STEP_S) > 1e-6:
        raise ValueError(f"{name} must be a multiple of {STEP_S:g} s, not {seconds:g}")
    return steps * RATE // round(1 / STEP_S)
