"""What the bench has spoken: texts of a wanted length, each session its own."""

import random

SHORT = (
    "Yes, of course.",
    "It starts at noon.",
    "Let me think about that.",
    "That is a good question.",
    "I am glad you asked.",
    "We can try it now.",
    "No, not that I know of.",
    "There are three of them.",
)

_PARTS = (
    ("the river", "a small lantern", "my oldest friend", "the evening train", "the baker", "a quiet voice"),
    ("follows", "remembers", "carries", "paints", "finds", "crosses", "brings back", "watches over"),
    ("the northern bridge", "a pale blue morning", "two baskets of plums", "most of the harbour"),
    ("before the bells", "beyond the market", "in perfect weather", "with both hands", "by Monday"),
)


def speech(words: int, seed: int) -> str:
    """At least `words` words of plain sentences of 8 to 14 words; the same seed gives the same text."""
    rng = random.Random(seed)
    sentences: list[str] = []
    count = 0
    while count < words:
        sentence = " ".join(rng.choice(pool) for pool in _PARTS)
        count += len(sentence.split())
        sentences.append(sentence.capitalize() + ".")
    return " ".join(sentences)


def short(seed: int) -> str:
    """A reply of a few words."""
    return SHORT[seed % len(SHORT)]
