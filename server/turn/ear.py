"""The ear of a session: from the sound of a microphone to what the user says, and the turns it asks for.

Sound waits in a short queue; one task cuts it into windows, has each judged, and follows what is speech
with a recognizer. At a pause it asks what was said so far, which says how long the pause may last, and has
the answer prepared. When the pause has lasted, the answer is given.
"""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from server.audio.chunk import AudioChunk, AudioFormat, Samples
from server.audio.windows import Windows
from server.clock import Clock
from server.errors import EngineError
from server.ports import LISTENING_RATE, WINDOW, Detector, Hints, Recognizer, VoiceActivity
from server.speech.answerable import answerable
from server.speech.backchannel import is_backchannel
from server.speech.character import Character
from server.speech.echo import DELAY_SAMPLES
from server.speech.endpointing import EndOfSpeech, Phrase, phrase, plain
from server.speech.segmenter import (
    PREROLL,
    Segmenter,
    SpeechEnded,
    SpeechEvent,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)
from server.speech.values import Utterance
from server.turn.conductor import Conductor
from server.turn.delivery import Delivery
from server.turn.events import TurnFailed, UtteranceHeard
from server.turn.interruption import Interruption
from server.turn.microphone import HOLE_S, MicrophoneQueue, MicrophoneState, Piece
from server.turn.spoken import Spoken, Understood, expected
from server.turn.turn import Request

STALLED_S: Final = 2.0
"""An utterance ends when no sound has come for so long."""
PARTIAL: Final = 10
"""Windows between two looks at what is being said."""
RECENT: Final = PREROLL + 64
"""Windows that are remembered: an interruption is certain some time after it began."""
PENDING: Final = 4
"""Utterances that may wait for their recognizer."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listening:
    """How a session listens."""

    end_of_speech: EndOfSpeech = field(default=EndOfSpeech())
    speculate: bool = True
    """Whether a reply is prepared while the user pauses."""


class _Stretch:
    """Sound without a long hole, from sample `origin` of the microphone on."""

    def __init__(self, microphone: AudioFormat, origin: int, detector: Detector, ends: EndOfSpeech) -> None:
        self.end = origin
        self.windows = Windows(microphone.rate, LISTENING_RATE, WINDOW)
        self.activity: VoiceActivity = detector.begin()
        self.segmenter = Segmenter(WINDOW, _windows(ends.unclear_s), _windows(ends.longest_s))
        self.recent: deque[Samples] = deque(maxlen=RECENT)
        self._microphone = microphone
        self._origin = origin

    def feed(self, chunk: AudioChunk) -> list[Samples]:
        """The windows that are complete; a hole before the chunk is silence."""
        hole = np.zeros(chunk.position - self.end, np.int16)
        self.end = chunk.end
        return [*self.windows.feed(hole), *self.windows.feed(chunk.samples)]

    def behind_s(self) -> float:
        """Seconds between the end of the last window judged and that of the sound."""
        judged = self._origin / self._microphone.rate + self.segmenter.position / LISTENING_RATE
        return max(0.0, self.end / self._microphone.rate - judged) + DELAY_SAMPLES / LISTENING_RATE

    @property
    def judged_s(self) -> float:
        """Where on the microphone's timeline the next window ends."""
        return self._origin / self._microphone.rate + (self.segmenter.position + WINDOW) / LISTENING_RATE


