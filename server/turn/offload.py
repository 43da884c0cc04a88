"""Work that is too long for the event loop, done in threads and waited for whatever happens."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Executor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def offloaded(
    executor: Executor | None, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """What `work` returns or raises, called in `executor`; without one in place, without a suspension.

    When this returns or raises, nothing is under way any more. Cancelling is safe: work that has not begun
    never begins, work that has is waited for and its result dropped. So whatever `work` changes is never
    touched by two threads at once, as long as one task alone awaits it.
    """
    if executor is None:
        return work(*args, **kwargs)
    job = executor.submit(work, *args, **kwargs)
    try:
        return await asyncio.wrap_future(job)  # whoever cancels this cancels a job that has not begun
    except asyncio.CancelledError:
        done = asyncio.wrap_future(job)
        while not done.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({done})
        if not done.cancelled():
            done.exception()  # seen, or asyncio would complain that nobody did
        raise
