"""What members say, understood one after the other for the characters in their room."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from server.audio.chunk import Samples
from server.errors import EngineError
from server.ports import LISTENING_RATE, Hints, Recognizer, Transcript
from server.rooms.member import Member

LONGEST_S: Final = 30.0
"""One utterance; what is said after it is the next one."""
WAITING: Final = 8
"""Utterances that wait to be understood; the oldest gives way."""
UNDERSTAND_S: Final = 10.0
"""The longest wait for the recognizer."""

log = logging.getLogger(__name__)


class Character(Protocol):
    """One who hears what is said in the room. No call waits or raises."""

    def voiced(self, speaker: Member, seconds: float, began: float) -> None:
        """The speaker began at `began` and has spoken for so long since, less the pauses; it goes on."""
        ...

    def said(self, speaker: Member, text: str, began: float) -> None:
        """The speaker has said this, and began at `began`, by the clock."""
        ...


@dataclass(slots=True)
class _Utterance:
    speaker: Member
    transcript: Transcript
    began: float


class Hearing:
    """Of one room; `run` is to be a task. `hints` helps the recognizer with what may be said."""

    def __init__(
        self,
        recognizer: Recognizer,
        hints: Hints,
        now: Callable[[], float],
        characters: Sequence[Character],
    ) -> None:
        self._recognizer = recognizer
        self._hints = hints
        self._now = now
        self._characters = characters
        self._waiting: deque[_Utterance] = deque()
        self._wake = asyncio.Event()
        self._closed = False

    def ear(self, speaker: Member) -> "MemberEar":
        """What listens to one member."""
        return MemberEar(self, speaker)

    async def run(self) -> None:
        """Understand what was said, for ever. Cancelling is safe."""
        while True:
            while not self._waiting:
                self._wake.clear()
                await self._wake.wait()
            await self._understand(self._waiting.popleft())

    def close(self) -> None:
        """Hear nothing more, and forget what waits."""
        self._closed = True
        for utterance in self._waiting:
            utterance.transcript.close()
        self._waiting.clear()

    async def _understand(self, utterance: _Utterance) -> None:
        try:
            async with asyncio.timeout(UNDERSTAND_S):
                heard = await utterance.transcript.understood()
        except TimeoutError:
            log.warning("what somebody said in a room was not understood in %g s", UNDERSTAND_S)
        except EngineError as error:
            log.warning("what somebody said in a room was not understood: %s", error)
        except Exception:
            log.exception("a recognizer failed")
        else:
            if text := heard.text.strip():
                for character in self._characters:
                    character.said(utterance.speaker, text, utterance.began)
        finally:
            utterance.transcript.close()

    # --- for the ears ----------------------------------------------------------------------------

    def begin(self, speaker: Member) -> _Utterance | None:
        """The speaker begins; None where nobody listens, or can."""
        if self._closed:
            return None
        try:
            return _Utterance(speaker, self._recognizer.begin(self._hints), self._now())
        except EngineError as error:
            log.warning("nobody understands what is said in a room: %s", error)
            return None

    def voiced(self, utterance: _Utterance, seconds: float) -> None:
        for character in self._characters:
            character.voiced(utterance.speaker, seconds, utterance.began)

    def end(self, utterance: _Utterance) -> None:
        """All was said; it is understood when those before it are."""
        if self._closed:
            utterance.transcript.close()
            return
        if len(self._waiting) >= WAITING:
            self._waiting.popleft().transcript.close()
        self._waiting.append(utterance)
        self._wake.set()


class MemberEar:
    """The `Ear` for one member."""

    def __init__(self, hearing: Hearing, speaker: Member) -> None:
        self._hearing = hearing
        self._speaker = speaker
        self._utterance: _Utterance | None = None
        self._followed = 0
        self._voiced = 0

    def begin(self, samples: Samples) -> None:
        self.end()
        self._utterance = self._hearing.begin(self._speaker)
        self._followed = self._voiced = 0
        if self._utterance is not None:
            self._utterance.transcript.follow(samples)

    def follow(self, samples: Samples, spoken: bool) -> None:
        if self._utterance is None:
            return
        self._utterance.transcript.follow(samples)
        self._followed += len(samples)
        self._voiced = self._voiced + len(samples) if spoken else max(0, self._voiced - len(samples))
        self._hearing.voiced(self._utterance, self._voiced / LISTENING_RATE)
        if self._followed >= LONGEST_S * LISTENING_RATE:
            self.begin(samples[:0])

    def end(self) -> None:
        utterance, self._utterance = self._utterance, None
        if utterance is not None:
            self._hearing.end(utterance)
