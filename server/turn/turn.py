"""One turn: think, speak and send as three coroutines joined by two bounded queues."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing, closing
from dataclasses import dataclass, field, replace

from blend_shapes.layers import LivingFace
from blend_shapes.life.moods import MOODS
from server.audio.chunk import AudioFormat
from server.clock import Clock
from server.errors import CannotSpeak, EngineError
from server.history import History
from server.ports import Brain, Detector, FaceDriver, FaceTrack, Recognizer, Voice
from server.speech.captions import CaptionPiece, Captions
from server.speech.character import Character
from server.speech.mux import Mux
from server.speech.pacer import Pacer
from server.speech.rest import Rest, joined, rest
from server.speech.sent_voice import SentVoice
from server.speech.sentences import SentenceSplitter
from server.speech.timeline import Timeline
from server.speech.values import Cue, Segment, Sentence, SpeechChunk
from server.turn.delivery import Delivery
from server.turn.events import (
    CueReached,
    InOrder,
    MoodChanged,
    Origin,
    SegmentReady,
    StageTimes,
    TurnBegan,
    TurnEnded,
    TurnFailed,
    WordSpoken,
)
from server.turn.heard import HeardText
from server.turn.offload import offloaded

SENTENCES_AHEAD = 2
MEDIA_AHEAD = 8
"""Events that wait for their time between voice and network."""
PAUSE_S = 0.3
"""Silence between sentences; longer where the face looks further ahead (`pause_s`)."""
STOPS = ".!?…。！？｡؟"
QUESTION_MARKS = "?？"
CLOSING = "\"'”’)]»」』）》】 "
PIECE_S = 0.5
"""Speech that gets its face at once: about 2 ms of work."""
OFFLOADED_PIECE_S = 0.25
"""The same for a face with threads of its own: no more is under way when a turn is stopped."""
LONG_BYTES = 60
"""A turn that begins with so much text in UTF-8 is a long one: four seconds, in Latin or Chinese."""
LATE_S = 0.1
"""After a clause the voice goes on without a pause, unless the next one is later than this."""
EARLY_S = 0.001
"""So little before its time a segment may leave: no sleep is more exact."""
POLL_S = 0.25
"""How soon a waiting segment notices that the listener moved on."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines of a session; shared, closed by whoever made them."""

    brain: Brain
    voice: Voice
    face: FaceDriver
    mirror: FaceDriver | None = None
    """Drives the user's own face from the user's own voice; None: no drive mode."""
    detector: Detector | None = None
    recognizer: Recognizer | None = None
    """With both of them the user can talk to the avatar; without, only write."""


def pause_s(face: FaceDriver, fps: int) -> float:
    """Silence between sentences: at least the face's look-ahead, so no sentence waits for the next one."""
    return max(PAUSE_S, face.look_ahead_s(fps))


@dataclass(frozen=True, slots=True)
class Pace:
    """How a turn is cut and paced."""

    fps: int = 60
    lead_s: float = 0.5
    think_timeout_s: float = 30.0
    """The longest wait for the brain's first or next piece of text."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a turn is to do: answer `text`, or with `say` speak it word for word."""

    text: str
    origin: Origin
    since: float
    """Clock time of the true end of the user's input."""
    id: str | None = None
    mood: str | None = None
    stages: Mapping[str, float] = field(default_factory=dict)
    """Of what came before the turn, milliseconds since `since`; see `Marks`."""
    rest: Rest | None = None
    """What is left to say of a reply that was stopped; None to begin one."""

    @property
    def say(self) -> bool:
        return self.origin in ("say", "greeting")


@dataclass(slots=True)
class Marks:
    """When each stage first gave something: milliseconds since the user's input ended."""

    since: float
    clock: Clock
    stages: dict[str, float] = field(default_factory=dict)

    def mark(self, stage: str) -> None:
        if stage not in self.stages:
            self.stages[stage] = round((self.clock.now() - self.since) * 1000, 3)


