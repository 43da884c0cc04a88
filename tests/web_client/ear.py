"""What a scripted server hears: not words, but how long somebody spoke.

Half a second of sound counts as a word. So a sentence is understood word by word, and is over after a
pause, or at once where the microphone is closed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from protocol import messages as m

WORD_S = 0.5
PAUSE_S = 0.6
SUSTAINED_S = 0.2
"""Sound for so long interrupts a reply."""
LOUD = 0.02
WORDS = "please tell me how the lips of a face stay with the voice".split()


@dataclass
class Ear:
    """The microphone of a conversation."""

    rate: int
    spoken_s: float = 0.0
    silent_s: float = 0.0
    messages: list[int] = field(default_factory=list)
    """The seq of each microphone message."""

    def hear(self, message: m.Microphone) -> Iterator[m.Heard]:
        """What is understood with this piece of sound."""
        self.messages.append(message.seq)
        samples = np.frombuffer(message.audio, "<i2") / 32768
        seconds = len(samples) / self.rate
        if len(samples) and np.sqrt(np.mean(samples**2)) > LOUD:
            before = self.text
            self.spoken_s += seconds
            self.silent_s = 0.0
            if self.text != before:
                yield m.Heard(text=self.text, final=False)
        elif self.spoken_s:
            self.silent_s += seconds
            if self.silent_s > PAUSE_S:
                yield from self.close()

    def close(self) -> Iterator[m.Heard]:
        """The utterance is over."""
        text, spoken = self.text, self.spoken_s
        self.spoken_s = self.silent_s = 0.0
        if spoken > SUSTAINED_S:
            yield m.Heard(text=text, final=True)

    @property
    def text(self) -> str:
        """What was understood so far."""
        return " ".join(WORDS[: 1 + int(self.spoken_s / WORD_S)])

    @property
    def interrupts(self) -> bool:
        """Whether somebody speaks, and goes on to."""
        return self.spoken_s > SUSTAINED_S
