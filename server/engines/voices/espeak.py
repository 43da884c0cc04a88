"""Voice `espeak`: espeak-ng, in process, with phone and word times; no download, about 100 languages.

One thread owns the library and speaks whole sentences, in the order in which their sound is due. It is
so much faster than speech (hundreds of times) that a sentence is in memory before its first chunk has
been played, so nothing ever waits in the middle of one.
"""

import asyncio
import itertools
import math
import queue
import threading
import time
import unicodedata
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from server.audio.chunk import Samples
from server.engines.voices import espeak_library
from server.engines.voices.espeak_chunks import ChunkCutter
from server.engines.voices.espeak_languages import EspeakLanguages
from server.engines.voices.espeak_library import Event, InstalledVoice
from server.errors import CannotSpeak, EngineError, FaceWireError
from server.ports import VoiceTraits
from server.speech.character import Speaker
from server.speech.values import Sentence, SpeechChunk

LATER_SENTENCE_S = 0.3
"""How much later than a turn's first sentence the others are due: they have sound before them."""

_sequence = itertools.count()


def voices() -> tuple[InstalledVoice, ...]:
    """Every voice that can be named in a character, by language."""
    return tuple(sorted(espeak_library.load().voices, key=lambda voice: voice.language))


@dataclass(eq=False, slots=True)
class _Job:
    text: str
    voice: str
    speaker: Speaker
    loop: asyncio.AbstractEventLoop
    results: "asyncio.Queue[SpeechChunk | FaceWireError | None]" = field(default_factory=asyncio.Queue)
    """Chunks, then None or what went wrong."""
    cancelled: bool = False

    def give(self, result: SpeechChunk | FaceWireError | None) -> None:
        """Hand over to the event loop that waits for it; from the owner thread."""
        try:
            self.loop.call_soon_threadsafe(self.results.put_nowait, result)
        except RuntimeError:  # the loop is closed: nobody waits any more
            self.cancelled = True


class EspeakVoice:
    """Speaks with espeak-ng at `rate` samples a second. Speakers may speak at the same time."""

    def __init__(self, rate: int = 24_000) -> None:
        if not 8_000 <= rate <= 192_000:
            raise ValueError(f"rate must be 8000 to 192000 samples a second, not {rate}")
        self._library = espeak_library.load()
        self._languages = EspeakLanguages(self._library.voices, self._library.variants)
        self._traits = VoiceTraits(rate, phones=True, languages=self._languages.tags)
        # When due, a number to tell equals apart, and the job; None ends the thread.
        self._jobs: queue.PriorityQueue[tuple[float, int, _Job | None]] = queue.PriorityQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def traits(self) -> VoiceTraits:
        return self._traits

    async def speak(self, sentence: Sentence, speaker: Speaker) -> AsyncGenerator[SpeechChunk, None]:
        """See `Voice.speak`. Closing it stops the synthesis within two seconds of audio (about 3 ms)."""
        voice = self._languages.choose(sentence.text, speaker.language, speaker.voice)
        due = time.monotonic() + (LATER_SENTENCE_S if sentence.index else 0.0)
        job = _Job(sentence.text, voice, speaker, asyncio.get_running_loop())
        self._submit(due, job)
        try:
            while (result := await job.results.get()) is not None:
                if isinstance(result, FaceWireError):
                    raise result
                yield result
        finally:
            job.cancelled = True

    async def close(self) -> None:
        """Stop the owner thread after the sentence it is at; later calls of `speak` fail."""
        self._closed = True
        thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put((-math.inf, next(_sequence), None))
            await asyncio.to_thread(thread.join)

    def _submit(self, due: float, job: _Job) -> None:
        if self._closed:
            raise EngineError("the voice is closed", permanent=True)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="espeak", daemon=True)
            self._thread.start()
        self._jobs.put((due, next(_sequence), job))

    def _work(self) -> None:
        while (job := self._jobs.get()[2]) is not None:
            self._serve(job)
        while not self._jobs.empty():
            if (job := self._jobs.get()[2]) is not None:
                job.give(EngineError("the voice is closed", permanent=True))

    def _serve(self, job: _Job) -> None:
        if job.cancelled:
            return
        try:
            self._synthesise(job)
        except FaceWireError as error:
            job.give(error)
        except Exception as error:  # a bug of ours must not leave every speaker waiting
            failure = EngineError(f"espeak failed: {error!r}")
            failure.__cause__ = error
            job.give(failure)

    def _synthesise(self, job: _Job) -> None:
        language = self._languages.language_of(job.voice)
        cutter = ChunkCutter(job.text, language, self._library.rate, self._traits.rate)

        def receive(samples: Samples, events: list[Event]) -> bool:
            if not job.cancelled and (chunk := cutter.feed(samples, events)) is not None:
                job.give(chunk)
            return not job.cancelled

        speaker = job.speaker
        text = _ascii_digits(job.text)
        self._library.synthesise(text, job.voice, speaker.rate, speaker.pitch, receive)
        if job.cancelled:
            return
        if not cutter.spoke:
            raise CannotSpeak(f"the espeak voice {job.voice!r} finds nothing to say in {job.text[:40]!r}")
        job.give(cutter.finish())
        job.give(None)


def _ascii_digits(text: str) -> str:
    """Digits of any script as ASCII ones, which every voice reads; no character moves."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)
