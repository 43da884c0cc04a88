"""espeak-ng's samples and events, cut into chunks that carry their own phones and words.

Chunks end where a word begins: there every phone and word before has its true end, and a closure that
must begin before its event (see `blend_shapes.phonemes.normalise`) never reaches into the chunk before.
"""

import numpy as np

from blend_shapes.phonemes.espeak import ipa, is_switch
from blend_shapes.phonemes.ipa import is_voiceless_stop
from blend_shapes.phonemes.normalise import PhoneEvent, from_espeak, silence_before, split_stress
from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import AudioChunk, AudioFormat, Samples
from server.audio.resample import Resampler
from server.engines.voices.espeak_library import WORD, Event
from server.speech.values import SpeechChunk, WordTiming

FIRST_CHUNK_S = 0.35
"""The first chunk is sent as soon as it is this long: enough for a face to be certain of its first frames
(`blend_shapes.articulation.LOOK_AHEAD_S`). The library gives two seconds at once."""
LATER_CHUNK_S = 6.0
"""Few and long: what a face costs is mostly counted by the chunk, not by the frame."""


class ChunkCutter:
    """Takes what the library makes of one sentence, gives chunks at `target` samples a second."""

    def __init__(self, text: str, language: str, source: int, target: int) -> None:
        self._text = text
        self._language = language
        """Of the words now spoken: a sentence may hold words of others."""
        self._source = source
        self._format = AudioFormat(target)
        self._resampler = Resampler(source, target)
        self._ready: list[Samples] = []
        self._available = 0
        """End of the resampled audio in hand, on the sentence's timeline."""
        self._position = 0
        """Start of the next chunk."""
        self._events: list[Event] = []
        """Of the audio from `_position` on."""
        self._ending = 0
        """End of the synthesised audio, in samples of the library."""
        self._word_end = 0
        """End of the last word in the text."""
        self.spoke = False
        """Whether any phone has been heard yet."""

    def feed(self, samples: Samples, events: list[Event]) -> SpeechChunk | None:
        """Take the next audio; a chunk if there is enough for one."""
        self._take(self._resampler.feed(samples))
        self._ending += len(samples)
        self._events += [self._named(event) for event in events if self._keep(event)]
        first = self._position == 0
        wanted = self._format.samples(FIRST_CHUNK_S if first else LATER_CHUNK_S)
        indices = range(1, len(self._events))
        for index in indices if first else reversed(indices):
            event = self._events[index]
            if event.type == WORD and self._position + wanted <= self._place(event) <= self._available:
                return self._cut(index, event.sample)
        return None

    def finish(self) -> SpeechChunk:
        """The rest of the sentence; the audio in all has the length the library made."""
        self._take(self._resampler.finish())
        return self._cut(len(self._events), self._ending)

    def _keep(self, event: Event) -> bool:
        """Whether the event is of use; a word or number said in several parts is one word."""
        if event.type == WORD:
            if event.offset < self._word_end:
                return False
            self._word_end = event.offset + event.length
            return True
        if is_switch(event.name):
            self._language = event.name.strip("()")
            return False
        self.spoke = self.spoke or event.name != ""
        return True

    def _named(self, event: Event) -> Event:
        return event._replace(name=ipa(event.name, self._language)) if event.name else event

    def _take(self, samples: Samples) -> None:
        self._ready.append(samples)
        self._available += len(samples)

    def _place(self, event: Event) -> int:
        return self._resampler.position(event.sample)

    def _cut(self, count: int, end: int) -> SpeechChunk:
        """A chunk of the first `count` events; `end` is where it ends, in samples of the library."""
        events, self._events = self._events[:count], self._events[count:]
        whole = np.concatenate(self._ready)
        samples, rest = np.split(whole, [self._resampler.position(end) - self._position])
        self._ready = [rest]
        audio = AudioChunk(samples, self._format, self._position)
        chunk = SpeechChunk(audio, self._phones(events, end, audio), self._words(events, audio.seconds))
        self._position = audio.end
        return chunk

    def _seconds(self, sample: int) -> float:
        """Time of a library sample from the chunk's first one."""
        return max(0.0, sample / self._source - self._position / self._format.rate)

    def _phones(self, events: list[Event], end: int, audio: AudioChunk) -> tuple[PhoneTiming, ...]:
        phones: list[PhoneEvent] = []
        word_start: float | None = None
        following = iter([*[event.sample for event in events if event.type != WORD][1:], end])
        for event in events:
            start = self._seconds(event.sample)
            if event.type == WORD:
                word_start = start
            elif next(following) > event.sample:  # not of zero length
                silent = None
                if is_voiceless_stop(split_stress(event.name)[0]):
                    silent = silence_before(audio.samples, audio.format.rate, start)
                phones.append(PhoneEvent(event.name, start, word_start if event.name else None, silent))
                word_start = None if event.name else word_start
        return from_espeak(phones, audio.seconds)

    def _words(self, events: list[Event], seconds: float) -> tuple[WordTiming, ...]:
        """A word ends where the next begins, or at the pause before that. Silent ones are left out."""
        words: list[WordTiming] = []
        stop, trailing = seconds, True
        for event in reversed(events):
            start = self._seconds(event.sample)
            if event.type == WORD:
                offset = min(max(0, event.offset), len(self._text))
                text = self._text[offset : offset + event.length]
                if text and start < stop:
                    words.append(WordTiming(text, start, stop, offset))
                stop, trailing = start, True
            elif event.name:
                trailing = False
            elif trailing:
                stop = start
        return tuple(reversed(words))
