"""What is answered and what is not."""

import pytest

from server.speech.answerable import LEAST_CONFIDENCE, answerable, looped, phantom, spoken
from server.speech.values import Utterance


@pytest.mark.parametrize(
    "text",
    [
        "Hello.",
        "No, no, no!",
        "Thank you.",
        "Thank you for the music.",
        "I like to watch films.",
        "Who made the subtitles?",
        "bye bye",
        "how does it work",
        "你好，怎么用？",
        "Is it x-",
        "ha ha ha",
    ],
)
def test_what_people_say_is_answered(text: str) -> None:
    assert answerable(Utterance(text), 2.0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "...",
        "[Music]",
        "(applause) ♪♪",
        "*sighs*",
        "wha-",
        "Thanks for watching!",
        "Thank you very much for watching and see you next time.",
        "Please subscribe to my channel.",
        "Subtitles by the Amara.org community",
        "Untertitel der Amara.org-Community",
        "Sous-titres réalisés par la communauté",
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "ご視聴ありがとうございました",
        "I think that I think that I think that I think that I",
        "and so on and so on and so on and so on",
    ],
)
def test_what_nobody_said_is_not(text: str) -> None:
    assert not answerable(Utterance(text), 4.0)


@pytest.mark.parametrize(("confidence", "answered"), [(LEAST_CONFIDENCE, True), (0.149, False)])
def test_nobody_answers_a_mere_guess(confidence: float, answered: bool) -> None:
    assert answerable(Utterance("hello there", confidence=confidence), 1.0) is answered


@pytest.mark.parametrize(
    ("letters", "seconds", "answered"),
    [(8, 0.0, True), (9, 0.0, False), (9, 0.3, True), (30, 1.0, True), (31, 1.0, False)],
)
def test_nobody_speaks_so_fast(letters: int, seconds: float, answered: bool) -> None:
    text = ("abcdefghijklmnopqrstuvwxyzzyxwvutsrqponm")[:letters]
    assert answerable(Utterance(text), seconds) is answered


def test_sounds_are_no_words() -> None:
    assert spoken(" [music]  Hello (laughs) there ♪") == "Hello there"


@pytest.mark.parametrize(
    ("text", "loop"),
    [
        ("go away " * 4, True),
        ("go away " * 3, False),
        ("Go away go AWAY go away go away now", True),
        ("go away go away go away go away, said the old man to the children in the garden", False),
        ("yes", False),
        ("", False),
    ],
)
def test_a_loop_is_four_times_the_same_and_little_else(text: str, loop: bool) -> None:
    assert looped(text) is loop
    assert not loop or phantom(text)
