"""Histories of ended sessions in this process's memory, so many and so old at most."""

import hmac
from collections import OrderedDict
from dataclasses import dataclass

from server.clock import Clock
from server.history import History

KEPT = 10_000
KEPT_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class _Saved:
    token: str
    history: History
    at: float


class MemoryHistories:
    """The `Histories` port; forgets the oldest first, and everything with the process."""

    def __init__(self, clock: Clock, *, count: int = KEPT, age_s: float = KEPT_S) -> None:
        self._clock = clock
        self._count = count
        self._age_s = age_s
        self._saved: OrderedDict[str, _Saved] = OrderedDict()

    def __len__(self) -> int:
        return len(self._saved)

    async def save(self, session: str, token: str, history: History) -> None:
        """Keep the history; one without an exchange is not worth it."""
        if history.exchanges:
            self._saved[session] = _Saved(token, history, self._clock.now())
            self._saved.move_to_end(session)
        self._forget()

    async def load(self, session: str, token: str) -> History | None:
        """The history saved under this id, if the token is the one it was saved with."""
        self._forget()
        saved = self._saved.get(session)
        if saved is None or not hmac.compare_digest(saved.token.encode(), token.encode()):
            return None
        return saved.history

    def _forget(self) -> None:
        oldest = self._clock.now() - self._age_s
        while self._saved:
            first = next(iter(self._saved.values()))
            if len(self._saved) <= self._count and first.at > oldest:
                return
            self._saved.popitem(last=False)
