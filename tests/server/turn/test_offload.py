"""With real threads: what they do is held and let go by events, never by time."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest

from server.turn.offload import offloaded


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as one_thread:
        yield one_thread


class Held:
    """Work that says that it has begun and waits until it may end."""

    def __init__(self) -> None:
        self.begun, self.may_end, self.ended = threading.Event(), threading.Event(), False

    def __call__(self) -> str:
        self.begun.set()
        self.may_end.wait()
        self.ended = True
        return "done"


async def test_without_an_executor_work_is_done_in_place() -> None:
    assert await offloaded(None, threading.get_ident) == threading.get_ident()


async def test_work_is_done_in_another_thread_while_the_loop_goes_on(executor: Executor) -> None:
    held = Held()
    task = asyncio.create_task(offloaded(executor, held))
    while not held.begun.is_set():
        await asyncio.sleep(0)
    assert not task.done()
    held.may_end.set()
    assert await task == "done"
    assert await offloaded(executor, threading.get_ident) != threading.get_ident()


async def test_errors_come_through(executor: Executor) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await offloaded(executor, int, "five")


async def test_a_cancelled_task_ends_when_its_work_has(executor: Executor) -> None:
    held = Held()
    task = asyncio.create_task(offloaded(executor, held))
    while not held.begun.is_set():
        await asyncio.sleep(0)
    for _ in range(3):  # however often
        task.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not task.done()
    held.may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert held.ended


async def test_cancelled_work_that_waits_never_begins(executor: Executor) -> None:
    first, second = Held(), Held()
    busy = asyncio.create_task(offloaded(executor, first))
    waiting = asyncio.create_task(offloaded(executor, second))
    while not first.begun.is_set():
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    first.may_end.set()
    assert await busy == "done"
    await offloaded(executor, int)  # whatever had waited would have begun before this
    assert not second.begun.is_set()


async def test_an_error_after_the_cancellation_is_dropped(executor: Executor) -> None:
    held = Held()

    def fail() -> None:
        held()
        raise ValueError("too late")

    task = asyncio.create_task(offloaded(executor, fail))
    while not held.begun.is_set():
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    held.may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
