"""Face driver `articulation`: the mouth from the phones that the voice knows, and from how loud it says
them."""

from blend_shapes.articulation import LOOK_AHEAD_S, Effort, Mouth
from blend_shapes.face import FaceFrames
from server.errors import EngineError
from server.speech.values import SpeechChunk


class ArticulationDriver:
    """Needs a voice with phone times; looks `LOOK_AHEAD_S` of `blend_shapes.articulation` ahead."""

    needs_phones = True
    executor = None

    def look_ahead_s(self, fps: int) -> float:
        """See `FaceDriver.look_ahead_s`."""
        return LOOK_AHEAD_S

    def begin(self, fps: int) -> "ArticulationTrack":
        return ArticulationTrack(fps)

    async def close(self) -> None:
        """Nothing is held."""


class ArticulationTrack:
    """See `FaceTrack`. The first chunk says the rate."""

    def __init__(self, fps: int) -> None:
        self._fps = fps
        self._effort: Effort | None = None
        self._mouth: Mouth | None = None
        self._end = 0.0

    def follow(self, speech: SpeechChunk) -> FaceFrames:
        """See `FaceTrack.follow`. Raises `EngineError` for speech without phones."""
        phones = speech.stream_phones()
        if phones is None:
            raise EngineError("face driver 'articulation' needs a voice with phone times", permanent=True)
        if self._mouth is None or self._effort is None:
            self._effort = Effort(speech.audio.format.rate)
            self._mouth = Mouth(self._fps, effort=self._effort)
        self._end = speech.end
        self._effort.hear(speech.audio.samples)
        return self._mouth.follow(phones, speech.end)

    def settle(self) -> FaceFrames:
        """See `FaceTrack.settle`."""
        return (self._mouth or Mouth(self._fps)).settle(self._end)

    def close(self) -> None:
        """Nothing is held."""
