"""What turns a recording into a face: the drivers that can be measured, by name."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from blend_shapes.arkit import CHANNELS, HEAD_ANGLES
from blend_shapes.articulation import LOOK_AHEAD_S, Effort, Mouth
from blend_shapes.audio.loudness import Loudness
from blend_shapes.audio.sound_file import Samples
from blend_shapes.audio.sound_mouth import SoundMouth
from blend_shapes.evaluation.recording import Capture, Recording
from blend_shapes.evaluation.speech import FPS
from blend_shapes.face import FaceFrames
from blend_shapes.layers import LivingFace
from blend_shapes.life.moods import MOODS
from blend_shapes.phonemes.timing import PhoneTiming

PHONES, SOUND, CAPTURE = "phones", "sound", "capture"
_MOUTH_ALONE: Final = "mouth"
_SEED: Final = 7
_INTENSITY: Final = 0.4


class Driver(Protocol):
    """What is measured. Frame n of its faces belongs to the sound at n / 60 s."""

    @property
    def name(self) -> str: ...

    @property
    def needs(self) -> str:
        """PHONES, SOUND or CAPTURE: what a recording must have; its targets are those of this column."""

    @property
    def look_ahead(self) -> float | None:
        """Seconds of speech that must be known beyond a frame; None if it takes the whole recording."""

    def frames(self, recording: Recording) -> FaceFrames:
        """The face of a recording, FPS frames a second from frame 0 to its end or later."""


class Stream(Protocol):
    """A mouth that is pushed along by sound, as `Loudness`."""

    look_ahead: float

    def follow(self, samples: Samples) -> FaceFrames: ...

    def settle(self) -> FaceFrames: ...


@dataclass(frozen=True, slots=True)
class FromPhones:
    """The articulation driver: the mouth alone where `mood` is None, else all layers of life over it."""

    name: str
    mood: str | None
    needs: str = PHONES
    look_ahead: float | None = LOOK_AHEAD_S

    def frames(self, recording: Recording) -> FaceFrames:
        sound = recording.samples, recording.rate
        return turn(recording.phones or (), recording.seconds, sound, mood=self.mood)


@dataclass(frozen=True, slots=True)
class FromSound:
    """A driver of streams of sound; `begin` makes one for frames and samples a second."""

    name: str
    begin: Callable[[int, int], Stream]
    needs: str = SOUND

    @property
    def look_ahead(self) -> float | None:
        return self.begin(FPS, 16_000).look_ahead

    def frames(self, recording: Recording) -> FaceFrames:
        stream = self.begin(FPS, recording.rate)
        pieces = np.array_split(recording.samples, max(1, round(recording.seconds)))
        return FaceFrames.join([*(stream.follow(piece) for piece in pieces), stream.settle()])


@dataclass(frozen=True, slots=True)
class Captured:
    """The captured face itself: what the measures say of a real one."""

    name: str = "capture"
    needs: str = CAPTURE
    look_ahead: float | None = None

    def frames(self, recording: Recording) -> FaceFrames:
        """The capture on the grid; nothing moves where there is none."""
        if recording.capture is None:
            nothing = np.zeros((1, len(CHANNELS)), np.float32)
            return on_grid(Capture(nothing, FPS, np.zeros(1)), recording.seconds)
        return on_grid(recording.capture, recording.seconds)


def on_grid(capture: Capture, seconds: float) -> FaceFrames:
    """A captured face at FPS frames a second from 0 to the end, held where it begins late or ends early."""
    count = int(seconds * FPS) + 1
    times, weights = np.arange(count) / FPS, np.zeros((count, len(CHANNELS)), np.float32)
    for i in np.flatnonzero(capture.weights.any(axis=0)):
        weights[:, i] = capture.track(capture.weights[:, i]).at(times)
    return FaceFrames(0, FPS, weights, np.zeros((count, len(HEAD_ANGLES)), np.float32))


def turn(
    phones: Sequence[PhoneTiming],
    end: float,
    sound: tuple[Samples, int] | None = None,
    *,
    mood: str | None = "neutral",
    chunk_s: float = 1.0,
) -> FaceFrames:
    """One turn to `end` seconds or later, its phones arriving `chunk_s` seconds at a time, and with them
    its sound, samples and rate, where there is one; `mood` None is the mouth alone, any other has all
    layers of life."""
    end = max(end, phones[-1].end if phones else 0.0)
    effort = None if sound is None else Effort(sound[1])
    mouth = Mouth(FPS, effort=effort)
    life = None if mood is None else LivingFace(FPS, _SEED, mood, _INTENSITY)
    runs, given, heard = [], 0, 0
    for known in itertools.chain(np.arange(chunk_s, end, chunk_s).tolist(), (end,)):
        until = given
        while until < len(phones) and phones[until].start < known:
            until += 1
        new, given = phones[given:until], until
        if sound is not None and effort is not None:
            effort.hear(sound[0][heard : (heard := int(known * sound[1]))])
        lips = mouth.follow(new, known)
        if life is None:
            runs.append(lips)
        else:
            life.hear(new, known)
            runs.append(life.compose(lips))
    tail = mouth.settle(end)
    return FaceFrames.join([*runs, tail if life is None else life.settle(tail, end)])


STREAMS: Final[dict[str, Callable[[int, int], Stream]]] = {
    "audio": SoundMouth,
    "loudness": Loudness,
}
"""Drivers of sound by name."""


def default() -> list[Driver]:
    """All that there are, the captured face first."""
    sounds = [FromSound(name, begin) for name, begin in STREAMS.items()]
    return [Captured(), driver("articulation"), driver(f"articulation:{_MOUTH_ALONE}"), *sounds]


def driver(name: str) -> Driver:
    """A driver by its name: ``articulation`` with all layers of life and no mood, ``articulation:mouth``
    without them, ``articulation:happy`` and so on with a mood, ``capture``, or one of sound.

    Raises ValueError naming those there are.
    """
    first, _, rest = name.partition(":")
    if first == "articulation" and rest in ("", _MOUTH_ALONE, *MOODS):
        return FromPhones(name, None if rest == _MOUTH_ALONE else rest or "neutral")
    if name == "capture":
        return Captured()
    if name in STREAMS:
        return FromSound(name, STREAMS[name])
    known = ("articulation", f"articulation:{_MOUTH_ALONE}", "articulation:MOOD", *STREAMS, "capture")
    raise ValueError(f"no driver {name!r}; there are {', '.join(known)} (MOOD: {', '.join(MOODS)})")


def able(each: Driver, recording: Recording) -> bool:
    """Whether a recording has what a driver needs."""
    return {PHONES: recording.phones is not None, CAPTURE: recording.capture is not None}.get(
        each.needs, True
    )
