"""Face driver `loudness`: the mouth from the sound alone, for voices that do not know their phones."""

from blend_shapes.audio.loudness import Loudness
from blend_shapes.face import FaceFrames
from server.speech.values import SpeechChunk

_ANY_RATE = 24_000


class LoudnessDriver:
    """Works with any voice; less exact than `articulation`."""

    needs_phones = False
    executor = None

    def look_ahead_s(self, fps: int) -> float:
        """See `FaceDriver.look_ahead_s`."""
        return Loudness.look_ahead

    def begin(self, fps: int) -> "LoudnessTrack":
        return LoudnessTrack(fps)

    async def close(self) -> None:
        """Nothing is held."""


class LoudnessTrack:
    """See `FaceTrack`. The first chunk says the rate."""

    def __init__(self, fps: int) -> None:
        self._fps = fps
        self._loudness: Loudness | None = None

    def follow(self, speech: SpeechChunk) -> FaceFrames:
        """See `FaceTrack.follow`."""
        if self._loudness is None:
            self._loudness = Loudness(self._fps, speech.audio.format.rate)
        return self._loudness.follow(speech.audio.samples)

    def settle(self) -> FaceFrames:
        """See `FaceTrack.settle`."""
        return (self._loudness or Loudness(self._fps, _ANY_RATE)).settle()

    def close(self) -> None:
        """Nothing is held."""
