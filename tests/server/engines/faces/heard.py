"""Sound whose every sample says when it is, and faces that can be read against it."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import INDEX
from blend_shapes.face import FaceFrames
from server.audio.chunk import AudioChunk, AudioFormat
from server.ports import FaceDriver
from server.speech.values import SpeechChunk

RATE = 16_000
FULL = 32_768.0


def rising(seconds: float) -> NDArray[np.int16]:
    """From 0.1 at the start, a tenth more each second."""
    return np.rint((0.1 + np.arange(round(seconds * RATE)) / RATE / 10) * FULL).astype(np.int16)


def chunks(samples: NDArray[np.int16], seconds: float = 0.25, rate: int = RATE) -> Iterator[SpeechChunk]:
    yield from SpeechChunk(AudioChunk(samples, AudioFormat(rate)), None).pieces(seconds)


def face(driver: FaceDriver, samples: NDArray[np.int16], fps: int = 60) -> FaceFrames:
    """The whole turn."""
    track = driver.begin(fps)
    return FaceFrames.join([*(track.follow(chunk) for chunk in chunks(samples)), track.settle()])


def channel(frames: FaceFrames, name: str) -> NDArray[np.float32]:
    values: NDArray[np.float32] = frames.weights[:, INDEX[name]]
    return values


def inside(frames: FaceFrames, seconds: float) -> slice:
    """Frames of a sound of so many seconds that neither its beginning nor its end touches."""
    times = frames.times()
    at = np.flatnonzero((times >= 0.2) & (times <= seconds - 0.2))
    return slice(int(at[0]), int(at[-1]) + 1)
