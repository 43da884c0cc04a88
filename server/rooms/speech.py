"""A member's microphone on its way to the room: voice activity decides what is worth hearing."""

from collections import deque
from typing import Protocol

import numpy as np

from blend_shapes.face import FaceFrames
from server.audio.chunk import AudioChunk, AudioFormat, Samples
from server.audio.resample import Resampler
from server.ports import LISTENING_RATE, WINDOW, Detector, VoiceActivity
from server.rooms.broadcast import Broadcast
from server.rooms.gate import REST, VoiceGate


class Ear(Protocol):
    """Who wants to understand what a member says. No call waits or raises."""

    def begin(self, samples: Samples) -> None:
        """The member has begun to speak; these samples, at LISTENING_RATE, come first."""
        ...

    def follow(self, samples: Samples, spoken: bool) -> None:
        """More of it, at LISTENING_RATE, without a gap; `spoken` is false in a pause."""
        ...

    def end(self) -> None:
        """The member has stopped. Safe to call twice."""
        ...


class _Take:
    """A stretch of the microphone without a gap, at the rate of the wire and at that of detectors."""

    def __init__(
        self, activity: VoiceActivity, microphone: AudioFormat, wire: AudioFormat, at: int
    ) -> None:
        self.end = at
        self.begin = Resampler(microphone.rate, wire.rate).position(at)
        """Where it begins, in samples of the wire."""
        self._activity = activity
        self._wire = wire
        self._to_wire = Resampler(microphone.rate, wire.rate)
        self._to_windows = Resampler(microphone.rate, LISTENING_RATE)
        self._pending = np.zeros(0, np.int16)
        self._judged = 0

    def hear(self, audio: AudioChunk) -> Samples:
        """The sound at the rate of the wire; `windows` has what there is to judge now."""
        self.end = audio.end
        self._pending = np.concatenate([self._pending, self._to_windows.feed(audio.samples)])
        return self._to_wire.feed(audio.samples)

    def window(self) -> Samples | None:
        """The next WINDOW samples at LISTENING_RATE, None while they are not complete."""
        if len(self._pending) < WINDOW:
            return None
        window, self._pending = self._pending[:WINDOW], self._pending[WINDOW:]
        self._judged += WINDOW
        return window

    def probability(self, window: Samples) -> float:
        return self._activity.probability(window)

    @property
    def judged(self) -> int:
        """After the last window that was judged, in samples of the wire."""
        return self.begin + self._judged * self._wire.rate // LISTENING_RATE


class Speech:
    """The `Audience` of one member's own voice. `ear` may be set at any time."""

    def __init__(
        self,
        detector: Detector,
        broadcast: Broadcast,
        wire: AudioFormat,
        *,
        preroll_s: float,
        hangover_s: float,
    ) -> None:
        self.ear: Ear | None = None
        self._detector = detector
        self._broadcast = broadcast
        self._wire = wire
        self._preroll_s = preroll_s
        self._hangover = max(1, round(hangover_s * LISTENING_RATE / WINDOW))
        self._gate = VoiceGate(self._hangover)
        self._take: _Take | None = None
        windows = max(1, round(preroll_s * LISTENING_RATE / WINDOW))
        self._before: deque[Samples] = deque(maxlen=windows)
        """The newest windows: the preroll."""

    def follow(self, audio: AudioChunk | None, frames: FaceFrames) -> None:
        if audio is not None and (self._take is None or audio.position != self._take.end):
            self._begin(audio)
        if self._take is None:
            return
        samples = self._take.hear(audio) if audio is not None else np.zeros(0, np.int16)
        self._broadcast.add(samples, frames, self._preroll_s)
        while (window := self._take.window()) is not None:
            self._judge(window, self._take)

    def rest(self) -> None:
        self._broadcast.rest()
        if self.ear is not None:
            self.ear.end()
        self._take = None

    def _begin(self, audio: AudioChunk) -> None:
        self.rest()
        self._take = _Take(self._detector.begin(), audio.format, self._wire, audio.position)
        self._broadcast.begin(self._take.begin)
        self._gate = VoiceGate(self._hangover)
        self._before.clear()

    def _judge(self, window: Samples, take: _Take) -> None:
        self._before.append(window)
        probability = take.probability(window)
        changed = self._gate.judge(probability)
        if changed and self._gate.open:
            self._broadcast.speak(take.judged - self._wire.samples(self._preroll_s))
            if self.ear is not None:
                self.ear.begin(np.concatenate(self._before))
        elif changed:
            self._broadcast.rest()
            if self.ear is not None:
                self.ear.end()
        elif self._gate.open and self.ear is not None:
            self.ear.follow(window, probability >= REST)
