"""How long a pause ends what somebody says: not long after a finished phrase, longer in the middle of one.

Judged from the words understood so far. English and Chinese are known; of other languages only the
punctuation is. Pure.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Phrase(Enum):
    """How a text ends."""

    FINISHED = "finished"
    UNCLEAR = "unclear"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True)
class EndOfSpeech:
    """The pause that ends an utterance, by how its text ends, and the length at which it ends anyhow."""

    finished_s: float = 0.28
    unclear_s: float = 0.45
    """Also where nothing has been understood yet."""
    unfinished_s: float = 1.1
    longest_s: float = 30.0

    def pause_s(self, phrase: Phrase) -> float:
        match phrase:
            case Phrase.FINISHED:
                return self.finished_s
            case Phrase.UNFINISHED:
                return self.unfinished_s
            case Phrase.UNCLEAR:
                return self.unclear_s


_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_TRAILS: Final = ("...", "…", "—", "-", ",", "，", "、", ":", "：", ";", "；")
_ASKS: Final = ("?", "？", "!", "！")
_STOPS: Final = (*_ASKS, ".", "。", "．", "｡", "؟", "।")
_QUOTES: Final = "\"'”’)]»」』）》】 "

_OPEN: Final = frozenset(
    # conjunctions, articles, possessives and quantifiers
    "and or but nor because cause since unless until although though while whereas if whether than so "
    "a an the my your his her its our their this these those every each some any no such another "
    # auxiliaries and their contractions: a verb is to come, or what somebody is
    "am is are was were be being can could will would shall should may might must does do did has have had "
    "i'm you're we're they're it's that's he's she's what's who's where's how's there's i'd you'd i'll "
    "i've gonna wanna "
    # pronouns as a subject, and words that ask for more
    "i we they he she very really quite rather too more most like just also even only "
    # fillers
    "um uh er erm hmm ah eh well".split()
)
"""After these an English phrase goes on."""
_ANSWERS: Final = re.compile(r"((yes|yeah|no|me|so|neither) .*|i (think|hope) so|i (do|did|am|have|will))")
"""Short answers may end in such a word: "me too", "I think so", "yes I do"."""
_BEGUN: Final = re.compile(
    r"(can|could|will|would|do|did|does|have|are|is|was|were|should|may) (you|i|we|it|they)"
)
"""A question of which only the beginning was said."""
_PREPOSITIONS: Final = frozenset(
    "of to in on at by for from with without about into onto over under between through during against "
    "after before around behind near off per via towards toward upon within".split()
)
_QUESTIONS: Final = frozenset("what who whom which where when why how whose".split())
_ALONE: Final = frozenset(
    "yes yeah yep no nope okay ok hello hi hey bye goodbye thanks sure right exactly stop continue please "
    "what why how who when where really nothing never always maybe help repeat".split()
)
"""Words that are a whole utterance."""
_NUMBERS: Final = frozenset(
    "zero oh one two three four five six seven eight nine ten eleven twelve double triple hundred "
    "thousand".split()
)
_DICTATED: Final = 2
"""So many numbers in a row are dictated, and more may follow."""

_OPEN_HAN: Final = (
    "和 跟 与 及 或 或者 还有 以及 但是 可是 不过 因为 所以 如果 要是 虽然 然后 而且 并且 比如 例如 就是 "
    "这个 那个 一个 把 被 从 向 往 给 对于 关于 由于 我的 你的 他的 她的 我们的 很 非常 特别 比较 更 "
    "嗯 呃 额 我想 我要 我觉得 请问 请 的时候".split()
)
"""After these a Chinese phrase goes on: conjunctions, prepositions, adverbs of degree, fillers."""
_DIGITS_HAN: Final = frozenset("零〇一二三四五六七八九幺")


def phrase(text: str, language: str | None, known: Collection[str] = ()) -> Phrase:
    """How `text` ends; `language` is a BCP 47 tag, None where it is not known.

    `known` holds questions as `plain` gives them: one of these is finished, whatever it ends in.
    """
    spoken = text.rstrip(_QUOTES)
    if not (bare := plain(spoken)):
        return Phrase.UNCLEAR
    if spoken.endswith(_TRAILS):
        return Phrase.UNFINISHED
    if bare in known or spoken.endswith(_ASKS):
        return Phrase.FINISHED
    tongue = _tongue(bare, language)
    ends = None
    if tongue == "en":
        ends = _english(bare.split())
    elif tongue == "zh":
        ends = _chinese(bare.replace(" ", ""))
    if ends is Phrase.UNFINISHED:
        return ends
    return Phrase.FINISHED if spoken.endswith(_STOPS) else ends or Phrase.UNCLEAR


def plain(text: str) -> str:
    """The words of a text in lower case, one space between them."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("’", "'")))


def is_han(text: str) -> bool:
    """Whether Chinese characters are in it, between which nobody writes a space."""
    return _HAN.search(text) is not None


def _tongue(bare: str, language: str | None) -> str | None:
    """The language whose rules hold. The letters decide where they contradict the tag."""
    if is_han(bare):
        tag = (language or "zh").lower().replace("_", "-").partition("-")[0]
        return "zh" if tag != "ja" else None
    tag = (language or "").lower().replace("_", "-").partition("-")[0]
    return "en" if tag == "en" else None


def _english(words: list[str]) -> Phrase:
    last = words[-1]
    if len(words) == 1:
        return Phrase.FINISHED if last in _ALONE else _if_open(last, Phrase.UNCLEAR)
    if all(word in _NUMBERS or word.isdigit() for word in words[-_DICTATED:]):
        return Phrase.UNFINISHED
    if last in _PREPOSITIONS:
        # "Where are you from" is finished, "where is the station to" is not.
        return Phrase.UNCLEAR if words[0] in _QUESTIONS else Phrase.UNFINISHED
    text = " ".join(words)
    if _BEGUN.fullmatch(text):
        return Phrase.UNFINISHED
    if last in _OPEN and len(words) <= 3 and _ANSWERS.fullmatch(text):
        return Phrase.UNCLEAR
    return _if_open(last, Phrase.FINISHED)


def _if_open(word: str, otherwise: Phrase) -> Phrase:
    return Phrase.UNFINISHED if word in _OPEN else otherwise


def _chinese(text: str) -> Phrase:
    if all(c in _DIGITS_HAN or c.isdigit() for c in text[-_DICTATED:]) and len(text) >= _DICTATED:
        return Phrase.UNFINISHED
    if text.endswith(tuple(_OPEN_HAN)):
        return Phrase.UNFINISHED
    return Phrase.FINISHED if len(text) > 1 else Phrase.UNCLEAR
