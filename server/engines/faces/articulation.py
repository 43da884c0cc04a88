"""Face driver `articulation`: the mouth from the phones that the voice knows."""

from blend_shapes.articulation import LOOK_AHEAD_S, Mouth
from blend_shapes.face import FaceFrames
from server.errors import EngineError
from server.speech.values import SpeechChunk


class ArticulationDriver:
    """Needs a voice with phone times; looks `LOOK_AHEAD_S` of `blend_shapes.articulation` ahead."""

    needs_phones = True
    look_ahead_s = LOOK_AHEAD_S
    executor = None

    def begin(self, fps: int) -> "ArticulationTrack":
        return ArticulationTrack(fps)

    async def close(self) -> None:
        """Nothing is held."""


class ArticulationTrack:
    """See `FaceTrack`."""

    def __init__(self, fps: int) -> None:
        self._mouth = Mouth(fps)
        self._end = 0.0

    def follow(self, speech: SpeechChunk) -> FaceFrames:
        """See `FaceTrack.follow`. Raises `EngineError` for speech without phones."""
        phones = speech.stream_phones()
        if phones is None:
            raise EngineError("face driver 'articulation' needs a voice with phone times", permanent=True)
        self._end = speech.end
        return self._mouth.follow(phones, speech.end)

    def settle(self) -> FaceFrames:
        """See `FaceTrack.settle`."""
        return self._mouth.settle(self._end)
