import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.speech.word_errors import WordErrors, word_errors, words

WORDS = st.lists(st.sampled_from("abc"), max_size=8)


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("a b c", "a b c", (0, 0, 0)),
        ("a b c", "a x c", (1, 0, 0)),
        ("a b c", "a b b c", (0, 1, 0)),
        ("a b c", "a c", (0, 0, 1)),
        ("a b c", "", (0, 0, 3)),
        ("", "a b", (0, 2, 0)),
        ("a b c d", "b c x d e", (0, 2, 1)),
    ],
)
def test_errors_are_counted_by_kind(said: str, heard: str, errors: tuple[int, int, int]) -> None:
    assert word_errors(said.split(), heard.split()) == WordErrors(len(said.split()), *errors)


def test_words_are_compared_without_case_and_punctuation() -> None:
    assert words("Hello, it’s 5 o'clock — 'now'!") == ["hello", "it's", "5", "o'clock", "now"]


def test_the_rate_is_errors_for_each_word() -> None:
    both = WordErrors(3, substituted=1) + WordErrors(1, inserted=2, deleted=1)
    assert both == WordErrors(4, 1, 2, 1)
    assert both.rate == 1.0
    assert math.isnan(WordErrors(0).rate)


@given(WORDS, WORDS)
def test_errors_are_as_many_as_the_lengths_ask_for(said: list[str], heard: list[str]) -> None:
    found = word_errors(said, heard)
    assert len(said) - found.deleted + found.inserted == len(heard)
    assert found.substituted + found.deleted <= len(said)
    back = word_errors(heard, said)
    assert back.substituted + back.inserted + back.deleted == (
        found.substituted + found.inserted + found.deleted
    )
