from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.speech.sentences import FIRST_CLAUSE, LONGEST, SentenceSplitter
from server.speech.values import Cue, Sentence

MOODS = {"happy", "sad"}


def split(*pieces: str) -> list[Sentence]:
    splitter = SentenceSplitter(MOODS)
    sentences = [sentence for piece in pieces for sentence in splitter.feed(piece)]
    return sentences + splitter.finish()


def texts(sentences: Iterable[Sentence]) -> list[str]:
    return [sentence.text for sentence in sentences]


@pytest.mark.parametrize(
    ("reply", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Hi! " + "Dr. Smith met Mrs. Jones vs. Mr. X.", ["Hi!", "Dr. Smith met Mrs. Jones vs. Mr. X."]),
        (
            "Ok. The U.S. Government agreed, e.g. on tax.",
            ["Ok.", "The U.S. Government agreed, e.g. on tax."],
        ),
        ("Yes. It is 3.14, or v1.2.3, at 10:30.", ["Yes.", "It is 3.14, or v1.2.3, at 10:30."]),
        ("Go. See https://a.org/x?y=1.5. Then stop.", ["Go.", "See https://a.org/x?y=1.5.", "Then stop."]),
        ("At 5 p.m. We left at 6 p.m. sharp.", ["At 5 p.m.", "We left at 6 p.m. sharp."]),
        ("J. Smith. It was I. Then we ate.", ["J. Smith.", "It was I.", "Then we ate."]),
        ('Hm. "Stop!" he said. "Go."', ["Hm.", '"Stop!" he said.', '"Go."']),
        ("Hm. (Really?) Yes.", ["Hm.", "(Really?)", "Yes."]),
        ("Well... maybe. Wait... No!", ["Well... maybe.", "Wait...", "No!"]),
        ("What?! No way!!! ok", ["What?!", "No way!!!", "ok"]),
        ("hello. how are you", ["hello.", "how are you"]),
        ("1. First thing. 2. Second.", ["1. First thing.", "2. Second."]),
        ("In 2024. Then 2025.", ["In 2024.", "Then 2025."]),
        ("你好。今天好！真的吗？好", ["你好。", "今天好！", "真的吗？", "好"]),
        ("嗯。“真的吗？”他问。我们走吧……好。", ["嗯。", "“真的吗？”", "他问。", "我们走吧……", "好。"]),
        ("好。我用Python 3.11,也用C++.你呢?", ["好。", "我用Python 3.11,也用C++.", "你呢?"]),
        ("はい。これはペンです。", ["はい。", "これはペンです。"]),
    ],
)
def test_sentences_end_where_sentences_end(reply: str, sentences: list[str]) -> None:
    assert texts(split(reply)) == sentences


def test_the_first_sentence_ends_at_a_clause_long_enough() -> None:
    assert texts(split("Well, of course I can do that, and this, too. One, two, three, four, five, six."))[
        0
    ] == ("Well, of course I can do that,")
    assert texts(split("你好，我是小明，很高兴见到你。再见，再见，再见，再见。"))[:2] == [
        "你好，我是小明，",
        "很高兴见到你。",
    ]
    assert len(split("Hi. Well of course I can do that, and this, too.")) == 2
    short = "a" * (int(FIRST_CLAUSE) - 1)
    assert len(split(f"{short}, b c.")) == 1
    assert len(split(f"{short}a, b c.")) == 2


def test_a_sentence_comes_as_soon_as_it_is_certain() -> None:
    splitter = SentenceSplitter()
    assert splitter.feed("Hello there.") == []
    assert texts(splitter.feed(" H")) == ["Hello there."]
    assert texts(splitter.feed("ow are you?\n\nF")) == ["How are you?"]


