"""Things to say: words of a language drawn by how common they are, put together at random.

The words come from `wordfreq` (Speer 2022) while the corpus is made; none are kept. What matters is which
phones meet which, not what it means.
"""

import random
import re
from functools import cache
from typing import Final

_WORDS: Final = 6000
_TAGS: Final = {
    "cmn": "zh",
    "en-us": "en",
    "en-gb": "en",
    "en-gb-scotland": "en",
    "es-419": "es",
    "pt-br": "pt",
    "fr-fr": "fr",
}
"""Tags of `wordfreq` for those that espeak-ng writes otherwise."""
_UNSPACED: Final = frozenset(("zh", "ja"))
_KANA: Final = re.compile(r"[\u3040-\u30ff]+")
_TELUGU: Final = ([chr(c) for c in range(0x0C15, 0x0C3A) if c != 0x0C29], ["", *"ాిీుూెేొో"])


def sentence(language: str, seed: int) -> str:
    """Four to fourteen words of a language tag as espeak-ng has it, the same for the same seed.

    Telugu, whose words are not at hand, is made of its letters.
    """
    rng = random.Random(f"{language} {seed}")
    tag = _TAGS.get(language, language)
    words = [_word(tag, rng) for _ in range(rng.randint(4, 14))]
    if len(words) > 6 and rng.random() < 0.5:
        at = rng.randint(2, len(words) - 3)
        words[at] += "，" if tag == "zh" else ","
    joint = "" if tag in _UNSPACED else " "
    return joint.join(words) + rng.choices("..?!", k=1)[0]


def _word(tag: str, rng: random.Random) -> str:
    if tag == "te":
        letters, signs = _TELUGU
        return "".join(rng.choice(letters) + rng.choice(signs) for _ in range(rng.randint(1, 4)))
    words = _common(tag)
    return words[int(len(words) * rng.random() ** 2.5)]


@cache
def _common(tag: str) -> tuple[str, ...]:
    """Words by how common they are, those that a synthesiser reads as they are written."""
    from wordfreq import top_n_list

    found = [w for w in top_n_list(tag, _WORDS) if w.isalpha() or not w.isascii()]
    if tag == "ja":
        found = [w for w in found if _KANA.fullmatch(w)]
    return tuple(found)
