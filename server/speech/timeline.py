"""Where the speech of a turn lies on the turn's timeline: a cursor in samples that only moves on."""

from dataclasses import replace

from server.audio.chunk import AudioFormat
from server.speech.values import SpeechChunk, silence


class Timeline:
    """Places chunks one after the other, the first at media time 0."""

    def __init__(self, audio: AudioFormat) -> None:
        self._audio = audio
        self._cursor = 0
        self._quiet_from = 0

    @property
    def seconds(self) -> float:
        """Where the next chunk will begin."""
        return self._cursor / self._audio.rate

    @property
    def speech_end(self) -> float:
        """Where the last phone ended; where the phones are not known, where the last sound did."""
        return self._quiet_from / self._audio.rate

    @property
    def speech_end_samples(self) -> int:
        return self._quiet_from

    @property
    def micros(self) -> int:
        return self._audio.micros(self._cursor)

    def place(self, chunk: SpeechChunk) -> SpeechChunk:
        """The chunk with its audio positioned on the turn's timeline.

        Raises ValueError if it has another sample rate than the turn.
        """
        if chunk.audio.format != self._audio:
            raise ValueError(f"the voice speaks at {chunk.audio.format.rate} Hz, not {self._audio.rate}")
        placed = replace(chunk, audio=replace(chunk.audio, position=self._cursor))
        spoken = [p.end for p in chunk.phones or () if p.phone]
        if chunk.phones is None:
            self._quiet_from = self._cursor + len(chunk.audio)
        elif spoken:
            self._quiet_from = self._cursor + self._audio.samples(max(spoken))
        self._cursor += len(chunk.audio)
        return placed

    def rest(self, seconds: float) -> SpeechChunk | None:
        """Silence that makes the pause since the last phone `seconds` long; None if it already is."""
        missing = self._audio.samples(seconds) - (self._cursor - self._quiet_from)
        if missing <= 0:
            return None
        return self.place(silence(missing, self._audio))
