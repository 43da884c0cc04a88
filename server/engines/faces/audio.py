"""Face driver `audio`: the mouth from any voice, live, by the project's own network."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from weakref import WeakValueDictionary

from blend_shapes.audio.network import WEIGHTS, FaceNetwork
from blend_shapes.audio.sound_mouth import SoundMouth, look_ahead
from blend_shapes.face import FaceFrames
from server.engines.faces.rounds import Call, Rounds
from server.errors import EngineError
from server.speech.values import SpeechChunk

_ANY_RATE: Final = 16_000


_rounds: Final[WeakValueDictionary[Path, Rounds]] = WeakValueDictionary()
"""Of each network in use, by its file."""


class AudioDriver:
    """Follows any sound of 8,000 to 48,000 samples a second. All drivers of one network in a process share
    it and its thread, so that all their streams work together.
    """

    needs_phones = False

    def __init__(self, model: str = "") -> None:
        """`model` is the path of another network that `facewire train-face` wrote, an .onnx file.

        Raises ValueError for a file that is none.
        """
        if model and Path(model).suffix != ".onnx":
            raise ValueError(f"model must be the path of an .onnx file, not {model!r}")
        path = Path(model).expanduser().resolve() if model else WEIGHTS
        self.executor = _rounds.get(path) or Rounds(FaceNetwork(path), _call)
        _rounds[path] = self.executor

    def look_ahead_s(self, fps: int) -> float:
        """See `FaceDriver.look_ahead_s`."""
        return float(look_ahead(fps))

    def begin(self, fps: int) -> "AudioTrack":
        return AudioTrack(fps, self.executor)

    async def close(self) -> None:
        """Nothing is held: network and thread end with the last driver and track that use them."""


class AudioTrack:
    """See `FaceTrack`. The first chunk says the rate."""

    def __init__(self, fps: int, rounds: Rounds) -> None:
        self._fps = fps
        self._rounds = rounds
        self._mouth: SoundMouth | None = None

    def follow(self, speech: SpeechChunk) -> FaceFrames:
        """See `FaceTrack.follow`. Raises EngineError for a rate that is not heard."""
        return self._rounds.alone(self.following(speech))

    def settle(self) -> FaceFrames:
        """See `FaceTrack.settle`."""
        return self._rounds.alone(self.settling())

    def close(self) -> None:
        """See `FaceTrack.close`. A stream that nobody holds has ended."""
        self._mouth = None

    def following(self, speech: SpeechChunk) -> Call[FaceFrames]:
        """`follow` as a call for `Rounds`."""
        mouth = self._mouth or self._begin(speech.audio.format.rate)
        mouth.hear(speech.audio.samples)
        while mouth.ready:
            yield
        return mouth.frames()

    def settling(self) -> Call[FaceFrames]:
        """`settle` as a call for `Rounds`."""
        mouth = self._mouth or self._begin(_ANY_RATE)
        mouth.end()
        while mouth.ready:
            yield
        return mouth.frames()

    def _begin(self, rate: int) -> SoundMouth:
        try:
            self._mouth = SoundMouth(self._fps, rate, self._rounds.listeners)
        except ValueError as error:
            raise EngineError(str(error), permanent=True) from error
        return self._mouth


def _call(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Call[Any]:
    """A call of a track in its steps, if it has some; any other without."""
    track: Any = getattr(work, "__self__", None)
    if hasattr(track, "following") and work == track.follow:
        return (yield from track.following(*args, **kwargs))
    if hasattr(track, "settling") and work == track.settle:
        return (yield from track.settling())
    return work(*args, **kwargs)