class Turn:
    """Runs once. Cancelling `run` is safe: every stream is closed and nothing more is sent.

    It begins held back: it thinks, speaks and gathers what its queues hold, and nothing of it reaches the
    client until it is let go.
    """

    def __init__(
        self,
        number: int,
        request: Request,
        *,
        engines: Engines,
        character: Character,
        history: History,
        pace: Pace,
        delivery: Delivery,
        clock: Clock,
        seed: int,
        speaking: Callable[[], None],
        aloud: bool = False,
    ) -> None:
        """With `aloud` a microphone may hear it: what is sent is kept for a while, in `voice`."""
        self.number = number
        self.request = request
        self.heard = HeardText()
        self.heard_until: float | None = None
        """Seconds of it that were heard; None for all of it, or while it is not stopped."""
        self.pacer = Pacer(pace.lead_s)
        self.length_us: int | None = None
        self._engines = engines
        self._character = character
        self._history = history
        self._pace = pace
        self._delivery = delivery
        self._clock = clock
        self._speaking = speaking
        self._marks = Marks(request.since, clock)
        self._mood = request.mood or character.mood
        self._intensity = character.mood_intensity
        audio = AudioFormat(engines.voice.traits.rate)
        self.voice = SentVoice(audio.rate) if aloud else None
        self._timeline = Timeline(audio)
        self._mux = Mux(audio, pace.fps)
        self._track: FaceTrack
        self._life = LivingFace(
            pace.fps,
            seed,
            self._mood,
            self._intensity,
            ahead_s=engines.face.look_ahead_s(pace.fps),
            hears_questions=False,
        )
        self._failed = False
        self._thought: list[Sentence] = []
        self._let_go = asyncio.Event()
        self._untold: list[TurnFailed] = []
        self._sentences: asyncio.Queue[Sentence | None] = asyncio.Queue(SENTENCES_AHEAD)
        self._media: asyncio.Queue[InOrder | Segment | None] = asyncio.Queue(MEDIA_AHEAD)

    async def run(self) -> None:
        """Think, speak and send until the reply is complete.

        Raises whatever an engine raised that is no `EngineError`: those are told to the client.
        """
        with closing(self._engines.face.begin(self._pace.fps)) as self._track:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._think(), name=f"think {self.number}")
                group.create_task(self._speak(), name=f"speak {self.number}")
                group.create_task(self._send(), name=f"send {self.number}")

    @property
    def failed(self) -> bool:
        """Whether something of it could not be done."""
        return self._failed

    @property
    def before(self) -> str:
        """What of the reply was heard in turns before this one."""
        return "" if self.request.rest is None else self.request.rest.before

    @property
    def left(self) -> Rest:
        """What is left to say of it, as far as it was thought, from where it was stopped."""
        found = rest(self._thought, *self.heard.reached(self.heard_until))
        return replace(found, before=joined([self.before, found.before]))

    def stop_at(self, seconds: float) -> None:
        """It was stopped with the playhead there."""
        self.heard_until = seconds
        if self.voice is not None:
            self.voice.cut(seconds)

    def let_go(self) -> None:
        """From now on what is ready reaches the client."""
        self._let_go.set()
        while self._untold:
            self._delivery.tell(self._untold.pop(0))

    def hold_back(self) -> None:
        """No sound of it, if there was none yet, until it is let go again; nor any error."""
        if not self.pacer.begun:
            self._let_go.clear()

    # --- think ---------------------------------------------------------------------------------

    async def _think(self) -> None:
        if self.request.rest is None:
            await self._think_anew()
        else:
            for sentence in self.request.rest.sentences:
                await self._have(sentence)
        await self._sentences.put(None)

    async def _think_anew(self) -> None:
        splitter = SentenceSplitter(MOODS)
        try:
            async with aclosing(self._words()) as words:
                async for piece in self._in_time(words):
                    self._marks.mark("thinking")
                    for sentence in splitter.feed(piece):
                        await self._have(sentence)
        except EngineError as error:
            self._fail(error)
        for sentence in splitter.finish():
            await self._have(sentence)

    async def _have(self, sentence: Sentence) -> None:
        """One more sentence of the reply."""
        self._thought.append(sentence)
        await self._sentences.put(sentence)

    async def _words(self) -> AsyncGenerator[str, None]:
        if self.request.say:
            yield self.request.text
            return
        async with aclosing(self._engines.brain.think(self._history, self._character)) as thoughts:
            async for piece in thoughts:
                yield piece

    async def _in_time(self, words: AsyncIterator[str]) -> AsyncIterator[str]:
        while True:
            try:
                async with asyncio.timeout(self._pace.think_timeout_s):
                    piece = await anext(words, None)
            except TimeoutError:
                limit = self._pace.think_timeout_s
                raise EngineError(f"the brain gave nothing for {limit:g} s") from None
            if piece is None:
                return
            yield piece

    # --- speak ---------------------------------------------------------------------------------

    async def _speak(self) -> None:
        await self._put(MoodChanged(self.number, 0, self._mood, self._intensity))
        while (sentence := await self._next_sentence()) is not None:
            self._marks.mark("sentence")
            if sentence.mood is not None and sentence.mood != self._mood:
                await self._feel(sentence.mood)
            if not self._timeline.seconds and len(sentence.text.encode()) >= LONG_BYTES:
                self._life.look_away()
            try:
                await self._say(sentence)
            except EngineError as error:
                self._fail(error, sentence)
            last = sentence.text.rstrip(CLOSING)[-1:]
            if last in QUESTION_MARKS:
                self._life.ask(self._timeline.speech_end)
            if last in STOPS:
                await self._rest()
        await self._settle()

    async def _next_sentence(self) -> Sentence | None:
        """The next sentence. If it is late the voice rests first, so that nothing said is held back."""
        try:
            async with asyncio.timeout(LATE_S if self._timeline.seconds else None):
                return await self._sentences.get()
        except TimeoutError:
            await self._rest()
            return await self._sentences.get()

    async def _rest(self) -> None:
        """Make the pause since the last phone long enough that the face knows all about what was said.

        Then the rest of what was said goes out, however short its segment is.
        """
        if (rest := self._timeline.rest(pause_s(self._engines.face, self._pace.fps))) is not None:
            await self._animate(rest)
        for segment in self._mux.hurry(self._timeline.speech_end_samples):
            await self._put(segment)

    async def _feel(self, mood: str) -> None:
        self._mood = mood
        self._life.feel(self._timeline.seconds, mood, self._intensity)
        await self._put(MoodChanged(self.number, self._timeline.micros, mood, self._intensity))

    async def _say(self, sentence: Sentence) -> None:
        captions = Captions(sentence, self._timeline.seconds)
        cues = list(sentence.cues)
        async with aclosing(self._engines.voice.speak(sentence, self._character.speaker)) as voice:
            async for chunk in voice:
                self._marks.mark("voice")
                placed = self._timeline.place(chunk)
                await self._caption(sentence.index, captions.follow(placed), cues)
                await self._animate(placed)
        await self._caption(sentence.index, captions.finish(self._timeline.speech_end), cues)
        for cue in cues:
            await self._cue(cue.name, self._timeline.speech_end)

    async def _caption(self, index: int, pieces: Iterable[CaptionPiece], cues: list[Cue]) -> None:
        """Tell the pieces of a sentence, and before each the cues that stand before its word."""
        for piece in pieces:
            while cues and piece.reaches(cues[0].offset):
                await self._cue(cues.pop(0).name, piece.start)
            self.heard.add(piece, index)
            await self._put(WordSpoken(self.number, _us(piece.start), _us(piece.end), piece.text))

    async def _cue(self, name: str, at: float) -> None:
        self._life.gesture(at, name)
        await self._put(CueReached(self.number, _us(at), name))

    async def _animate(self, placed: SpeechChunk) -> None:
        """Give the speech its face, in pieces: in between the other turns of this process get on."""
        executor = self._engines.face.executor
        for piece in placed.pieces(PIECE_S if executor is None else OFFLOADED_PIECE_S):
            self._life.listen(piece.audio.samples, piece.audio.format.rate)
            self._life.hear(piece.stream_phones(), piece.end)
            frames = self._life.compose(await offloaded(executor, self._track.follow, piece))
            for segment in self._mux.add(piece.audio, frames):
                await self._put(segment)
            await asyncio.sleep(0)

    async def _settle(self) -> None:
        if self._timeline.seconds > 0:
            mouth = await offloaded(self._engines.face.executor, self._track.settle)
            # A face that looks ahead less far than the pause is long has been shown after the speech.
            end = max(self._timeline.speech_end, mouth.first / self._pace.fps)
            tail = self._life.settle(mouth, end)
            made = self._mux.add(None, tail)
            for segment in [*made, *self._mux.finish()]:
                await self._put(segment)
        elif not self._failed:
            self._fail(CannotSpeak("nothing in this text can be spoken; send words or numbers"))
        await self._put(None)

    async def _put(self, item: InOrder | Segment | None) -> None:
        await self._media.put(item)

    # --- send ----------------------------------------------------------------------------------

    async def _send(self) -> None:
        await self._let_go.wait()
        await self._delivery.send(TurnBegan(self.number, self.request.origin, self.request.id))
        while (item := await self._media.get()) is not None:
            await self._let_go.wait()
            if isinstance(item, Segment):
                await self._send_segment(item)
            else:
                await self._delivery.send(item)
        self.length_us = self._mux.end_us
        if self.voice is not None:
            self.voice.end()
        await self._delivery.send(TurnEnded(self.number, self.length_us))
        await self._delivery.send(StageTimes(self.number, {**self.request.stages, **self._marks.stages}))

    async def _send_segment(self, segment: Segment) -> None:
        end_s = segment.audio.end / segment.audio.format.rate
        while (due := self.pacer.due(end_s)) - (now := self._clock.now()) > EARLY_S:
            await self._clock.sleep_until(min(due, now + POLL_S))
        if not self.pacer.begun:
            self._marks.mark("segment")
            self._speaking()
            self.pacer.begin(now)
            due = now
        self.pacer.sent(end_s)
        if self.voice is not None:
            self.voice.add(segment.audio)
        self._delivery.played(self.number, _us(self.pacer.playhead(now)))
        await self._delivery.send(SegmentReady(self.number, segment, max(0.0, now - due)))

    def _fail(self, error: EngineError, sentence: Sentence | None = None) -> None:
        self._failed = True
        message = str(error)
        if isinstance(error, CannotSpeak) and sentence is not None:
            message = f"{message} (left out: {sentence.text[:60]!r})"
        failed = TurnFailed(self.number, error.code, message)
        if self._let_go.is_set():
            self._delivery.tell(failed)
        else:
            self._untold.append(failed)


def _us(seconds: float) -> int:
    return round(seconds * 1e6)
