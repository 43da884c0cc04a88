"""Face driver `articulation`: the mouth from the phones that the voice knows."""

from blend_shapes.articulation import Mouth
from blend_shapes.face import FaceFrames
from blend_shapes.phonemes.timing import PhoneTiming
from server.errors import EngineError
from server.speech.values import SpeechChunk


class ArticulationDriver:
    """Needs a voice with phone times; looks `LOOK_AHEAD_S` of `blend_shapes.articulation` ahead."""

    needs_phones = True

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
        if speech.phones is None:
            raise EngineError("face driver 'articulation' needs a voice with phone times", permanent=True)
        rate = speech.audio.format.rate
        self._end = speech.audio.end / rate
        return self._mouth.follow(_shifted(speech.phones, speech.audio.position / rate), self._end)

    def settle(self) -> FaceFrames:
        """See `FaceTrack.settle`."""
        return self._mouth.settle(self._end)


def _shifted(phones: tuple[PhoneTiming, ...], by: float) -> list[PhoneTiming]:
    return [
        PhoneTiming(p.phone, p.start + by, p.release + by, p.end + by, p.stress, p.word_start)
        for p in phones
    ]
