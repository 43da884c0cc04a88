"""The sessions of this process: made at hello, parked when their connection is lost, closed in the end."""

import asyncio
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from server.clock import Clock
from server.errors import PeerError
from server.history import History
from server.ports import Histories
from server.turn.events import Reason
from server.turn.session import Session, Terms

SWEEP_S = 1.0


@dataclass(slots=True)
class _Entry:
    session: Session
    token: str
    parked_at: float | None = None


class Sessions:
    """Owns every session; whoever runs the process runs `sweep` beside it and calls `close` at the end."""

    def __init__(
        self,
        make: Callable[[str, Terms, History], Session],
        histories: Histories,
        clock: Clock,
        *,
        limit: int,
        window_s: float,
    ) -> None:
        self._make = make
        self._histories = histories
        self._clock = clock
        self._limit = limit
        self.window_s = window_s
        self._entries: dict[str, _Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def driving(self) -> int:
        """How many are in drive mode."""
        return sum(entry.session.terms.mode == "drive" for entry in self._entries.values())

    @property
    def full(self) -> bool:
        """Whether `create` would refuse."""
        return len(self._entries) >= self._limit

    async def create(self, terms: Terms, *, old: str | None = None, token: str | None = None) -> Session:
        """A started session; with the id and token of one that is gone it inherits that one's history.

        Raises PeerError "too_many_sessions" at the limit.
        """
        if self.full:
            raise PeerError(f"all {self._limit} places are taken; try again soon", "too_many_sessions")
        known = await self._histories.load(old, token) if old and token else None
        session = self._make(secrets.token_urlsafe(12), terms, known or History())
        self._entries[session.id] = _Entry(session, secrets.token_urlsafe(24))
        session.start()
        return session

    def token(self, session: Session) -> str:
        """The secret with which the session may be resumed."""
        return self._entries[session.id].token

    def find(self, id: str, token: str) -> Session | None:
        """The living session with this id, if the token is its own; it is no longer parked."""
        entry = self._entries.get(id)
        if entry is None or not hmac.compare_digest(entry.token.encode(), token.encode()):
            return None
        entry.parked_at = None
        return entry.session

    def park(self, session: Session) -> None:
        """The connection was lost: keep the session for the resume window."""
        if (entry := self._entries.get(session.id)) is not None:
            entry.parked_at = self._clock.now()

    async def end(self, session: Session, reason: Reason) -> None:
        """Close the session now and keep only its history. Safe to call twice."""
        entry = self._entries.pop(session.id, None)
        if entry is not None:
            await session.close(reason)
            await self._histories.save(session.id, entry.token, session.history)

    async def sweep(self) -> None:
        """Close parked sessions whose window is over, for ever. Cancelling is safe."""
        while True:
            await self._clock.sleep_until(self._clock.now() + SWEEP_S)
            over = self._clock.now() - self.window_s
            for entry in list(self._entries.values()):
                if entry.parked_at is not None and entry.parked_at <= over:
                    await self.end(entry.session, "client_left")

    async def close(self) -> None:
        """Close all sessions."""
        await asyncio.gather(*(self.end(e.session, "shutdown") for e in list(self._entries.values())))
