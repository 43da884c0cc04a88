"""One thread in which many streams of sound work together.

A call of a track is a generator here: it runs until its stream has a step to make, and goes on once all
streams that were ready have made one. So a call of many steps holds up none of a single one. Once a tick
whoever has come joins those under way; at all other times nobody waits.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock, RLock
from typing import Any, Final, TypeVar

from blend_shapes.audio.listeners import Listeners
from blend_shapes.audio.network import FaceNetwork
from server.errors import EngineError

TICK_S: Final = 0.005
"""A step of sixteen streams together takes as long as two of a single one, so some waiting pays."""

T = TypeVar("T")
Call = Generator[None, None, T]
"""Yields whenever its stream has a step to make."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A call that waits or is under way, and the promise of what it returns."""

    call: Call[Any]
    future: Future[Any]

    def goes_on(self) -> bool:
        """Whether it has another step to make; if not its promise is kept."""
        try:
            next(self.call)
        except StopIteration as end:
            self.future.set_result(end.value)
        except Exception as error:
            self.future.set_exception(error)
        else:
            return True
        return False


class Rounds(Executor):
    """What is submitted is a call of a track, which `calls` makes a generator; cancelled before it began it
    never begins. `alone` makes one in the thread of whoever asks. Its own thread ends with it.
    """

    def __init__(self, network: FaceNetwork, calls: Callable[..., Call[Any]]) -> None:
        self.listeners = Listeners(network)
        """Touched by calls only."""
        self._touching = RLock()
        self._calls = calls
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="audio")
        self._joining = Lock()
        """Held by whoever touches the two that follow."""
        self._waiting: deque[_Job] = deque()
        self._running = False

    def submit(self, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """See `Executor.submit`."""
        job = _Job(self._calls(work, *args, **kwargs), Future())
        with self._joining:
            self._waiting.append(job)
            if not self._running:
                self._running = True
                self._thread.submit(self._run)
        return job.future

    def alone(self, call: Call[T]) -> T:
        """What a call returns, made without waiting for a round."""
        with self._touching:
            while True:
                try:
                    next(call)
                except StopIteration as end:
                    result: T = end.value
                    return result
                self._step()

    def _run(self) -> None:
        """Steps as long as anybody comes."""
        jobs: list[_Job] = []
        due = time.monotonic()
        while True:
            if not jobs:
                time.sleep(max(0.0, due - time.monotonic()))
            if time.monotonic() >= due:
                due = time.monotonic() + TICK_S
                jobs += self._come(go_on=bool(jobs))
                if not jobs:
                    return
            jobs = self._advance(jobs)

    def _come(self, *, go_on: bool) -> list[_Job]:
        """Those who wait, not cancelled. If there are none, and nothing to go on with, `_run` ends."""
        with self._joining:
            come = [job for job in self._waiting if job.future.set_running_or_notify_cancel()]
            self._waiting.clear()
            self._running = bool(come) or go_on
            return come

    def _advance(self, jobs: Sequence[_Job]) -> list[_Job]:
        """One step of all who have one to make; who they are."""
        with self._touching:
            under_way = [job for job in jobs if job.goes_on()]
            try:
                if under_way:
                    self._step()
            except EngineError as error:
                for job in under_way:
                    job.future.set_exception(error)
                return []
            return under_way

    def _step(self) -> None:
        try:
            self.listeners.step()
        except Exception as error:  # onnxruntime has a class for each cause and no common one
            raise EngineError(f"the audio network failed: {' '.join(str(error).split())}") from error
