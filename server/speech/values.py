"""What passes between the stages of a turn."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from blend_shapes.face import FaceFrames
from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import AudioChunk, AudioFormat


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the user said, as far as it was understood; `text` is empty where nothing was."""

    text: str
    language: str | None = None
    """BCP 47 tag, where the recognizer knows it."""
    confidence: float = 1.0
    """From 0 to 1."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A gesture or event the brain asked for, at character `offset` of its sentence."""

    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One speakable piece of the reply, `index` counted from 0 in its turn; never empty."""

    index: int
    text: str
    mood: str | None = None
    """Mood from this sentence on; None leaves it as it is."""
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True)
class WordTiming:
    """A word of the sentence as written, `start` and `end` in seconds from the chunk's first sample.

    `offset` is the index of its first character in the sentence's text.
    """

    text: str
    start: float
    end: float
    offset: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class SpeechChunk:
    """Voice with its phones and words; they never travel apart.

    The chunk carries every phone and word that *starts* inside its audio, each with its true end, which
    may lie beyond the chunk. `phones` is None where the voice does not know them (an audio-driven face
    is needed then). Chunks of one stream follow each other without a gap in `audio.position`.
    """

    audio: AudioChunk
    phones: tuple[PhoneTiming, ...] | None = ()
    words: tuple[WordTiming, ...] = ()

    @property
    def start(self) -> float:
        """Seconds from the start of the stream to the chunk's first sample."""
        return self.audio.position / self.audio.format.rate

    @property
    def end(self) -> float:
        """Seconds from the start of the stream to the end of the chunk's audio."""
        return self.audio.end / self.audio.format.rate

    def pieces(self, seconds: float) -> Iterator["SpeechChunk"]:
        """The same speech in chunks of at most `seconds`, each with what starts in it."""
        rest = self
        while rest.audio.seconds > seconds:
            piece, rest = rest._split(rest.audio.format.samples(seconds))
            yield piece
        yield rest

    def _split(self, samples: int) -> tuple["SpeechChunk", "SpeechChunk"]:
        before, after = self.audio.split(samples)
        t = before.seconds
        sooner = self.phones and tuple(p for p in self.phones if p.start < t)
        later = self.phones and tuple(p.moved(-t) for p in self.phones if p.start >= t)
        words = tuple(w for w in self.words if w.start < t)
        following = (replace(w, start=w.start - t, end=w.end - t) for w in self.words if w.start >= t)
        return SpeechChunk(before, sooner, words), SpeechChunk(after, later, tuple(following))

    def stream_phones(self) -> tuple[PhoneTiming, ...] | None:
        """The phones with times counted from the start of the stream; None where they are not known."""
        t = self.start
        return self.phones and tuple(p.moved(t) for p in self.phones)


def silence(samples: int, audio: AudioFormat, position: int = 0) -> SpeechChunk:
    """A pause, as one phone without a sound."""
    seconds = samples / audio.rate
    pause = PhoneTiming("", 0.0, seconds, seconds)
    return SpeechChunk(AudioChunk(np.zeros(samples, np.int16), audio, position), (pause,))


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Audio and the face frames that belong to it, on the turn's timeline."""

    seq: int
    audio: AudioChunk
    frames: FaceFrames
