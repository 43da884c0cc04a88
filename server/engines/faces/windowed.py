"""Face drivers around a network that looks at windows of sound: everything but the network itself."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from blend_shapes.articulation import shapes
from blend_shapes.driven import DrivenMouth
from blend_shapes.face import FaceFrames, Weights
from blend_shapes.resample import BEYOND
from server.audio.resample import Resampler
from server.engines.faces.windows import SOUND_RATE, Grid, Sound, Window, Windows
from server.errors import EngineError
from server.speech.values import SpeechChunk

RESAMPLING_S: Final = 0.045
"""The delay of `Resampler` to 16 kHz: measured 40 ms from 22.05, 24, 44.1 and 48 kHz, 0 from 16 kHz. From
8 kHz it is 113 ms: then the last 70 ms of a sentence may wait for the next one."""
_FULL_SCALE: Final = 32_768.0

log = logging.getLogger(__name__)


class Inference(Protocol):
    """The network's side of one turn."""

    def poses(self, window: Window) -> Weights:
        """The poses of the next window, shape (hop, 52). Raises EngineError if the network fails."""
        ...


class WindowedDriver:
    """Follows any sound; works in threads of its own, which all its tracks share. See `FaceDriver`."""

    needs_phones = False

    def __init__(self, name: str, grid: Grid, begin: Callable[[], Inference], workers: int) -> None:
        """`begin` makes the network's side of a turn. Raises ValueError for what cannot work."""
        if workers < 1:
            raise ValueError(f"workers must be at least 1, not {workers}")
        if grid.after / SOUND_RATE < (DrivenMouth.ramp(grid.rate) - 0.5) / grid.rate:
            raise ValueError("the network looks too little ahead for a mouth that opens in time")
        self.executor = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._ahead_s = (grid.hop + BEYOND) / grid.rate + grid.after / SOUND_RATE + RESAMPLING_S
        self._grid = grid
        self._begin = begin

    def look_ahead_s(self, fps: int) -> float:
        """See `FaceDriver.look_ahead_s`."""
        return self._ahead_s

    def begin(self, fps: int) -> "WindowedTrack":
        return WindowedTrack(fps, self._grid, self._begin())

    async def close(self) -> None:
        """Wait for what is under way. The driver cannot be used afterwards."""
        await asyncio.to_thread(self.executor.shutdown, cancel_futures=True)


class WindowedTrack:
    """See `FaceTrack`. Where the network fails the mouth rests; the log says why, once."""

    def __init__(self, fps: int, grid: Grid, inference: Inference) -> None:
        self._grid = grid
        self._inference = inference
        self._windows = Windows(grid)
        self._mouth = DrivenMouth(grid.rate, fps)
        self._fps = fps
        self._resampler: Resampler | None = None
        self._end = 0.0
        self._next = 0
        self._failed = False

    def follow(self, speech: SpeechChunk) -> FaceFrames:
        """See `FaceTrack.follow`. The first chunk says the rate."""
        if self._resampler is None:
            self._resampler = Resampler(speech.audio.format.rate, SOUND_RATE)
        self._end = speech.end
        sound = _scaled(self._resampler.feed(speech.audio.samples))
        return self._joined(self._follow(window) for window in self._windows.feed(sound))

    def settle(self) -> FaceFrames:
        """See `FaceTrack.settle`."""
        runs: list[FaceFrames] = []
        if self._resampler is not None and self._end > 0.0:
            windows = self._windows.feed(_scaled(self._resampler.finish()))
            windows += self._windows.finish(self._mouth.poses_until(self._end))
            runs += [self._follow(window) for window in windows]
        return self._joined([*runs, self._mouth.settle(self._end)])

    def close(self) -> None:
        """Nothing is held."""

    def _follow(self, window: Window) -> FaceFrames:
        try:
            poses = self._inference.poses(window)
        except EngineError as error:
            poses = np.repeat(shapes.REST_FACE, self._grid.hop, axis=0)
            if not self._failed:
                log.error("the mouth rests: %s", error)
            self._failed = True
        return self._mouth.follow(poses, self._loudness(window))

    def _loudness(self, window: Window) -> NDArray[np.float32]:
        """Root mean square of the sound around each pose of the run, and around the next few."""
        half = SOUND_RATE // (2 * self._grid.rate)
        poses = range(window.first, window.first + self._grid.hop + DrivenMouth.ramp(self._grid.rate))
        around = (window.around(self._grid.position(pose), half, half) for pose in poses)
        return np.array([np.sqrt(np.mean(sound * sound)) for sound in around], np.float32)

    def _joined(self, runs: Iterable[FaceFrames]) -> FaceFrames:
        run = FaceFrames.join([FaceFrames.empty(self._next, self._fps), *runs])
        self._next = run.end
        return run


def _scaled(samples: NDArray[np.int16]) -> Sound:
    return samples.astype(np.float32) / np.float32(_FULL_SCALE)
