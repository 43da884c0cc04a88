"""A few processes that decode, shared by all who speak: a thread for each talks to it.

Somebody's sound is decoded while it comes, if a process is free; one who waits for an answer goes first,
and then a process gives up, to begin anew later, what nobody has asked for yet.
"""

import json
import os
import subprocess
import sys
from asyncio import AbstractEventLoop, Future
from contextlib import suppress
from pathlib import Path
from threading import Condition, Thread
from typing import Any, Final

import server
from server.engines.recognizers.sphinx_process import HEADER, LENGTH
from server.errors import EngineError
from server.speech.values import Utterance

PIECE: Final = 8_000
"""Bytes handed over at once, at least: a quarter of a second."""
FAILED: Final = "the process of pocketsphinx ended; what was just said is lost"

_MODULE: Final = "server.engines.recognizers.sphinx_process"


class Decoder:
    """One process, which lives until it is closed. Calls raise OSError when it has ended."""

    def __init__(self) -> None:
        folder = str(Path(server.__file__).parent.parent)
        path = os.pathsep.join([folder, *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._phrases: tuple[str, ...] = ()

    def begin(self, phrases: tuple[str, ...]) -> None:
        if phrases != self._phrases:
            self._tell(b"P", json.dumps(phrases).encode())
            self._phrases = phrases
        self._tell(b"B")

    def hear(self, sound: bytes) -> None:
        self._tell(b"S", sound)

    def so_far(self) -> str:
        """What is being said, as it seems."""
        return str(self._ask(b"H")["text"])

    def end(self) -> Utterance:
        """What was said since `begin`."""
        said = self._ask(b"E")
        return Utterance(said["text"], "en", said["confidence"])

    def give_up(self) -> None:
        self._tell(b"X")

    def kill(self) -> None:
        """At once, whatever it is at; may be called from any thread, more than once."""
        self._process.kill()

    def close(self) -> None:
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(OSError):  # what was not sent is lost
                pipe.close()
        self._process.wait()

    def _tell(self, kind: bytes, payload: bytes = b"") -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(HEADER.pack(kind, len(payload)) + payload)
        self._process.stdin.flush()

    def _ask(self, kind: bytes) -> Any:
        self._tell(kind)
        return json.loads(self._read(LENGTH.unpack(self._read(LENGTH.size))[0]))

    def _read(self, count: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(count)
        if len(data) < count:
            raise BrokenPipeError
        return data


class Hearing:
    """One utterance, as the threads see it; whoever touches it holds the pool's condition."""

    def __init__(self, phrases: tuple[str, ...]) -> None:
        self.phrases = phrases
        self.sound = bytearray()
        self.so_far = ""
        self.known = Utterance("")
        self.known_bytes = 0
        """What is known of how much of the sound."""
        self.asked: tuple[AbstractEventLoop, Future[Utterance]] | None = None
        self.served = False
        self.closed = False

    def answer(self, result: Utterance | EngineError) -> None:
        if self.asked is None:
            return
        loop, future = self.asked
        self.asked = None
        try:
            loop.call_soon_threadsafe(_settle, future, result)
        except RuntimeError:  # the loop is closed: nobody waits any more
            return


class Decoders:
    """At most `count` processes. The first one starts at once, the others when they are needed."""

    def __init__(self, count: int) -> None:
        self.changed = Condition()
        self._count = count
        self._hearings: list[Hearing] = []
        self._threads: list[Thread] = []
        self._decoders: list[Decoder] = []
        self._idle = 0
        self._closing = False
        self._grow()

    def add(self, hearing: Hearing) -> None:
        with self.changed:
            if self._closing:
                raise EngineError("the recognizer is closed", permanent=True)
            self._hearings.append(hearing)

    def remove(self, hearing: Hearing) -> None:
        with self.changed:
            hearing.closed = True
            self._hearings.remove(hearing)
            self.changed.notify_all()

    def hear(self, hearing: Hearing, sound: bytes) -> None:
        """More of the utterance; never waits for long."""
        with self.changed:
            hearing.sound += sound
            if _wants(hearing):
                self._wake()

    def ask(self, hearing: Hearing, loop: AbstractEventLoop) -> "Future[Utterance]":
        """The promise of all that was said in the sound so far."""
        future: Future[Utterance] = loop.create_future()
        with self.changed:
            if len(hearing.sound) == hearing.known_bytes:
                future.set_result(hearing.known)
            else:
                hearing.asked = (loop, future)
                self._wake()
        return future

    def withdraw(self, hearing: Hearing) -> None:
        """Nobody waits for the answer any more."""
        with self.changed:
            hearing.asked = None

    def close(self) -> None:
        """End the processes, and wait for that. Those who still ask get an error."""
        with self.changed:
            self._closing = True
            for hearing in self._hearings:
                hearing.answer(EngineError("the recognizer is closed", permanent=True))
            for decoder in self._decoders:
                decoder.kill()
            self.changed.notify_all()
        for thread in self._threads:
            thread.join()

    # --- the threads -----------------------------------------------------------------------------

    def _wake(self) -> None:
        waiting = sum(not h.served and _wants(h) for h in self._hearings)
        if waiting > self._idle and len(self._threads) < self._count and not self._closing:
            self._grow()
        self.changed.notify_all()

    def _grow(self) -> None:
        thread = Thread(target=self._work, name="pocketsphinx", daemon=True)
        self._threads.append(thread)
        self._idle += 1
        thread.start()

    def _work(self) -> None:
        decoder = self._started()
        while (hearing := self._next()) is not None:
            try:
                self._serve(decoder, hearing)
            except (OSError, ValueError):
                self._ended(decoder)
                decoder = self._started()
                with self.changed:
                    hearing.answer(EngineError(FAILED))
                    hearing.known_bytes = len(hearing.sound)
            with self.changed:
                hearing.served = False
                self._idle += 1
                self.changed.notify_all()
        self._ended(decoder)

    def _started(self) -> Decoder:
        decoder = Decoder()
        with self.changed:
            self._decoders.append(decoder)
            if self._closing:
                decoder.kill()
        return decoder

    def _ended(self, decoder: Decoder) -> None:
        decoder.close()
        with self.changed:
            self._decoders.remove(decoder)

    def _next(self) -> Hearing | None:
        """Whom to serve, None at the end. Who has asked goes first, then who has begun first."""
        with self.changed:
            while not self._closing:
                wanting = [h for h in self._hearings if not h.served and _wants(h)]
                if wanting:
                    chosen = next((h for h in wanting if h.asked), wanting[0])
                    chosen.served = True
                    self._idle -= 1
                    return chosen
                self.changed.wait()
            return None

    def _serve(self, decoder: Decoder, hearing: Hearing) -> None:
        """Until it is answered, closed or given up."""
        decoder.begin(hearing.phrases)
        at = 0
        while True:
            with self.changed:
                while not (ready := self._ready(hearing, at)):
                    self.changed.wait()
                piece = bytes(hearing.sound[at:])
            if ready == "give up":
                decoder.give_up()
                return
            if piece:
                decoder.hear(piece)
                hearing.so_far = decoder.so_far() or hearing.so_far
                at += len(piece)
                continue
            said = decoder.end()
            with self.changed:
                hearing.known, hearing.known_bytes = said, at
                if len(hearing.sound) == at:
                    hearing.answer(said)
            return

    def _ready(self, hearing: Hearing, at: int) -> str:
        """What to do, "" for nothing yet."""
        if hearing.closed or self._closing:
            return "give up"
        if hearing.asked:
            return "go on"
        if not self._idle and any(h.asked and not h.served for h in self._hearings):
            return "give up"
        return "go on" if len(hearing.sound) - at >= PIECE else ""


def _wants(hearing: Hearing) -> bool:
    return hearing.asked is not None or len(hearing.sound) - hearing.known_bytes >= PIECE


def _settle(future: "Future[Utterance]", result: Utterance | EngineError) -> None:
    if future.done():
        return
    if isinstance(result, EngineError):
        future.set_exception(result)
    else:
        future.set_result(result)
