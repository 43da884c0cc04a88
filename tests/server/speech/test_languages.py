import pytest

from server.speech.languages import covered, primary


@pytest.mark.parametrize(
    ("tag", "language"),
    [("en", "en"), ("en-GB", "en"), ("pt_BR", "pt"), ("ZH-Hans-CN", "zh"), ("cmn", "zh")],
)
def test_the_language_of_a_tag(tag: str, language: str) -> None:
    assert primary(tag) == language


@pytest.mark.parametrize(
    ("tag", "tags", "expected"),
    [
        ("en-us", ("en",), True),
        ("en", ("en-GB", "de"), True),
        ("zh", ("en", "de"), False),
        ("e", ("en",), False),
        ("tlh", (), True),
    ],
)
def test_no_tags_cover_every_language(tag: str, tags: tuple[str, ...], expected: bool) -> None:
    assert covered(tag, tags) is expected