@pytest.mark.parametrize(
    ("reply", "sentences"),
    [
        ("**Bold** and *thin* `code` __x__ ~~y~~", ["Bold and thin code x y"]),
        (
            "# Title\nSome [text](https://a.b/c).\n\n- one\n- two\n* three",
            ["Title", "Some text.", "one", "two", "three"],
        ),
        ("> quoted\n\n---\n***\nend", ["quoted", "end"]),
        ("a | b\n|---|---|\n", ["a b"]),
        (
            "2 * 3 = 6, 5*3, snake_case, C#, #1, a-b, x > y",
            ["2 * 3 = 6, 5*3, snake_case,", "C#, #1, a-b, x > y"],
        ),
        ("see [1] and [see below] or array[0]", ["see [1] and [see below] or array[0]"]),
        ("<speak>Hi <break time='1s'/>you <b>there</b></speak>", ["Hi you there"]),
        ('<prosody rate="slow">a</prosody><br/>b un<b>believ</b>able', ["a b unbelievable"]),
        ("5 < 6 and a<b and c>d & e", ["5 < 6 and a<b and c>d & e"]),
        ("<!-- note -->Hi<?xml version='1'?>", ["Hi"]),
        ("Hi😀there 👨‍👩‍👧! 🇩🇪 ok ❤️ ☕ 20°C ™", ["Hi there!", "ok 20°C ™"]),
        ("a\x00b\x07c\u200bd\u202ee\ufeff", ["abcde"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("I am\nhard wrapped\ntext", ["I am hard wrapped text"]),
        ("Roses\nViolets\r\n\r\nend", ["Roses", "Violets", "end"]),
        ("tabs\tand   blanks\u3000here", ["tabs and blanks here"]),
    ],
)
def test_markup_is_taken_out_and_its_text_stays(reply: str, sentences: list[str]) -> None:
    assert texts(split(reply)) == sentences


@pytest.mark.parametrize(
    "reply", ["", " \n ", "😀😀", "...", "?!", "[happy]", "[wave][nod]", "**", "<br>", "\x00", "—"]
)
def test_nothing_to_say_is_no_sentence(reply: str) -> None:
    assert split(reply) == []


def test_moods_and_cues_become_values() -> None:
    assert split("[Happy] Hi! [wave] Nice [nod]to meet you. [sad]Bye! [bow]") == [
        Sentence(0, "Hi!", "happy"),
        Sentence(1, "Nice to meet you.", None, (Cue("wave", 0), Cue("nod", 4))),
        Sentence(2, "Bye!", "sad", (Cue("bow", 4),)),
    ]


def test_a_tag_cut_in_two_is_a_tag() -> None:
    assert split("[ha", "ppy", "] Hi [wa", "ve]", " you") == [
        Sentence(0, "Hi you", "happy", (Cue("wave", 2),))
    ]


def test_tags_of_a_piece_without_words_go_to_the_next_sentence() -> None:
    assert split("One.\n\n[wave] …\n\n[sad] Two.") == [
        Sentence(0, "One."),
        Sentence(1, "Two.", "sad", (Cue("wave", 0),)),
    ]


def test_an_unclosed_bracket_is_text() -> None:
    assert texts(split("a [happy and more")) == ["a [happy and more"]
    assert texts(split("x [" + "y" * 100 + "] z")) == ["x [" + "y" * 100 + "] z"]


def test_the_longest_sentence_is_bounded_in_any_script() -> None:
    words = texts(split("word " * 800))
    assert " ".join(words) == ("word " * 800).strip()
    assert all(len(text) <= LONGEST for text in words)
    assert [len(text) for text in texts(split("x" * 450))] == [200, 200, 50]
    assert [len(text) for text in texts(split("字" * 200))] == [80, 80, 40]
    clauses = texts(split("Go. " + "some words, " * 40))
    assert all(text.endswith(",") for text in clauses[1:])


def test_a_long_run_of_stops_or_open_marks_costs_no_time() -> None:
    for reply in ("." * 20_000, "[" * 20_000, "<" * 20_000, "*" * 20_000, "<a " * 7_000, "[a](" * 5_000):
        split(reply)
        split(*(reply[:3_000]))


ALPHABET = st.sampled_from(
    [
        *"aB1 .,!?…\n[]<>/()*_~#-+=`|\\\"'。，！？；：“”字你ん😀\u200d\x00:;—é",
        *(
            "[happy]",
            "[wave]",
            "<br>",
            "<b x='1'>",
            "http://a.b",
            "(http://a.b)",
            "Dr.",
            "... ",
            "**",
            " U.S. ",
            "- ",
        ),
    ]
)
REPLIES = st.lists(ALPHABET, max_size=60).map("".join)


@settings(deadline=None, max_examples=300)
@given(REPLIES, st.lists(st.integers(0, 120), max_size=12))
def test_the_result_never_depends_on_how_the_text_was_cut(reply: str, cuts: list[int]) -> None:
    whole = split(reply)
    assert split(*reply) == whole
    places = [0, *sorted(min(cut, len(reply)) for cut in cuts), len(reply)]
    assert split(*(reply[a:b] for a, b in pairwise(places))) == whole


@settings(deadline=None, max_examples=300)
@given(st.one_of(REPLIES, st.text(max_size=400)))
def test_sentences_are_speakable_numbered_and_bounded(reply: str) -> None:
    for number, sentence in enumerate(split(reply)):
        assert sentence.index == number
        assert sentence.text == sentence.text.strip()
        assert any(map(str.isalnum, sentence.text))
        assert len(sentence.text) <= LONGEST + 60
        assert all(0 <= cue.offset <= len(sentence.text) for cue in sentence.cues)


@settings(deadline=None, max_examples=200)
@given(st.text(st.characters(categories=["L", "N"]), max_size=600))
def test_no_letter_is_lost(reply: str) -> None:
    assert "".join(texts(split(reply))) == reply
