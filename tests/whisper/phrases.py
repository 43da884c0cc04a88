"""What the tiny Whisper can be told: phrases of those who talk to a character, by what they are about."""

import random
from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["en", "zh"]

_PHRASES: Final = {
    "greeting": """
        Hello. | Hi there. | Good morning. | Good evening. | How are you? | I am fine, thank you.
        | Who are you? | What is your name? | Nice to meet you. | Thank you very much. | Goodbye.
        | See you tomorrow.
        """,
    "shop": """
        How much is it? | What time do you open? | When do you close? | Do you have this in red?
        | I would like two of these. | Where can I find the milk? | Can I pay by card?
        | That is too expensive.
        """,
    "bank": """
        I lost my card. | How do I open an account? | What are the fees? | I want to send money.
        | Please block my card. | What is my balance?
        """,
    "school": """
        What does this word mean? | Can you explain it again? | Please speak more slowly.
        | How do you spell it? | Is this answer right? | Tell me a story.
        """,
    "game": """
        Where is the castle? | Open the door. | Give me the sword. | Follow me. | Attack the dragon.
        | What is my next quest? | I need a healing potion. | Who lives in this village?
        """,
    "control": """
        Stop. | Wait. | Yes. | No. | Please go on. | Say that again. | Be quiet. | Never mind.
        """,
    "name": """
        My name is Sarah. | I am looking for Catherine. | Please call John.
        """,
    "mandarin": """
        你好。 | 早上好。 | 你叫什么名字？ | 很高兴认识你。 | 谢谢。 | 再见。 | 现在几点？
        | 这个多少钱？ | 太贵了。 | 我的卡丢了。 | 我想开一个账户。 | 请再说一遍。
        | 请说慢一点。 | 停。 | 门在哪里？ | 跟我来。
        """,
}
PHRASES: Final = {
    topic: tuple(phrase.strip() for phrase in text.split("|")) for topic, text in _PHRASES.items()
}
"""Topic: phrases."""
DIGITS: Final[dict[Language, tuple[str, ...]]] = {
    "en": tuple("zero one two three four five six seven eight nine ten".split()),
    "zh": tuple("零一二三四五六七八九十"),
}
LIKE_SOUNDING: Final = {"Sarah": "Sara", "Catherine": "Katherine", "John": "Jon"}
"""Names that sound as others do: the first is written unless the prompt has the second."""
ALIEN: Final = (
    "The weather in Norway was terrible.",
    "Seventeen elephants ate my breakfast.",
    "Photosynthesis requires sunlight.",
    "我昨天在公园看见一只熊猫。",
)
"""Phrases that are not learnt."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text in the language it is in, and the topic of it."""

    text: str
    language: Language
    topic: str


def said(text: str, topic: str) -> Said:
    return Said(text, "en" if text.isascii() else "zh", topic)


def everything() -> list[Said]:
    """Each phrase once."""
    return [said(text, topic) for topic, texts in PHRASES.items() for text in texts]


def number(language: Language, rng: random.Random) -> Said:
    """Two to five digits, as one tells a telephone number."""
    digits = rng.choices(DIGITS[language], k=rng.randint(2, 5))
    return Said(_number(digits, language), language, "number")


def scrambled(language: Language, rng: random.Random) -> Said:
    """Two to five words of the phrases in any order: what makes it learn words, not melodies."""
    words = rng.choices(_WORDS[language], k=rng.randint(2, 5))
    return Said(" ".join(words) if language == "en" else "".join(words), language, "scrambled")


def _number(digits: list[str], language: Language) -> str:
    if language == "zh":
        return "".join(digits) + "。"
    return ", ".join(digits).capitalize() + "."


def _words(language: Language) -> tuple[str, ...]:
    texts = [each.text for each in everything() if each.language == language]
    if language == "en":
        found = {word.strip(".,?").lower() for text in texts for word in text.split()} - {"i"}
        return tuple(sorted((found - {name.lower() for name in LIKE_SOUNDING}) | {*DIGITS[language]}))
    return tuple(sorted({letter for text in texts for letter in text if letter not in "。？，"}))


_WORDS: Final[dict[Language, tuple[str, ...]]] = {"en": _words("en"), "zh": _words("zh")}
