"""What was heard but is not to be answered: nothing, half a word, and what recognizers make of no speech.

Whisper writes of silence and music what stood under many films it learned from, or the same again and again
(Koenecke et al. 2024, "Careless Whisper"; Baranski et al. 2025, "Investigation of Whisper ASR
hallucinations induced by non-speech audio", who count the phrases below among the commonest). PocketSphinx
makes words of any noise, and believes in none of them.
"""

import re
from typing import Final

from server.speech.values import Utterance

LEAST_CONFIDENCE: Final = 0.15
LETTERS_PER_S: Final = 30.0
"""Twice the rate of conversation. Nobody says more, however fast, and silence soon has more."""
LETTERS_AT_ONCE: Final = 8
"""So many are believed of the shortest sound."""
REPEATS: Final = 4
"""A phrase said so often in a row, and nothing else, is a loop, unless it is a single syllable."""

_NOISES: Final = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|[♪♫♬]+")
_LOOP: Final = re.compile(rf"(.{{3,}}?)\1{{{REPEATS - 1},}}", re.DOTALL)
_PHANTOMS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(thank you|thanks)( very much| so much)? for (watching|listening|viewing)\b.*",
        r"(please )?(like|subscribe)( and subscribe)?( to (my|the|our) channel)?",
        r"(subtitles|captions|transcription|translation)( made| provided)? by\b.*",
        r"i'?ll see you( guys)? (in the )?next (time|video)\b.*",
        r".*\bamara ?org\b.*",
        r"untertitel(ung)?( der| des| von| im)?\b.*",
        r"sous-?titr(es|age)( par| de| réalisés?)?\b.*",
        r"(请不吝|請不吝)?点赞.*|.*(订阅|訂閱).*(打赏|转发|頻道|频道).*|字幕(由|by|提供|志愿者).*|(谢谢|謝謝)(大家)?(观看|收看|觀看).*",
        r"ご視聴ありがとうございました",
    )
)


def spoken(text: str) -> str:
    """The words of a text, without what describes sounds ("[music]", "♪") and without needless space."""
    return " ".join(_NOISES.sub(" ", text).split())


def phantom(text: str) -> bool:
    """Whether a text is what recognizers are known to make of silence and music."""
    words = re.sub(r"[^\w\s'-]", "", spoken(text)).strip()
    return any(pattern.fullmatch(words) for pattern in _PHANTOMS) or looped(words)


def looped(text: str) -> bool:
    """Whether most of a text is one phrase again and again."""
    words = " ".join(text.lower().split()) + " "
    found = _LOOP.search(words)
    return found is not None and " " in words and len(found.group()) > len(words) / 2


def answerable(heard: Utterance, seconds: float) -> bool:
    """Whether an utterance is worth an answer; `seconds` is how long its sound is."""
    text = spoken(heard.text)
    letters = sum(map(str.isalnum, text))
    cut_off = len(text.split()) == 1 and text.endswith(("-", "–", "—"))
    return (
        letters > 0
        and not cut_off
        and heard.confidence >= LEAST_CONFIDENCE
        and letters <= max(LETTERS_AT_ONCE, LETTERS_PER_S * seconds)
        and not phantom(text)
    )
