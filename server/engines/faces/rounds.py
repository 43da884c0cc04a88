"""One thread in which many streams of sound work together: whoever comes joins the next step of all.

A call of a track is a generator here: it runs until its stream has a step to make, and goes on once all
streams that were ready have made one. So a call of many steps holds up none of a single one, and nobody
waits for others to come. Only a *round*, which begins when nothing is under way, waits until a tick after
the one before it began: what comes meanwhile begins together.
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

TICK_S: Final = 0.004
"""The network needs as long for a step of twelve streams together as for one of three, each alone."""

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
        """Rounds as long as anybody waits."""
        while jobs := self._come(begin=True):
            due = time.monotonic() + TICK_S
            while jobs:
                jobs = [*self._advance(jobs), *self._come()]
            time.sleep(max(0.0, due - time.monotonic()))

    def _come(self, begin: bool = False) -> list[_Job]:
        """Those who wait and were not cancelled; nobody at the `begin` of a round is the end of rounds."""
        with self._joining:
            come = [job for job in self._waiting if job.future.set_running_or_notify_cancel()]
            self._waiting.clear()
            if begin and not come:
                self._running = False
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
            made = self.listeners.step()
        except Exception as error:  # onnxruntime has a class for each cause and no common one
            raise EngineError(f"the audio network failed: {' '.join(str(error).split())}") from error
        if not made:
            raise EngineError("the audio network has failed before; begin anew")
