"""Which transcripts ask for nothing."""

import pytest

from server.speech.backchannel import is_backchannel


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", None),
        (" ... ", "en"),
        ("Mhm.", "en-US"),
        ("Hmmmm", "en"),
        ("Mm-hmm.", None),
        ("Uh-huh, yeah.", "en"),
        ("Yeah, okay.", "en"),
        ("I see.", "en"),
        ("Oh, I see!", "en"),
        ("Got it", None),
        ("嗯", "zh-CN"),
        ("嗯，对。", "zh"),
        ("好的。", None),
        ("なるほど。", "ja"),
        ("Ja, genau.", "de"),
        ("D’accord.", "fr"),
        ("okay", "fi"),
        ("Да, понятно.", "ru"),
        ("Yeah yeah yeah yeah", "en"),
    ],
)
def test_who_only_listens(text: str, language: str | None) -> None:
    assert is_backchannel(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("No.", "en"),
        ("Stop!", "en"),
        ("Wait.", "en"),
        ("What?", "en"),
        ("Yeah, but why?", "en"),
        ("Okay, stop it.", "en"),
        ("I know him.", "en"),
        ("I", "en"),
        ("see it", "en"),
        ("Yeah yeah yeah yeah yeah", "en"),
        ("不对", "zh"),
        ("等一下", "zh"),
        ("genau", "en"),
        ("mañana", "es"),
    ],
)
def test_who_wants_something(text: str, language: str | None) -> None:
    assert not is_backchannel(text, language)
