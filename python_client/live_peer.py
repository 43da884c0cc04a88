"""One speaker of a room off the audio thread: what arrives, and the face of what is heard. Pure."""

from collections.abc import Sequence
from typing import Final

from protocol import messages as m
from protocol.face_format import HEAD_ANGLES, Floats
from python_client.live_reception import LiveMedia, LiveReception
from python_client.media_clock import Heard, MediaClock
from python_client.sampler import Sampler

LOOP_SHIFT_S: Final = 2.7
"""By so much for each number are the loops of the speakers apart, so that heads do not breathe in step."""
HELD_US: Final = 3_000_000
"""Frames that far behind the newest are forgotten, also while nobody looks."""
KEPT_RUNS: Final = 2
_HEARD: Final = ("playing", "draining", "starved")


class LivePeer:
    """`number` is the speaker's in the room, `rate` that of `welcome.audio`, `face` that of `welcome`."""

    def __init__(self, number: int, rate: int, face: m.FaceFormatInfo) -> None:
        self.number = number
        self.reception = LiveReception(rate, face)
        self.clock = MediaClock()
        self.sampler = Sampler(len(face.channels) + HEAD_ANGLES)
        self.heard = Heard()
        """As of the last look."""

    @property
    def speaking(self) -> bool:
        """Whether there is something to be heard of them, as of the last look."""
        return self.heard.state in _HEARD

    def set_loop(self, name: str, fps: float, frames: Sequence[Floats]) -> None:
        """Show `frames` as the loop `name` while nothing is said."""
        self.sampler.set_loop(name, fps, frames)

    def take(self, segment: m.PeerSegment) -> LiveMedia | None:
        """Something has come; its voice is for the playout. Raises `BadMessage`."""
        media = self.reception.take(segment)
        if media is not None and media.times:
            for pts, frame in zip(media.times, media.frames, strict=True):
                self.sampler.insert(media.run, pts, frame)
            self.sampler.forget(media.run, media.times[-1] - HELD_US)
            self.sampler.forget_turns(media.run - KEPT_RUNS)
        return media

    def listen(self, device: float) -> Heard:
        """What is heard of them at device time `device`, in seconds."""
        self.heard = self.clock.at(device)
        return self.heard

    def face(self, now: float, ahead_us: float) -> tuple[Floats, float]:
        """The face of what was heard at the last look, a new array, and its media time, -1 for a loop's.

        `now` in seconds; the picture lights up `ahead_us` later.
        """
        return self.sampler.sample(now + LOOP_SHIFT_S * self.number, self.heard, "idle", ahead_us)
