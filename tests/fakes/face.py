"""A face that works aside, for as long as it is told to, on the virtual clock."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

import numpy as np

from blend_shapes.face import FaceFrames
from server.speech.values import SpeechChunk

T = TypeVar("T")


class VirtualExecutor(Executor):
    """One worker that serves first who came first; each job takes `seconds` of the running loop's time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.begun = 0
        self.under_way = 0
        self._jobs: deque[tuple[Future[Any], Callable[[], Any]]] = deque()

    def submit(self, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        job: Future[T] = Future()
        self._jobs.append((job, lambda: work(*args, **kwargs)))
        if not self.under_way:
            self._begin()
        return job

    def _begin(self) -> None:
        while self._jobs:
            job, work = self._jobs.popleft()
            if job.set_running_or_notify_cancel():
                self.begun += 1
                self.under_way += 1
                asyncio.get_running_loop().call_later(self.seconds, self._end, job, work)
                return

    def _end(self, job: Future[Any], work: Callable[[], Any]) -> None:
        try:
            job.set_result(work())
        except Exception as error:
            job.set_exception(error)
        self.under_way -= 1
        self._begin()


class SlowFace:
    """Gives a mouth that is shut, each frame once `look_ahead_s` of speech after it are known."""

    needs_phones = False

    def __init__(self, look_ahead_s: float, seconds: float) -> None:
        self._ahead_s = look_ahead_s
        self.executor = VirtualExecutor(seconds)
        self.tracks: list[SlowTrack] = []

    def look_ahead_s(self, fps: int) -> float:
        return self._ahead_s

    def begin(self, fps: int) -> "SlowTrack":
        self.tracks.append(SlowTrack(fps, self._ahead_s))
        return self.tracks[-1]

    async def close(self) -> None:
        pass


class SlowTrack:
    """Knows whether its speech has a hole."""

    def __init__(self, fps: int, look_ahead_s: float) -> None:
        self._fps = fps
        self._look_ahead_s = look_ahead_s
        self._next = 0
        self._end = 0.0
        self.closed = False

    def follow(self, speech: SpeechChunk) -> FaceFrames:
        assert abs(speech.start - self._end) < 1e-9, "speech has a hole"
        self._end = speech.end
        return self._frames_to(int((speech.end - self._look_ahead_s) * self._fps + 1e-6) + 1)

    def settle(self) -> FaceFrames:
        return self._frames_to(int(self._end * self._fps) + 2)

    def close(self) -> None:
        assert not self.closed, "closed once"
        self.closed = True

    def _frames_to(self, stop: int) -> FaceFrames:
        first, self._next = self._next, max(self._next, stop)
        weights = np.zeros((self._next - first, 52), np.float32)
        return FaceFrames(first, self._fps, weights, np.zeros((len(weights), 3), np.float32))
