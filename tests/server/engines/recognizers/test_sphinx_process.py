"""What the decoding process chooses and says, with hypotheses of the test's making."""

import io
import json
import struct
from types import SimpleNamespace

import pytest

from server.engines.recognizers import sphinx_process
from server.engines.recognizers.sphinx_process import (
    CLEARER,
    HEADER,
    LENGTH,
    NOTHING,
    WORSE,
    Hypothesis,
    chosen,
    hypothesis,
    serve,
)
from tests.fakes.spoken import spoken

KNOWN = "Can I interrupt you at any time?"
PHRASES: dict[tuple[str, ...], str] = {("can", "you", "sing"): "Can you sing?"}


def segment(word: str, frames: tuple[int, int], prob: float = 1.0, score: float = 1.0) -> SimpleNamespace:
    return SimpleNamespace(word=word, start_frame=frames[0], end_frame=frames[1], prob=prob, ascore=score)


def test_a_hypothesis_is_words_with_the_confidence_of_their_time() -> None:
    found = hypothesis(
        [
            segment("<s>", (0, 9), 0.1),
            segment("can(2)", (10, 19), 0.5),
            segment("<sil>", (20, 29), 0.1),
            segment("you", (30, 59), 1.5, score=2.718281828**-30),
            segment("[NOISE]", (60, 69), 0.1),
            segment("</s>", (70, 74), 0.1),
        ]
    )
    assert found.words == ("can", "you")
    assert found.confidence == pytest.approx((0.5 * 10 + 1.0 * 30) / 40)
    assert found.fit == pytest.approx(-30 / 75)


def test_noise_alone_is_nothing() -> None:
    assert (
        hypothesis([segment("<s>", (0, 5)), segment("[NOISE]", (6, 20)), segment("</s>", (21, 22))])
        == NOTHING
    )
    assert chosen(NOTHING, NOTHING, {}) == ("", 0.0)


@pytest.mark.parametrize(
    ("worse", "text"),
    [(WORSE - 0.01, "Can you sing?"), (WORSE, "can you saying"), (WORSE + 1, "can you saying")],
)
def test_a_known_phrase_may_fit_a_little_worse(worse: float, text: str) -> None:
    general = Hypothesis(("can", "you", "saying"), 0.9, -4.0)
    likely = Hypothesis(("can", "you", "sing"), 0.4, -4.0 - worse)
    assert chosen(general, likely, PHRASES)[0] == text


@pytest.mark.parametrize(("more", "text"), [(CLEARER - 0.01, "hi and"), (CLEARER + 0.01, "sing can you")])
def test_known_words_in_another_order_must_be_clearer(more: float, text: str) -> None:
    general = Hypothesis(("hi", "and"), 0.3, -4.0)
    likely = Hypothesis(("sing", "can", "you"), 0.3 + more, -5.0)
    assert chosen(general, likely, PHRASES)[0] == text


def test_english_writes_one_word_large() -> None:
    said = Hypothesis(("i", "think", "i'm", "ill", "in"), 0.5, -4.0)
    assert chosen(said, NOTHING, {}) == ("I think I'm ill in", 0.5)


class Hearer:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.log: list[object] = []

    def expect(self, phrases: list[str]) -> None:
        self.log.append(phrases)

    def begin(self) -> None:
        self.log.append("begin")

    def hear(self, sound: bytes) -> None:
        self.log.append(sound)

    def end(self) -> tuple[str, float]:
        return "héllo", 0.25

    def give_up(self) -> None:
        self.log.append("give up")


def message(kind: bytes, payload: bytes = b"") -> bytes:
    return HEADER.pack(kind, len(payload)) + payload


def test_messages_are_obeyed_in_order_until_the_input_ends() -> None:
    hearer, answers = Hearer(), io.BytesIO()
    sound = struct.pack("<3h", 1, -2, 3)
    told = [message(b"P", b'["a b"]'), message(b"B"), message(b"S", sound), message(b"E"), message(b"X")]
    serve(hearer, io.BytesIO(b"".join(told) + b"S"), answers)  # type: ignore[arg-type]
    assert hearer.log == [["a b"], "begin", sound, "give up"]
    answer = answers.getvalue()
    assert LENGTH.unpack(answer[: LENGTH.size]) == (len(answer) - LENGTH.size,)
    assert json.loads(answer[LENGTH.size :]) == {"text": "héllo", "confidence": 0.25}


def test_nothing_is_kept_of_who_spoke_before_and_the_cutting_does_not_matter() -> None:
    """With the real decoder."""
    breath = bytes(8000)
    sound, other = (
        breath + spoken(text, rate=0.9).tobytes() + breath for text in (KNOWN, "Where is the station?")
    )
    real = sphinx_process.Hearer()
    real.expect([KNOWN, "How does it work?"])

    def heard(data: bytes, step: int) -> tuple[str, float]:
        real.begin()
        for at in range(0, len(data), step):
            real.hear(data[at : at + step])
        return real.end()

    first = heard(sound, len(sound))
    assert first[0] == KNOWN
    heard(other, 640)
    real.begin()
    real.hear(other * 2)
    real.give_up()
    assert heard(sound, 1000) == first
    real.begin()
    assert real.end() == ("", 0.0)
