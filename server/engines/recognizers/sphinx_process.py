"""The process in which PocketSphinx decodes. Its Python binding never lets go of the interpreter while it
works, a second for a long utterance, so in the server's own process no thread could be of help.

It reads messages from the standard input: a letter, the payload's length as four little-endian bytes, and
the payload. `E` and `H` are answered, with a JSON map after its length in four bytes.

    P  a JSON list of phrases that are likely from the next B on
    B  an utterance begins
    S  samples, 16-bit little-endian, LISTENING_RATE a second
    H  what it seems to be so far: {"text": ..., "confidence": 0}
    E  the utterance ends: {"text": what was said, "confidence": 0 to 1}
    X  it is given up
"""

import json
import math
import os
import re
import struct
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count, takewhile
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, Final

import pocketsphinx

from server.engines.recognizers.phrases import MOST_PHRASES, Words, arpa, spelled

HEADER: Final = struct.Struct("<cI")
LENGTH: Final = struct.Struct("<I")
FIRST_BYTES: Final = 32_000
"""The cepstral mean of the first second is known before anything is decoded, so that neither loudness nor
microphone matters: of 24 synthetic sentences at a tenth of their loudness 14 % of the words are wrong,
without it 22 %."""
PIECE_BYTES: Final = 8_000
"""Always so much is decoded at once, a quarter of a second. The mean is adapted piece by piece, so what is
understood would depend on how the sound was cut."""

CLEARER: Final = 0.2
"""By so much the confidence in what is made of known words must be greater, where it is no known phrase."""
WORSE: Final = 0.7
"""And by no more may a known phrase fit the sound worse, in natural logarithms for each frame of 10 ms."""

_VARIANT: Final = re.compile(r"\(\d+\)$")
_FILLERS: Final = ("<", "[", "+")


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What was said, as one language model has it."""

    words: Words
    confidence: float
    """Posterior probability of its words, averaged over their time."""
    fit: float
    """Natural logarithm of the acoustic likelihood of a frame, relative to the best senones."""


NOTHING: Final = Hypothesis((), 0.0, -math.inf)


def hypothesis(segments: Sequence[Any]) -> Hypothesis:
    """From the decoder's segments, in order of time."""
    spoken = [s for s in segments if not s.word.startswith(_FILLERS)]
    if not spoken:
        return NOTHING
    lengths = [s.end_frame - s.start_frame + 1 for s in spoken]
    sure = sum(min(1.0, s.prob) * frames for s, frames in zip(spoken, lengths, strict=True))
    fit = sum(math.log(max(s.ascore, sys.float_info.min)) for s in segments)
    words = tuple(_VARIANT.sub("", s.word) for s in spoken)
    return Hypothesis(words, sure / sum(lengths), fit / (segments[-1].end_frame + 1))


def chosen(general: Hypothesis, likely: Hypothesis, phrases: dict[Words, str]) -> tuple[str, float]:
    """Text and confidence: a phrase as it was written, where it fits nearly as well as anything."""
    if likely.words in phrases and likely.fit > general.fit - WORSE:
        return phrases[likely.words], likely.confidence
    best = likely if likely.confidence > general.confidence + CLEARER else general
    return cased(best.words), best.confidence


def cased(words: Iterable[str]) -> str:
    """The words as one writes them."""
    return " ".join("I" + word[1:] if re.fullmatch(r"i('\w+)?", word) else word for word in words)


