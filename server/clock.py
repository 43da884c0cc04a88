"""Time from outside: whatever waits or measures takes a clock."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Monotonic seconds, and waiting on the same scale."""

    def now(self) -> float: ...

    async def sleep_until(self, when: float) -> None:
        """Return once `now() >= when`. Cancelling is safe."""
        ...


class SystemClock:
    """The machine's monotonic clock."""

    def now(self) -> float:
        return time.monotonic()

    async def sleep_until(self, when: float) -> None:
        await asyncio.sleep(max(0.0, when - time.monotonic()))
