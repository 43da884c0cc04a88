"""How many words of a text were recognised wrongly: the word error rate."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Of a text of `words` words: how many to substitute, insert and delete to get from it to another."""

    words: int
    substituted: int = 0
    inserted: int = 0
    deleted: int = 0

    @property
    def rate(self) -> float:
        """Errors for each word; NaN for no words."""
        errors = self.substituted + self.inserted + self.deleted
        return errors / self.words if self.words else float("nan")

    def __add__(self, other: "WordErrors") -> "WordErrors":
        return WordErrors(
            self.words + other.words,
            self.substituted + other.substituted,
            self.inserted + other.inserted,
            self.deleted + other.deleted,
        )


def words(text: str) -> list[str]:
    """The words of a text in small letters, without punctuation."""
    return _WORD.findall(text.lower().replace("’", "'"))


def word_errors(said: Sequence[str], heard: Sequence[str]) -> WordErrors:
    """The fewest errors (Levenshtein 1966); of equally few the ones with most substitutions."""
    rows = [(n, 0, n, 0) for n in range(len(heard) + 1)]  # errors, substituted, inserted, deleted
    for n, word in enumerate(said, 1):
        row = [(n, 0, 0, n)]
        for k, other in enumerate(heard, 1):
            e, s, i, d = rows[k - 1]
            change = (e, s, i, d) if word == other else (e + 1, s + 1, i, d)
            e, s, i, d = row[k - 1]
            insertion = (e + 1, s, i + 1, d)
            e, s, i, d = rows[k]
            row.append(min(change, insertion, (e + 1, s, i, d + 1), key=lambda errors: errors[0]))
        rows = row
    _, substituted, inserted, deleted = rows[-1]
    return WordErrors(len(said), substituted, inserted, deleted)
