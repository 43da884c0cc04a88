"""What is left of a reply that was stopped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.speech.rest import joined, rest
from server.speech.values import Cue, Sentence

REPLY = (
    Sentence(0, "Well, hello there,", "happy"),
    Sentence(1, "my friend; it is nine, or ten.", cues=(Cue("nod", 3), Cue("shrug", 23))),
    Sentence(2, "Will you stay?", "sad"),
    Sentence(3, "I hope so."),
)


@pytest.mark.parametrize(
    ("index", "offset", "before", "left"),
    [
        (
            0,
            0,
            "",
            ["Well, hello there,", "my friend; it is nine, or ten.", "Will you stay?", "I hope so."],
        ),
        (0, 5, "", ["Well, hello there,"]),
        (0, 6, "Well,", ["hello there,"]),
        (0, 17, "Well,", ["hello there,"]),
        (0, 18, "Well, hello there,", ["my friend; it is nine, or ten."]),
        (1, 10, "Well, hello there,", ["my friend; it is nine, or ten."]),
        (1, 22, "Well, hello there, my friend;", ["it is nine, or ten."]),
        (1, 23, "Well, hello there, my friend; it is nine,", ["or ten.", "Will you stay?"]),
        (2, 14, "Well, hello there, my friend; it is nine, or ten. Will you stay?", ["I hope so."]),
    ],
)
def test_it_goes_on_from_the_clause(index: int, offset: int, before: str, left: list[str]) -> None:
    found = rest(REPLY, index, offset)
    assert found.before == before
    assert [s.text for s in found.sentences][: len(left)] == left
    assert [s.index for s in found.sentences] == list(range(len(found.sentences)))


def test_after_the_last_word_nothing_is_left() -> None:
    assert rest(REPLY, 3, 10).sentences == ()
    assert rest(REPLY, 4, 0).sentences == ()
    assert rest((), 0, 0).before == ""


def test_the_mood_that_held_goes_on_and_cues_stay_with_their_words() -> None:
    found = rest(REPLY, 1, 23)
    assert found.sentences[0].mood == "happy"
    assert found.sentences[0].cues == (Cue("shrug", 0),)
    assert rest(REPLY, 3, 0).sentences[0].mood == "sad"
    assert rest((Sentence(0, "One, two."),), 0, 5).sentences[0].mood is None


def test_who_was_just_asked_answers() -> None:
    assert rest(REPLY, 2, 14).after_question
    assert not rest(REPLY, 2, 5).after_question
    assert not rest(REPLY, 0, 0).after_question


def test_chinese_is_joined_without_spaces() -> None:
    reply = (Sentence(0, "你好，"), Sentence(1, "我是小林，很高兴认识你。"))
    found = rest(reply, 1, 7)
    assert found.before == "你好，我是小林，"
    assert [s.text for s in found.sentences] == ["很高兴认识你。"]


TEXTS = st.lists(st.text("ab,; .?", min_size=1, max_size=12).map(str.strip).filter(bool), max_size=5)


@given(TEXTS, st.integers(0, 6), st.integers(0, 14))
def test_nothing_is_lost_and_nothing_unheard_is_left_out(texts: list[str], index: int, offset: int) -> None:
    reply = [Sentence(n, text) for n, text in enumerate(texts)]
    found = rest(reply, index, offset)
    said = joined([found.before, *(s.text for s in found.sentences)])
    assert said.split() == joined(texts).split()
    heard = joined([*texts[:index], *(t[:offset] for t in texts[index : index + 1])])
    assert len(found.before.split()) <= len(heard.split())