class Ear:
    """Listens to one microphone, whose timeline starts from 0; `run` is to be a task.

    `character` is asked who listens, at each utterance. Memory is bounded, whatever comes and for how long.
    """

    def __init__(
        self,
        microphone: AudioFormat,
        detector: Detector,
        recognizer: Recognizer,
        character: Callable[[], Character],
        listening: Listening,
        *,
        clock: Clock,
        conductor: Conductor,
        delivery: Delivery,
    ) -> None:
        self._microphone = microphone
        self._detector = detector
        self._recognizer = recognizer
        self._character = character
        self._ends = listening.end_of_speech
        self._speculate = listening.speculate
        self._clock = clock
        self._conductor = conductor
        self._delivery = delivery
        self._queue = MicrophoneQueue(microphone, clock, delivery.tell)
        self._interruption = Interruption(delivery.tell)
        conductor.aloud = True
        self._stretch: _Stretch | None = None
        self._end = 0
        self._arrived = clock.now()
        self._spoken: Spoken | None = None
        self._pending: deque[Spoken] = deque()
        self._closing: set[Spoken] = set()
        self._shown = ""
        self._open = True
        self._failed = False
        self._known: tuple[Character, Hints, frozenset[str]] | None = None

    def hear(self, chunk: AudioChunk) -> None:
        """Sound has come, at its position on the microphone's timeline; never waits.

        What was heard already is cut off. Nothing is heard while the microphone is closed or muted.
        """
        if self._open and not self._failed and len(chunk):
            self._queue.put(chunk)

    def switch(self, state: MicrophoneState) -> None:
        """The microphone is open, or it is not: then what was said so far is all."""
        self._open = state == "open"
        if self._open:
            self._failed = False
        else:
            self._queue.rest()

    async def run(self) -> None:
        """Listen, for ever. Cancelling is safe, and forgets what was being said."""
        try:
            while True:
                try:
                    async with asyncio.timeout(STALLED_S if self._spoken is not None else None):
                        piece = await self._queue.next()
                except TimeoutError:
                    piece = Piece(self._arrived, self._arrived, self._arrived, None)
                self._step(piece)
                await asyncio.sleep(0)
        finally:
            await self._close()

    async def _close(self) -> None:
        """Give back all that was under way."""
        under_way = [*self._pending, *self._closing]
        if self._spoken is not None:
            under_way.append(self._spoken)
        self._spoken = None
        self._pending.clear()
        for spoken in under_way:
            spoken.close()
        self._conductor.forget()
        self._conductor.take_floor()
        self._conductor.aloud = False
        self._interruption.rest(self._conductor.playing)
        for spoken in under_way:
            await spoken.ended()

    # --- sound -----------------------------------------------------------------------------------

    def _step(self, piece: Piece) -> None:
        try:
            if piece.chunk is None:
                self._rest()
            else:
                self._follow(piece.chunk, piece.complete)
        except Exception as error:
            if not isinstance(error, EngineError):
                log.exception("an ear failed")
                error = EngineError("something went wrong here; open the microphone again")
            self._fail(error)

    def _follow(self, chunk: AudioChunk, arrived: float) -> None:
        _, fresh = chunk.split(self._end - chunk.position)
        if not len(fresh):
            return
        stretch = self._stretch
        if stretch is None or fresh.position - stretch.end > self._microphone.samples(HOLE_S):
            self._rest()
            stretch = _Stretch(self._microphone, fresh.position, self._detector, self._ends)
            self._stretch = stretch
        self._queue.charge((fresh.end - stretch.end) / self._microphone.rate)
        self._end, self._arrived = fresh.end, arrived
        self._interruption.follow(fresh.end / self._microphone.rate, self._conductor.playing)
        for window in stretch.feed(fresh):
            self._judge(stretch, window)

    def _rest(self) -> None:
        """Nothing more comes, for a while at least: the utterance under way is over."""
        stretch, self._stretch = self._stretch, None
        if stretch is not None:
            for window in [*stretch.windows.finish(), np.zeros(WINDOW, np.int16)]:
                self._judge(stretch, window)  # the last one for what is heard late
            self._interruption.rest(self._conductor.playing)
            self._happen(stretch, stretch.segmenter.finish())

    def _fail(self, error: EngineError) -> None:
        """Nothing is heard until the microphone is opened again."""
        self._failed = True
        self._queue.clear()
        self._stretch = None
        if self._spoken is not None:
            self._dismiss(self._spoken)
            self._spoken = None
        self._delivery.tell(TurnFailed(None, error.code, str(error)))
        self._conductor.forget()
        self._settle()

    def _judge(self, stretch: _Stretch, raw: Samples) -> None:
        """The next 32 ms."""
        segmenter = stretch.segmenter
        window = self._interruption.clean(raw, stretch.judged_s)
        stretch.recent.append(window)
        probability = stretch.activity.probability(window)
        playing = self._conductor.playing
        ago = self._interruption.hear(window, probability, playing)
        event: SpeechEvent | None = None
        if playing is None or segmenter.speaking:
            event = segmenter.feed(probability)
        else:
            segmenter.skip()
            if ago:
                self._conductor.interrupt("user_spoke")
                event = segmenter.begin(ago)
        if self._spoken is not None:
            self._spoken.follow(window)
        self._happen(stretch, event)
        if self._spoken is not None and segmenter.end == segmenter.position:
            self._spoken.spoke(self._arrived - stretch.behind_s())
            if segmenter.position // WINDOW % PARTIAL == 0:
                self._show(self._spoken.so_far)

    def _happen(self, stretch: _Stretch, event: SpeechEvent | None) -> None:
        match event:
            case SpeechStarted(start):
                self._begin(stretch, (stretch.segmenter.position - start) // WINDOW)
            case SpeechPaused() if self._spoken is not None:
                self._spoken.ask()
            case SpeechResumed() if self._spoken is not None:
                self._conductor.forget()
                self._spoken.give_up()
            case SpeechEnded() if self._spoken is not None:
                self._finish(self._spoken)

    # --- utterances ------------------------------------------------------------------------------

    def _begin(self, stretch: _Stretch, windows: int) -> None:
        """Somebody speaks, for the last so many windows."""
        _, hints, _ = self._knowledge()
        self._spoken = spoken = Spoken(self._recognizer.begin(hints), self._understand)
        for window in list(stretch.recent)[-windows:]:
            spoken.follow(window)
        self._shown = ""
        self._conductor.yield_floor()

    def _show(self, text: str, language: str | None = None) -> None:
        """What the user seems to say."""
        if text and text != self._shown:
            self._shown = text
            self._delivery.tell(UtteranceHeard(text, False, language))

    def _understand(self, spoken: Spoken, answer: Understood) -> None:
        """The recognizer has answered."""
        if spoken is not self._spoken:
            self._settle()
            return
        if isinstance(answer, EngineError):
            return  # it is asked again at the end
        if answerable(answer, spoken.seconds):
            self._show(answer.text, answer.language)
        if self._stretch is not None and self._stretch.segmenter.paused and spoken.complete:
            self._expect_end(self._stretch.segmenter, spoken, answer)

    def _expect_end(self, segmenter: Segmenter, spoken: Spoken, said: Utterance) -> None:
        """It may be over, for what was said; sooner or later."""
        character, _, known = self._knowledge()
        ends = phrase(said.text, said.language or character.speaker.language, known)
        asks_nothing = self._asks_nothing(said)
        if asks_nothing:
            ends = Phrase.FINISHED
        if segmenter.wait(_windows(self._ends.pause_s(ends))) is not None:
            self._finish(spoken)
        elif self._speculate and answerable(said, spoken.seconds) and not asks_nothing:
            spoken.mark("recognised", self._clock.now())
            self._conductor.prepare(Request(said.text, "speech", spoken.since))

    def _finish(self, spoken: Spoken) -> None:
        """The user's turn is over."""
        self._spoken = None
        spoken.mark("endpoint", self._clock.now())
        self._pending.append(spoken)
        if spoken.conclude():
            self._conductor.enter("thinking")
        if len(self._pending) > PENDING:
            self._dismiss(self._pending.popleft())
            error = "what you say comes faster than it can be understood; the oldest is left out"
            self._delivery.tell(TurnFailed(None, "busy", error))
        self._settle()

    def _settle(self) -> None:
        """Answer what has been understood, in the order in which it was said."""
        while self._pending and self._pending[0].complete:
            spoken = self._pending.popleft()
            self._dismiss(spoken)
            self._reply(spoken)
        if not self._pending and self._spoken is None:
            self._conductor.take_floor()

    def _reply(self, spoken: Spoken) -> None:
        answer = spoken.answer
        if isinstance(answer, EngineError):
            self._delivery.tell(TurnFailed(None, answer.code, str(answer)))
        said = answer if isinstance(answer, Utterance) else Utterance("")
        if not answerable(said, spoken.seconds):
            said = Utterance("", said.language)
        self._delivery.tell(UtteranceHeard(said.text, True, said.language))
        if self._asks_nothing(said):
            self._conductor.forget()
            self._conductor.go_on()
        elif said.text:
            spoken.mark("recognised", self._clock.now())
            self._conductor.answer(Request(said.text, "speech", spoken.since, stages=spoken.stages))
        else:
            self._conductor.forget()

    def _asks_nothing(self, said: Utterance) -> bool:
        """Whether the reply that was stopped for it is to go on."""
        language = said.language or self._character().speaker.language
        return is_backchannel(said.text, language) and self._conductor.can_go_on(
            answered=bool(said.text.strip())
        )

    def _dismiss(self, spoken: Spoken) -> None:
        spoken.close()
        self._closing = {other for other in self._closing if other.asking}
        if spoken.asking:
            self._closing.add(spoken)

    def _knowledge(self) -> tuple[Character, Hints, frozenset[str]]:
        """The character, what helps to understand who talks to it, and the questions that it knows."""
        character = self._character()
        if self._known is None or self._known[0] is not character:
            known = frozenset(map(plain, character.questions))
            self._known = (character, expected(character), known)
        return self._known


def _windows(seconds: float) -> int:
    """The fewest windows that last so long."""
    return math.ceil(seconds * LISTENING_RATE / WINDOW - 1e-9)
