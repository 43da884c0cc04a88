"""Where a phrase is finished, and how long a pause may last after it."""

import pytest

from server.speech.endpointing import EndOfSpeech, Phrase, phrase, plain

FINISHED, UNCLEAR, UNFINISHED = Phrase.FINISHED, Phrase.UNCLEAR, Phrase.UNFINISHED


@pytest.mark.parametrize(
    "text",
    [
        "what is your name", "tell me about yourself", "i would like a cup of coffee", "yes", "No.",
        "thank you", "Where are you from?", "stop", "how old are you", "I live in Berlin.",
        "I'm five years old",
        "that is great!", "hello",
    ],
)  # fmt: skip
def test_finished_in_english(text: str) -> None:
    assert phrase(text, "en-GB") is FINISHED


@pytest.mark.parametrize(
    "text",
    [
        "i went to the", "What is the", "and", "i like coffee and", "because", "my name is",
        "i would like a",
        "tell me about", "um", "so i was thinking um", "well,", "I want...", "the number is five five",
        "call 3 0 4", "can you", "I'm", "it costs more than", "he said that if", "wait -",
    ],
)  # fmt: skip
def test_in_the_middle_in_english(text: str) -> None:
    assert phrase(text, "en") is UNFINISHED
    assert phrase(f"{text} ", "en_US") is UNFINISHED


@pytest.mark.parametrize(
    "text", ["where are you from", "me too", "i think so", "yes i do", "table", "", "  "]
)
def test_nobody_can_tell_in_english(text: str) -> None:
    assert phrase(text, "en-us") is UNCLEAR


def test_a_full_stop_does_not_finish_what_goes_on() -> None:
    """Recognizers put one after every piece."""
    assert phrase("I went to the.", "en") is UNFINISHED
    assert phrase("I went to the shop.", "en") is FINISHED
    assert phrase('She said "yes."', "en") is FINISHED


def test_a_known_question_is_finished_whatever_it_ends_in() -> None:
    known = {plain("Who do you work with?")}
    assert phrase("who do you work with", "en") is not FINISHED
    assert phrase("Who do you work with", "en", known) is FINISHED
    assert phrase("who do you work with and", "en", known) is UNFINISHED


@pytest.mark.parametrize("text", ["你叫什么名字", "你好", "好的。", "你是谁？", "今天天气怎么样", "谢谢你"])
def test_finished_in_chinese(text: str) -> None:
    assert phrase(text, "zh") is FINISHED
    assert phrase(text, None) is FINISHED, "the letters tell"
    assert phrase(text, "cmn-Hans") is FINISHED


@pytest.mark.parametrize(
    "text", ["我想", "因为", "我喜欢咖啡和", "这个", "我的电话是一三", "嗯", "然后，", "今天非常"]
)
def test_in_the_middle_in_chinese(text: str) -> None:
    assert phrase(text, "zh-CN") is UNFINISHED


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("ich heiße Anna und", UNCLEAR), ("ich heiße Anna.", FINISHED), ("wie geht es dir?", FINISHED),
        ("also,", UNFINISHED), ("東京に住んでいます", UNCLEAR), ("東京に住んでいます。", FINISHED),
    ],
)  # fmt: skip
def test_of_other_languages_only_punctuation_is_known(text: str, ends: Phrase) -> None:
    assert phrase(text, "ja" if "東" in text else "de") is ends


def test_the_pause_fits_the_phrase() -> None:
    ends = EndOfSpeech(0.2, 0.5, 1.0)
    assert [ends.pause_s(x) for x in (FINISHED, UNCLEAR, UNFINISHED)] == [0.2, 0.5, 1.0]
