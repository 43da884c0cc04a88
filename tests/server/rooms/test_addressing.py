"""Whether a character is spoken to."""

import pytest

from server.rooms.addressing import addressed


@pytest.mark.parametrize(
    ("text", "name", "meant"),
    [
        ("Mira, who are you?", "Mira", "who are you?"),
        ("mira who are you", "Mira", "who are you"),
        ("Who are you, Mira?", "Mira", "Who are you?"),
        ("Hey Mira, who are you?", "Mira", "Hey Mira, who are you?"),
        ("I like Mira's hair", "Mira", "I like Mira's hair"),
        ("Mira", "Mira", "Mira"),
        ("Mira!", "Mira", "Mira!"),
        ("myra what time is it", "Mira", "what time is it"),
        ("mirra what time is it", "Mira", "what time is it"),
        ("what time is it mir", "Mira", "what time is it"),
        ("Ada, are you there?", "Ada Lovelace", "are you there?"),
        ("小林，你好", "小林", "你好"),
        ("你好小林", "小林", "你好"),
    ],
)
def test_the_name_is_heard_and_a_mere_call_left_out(text: str, name: str, meant: str) -> None:
    heard = addressed(text, name)
    assert (heard.text, heard.named) == (meant, True)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("who are you", "Mira"),
        ("a miracle", "Mira"),
        ("the mirror is broken", "Mira"),
        ("aira what time is it", "Mira"),
        ("Eda, are you there?", "Ada"),
        ("Lovelace", "Ada Lovelace"),
        ("你好", "小林"),
        ("", "Mira"),
    ],
)
def test_without_the_name_nothing_is_changed(text: str, name: str) -> None:
    heard = addressed(text, name)
    assert (heard.text, heard.named) == (text, False)
