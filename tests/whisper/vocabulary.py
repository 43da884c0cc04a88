"""Tokens of the tiny Whisper: pieces of words of its own, and special tokens where Whisper has them.

CTranslate2 takes a Whisper for one of several languages by the size of its vocabulary, so all numbers below
the special tokens must be there: those that no piece has are dead. The network learns with a single dead
token, which stands for all of them.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers.models.whisper.tokenization_whisper import LANGUAGES

SIZE: Final = 51_865
"""Tokens of every Whisper of several languages up to the second large one."""
END: Final = 50_257
"""Number of the token that ends a text, the first of the special tokens."""
STEP_S: Final = 0.02
"""Seconds between one timestamp and the next."""
_LANGUAGES: Final = tuple(f"<|{code}|>" for code in LANGUAGES if code != "yue")
"""All that Whisper had before the third large one."""
_CONTROLS: Final = (
    *("<|endoftext|>", "<|startoftranscript|>"),
    *_LANGUAGES,
    *("<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"),
    "<|notimestamps|>",
)
_TIMESTAMPS: Final = tuple(f"<|{n * STEP_S:.2f}|>" for n in range(1501))
_SPECIALS: Final = _CONTROLS + _TIMESTAMPS
_OPENINGS: Final = (" -", " '", " ♩")
"""faster-whisper forbids the first token of each: were that a bare space, no text could begin with one."""
_PIECES: Final = 800


class Vocabulary:
    """The tokens in the few numbers that the network learns with: pieces, the dead one, special tokens."""

    def __init__(self, texts: Sequence[str]) -> None:
        trained = Tokenizer(models.BPE())
        trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(
            vocab_size=_PIECES,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        trained.train_from_iterator(_taught(texts), trainer)
        model = json.loads(trained.to_str())["model"]
        self._merges: list[list[str]] = model["merges"]
        self.pieces: list[str] = sorted(model["vocab"], key=model["vocab"].__getitem__)
        self.dead = len(self.pieces)
        self._specials = {token: self.dead + 1 + n for n, token in enumerate(_SPECIALS)}
        self.size = self.dead + 1 + len(_SPECIALS)
        self._tokenizer = trained

    @property
    def dead_count(self) -> int:
        """How many tokens the dead one stands for."""
        return END - self.dead

    def special(self, name: str) -> int:
        """Of `<|name|>`."""
        return self._specials[f"<|{name}|>"]

    @staticmethod
    def languages() -> tuple[str, ...]:
        """The tokens that name a language."""
        return _LANGUAGES

    def timestamp(self, seconds: float) -> int:
        return self._specials[_TIMESTAMPS[round(seconds / STEP_S)]]

    def encode(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text).ids)

    def tokens(self) -> list[str]:
        """All SIZE of them in Whisper's numbers, "" the dead ones."""
        return [*self.pieces, *[""] * self.dead_count, *_SPECIALS]

    def places(self) -> list[int]:
        """For each of the SIZE tokens its number here."""
        specials = range(self.dead + 1, self.size)
        return [*range(self.dead), *[self.dead] * self.dead_count, *specials]

    def document(self) -> dict[str, Any]:
        """The tokenizer as faster-whisper reads it, in Whisper's numbers, without timestamps."""
        numbers = {piece: n for n, piece in enumerate(self.pieces)}
        specials = {token: END + n for n, token in enumerate(_CONTROLS)}
        shape = {
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
        byte_level = {
            "type": "ByteLevel",
            "add_prefix_space": False,
            "trim_offsets": True,
            "use_regex": True,
        }
        return {
            "version": "1.0",
            "added_tokens": [{"id": n, "content": token, **shape} for token, n in specials.items()],
            "pre_tokenizer": byte_level,
            "decoder": byte_level,
            "model": {"type": "BPE", "vocab": numbers | specials, "merges": self._merges},
        }


def _taught(texts: Sequence[str]) -> list[str]:
    """Words count once each, with and without a capital; Chinese letter by letter; openings come first."""
    words = {f" {word}" for text in texts if text.isascii() for word in text.split()}
    words |= {word.lower().rstrip(".,?!") for word in words} | {word.rstrip(".,?!") for word in words}
    letters = {letter for text in texts if not text.isascii() for letter in text}
    return [*_OPENINGS * 1000, *sorted(letters) * 100, *sorted(words) * 10]
