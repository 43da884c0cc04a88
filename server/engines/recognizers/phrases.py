"""A language model of what is likely to be said: the questions that a character knows, as n-grams in ARPA.

The n-grams of up to three words get absolute probabilities by a fixed discount, and the mass taken off goes
to shorter ones (Katz 1987, with the discount of the CMU-Cambridge toolkit's "simple" models).
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

Words = tuple[str, ...]
"""As a pronouncing dictionary writes them."""

MOST_PHRASES: Final = 2000
MOST_WORDS: Final = 30
DISCOUNT: Final = 0.5
ORDER: Final = 3

_NEVER: Final = -99.0
_WORD: Final = re.compile(r"[A-Za-z']+")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def spelled(phrase: str, knows: Callable[[str], bool]) -> Words | None:
    """The words of a phrase, names in CamelCase taken apart and abbreviations letter by letter.

    None where it holds a word or a script that the dictionary does not have, and for no words or too many.
    """
    if not phrase.isascii() or any(map(str.isdigit, phrase)):
        return None
    found: list[str] = []
    for word in _WORD.findall(_HUMP.sub(" ", phrase)):
        small = word.lower()
        letters = [f"{letter}." for letter in small]
        if knows(small):
            found.append(small)
        elif word.isupper() and all(map(knows, letters)):
            found += letters
        else:
            return None
    return tuple(found) if 1 <= len(found) <= MOST_WORDS else None


def arpa(sentences: Iterable[Words]) -> str:
    """The model of these sentences, each as likely as often it comes; at least one."""
    counts: list[Counter[Words]] = [Counter() for _ in range(ORDER)]
    for sentence in sentences:
        words = ("<s>", *sentence, "</s>")
        for n in range(ORDER):
            counts[n].update(words[at : at + n + 1] for at in range(len(words) - n))
    likely = _likely(counts)
    following: defaultdict[Words, list[Words]] = defaultdict(list)
    for longer in counts[1:]:
        for gram in longer:
            following[gram[:-1]].append(gram)
    lines = ["\\data\\", *(f"ngram {n + 1}={len(grams)}" for n, grams in enumerate(counts))]
    for n, grams in enumerate(counts):
        lines += ["", f"\\{n + 1}-grams:"]
        for gram in sorted(grams):
            back = f" {_backoff(following[gram], likely):.4f}" if following.get(gram) else ""
            lines.append(f"{likely[gram]:.4f} {' '.join(gram)}{back}")
    return "\n".join([*lines, "", "\\end\\", ""])


def _likely(counts: Sequence[Counter[Words]]) -> dict[Words, float]:
    """Decimal logarithm of each n-gram's probability after its first words."""
    single = counts[0]
    total = sum(count for gram, count in single.items() if gram != ("<s>",))
    likely = {
        gram: math.log10((1 - DISCOUNT) * count / total + DISCOUNT / (len(single) - 1))
        for gram, count in single.items()
    }
    likely["<s>",] = _NEVER
    for longer in counts[1:]:
        after: Counter[Words] = Counter()
        for gram, count in longer.items():
            after[gram[:-1]] += count
        likely |= {gram: math.log10((1 - DISCOUNT) * c / after[gram[:-1]]) for gram, c in longer.items()}
    return likely


def _backoff(following: Sequence[Words], likely: dict[Words, float]) -> float:
    """What the shorter n-grams are weighted with after a context, so that all adds up to one."""
    seen = sum(10 ** likely[gram[1:]] for gram in following)
    return math.log10(DISCOUNT / max(1 - seen, 1e-6))
