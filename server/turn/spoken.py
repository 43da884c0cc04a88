"""One utterance of the user, recognised while it is heard."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from server.audio.chunk import Samples
from server.errors import EngineError
from server.ports import LISTENING_RATE, Hints, Transcript
from server.speech.character import Character
from server.speech.values import Utterance

UNDERSTAND_S: Final = 10.0
"""The longest wait for a recognizer."""

log = logging.getLogger(__name__)

Understood = Utterance | EngineError
"""What a recognizer made of it, or why it made nothing."""


def expected(character: Character) -> Hints:
    """What helps to understand somebody who talks to this character."""
    return Hints(character.speaker.language, (character.name, *character.questions))


class Spoken:
    """Asks the transcript one question at a time, and gives it back in the end. Needs a running loop.

    `understood` is called with each answer; `close` must be called. Positions count samples from where
    the utterance begins.
    """

    def __init__(self, transcript: Transcript, understood: Callable[["Spoken", Understood], None]) -> None:
        self.since = 0.0
        """Clock time of the end of its speech so far."""
        self.stages: dict[str, float] = {}
        self.answer: Understood | None = None
        """The last one."""
        self.heard = 0
        self._asked = 0
        self._speech = 0
        self._answered = 0
        self._transcript = transcript
        self._understood = understood
        self._question: asyncio.Task[Utterance] | None = None
        self._wanted = False
        self._closed = False
        self._later: list[Samples] = []
        """Heard while a question is under way."""

    @property
    def asking(self) -> bool:
        """Whether an answer is still to come."""
        return self._question is not None

    @property
    def so_far(self) -> str:
        """What is being said, as far as that is known without asking."""
        return "" if self.asking else self._transcript.so_far

    @property
    def seconds(self) -> float:
        """How long it is, up to the end of its speech."""
        return self._speech / LISTENING_RATE

    @property
    def complete(self) -> bool:
        """Whether the last answer is about all of its speech."""
        return self.answer is not None and self._answered >= self._speech

    def follow(self, samples: Samples) -> None:
        """Hear more, at LISTENING_RATE."""
        self.heard += len(samples)
        if self._question is None:
            self._transcript.follow(samples)
        else:
            self._later.append(samples)

    def spoke(self, when: float) -> None:
        """All that was heard so far is speech, or before speech, which ended at clock time `when`."""
        self.since = when
        self._speech = self.heard
        self.stages.clear()

    def mark(self, stage: str, now: float) -> None:
        """A stage has given something for the first time since the end of the speech."""
        self.stages.setdefault(stage, round((now - self.since) * 1000, 3))

    def conclude(self) -> bool:
        """All is heard. False if all is understood; else the answer that makes it `complete` will come."""
        if isinstance(self.answer, EngineError):
            self.answer = None  # another try may do better
        if self.complete:
            return False
        if not (self.asking and self._asked >= self._speech):
            self.ask()
        return True

    def ask(self) -> None:
        """Find out what was said up to here; after the question that is under way, if there is one."""
        if self._question is None:
            self._asked = self.heard
            self._question = asyncio.create_task(self._ask(), name="understand")
            self._question.add_done_callback(self._settle)
        else:
            self._wanted = True

    def give_up(self) -> None:
        """The answers that are still to come are not wanted."""
        self._wanted = False
        if self._question is not None:
            self._question.cancel()

    def close(self) -> None:
        """Nothing more is wanted; the transcript is given back as soon as it can be."""
        if not self._closed:
            self._closed = True
            self.give_up()
            if self._question is None:
                self._transcript.close()

    async def ended(self) -> None:
        """Wait until nothing is under way."""
        if self._question is not None:
            await asyncio.wait({self._question})

    async def _ask(self) -> Utterance:
        try:
            async with asyncio.timeout(UNDERSTAND_S):
                return await self._transcript.understood()
        except TimeoutError:
            raise EngineError(f"the recognizer understood nothing in {UNDERSTAND_S:g} s") from None

    def _settle(self, question: asyncio.Task[Utterance]) -> None:
        self._question, asked = None, self._asked
        answer = None if question.cancelled() else _result(question)
        if self._closed:
            self._transcript.close()
            return
        for samples in self._later:
            self._transcript.follow(samples)
        self._later.clear()
        if self._wanted:
            self._wanted = False
            self.ask()
        if answer is not None:
            self.answer, self._answered = answer, asked
            self._understood(self, answer)


def _result(question: asyncio.Task[Utterance]) -> Understood:
    error = question.exception()
    if error is None:
        return question.result()
    if isinstance(error, EngineError):
        return error
    log.error("a recognizer failed", exc_info=error)
    return EngineError("something went wrong here; please say it again")
