"""Drive mode: the user's own voice moves the user's own face.

Sound comes in by `hear` and waits in a short queue; one task gives it to a face track, lays life over the
mouth and sends the frames as soon as they are certain, on the microphone's own timeline. The sound is cut
into *takes*: a take begins with the first sound after a rest or a long hole, and has a track and a life of
its own, so that it can begin and end at rest like a turn.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol

import numpy as np

from blend_shapes.face import FaceFrames
from blend_shapes.layers import LivingFace
from server.audio.chunk import AudioChunk, AudioFormat
from server.clock import Clock
from server.errors import EngineError
from server.ports import FaceDriver
from server.speech.character import Character
from server.speech.values import SpeechChunk
from server.turn.delivery import Delivery
from server.turn.events import MirrorReady, TurnFailed
from server.turn.microphone import HOLE_S, MicrophoneQueue, MicrophoneState, Piece
from server.turn.offload import offloaded

TAKE_S: Final = 0.1
"""A take counts as so much sound: beginning one is work too."""
TONES: Final = frozenset("zh cmn yue nan hak wuu th lo vi my".split())
"""Languages whose pitch makes the words: a rise at the end asks nothing."""

log = logging.getLogger(__name__)


class Audience(Protocol):
    """Who else hears the user's voice and sees the face of it. No call waits or raises.

    Audio and frames lie on the timeline of the microphone, and come in takes: in a take audio goes on
    without a gap, and so do frames, of which the first is at or before the first sample.
    """

    def follow(self, audio: AudioChunk | None, frames: FaceFrames) -> None:
        """What was followed, and the frames that it made certain.

        None: the microphone rests, and these are the frames to the end of the sound and beyond.
        """
        ...

    def rest(self) -> None:
        """The take is over. Safe to call twice."""
        ...


class _Take:
    """Sound from `position` of the microphone on, and the face that it makes."""

    def __init__(
        self, driver: FaceDriver, life: LivingFace, fps: int, microphone: AudioFormat, position: int
    ) -> None:
        self._executor = driver.executor
        self._track = driver.begin(fps)
        self._life = life
        self._microphone = microphone
        # Frame 0 of the track is one of the microphone's grid: silence leads from it to the first sample.
        self._first = position * fps // microphone.rate
        self._start = (2 * self._first * microphone.rate + fps) // (2 * fps)
        self.end = self._start
        """Position after the last sample heard, on the microphone's timeline."""

    def joined(self, chunk: AudioChunk) -> AudioChunk:
        """The chunk, which is not before `end`, with the silence from there on before it."""
        silence = np.zeros(chunk.position - self.end, np.int16)
        samples = np.concatenate([silence, chunk.samples]) if len(silence) else chunk.samples
        return AudioChunk(samples, self._microphone, self.end)

    async def follow(self, audio: AudioChunk) -> FaceFrames:
        """Hear what begins at `end`; the frames that are certain now."""
        placed = replace(audio, position=self.end - self._start)
        self.end = audio.end
        speech = SpeechChunk(placed, phones=None)
        self._life.listen(audio.samples, self._microphone.rate)
        self._life.hear(None, speech.end)
        return self._placed(self._life.compose(await offloaded(self._executor, self._track.follow, speech)))

    async def settle(self) -> FaceFrames:
        """The rest of the frames, to the one at rest. Call once."""
        end = (self.end - self._start) / self._microphone.rate
        return self._placed(self._life.settle(await offloaded(self._executor, self._track.settle), end))

    def feel(self, mood: str, intensity: float) -> None:
        self._life.feel((self.end - self._start) / self._microphone.rate, mood, intensity)

    def close(self) -> None:
        """Give back what the track holds; nothing comes after it."""
        self._track.close()

    def _placed(self, frames: FaceFrames) -> FaceFrames:
        """On the microphone's grid."""
        return FaceFrames(self._first + frames.first, frames.fps, frames.weights, frames.head)


