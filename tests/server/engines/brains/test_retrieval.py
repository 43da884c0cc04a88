import pytest

from server.engines.brains.retrieval import Index, Vocabulary, normalised

KNOWN = [
    (0, "what is a segment"),
    (0, "explain segments"),
    (1, "what is a viseme"),
    (2, "how are you"),
    (3, "who are you"),
    (4, "你是谁"),
    (5, "你好吗"),
]


@pytest.mark.parametrize("number_text", KNOWN)
def test_a_known_question_finds_itself_exactly(number_text: tuple[int, str]) -> None:
    number, text = number_text
    found = Index(KNOWN).best(text)
    assert found is not None
    assert found[0] == number
    assert found[1] == pytest.approx(1.0)


def test_nothing_shared_is_nothing_found() -> None:
    assert Index(KNOWN).best("zzz") is None
    assert Index(KNOWN).best("") is None
    assert Index([]).best("what is a segment") is None


def test_rare_words_decide() -> None:
    found = Index(KNOWN).best("please tell me what a viseme is")
    assert found is not None and found[0] == 1


def test_forms_of_writing_are_folded() -> None:
    assert normalised("ＷＨＡＴ’s a Café？") == "what is a cafe?"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("segmnt", "segment"),
        ("segmeent", "segment"),
        ("sagment", "segment"),
        ("sgement", "segment"),
        ("sagmant", "sagmant"),
        ("segment", "segment"),
        ("hwo", "how"),
        ("hot", "hot"),
        ("ho", "ho"),
        ("s" * 1000, "s" * 1000),
    ],
)
def test_one_slip_is_corrected_and_no_more(typed: str, meant: str) -> None:
    assert Vocabulary(["segment", "how", "are"]).nearest(typed) == meant
