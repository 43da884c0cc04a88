"""Words that say "I am listening" and ask for nothing.

Who says them while the avatar talks wants it to go on. Pure.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

_WORDS: Final[Mapping[str, str]] = {
    "en": """
        uhuh huh ooh yeah yea yep yup yes right sure really wow cool great nice good exactly absolutely
        totally indeed true interesting alright fine
        """,
    "zh": "嗯 嗯嗯 哦 噢 喔 啊 哈 呃 诶 欸 对 对对 是 是的 是啊 好 好的 好吧 明白 知道了 真的 原来如此",
    "ja": "うん ええ はい へえ ほう ああ あっ そう そうか そうですね そうですか なるほど ですよね 本当",
    "de": "ach so ja jaja jep genau gut klar stimmt richtig verstehe echt wow natürlich",
    "fr": "ouais oui d'accord bien bon voilà exactement vraiment",
    "es": "ajá sí si vale bien claro ya exacto entiendo verdad",
    "it": "eh sì si certo capisco esatto giusto davvero ecco",
    "pt": "sim tá certo claro entendo exato isso",
    "ru": "хм мм угу ага а о да ок окей хорошо понятно ясно точно конечно правда верно так",
    "ko": "음 응 네 예 아 어 오 그래 그래요 그렇군요 맞아 맞아요 알겠어요 정말",
}
"""By language, from descriptions of response tokens: Yngve (1970), Gardner (2001) When Listeners Talk, and
Clancy, Thompson, Suzuki and Tao (1996) for Chinese and Japanese."""
_PHRASES: Final = frozenset(
    (
        "i see",
        "oh i see",
        "i know",
        "got it",
        "of course",
        "all right",
        "je vois",
        "c'est ça",
        "de acuerdo",
        "por supuesto",
        "va bene",
        "é verdade",
        "pois é",
    )
)
_LONGEST: Final = 4
"""Words; whoever says more has something to say."""
_BETWEEN: Final = re.compile(r"[^\w'-]+")
_STRETCHED: Final = re.compile(r"(\w)\1{2,}")


def is_backchannel(text: str, language: str | None = None) -> bool:
    """Whether a transcript holds nothing but such words, or nothing at all.

    `language` is a BCP 47 tag; where it is not known, or not listed, the words of all languages count.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    words = [_STRETCHED.sub(r"\1\1", word).strip("-'") for word in _BETWEEN.split(folded)]
    words = [word for word in words if word]
    if len(words) > _LONGEST:
        return False
    tag = (language or "").casefold().replace("_", "-").partition("-")[0]
    known = _KNOWN.get(tag, _ALL) | _HUMMED
    plain = " ".join(words)
    return plain in _PHRASES or all(word in known for word in words)


_KNOWN: Final = {tag: frozenset(words.split()) for tag, words in _WORDS.items()}
_ALL: Final = frozenset().union(*_KNOWN.values())
_HUMMED: Final = frozenset(
    "hm hmm mm mhm mhmm mm-hm mm-hmm mmhm mmhmm uh-huh uh um ah aha oh ok okay".split()
)
"""The same in every language."""