class Mirror:
    """The face of one microphone stream, whose timeline and numbers start from 0; `run` is to be a task.

    `character` is asked who the face is, at each take and change of mood; `audience` who else is there, at
    all times. Memory is bounded, whatever comes and for how long.
    """

    def __init__(
        self,
        microphone: AudioFormat,
        driver: FaceDriver,
        character: Callable[[], Character],
        *,
        fps: int,
        seed: int,
        clock: Clock,
        delivery: Delivery,
        audience: Callable[[], Audience | None] = lambda: None,
    ) -> None:
        self._microphone = microphone
        self._driver = driver
        self._character = character
        self._fps = fps
        self._seed = seed
        self._clock = clock
        self._delivery = delivery
        self._audience = audience
        self.arrived = 0
        """Position after the last sample that came."""
        self._queue = MicrophoneQueue(microphone, clock, delivery.tell)
        self._take: _Take | None = None
        self._takes = 0
        self._end = 0
        self._shown = 0
        self._seq = 0
        self._failed = False

    def hear(self, chunk: AudioChunk) -> None:
        """Sound has come, at its position on the microphone's timeline; never waits.

        What was heard already is cut off.
        """
        self.arrived = max(self.arrived, chunk.end)
        if not self._failed and len(chunk):
            self._queue.put(chunk)

    def switch(self, state: MicrophoneState) -> None:
        """The microphone is open, or it rests, and with it the face."""
        if state == "open":
            self._failed = False
        else:
            self._queue.rest()

    def feel(self) -> None:
        """The character's mood has changed."""
        if self._take is not None:
            self._take.feel(self._character().mood, self._character().mood_intensity)

    async def run(self) -> None:
        """Follow what is heard, for ever. Cancelling is safe."""
        try:
            while True:
                await self._step(await self._queue.next())
        finally:
            self._end_take()

    # --- the face --------------------------------------------------------------------------------

    async def _step(self, piece: Piece) -> None:
        try:
            if piece.chunk is None:
                await self._settle(piece.arrived)
            else:
                await self._follow(piece.chunk, piece.arrived)
        except EngineError as error:
            self._fail(error.code, str(error))
        except Exception:
            log.exception("a mirror failed")
            self._fail("internal", "something went wrong here; open the microphone again")
        self._queue.followed(piece)

    async def _follow(self, chunk: AudioChunk, arrived: float) -> None:
        _, fresh = chunk.split(self._end - chunk.position)
        if not len(fresh):
            return
        if self._take is None or fresh.position - self._take.end > self._microphone.samples(HOLE_S):
            self._end_take()
            self._take = self._new_take(fresh.position)
            self._queue.charge(TAKE_S)
        self._queue.charge((fresh.end - self._take.end) / self._microphone.rate)
        self._end = fresh.end
        audio = self._take.joined(fresh)
        self._show(audio, await self._take.follow(audio), arrived)

    def _new_take(self, position: int) -> _Take:
        character = self._character()
        self._takes += 1
        life = LivingFace(
            self._fps,
            self._seed + self._takes,
            character.mood,
            character.mood_intensity,
            ahead_s=self._driver.look_ahead_s(self._fps),
            hears_questions=character.speaker.language.split("-")[0] not in TONES,
        )
        return _Take(self._driver, life, self._fps, self._microphone, position)

    async def _settle(self, arrived: float) -> None:
        try:
            if self._take is not None:
                self._show(None, await self._take.settle(), arrived)
        finally:
            self._end_take()

    def _end_take(self) -> None:
        if self._take is not None:
            self._take.close()
        self._take = None
        if (audience := self._audience()) is not None:
            audience.rest()

    def _show(self, audio: AudioChunk | None, frames: FaceFrames, arrived: float) -> None:
        """Send what is new: the frames of a rest may reach into the take after it."""
        if (audience := self._audience()) is not None:
            audience.follow(audio, frames)
        _, fresh = frames.split(self._shown)
        if len(fresh):
            self._shown = fresh.end
            self._delivery.live(MirrorReady(self._seq, fresh, self._clock.now() - arrived))
            self._seq += 1

    def _fail(self, code: str, message: str) -> None:
        """The face stands still until the microphone is opened again."""
        self._failed = True
        self._end_take()
        self._queue.clear()
        self._delivery.tell(TurnFailed(None, code, message))
