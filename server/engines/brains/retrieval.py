"""Finds the known question that is nearest to an asked one, in English, Chinese and the like.

Cosine of weighted features: words, pairs of neighbouring words and letter triples (which forgive typing
mistakes) where words are separated, single characters and pairs of them in Chinese and Japanese. A feature
weighs more the fewer answers it occurs in (inverse document frequency, Spärck Jones 1972).
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_CONTRACTIONS = (
    ("n't", " not"),
    ("'re", " are"),
    ("'m", " am"),
    ("'ll", " will"),
    ("'ve", " have"),
    ("'s", " is"),
)
_CONTRACTED = (
    "what's how's who's where's you're i'm don't doesn't isn't aren't can't won't it's that's i've"
)
_SLANG = {
    "u": "you",
    "ur": "your",
    "r": "are",
    "pls": "please",
    "thx": "thanks",
    "ty": "thanks",
    "cannot": "can not",
}
_WORD, _WORD_PAIR, _TRIPLE, _CHARACTER, _CHARACTER_PAIR = 1.0, 0.6, 0.35, 0.5, 1.0
_LONGEST_WORD = 24
_LONGEST_QUESTION = 400
"""Characters of a question that are looked at."""


def is_wide(text: str) -> bool:
    """Whether the text is written in Chinese characters or kana, in part at least."""
    return _WIDE.search(text) is not None


def normalised(text: str) -> str:
    """Lower case, full-width forms folded, accents and contractions undone."""
    folded = unicodedata.normalize("NFKC", text[:_LONGEST_QUESTION]).casefold().replace("’", "'")
    plain = "".join(c for c in unicodedata.normalize("NFD", folded) if not "\u0300" <= c <= "\u036f")
    plain = unicodedata.normalize("NFC", plain).replace("can't", "can not")
    for short, full in _CONTRACTIONS:
        plain = re.sub(rf"{short}\b", full, plain)
    return plain


def words(text: str) -> list[str]:
    """The words of a normalised text that has words; usual short forms written out."""
    return [
        part for word in _WORDS.findall(_WIDE.sub(" ", text)) for part in _SLANG.get(word, word).split()
    ]


def features(text: str, spelling: Callable[[str], str] = str) -> dict[str, float]:
    """Features of a text with how often each occurs, times the weight of its kind.

    `spelling` corrects a word.
    """
    plain = normalised(text)
    found: defaultdict[str, float] = defaultdict(float)
    for run in _WIDE.findall(plain):
        for character in run:
            found[character] += _CHARACTER
        for pair in pairwise(run):
            found["".join(pair)] += _CHARACTER_PAIR
    spoken = [spelling(word) for word in words(plain)]
    for word in spoken:
        found[f"={word}"] += _WORD
        if len(word) > 3:
            for at in range(len(word)):
                found[f"~{f' {word} '[at : at + 3]}"] += _TRIPLE
    for one, other in pairwise(spoken):
        found[f"={one} {other}"] += _WORD_PAIR
    return dict(found)


class Vocabulary:
    """Words that are known, to correct the spelling of those that are not."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._by_length: defaultdict[int, list[str]] = defaultdict(list)
        for word in sorted(self._known):
            self._by_length[len(word)].append(word)

    def nearest(self, word: str) -> str:
        """A known word one slip away: a letter missing, exchanged with its neighbour, or (in words of
        four letters and more) too many or wrong. The word itself if there is none."""
        if word in self._known or not 3 <= len(word) <= _LONGEST_WORD:
            return word
        lengths = (len(word), len(word) + 1, len(word) - 1)
        for other in (other for length in lengths for other in self._by_length[length]):
            if _one_slip(word, other) and (
                len(word) > 3 or sorted(word) == sorted(other) or len(other) > 3
            ):
                return other
        return word


def _one_slip(one: str, other: str) -> bool:
    """Whether a single letter added, left out, replaced or swapped with the next makes one the other."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
    return a[1:] == b if len(a) > len(b) else a == b[1:]


class Index:
    """Questions that are known, each of the answer with that number; immutable."""

    def __init__(self, questions: Sequence[tuple[int, str]]) -> None:
        self._vocabulary = Vocabulary(word for _, text in questions for word in words(normalised(text)))
        counted = [(answer, features(text)) for answer, text in questions]
        holders: defaultdict[str, set[int]] = defaultdict(set)
        for answer, found in counted:
            for feature in found:
                holders[feature].add(answer)
        total = 1 + len({answer for answer, _ in counted})
        self._rarity = {feature: math.log(1 + total / len(held)) for feature, held in holders.items()}
        self._unseen = math.log(1 + total)
        self._answers = [answer for answer, _ in counted]
        self._postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for question, (_, found) in enumerate(counted):
            for feature, weight in self._weighted(found).items():
                self._postings[feature].append((question, weight))

    def best(self, text: str) -> tuple[int, float] | None:
        """The answer whose question is nearest, and how near (0 to 1); None if nothing is shared."""
        return next(iter(self.nearest(text, 1)), None)

    def nearest(self, text: str, most: int) -> list[tuple[int, float]]:
        """The answers that share something with the text, the nearest first, each with how near it is."""
        scores: defaultdict[int, float] = defaultdict(float)
        for feature, weight in self._weighted(features(text, self._vocabulary.nearest)).items():
            for question, other in self._postings.get(feature, ()):
                scores[question] += weight * other
        found: dict[int, float] = {}
        for question in sorted(scores, key=lambda number: (-scores[number], number)):
            if len(found) == most:
                break
            found.setdefault(self._answers[question], scores[question])
        return list(found.items())

    def _weighted(self, found: dict[str, float]) -> dict[str, float]:
        """Of length 1."""
        weights = {
            feature: count * self._rarity.get(feature, self._unseen) for feature, count in found.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {feature: weight / length for feature, weight in weights.items()}
