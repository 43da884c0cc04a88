"""A character as a member of a room: it hears who speaks, answers to its name, and is heard by all."""

import logging
from typing import Final

from server.clock import Clock
from server.errors import PeerError
from server.rooms.addressing import addressed
from server.rooms.broadcast import Broadcast
from server.rooms.member import Company, Member, State
from server.rooms.stage import Stage
from server.turn.session import Session

FOLLOW_UP_S: Final = 8.0
"""Whoever was answered may go on without the name for so long after the reply."""
TALKED_OVER_S: Final = 0.5
"""Speech over a reply that ends it: more than an "mhm"."""

log = logging.getLogger(__name__)


class Resident(Member):
    """Owns its session, which has no client: `start` it, and `end` it."""

    def __init__(
        self, number: int, name: str, session: Session, company: Company, broadcast: Broadcast, clock: Clock
    ) -> None:
        super().__init__(number, name, session, company, broadcast, None)
        self.character = session.terms.character.name
        self._clock = clock
        self._stage = Stage(number, session, broadcast, clock, company.say)
        self._partner: int | None = None
        """Who was answered last, if nobody else has said anything since."""

    async def start(self) -> None:
        """Begin to answer; nothing is lost of what was said before."""
        self._session.start()
        await self._session.attach(self._stage)

    async def end(self) -> None:
        """Fall silent and be gone. Safe to call without `start`, and twice."""
        await self._session.close("client_left")
        self.broadcast.rest()

    @property
    def state(self) -> State:
        return "joined"

    # --- what it hears -----------------------------------------------------------------------------

    def voiced(self, speaker: Member, seconds: float, began: float) -> None:
        """Somebody has spoken for so long; whoever began after the reply did talks over it."""
        since = self._stage.since
        if since is not None and began > since and seconds >= TALKED_OVER_S:
            self._session.interrupt("user_spoke")

    def said(self, speaker: Member, text: str, began: float) -> None:
        """Answer what is meant for it, and remember the rest."""
        heard = addressed(text, self.name)
        alone = self._company.people == 1
        if heard.named or alone or self._follows_up(speaker, began):
            self._partner = speaker.number
            self._answer(f"{speaker.name}: {heard.text}")
        else:
            self._partner = None
            self._session.overhear(f"{speaker.name}: {text}")

    def _follows_up(self, speaker: Member, began: float) -> bool:
        """Whether it goes on with what was answered, soon enough, and nobody spoke in between."""
        ended = self._stage.ended
        return speaker.number == self._partner and (ended is None or began <= ended + FOLLOW_UP_S)

    def _answer(self, text: str) -> None:
        try:
            self._session.text(text)
        except PeerError as error:
            log.warning("%s does not answer: %s", self.name, error)