class Hearer:
    """Decodes one utterance after the other, with the model of English and with that of the phrases."""

    def __init__(self) -> None:
        self._general = pocketsphinx.Decoder(loglevel="FATAL")
        self._likely: Any = None
        self._phrases: dict[Words, str] = {}
        self._mean: str = self._general.get_cmn(False)
        self._waiting = bytearray()
        self._begun = False
        _warm(self._general)

    def expect(self, phrases: Sequence[str]) -> None:
        """These are likely from now on, where the dictionary knows their words."""
        found = ((spelled(phrase, self._knows), phrase) for phrase in phrases[:MOST_PHRASES])
        self._phrases = {words: phrase for words, phrase in found if words is not None}
        self._likely = self._decoder(self._phrases) if self._phrases else None

    def _decoder(self, sentences: Iterable[Words]) -> Any:
        """One that knows no other words. With the whole dictionary a small model takes seconds to load."""
        known = sorted({word for sentence in sentences for word in sentence})
        with tempfile.TemporaryDirectory() as folder:
            model, dictionary = Path(folder, "phrases.lm"), Path(folder, "phrases.dict")
            model.write_text(arpa(sentences), encoding="ascii")
            dictionary.write_text("".join(map(self._pronounced, known)), encoding="ascii")
            decoder = pocketsphinx.Decoder(loglevel="FATAL", lm=str(model), dict=str(dictionary))
        _warm(decoder)
        return decoder

    def _pronounced(self, word: str) -> str:
        """Its lines of the dictionary: it may be pronounced in several ways."""
        names = chain([word], (f"{word}({number})" for number in count(2)))
        found = ((name, self._general.lookup_word(name)) for name in names)
        return "".join(f"{name} {phones}\n" for name, phones in takewhile(itemgetter(1), found))

    def begin(self) -> None:
        self._waiting.clear()
        self._begun = False

    def hear(self, sound: bytes) -> None:
        """16-bit little-endian samples."""
        self._waiting += sound
        if not self._begun and len(self._waiting) >= FIRST_BYTES:
            self._start()
        while self._begun and len(self._waiting) >= PIECE_BYTES:
            self._decode(PIECE_BYTES)

    def so_far(self) -> tuple[str, float]:
        """Text, in which there is no confidence yet; none in the first second."""
        if not self._begun:
            return "", 0.0
        heard = self._general.hyp()
        return ("" if heard is None else cased(heard.hypstr.split())), 0.0

    def end(self) -> tuple[str, float]:
        """Text and confidence."""
        if not self._begun:
            if not self._waiting:
                return "", 0.0
            self._start()
        while self._waiting:
            self._decode(PIECE_BYTES)
        heard = []
        for decoder in self._decoders():
            decoder.end_utt()
            heard.append(hypothesis(list(decoder.seg() or ())) if decoder.hyp() else NOTHING)
        return chosen(heard[0], heard[1] if len(heard) > 1 else NOTHING, self._phrases)

    def give_up(self) -> None:
        if self._begun:
            for decoder in self._decoders():
                decoder.end_utt()
            self.begin()

    def _decoders(self) -> list[Any]:
        return [decoder for decoder in (self._general, self._likely) if decoder is not None]

    def _knows(self, word: str) -> bool:
        return self._general.lookup_word(word) is not None

    def _start(self) -> None:
        """With the mean of what was heard first, and of nobody before."""
        self._begun = True
        self._general.reinit_feat()  # forgets the noise it heard before
        self._general.set_cmn(self._mean)
        self._general.start_utt()
        self._general.process_raw(bytes(self._waiting[:FIRST_BYTES]), True, True)
        self._general.end_utt()
        mean = self._general.get_cmn(False)
        for decoder in self._decoders():
            decoder.reinit_feat()
            decoder.set_cmn(mean)
            decoder.start_utt()

    def _decode(self, count: int) -> None:
        piece = bytes(self._waiting[:count])
        del self._waiting[:count]
        for decoder in self._decoders():
            decoder.process_raw(piece, False, False)


def _warm(decoder: Any) -> None:
    """One utterance of nothing: the first one of a decoder turns out slightly different from all others."""
    decoder.start_utt()
    decoder.process_raw(bytes(FIRST_BYTES), False, False)
    decoder.end_utt()


def serve(hearer: Hearer, messages: BinaryIO, answers: BinaryIO) -> None:
    """Until the input ends."""
    acts: dict[bytes, Callable[[bytes], None]] = {
        b"P": lambda payload: hearer.expect(json.loads(payload)),
        b"B": lambda _: hearer.begin(),
        b"S": hearer.hear,
        b"X": lambda _: hearer.give_up(),
    }
    while len(header := messages.read(HEADER.size)) == HEADER.size:
        kind, length = HEADER.unpack(header)
        payload = messages.read(length)
        if kind in (b"E", b"H"):
            text, confidence = hearer.end() if kind == b"E" else hearer.so_far()
            answer = json.dumps({"text": text, "confidence": confidence}).encode()
            answers.write(LENGTH.pack(len(answer)) + answer)
            answers.flush()
        else:
            acts[kind](payload)


if __name__ == "__main__":
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the library prints must not be taken for an answer
    serve(Hearer(), sys.stdin.buffer, replies)
