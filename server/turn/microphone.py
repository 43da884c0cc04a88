"""The sound of a microphone that waits to be followed: bounded, and in the long run in real time."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from server.audio.chunk import AudioChunk, AudioFormat
from server.clock import Clock
from server.turn.events import TurnFailed

QUEUE_S: Final = 2.0
"""Sound that may wait; when it is more the oldest is left out."""
QUEUE_ITEMS: Final = 256
FASTEST: Final = 1.05
"""Sound is followed at this many times real time: more than any clock is off, so that none runs late."""
LEEWAY_S: Final = 2.0
"""And so much at once, as it comes after a network has stalled."""
HOLE_S: Final = 1.0
"""A hole up to this long is heard as silence."""
PIECE_S: Final = 0.2
"""Sound that waits is followed in pieces up to this long: less work than message by message."""
BUSY_S: Final = 0.015
"""A server is busy that takes longer than this from when sound may be followed to what comes of it."""
TOGETHER_S: Final = 0.04
"""A busy one follows so much sound at once, which is two thirds of the work, if it comes within that time:
all is a little later, before lateness builds up."""

MicrophoneState = Literal["open", "closed", "muted"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Sound that has come, or None: the microphone rests."""

    arrived: float
    """Clock time at which the first of it came."""
    complete: float
    """And the last of it."""
    due: float
    """And at which it could be followed."""
    chunk: AudioChunk | None


class MicrophoneQueue:
    """Has one reader. `tell` is told once if something had to be left out."""

    def __init__(self, microphone: AudioFormat, clock: Clock, tell: Callable[[TurnFailed], None]) -> None:
        self._microphone = microphone
        self._clock = clock
        self._tell = tell
        self._wake = asyncio.Event()
        self._waiting: deque[tuple[float, AudioChunk | None]] = deque()
        self._samples = 0
        self._overflowed = False
        self._due = clock.now() - LEEWAY_S
        self._busy = False

    def __len__(self) -> int:
        """Messages that wait."""
        return len(self._waiting)

    def put(self, chunk: AudioChunk) -> None:
        """Sound has come; never waits."""
        self._samples += len(chunk)
        self._append(chunk)

    def rest(self) -> None:
        """The microphone rests; said twice it means no more."""
        if not self._waiting or self._waiting[-1][1] is not None:
            self._append(None)

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._samples = 0

    async def next(self) -> Piece:
        """What waits first, with what follows it without a hole, up to PIECE_S. Cancelling is safe."""
        while True:
            while not self._waiting:
                self._wake.clear()
                await self._wake.wait()
            due = max(self._due, await self._enough())
            if due > self._clock.now():
                await self._clock.sleep_until(due)
            if self._waiting:
                return self._take(due)

    def followed(self, piece: Piece) -> None:
        """What comes of `piece` is there; where that took long, more is taken together from now on."""
        self._busy = self._clock.now() - piece.due > BUSY_S

    def charge(self, seconds: float) -> None:
        """So much sound is followed now; the next may be when real time has caught up."""
        self._due = max(self._due, self._clock.now() - LEEWAY_S) + seconds / FASTEST

    def _append(self, chunk: AudioChunk | None) -> None:
        self._waiting.append((self._clock.now(), chunk))
        self._wake.set()
        self._bound()

    def _bound(self) -> None:
        """Leave out the oldest, but never the newest, where too much waits; say so once."""
        most = self._microphone.samples(QUEUE_S)
        while len(self._waiting) > 1 and (self._samples > most or len(self._waiting) > QUEUE_ITEMS):
            _, oldest = self._waiting.popleft()
            self._samples -= 0 if oldest is None else len(oldest)
            if not self._overflowed:
                self._overflowed = True
                text = f"sound comes faster than real time; {QUEUE_S:g} s may wait, the oldest is left out"
                self._tell(TurnFailed(None, "microphone_overflow", text))

    def _ready(self) -> float:
        """When what waits could be followed: at once, and on a busy server when enough of it is there."""
        first = self._waiting[0][0]
        if not self._busy:
            return first
        latest, missing = first + TOGETHER_S, self._microphone.samples(TOGETHER_S)
        for arrived, chunk in self._waiting:
            missing -= len(chunk or ())
            if missing <= 0 or chunk is None:
                return min(arrived, latest)
        return latest

    async def _enough(self) -> float:
        """Wait until it could; since when."""
        while self._waiting and (left := self._ready() - self._clock.now()) > 0.0:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._wake.wait()
        return self._ready() if self._waiting else self._clock.now()

    def _take(self, due: float) -> Piece:
        arrived, first = self._waiting.popleft()
        if first is None:
            return Piece(arrived, arrived, due, None)
        pieces, end, complete = [first.samples], first.end, arrived
        most = first.position + self._microphone.samples(PIECE_S)
        while self._waiting:
            came, chunk = self._waiting[0]
            if chunk is None or chunk.position != end or chunk.end > most:
                break
            pieces.append(chunk.samples)
            end, complete = chunk.end, came
            self._waiting.popleft()
        self._samples -= end - first.position
        whole = AudioChunk(np.concatenate(pieces), first.format, first.position) if pieces[1:] else first
        return Piece(arrived, complete, due, whole)
