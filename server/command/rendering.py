"""A whole reply at once: the same turn that a server performs, without waiting for a playhead."""

import asyncio
import math
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from blend_shapes.face import FaceFrames
from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import AudioChunk
from server.clock import SystemClock
from server.errors import EngineError, FaceWireError
from server.history import History
from server.ports import FaceDriver, FaceTrack
from server.speech.character import Character
from server.speech.values import Segment, SpeechChunk
from server.turn.delivery import Delivery
from server.turn.events import AtOnce, InOrder, Live, SegmentReady, TurnFailed, WordSpoken
from server.turn.turn import Engines, Pace, Request, Turn


@dataclass(frozen=True, slots=True, eq=False)
class Rendering:
    """A reply on its timeline: sound and face are equally long, phones and words have their times."""

    audio: AudioChunk
    frames: FaceFrames
    phones: tuple[PhoneTiming, ...]
    words: tuple[WordSpoken, ...]
    failures: tuple[str, ...]
    """What of the text could not be spoken, each with its reason."""


async def render(
    text: str,
    engines: Engines,
    character: Character,
    *,
    mood: str | None = None,
    fps: int = 60,
    seed: int = 1,
) -> Rendering:
    """`text` spoken word for word by `character`. Raises EngineError if nothing of it can be spoken.

    Cancelling is safe; the engines stay open.
    """
    clock = SystemClock()
    sink = _Sink()
    delivery = Delivery(lambda event: None)
    overheard = _Overheard(engines.face)
    turn = Turn(
        1,
        Request(text, "say", clock.now(), mood=mood),
        engines=Engines(engines.brain, engines.voice, overheard),
        character=character,
        history=History(),
        pace=Pace(fps=fps, lead_s=math.inf),
        delivery=delivery,
        clock=clock,
        seed=seed,
        speaking=lambda: None,
    )
    await delivery.attach(sink)
    turn.let_go()
    try:
        await turn.run()
    except* FaceWireError as group:
        raise group.exceptions[0] from None
    if not sink.segments:
        raise EngineError("; ".join(sink.failures) or "nothing in this text can be spoken", permanent=True)
    return _joined(sink, tuple(overheard.phones))


def _joined(sink: "_Sink", phones: tuple[PhoneTiming, ...]) -> Rendering:
    samples = np.concatenate([s.audio.samples for s in sink.segments])
    return Rendering(
        AudioChunk(samples, sink.segments[0].audio.format),
        FaceFrames.join([s.frames for s in sink.segments]),
        phones,
        tuple(sink.words),
        tuple(sink.failures),
    )


class _Sink:
    """A listener that keeps everything."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.words: list[WordSpoken] = []
        self.failures: list[str] = []

    async def stream(self, event: InOrder) -> None:
        if isinstance(event, SegmentReady):
            self.segments.append(event.segment)
        elif isinstance(event, WordSpoken):
            self.words.append(event)
        await asyncio.sleep(0)

    def tell(self, event: AtOnce) -> None:
        if isinstance(event, TurnFailed):
            self.failures.append(event.message)

    def live(self, event: Live) -> None:
        """Nothing is live here."""

    def hush(self) -> None:
        """Nothing waits here."""


class _Overheard:
    """A face driver that also notes the phones it is given, with their times on the turn's timeline."""

    def __init__(self, driver: FaceDriver) -> None:
        self._driver = driver
        self.phones: list[PhoneTiming] = []

    @property
    def needs_phones(self) -> bool:
        return self._driver.needs_phones

    def look_ahead_s(self, fps: int) -> float:
        return self._driver.look_ahead_s(fps)

    @property
    def executor(self) -> Executor | None:
        return self._driver.executor

    def begin(self, fps: int) -> FaceTrack:
        return _OverheardTrack(self._driver.begin(fps), self.phones)

    async def close(self) -> None:
        """The driver belongs to whoever made it."""


class _OverheardTrack:
    def __init__(self, track: FaceTrack, phones: list[PhoneTiming]) -> None:
        self._track = track
        self._phones = phones

    def follow(self, speech: SpeechChunk) -> FaceFrames:
        self._phones += [p for p in speech.stream_phones() or () if p.phone]
        return self._track.follow(speech)

    def settle(self) -> FaceFrames:
        return self._track.settle()

    def close(self) -> None:
        self._track.close()
