"""Recognizer `pocketsphinx`: English, with the model in PocketSphinx's wheel; no download.

It decodes while somebody speaks, in a fifth to a third of the time, in processes of its own, see
`sphinx_pool`. What a character knows to answer is a language model beside that of English (`phrases`).
"""

import asyncio
import os
from importlib.util import find_spec
from typing import Final

from server.audio.chunk import BYTES_PER_SAMPLE, Samples
from server.engines.recognizers.sphinx_pool import Decoders, Hearing
from server.errors import ConfigError, EngineError
from server.ports import LISTENING_RATE, Hints, RecognizerTraits
from server.speech.languages import covered
from server.speech.values import Utterance

LONGEST_S: Final = 60
"""What an utterance goes on with after that is not heard."""
LONGEST_BYTES: Final = LONGEST_S * LISTENING_RATE * BYTES_PER_SAMPLE
MOST_DECODERS: Final = 32


class PocketsphinxRecognizer:
    """At most `decoders` processes, 150 MB each; by default one for each two cores."""

    def __init__(self, decoders: int = 0) -> None:
        """Raises ConfigError where the pocketsphinx package is not there."""
        if not 0 <= decoders <= MOST_DECODERS:
            raise ValueError(f"decoders is 1 to {MOST_DECODERS}, or 0 for one for each two cores")
        if find_spec("pocketsphinx") is None:
            raise ConfigError(
                "recognizer 'pocketsphinx': the package is not there; install pocketsphinx 5 or newer"
            )
        self._decoders = Decoders(decoders or max(1, (os.cpu_count() or 1) // 2))
        self.traits: Final = RecognizerTraits(languages=("en",), partials=True)

    def begin(self, hints: Hints) -> "SphinxTranscript":
        """See `Recognizer.begin`. Raises EngineError for another language than English."""
        if not covered(hints.language or "en", self.traits.languages):
            raise EngineError(
                f"pocketsphinx understands English only, not {hints.language!r}; use faster-whisper",
                permanent=True,
            )
        return SphinxTranscript(self._decoders, hints.phrases)

    async def close(self) -> None:
        """Ends the processes. Those who still wait for an answer get an EngineError."""
        await asyncio.to_thread(self._decoders.close)


class SphinxTranscript:
    """See `Transcript`."""

    def __init__(self, decoders: Decoders, phrases: tuple[str, ...]) -> None:
        self._decoders = decoders
        self._hearing = Hearing(phrases)
        decoders.add(self._hearing)

    def follow(self, samples: Samples) -> None:
        """See `Transcript.follow`."""
        room = max(0, LONGEST_BYTES - len(self._hearing.sound)) // BYTES_PER_SAMPLE
        self._decoders.hear(self._hearing, samples[:room].astype("<i2", copy=False).tobytes())

    @property
    def so_far(self) -> str:
        """See `Transcript.so_far`: as of the last piece that was decoded."""
        return self._hearing.so_far

    async def understood(self) -> Utterance:
        """See `Transcript.understood`. Cancelling withdraws the question; what was decoded is kept."""
        try:
            return await self._decoders.ask(self._hearing, asyncio.get_running_loop())
        finally:
            self._decoders.withdraw(self._hearing)

    def close(self) -> None:
        self._decoders.remove(self._hearing)
