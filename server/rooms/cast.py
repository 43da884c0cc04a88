"""The characters of one room: what they hear, and their life from the first person to the last."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from server.ports import Hints, Recognizer
from server.rooms.hearing import Hearing
from server.rooms.member import Member
from server.rooms.resident import Resident
from server.speech.character import Character

QUESTIONS: Final = 900
"""Questions that a recognizer is told to expect, at most, with and without the name before them."""


class Cast:
    """Owns the residents. Make it in a running loop, and `end` it."""

    def __init__(
        self,
        residents: Sequence[Resident],
        characters: Sequence[Character],
        recognizer: Recognizer,
        now: Callable[[], float],
    ) -> None:
        self._residents = residents
        self._hearing = Hearing(recognizer, _hints(characters), now, residents)
        self._task = asyncio.create_task(self._live(), name="characters of a room")

    def listen_to(self, member: Member) -> None:
        """Hear what this member says from now on."""
        if member.speech is not None:
            member.speech.ear = self._hearing.ear(member)

    def end(self) -> asyncio.Task[None]:
        """Stop all; done when nothing is under way any more. Its result is not to be asked for."""
        self._task.cancel()
        return self._task

    async def _live(self) -> None:
        try:
            for resident in self._residents:
                await resident.start()
            await self._hearing.run()
        finally:
            self._hearing.close()
            for resident in self._residents:
                await resident.end()


def _hints(characters: Sequence[Character]) -> Hints:
    """The names, and what each character can be asked, called by its name or not."""
    names = tuple(character.name for character in characters)
    asked = [(c.name, q) for c in characters for known in c.knowledge for q in known.questions]
    phrases = (phrase for name, q in asked[:QUESTIONS] for phrase in (f"{name}, {q}", q))
    return Hints(characters[0].speaker.language, (*names, *phrases))
