"""A conversation on a virtual clock: hours pass in milliseconds, and always in the same order.

The loop jumps to the next timer whenever nothing is ready. A real file descriptor or thread would never
get its turn, so this is for coroutines, queues and timers only.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _JumpingSelector(selectors.SelectSelector):
    """Instead of waiting, moves its loop's time on."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("deadlock: nothing is ready and no timer is set")
            self.loop.virtual_now += max(timeout, 0.0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time only moves when everybody waits."""

    def __init__(self) -> None:
        self.virtual_now = 1000.0
        self.steps = 0
        self.before_step: Callable[[int], None] | None = None
        selector = _JumpingSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.virtual_now

    def _run_once(self) -> None:
        self.steps += 1
        if self.before_step is not None:
            self.before_step(self.steps)
        super()._run_once()  # type: ignore[misc]


class VirtualClock:
    """The clock of the running virtual loop."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep_until(self, when: float) -> None:
        await asyncio.sleep(max(0.0, when - self.now()))


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` on a virtual clock; a task that is left over, or an exception nobody saw, is an error."""
    complaints: list[dict[str, Any]] = []
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.get_loop().set_exception_handler(lambda _, context: complaints.append(context))
        result = runner.run(_leaving_nothing(main))
    assert not complaints, complaints
    return result


async def _leaving_nothing(main: Coroutine[Any, Any, T]) -> T:
    result = await main
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"tasks left over: {left}"
    return result
