"""Face driver `auto`: from the phones where the voice gives them, else from its sound, also within a turn.

A chain of voices may go from one kind to the other in the middle of a sentence. Then the mouth of before
goes to rest, and the new one fades in over it.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from blend_shapes.face import FaceFrames
from server.engines.faces.articulation import ArticulationDriver, ArticulationTrack
from server.engines.faces.audio import AudioDriver, AudioTrack
from server.engines.faces.rounds import Call
from server.speech.values import SpeechChunk, silence

FADE_S: Final = 0.1


class EitherDriver:
    """The options are those of the driver `audio`."""

    needs_phones = False

    def __init__(self, model: str = "") -> None:
        self._articulation = ArticulationDriver()
        self._audio = AudioDriver(model)
        self.executor = self._audio.executor

    def look_ahead_s(self, fps: int) -> float:
        """See `FaceDriver.look_ahead_s`."""
        return max(self._articulation.look_ahead_s(fps), self._audio.look_ahead_s(fps))

    def begin(self, fps: int) -> "EitherTrack":
        return EitherTrack(fps, self._articulation, self._audio)

    async def close(self) -> None:
        await self._audio.close()


class _Part:
    """Speech of one kind, from frame `first` of the turn's grid on."""

    def __init__(self, track: ArticulationTrack | AudioTrack, fps: int, begin: SpeechChunk) -> None:
        rate = begin.audio.format.rate
        self.track = track
        self.first = begin.audio.position * fps // rate
        self._start = (2 * self.first * rate + fps) // (2 * fps)
        self._lead = begin.audio.position - self._start
        """Samples of silence that lead from the frame to the speech."""

    def following(self, speech: SpeechChunk) -> Call[FaceFrames]:
        lead, self._lead = self._lead, 0
        audio = speech.audio
        moved = replace(speech, audio=replace(audio, position=audio.position - self._start))
        runs = []
        for chunk in [*([silence(lead, audio.format)] if lead else ()), moved]:
            if isinstance(self.track, AudioTrack):
                runs.append((yield from self.track.following(chunk)))
            else:
                runs.append(self.track.follow(chunk))
        return self._placed(FaceFrames.join(runs))

    def settling(self) -> Call[FaceFrames]:
        if isinstance(self.track, AudioTrack):
            return self._placed((yield from self.track.settling()))
        return self._placed(self.track.settle())

    def _placed(self, frames: FaceFrames) -> FaceFrames:
        return replace(frames, first=self.first + frames.first)


class EitherTrack:
    """See `FaceTrack`."""

    def __init__(self, fps: int, articulation: ArticulationDriver, audio: AudioDriver) -> None:
        self._fps = fps
        self._articulation = articulation
        self._audio = audio
        self._part: _Part | None = None
        self._tail = FaceFrames.empty(0, fps)
        """What is left of the parts before, as far as it was not given yet."""

    def follow(self, speech: SpeechChunk) -> FaceFrames:
        """See `FaceTrack.follow`."""
        return self._audio.executor.alone(self.following(speech))

    def settle(self) -> FaceFrames:
        """See `FaceTrack.settle`."""
        return self._audio.executor.alone(self.settling())

    def close(self) -> None:
        """See `FaceTrack.close`."""
        if self._part is not None:
            self._part.track.close()

    def following(self, speech: SpeechChunk) -> Call[FaceFrames]:
        """`follow` as a call for `Rounds`."""
        part = self._part
        if part is None or self._is_other(part, speech):
            if part is not None:
                self._tail = self._over_tail(part, (yield from part.settling()))
                part.track.close()
            driver = self._audio if speech.phones is None else self._articulation
            part = self._part = _Part(driver.begin(self._fps), self._fps, speech)
        return self._given(self._over_tail(part, (yield from part.following(speech))))

    def settling(self) -> Call[FaceFrames]:
        """`settle` as a call for `Rounds`."""
        if self._part is None:
            return self._articulation.begin(self._fps).settle()
        frames = self._over_tail(self._part, (yield from self._part.settling()))
        _, longer = self._tail.split(frames.end)
        return FaceFrames.join([frames, longer]) if len(longer) else frames

    @staticmethod
    def _is_other(part: _Part, speech: SpeechChunk) -> bool:
        """Whether the speech is of another kind. A pause is of any kind."""
        if speech.phones is None:
            return isinstance(part.track, ArticulationTrack)
        return isinstance(part.track, AudioTrack) and any(phone.phone for phone in speech.phones)

    def _given(self, frames: FaceFrames) -> FaceFrames:
        self._tail = self._tail.split(frames.end)[1]
        return frames

    def _over_tail(self, part: _Part, frames: FaceFrames) -> FaceFrames:
        """The frames faded in over the tail, with what the tail has before them; the tail stays."""
        before, under = self._tail.split(frames.first)
        under, _ = under.split(frames.end)
        if not len(under):
            return FaceFrames.join([before, frames]) if len(before) else frames
        since = np.arange(under.first, under.end, dtype=np.float32) - part.first + 1
        left = 1 - np.clip(since[:, None] / np.float32(FADE_S * self._fps), 0, 1)
        weights, head = frames.weights.copy(), frames.head.copy()
        weights[: len(under)] += left * (under.weights - weights[: len(under)])
        head[: len(under)] += left * (under.head - head[: len(under)])
        return FaceFrames.join([before, replace(frames, weights=weights, head=head)])
