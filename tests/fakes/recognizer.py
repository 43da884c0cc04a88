"""A recognizer that understands what the test wrote, as late as the test says."""

import asyncio
from collections.abc import Sequence

from server.audio.chunk import Samples
from server.errors import EngineError
from server.ports import LISTENING_RATE, Hints, RecognizerTraits
from server.speech.values import Utterance

Heard = str | Utterance | EngineError
"""What is understood; an error is raised."""
Script = Heard | Sequence[tuple[float, Heard]]
"""Of one utterance: the same throughout, or each from so many seconds of its sound on."""


class ScriptedRecognizer:
    """The transcripts follow the scripts, one after the other; whatever comes after the last one is empty.

    Asked again without having heard more, a transcript answers at once.
    """

    def __init__(
        self, *scripts: Script, latency_s: float = 0.0, traits: RecognizerTraits | None = None
    ) -> None:
        self._scripts = list(scripts)
        self.latency_s = latency_s
        self.traits = traits or RecognizerTraits(languages=("en",))
        self.transcripts: list[ScriptedTranscript] = []
        self.closed = False

    def begin(self, hints: Hints) -> "ScriptedTranscript":
        number = len(self.transcripts)
        script = self._scripts[number] if number < len(self._scripts) else ""
        self.transcripts.append(ScriptedTranscript(self, hints, script))
        return self.transcripts[-1]

    @property
    def open(self) -> int:
        """Transcripts that are not closed."""
        return sum(not transcript.closed for transcript in self.transcripts)

    async def close(self) -> None:
        self.closed = True


class ScriptedTranscript:
    """See `Transcript`. `seconds` were followed, `asked` times it was asked, `given_up` times cancelled."""

    def __init__(self, recognizer: ScriptedRecognizer, hints: Hints, script: Script) -> None:
        self.hints = hints
        self.samples = 0
        self.asked = 0
        self.given_up = 0
        self.closed = False
        self._recognizer = recognizer
        self._script = [(0.0, script)] if isinstance(script, Heard) else list(script)
        self._known = -1

    @property
    def seconds(self) -> float:
        return self.samples / LISTENING_RATE

    def follow(self, samples: Samples) -> None:
        assert not self.closed, "followed after it was closed"
        assert samples.dtype == "int16" and samples.ndim == 1
        self.samples += len(samples)

    @property
    def so_far(self) -> str:
        known = self._said(self.samples) if self._recognizer.traits.partials else ""
        return known if isinstance(known, str) else getattr(known, "text", "")

    async def understood(self) -> Utterance:
        assert not self.closed, "asked after it was closed"
        self.asked += 1
        if self._known != self.samples:
            heard = self.samples
            try:
                await asyncio.sleep(self._recognizer.latency_s)
            except asyncio.CancelledError:
                self.given_up += 1
                raise
            self._known = heard
        known = self._said(self._known)
        if isinstance(known, EngineError):
            raise known
        return Utterance(known) if isinstance(known, str) else known

    def _said(self, samples: int) -> Heard:
        said: Heard = ""
        for since, then in self._script:
            if since <= samples / LISTENING_RATE:
                said = then
        return said

    def close(self) -> None:
        assert not self.closed, "closed twice"
        self.closed = True
