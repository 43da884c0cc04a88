"""Phones as other tools read them."""

import numpy as np
import pytest

from blend_shapes.evaluation.textgrid import phones
from blend_shapes.phonemes.timing import PhoneTiming
from server.corpus.spoken import RATE, Spoken
from server.corpus.textgrid import textgrid

PHONES = (
    PhoneTiming("p", 0.1, 0.16, 0.2),
    PhoneTiming("a", 0.2, 0.4, 0.4, 1),
    PhoneTiming("m", 0.5, 0.6, 0.6),
    PhoneTiming("t", 0.6, 0.68, 0.7),
)


def spoken(*timed: PhoneTiming) -> Spoken:
    return Spoken(np.zeros(RATE, np.int16), timed)


def test_what_is_written_is_read_as_it_was() -> None:
    """With pauses where nothing is said, and each release where it was."""
    read = phones(textgrid(spoken(*PHONES)).encode())
    assert [p.phone for p in read] == ["", "p", "a", "", "m", "t", ""]
    said = [p for p in read if p.phone]
    for got, wanted in zip(said, PHONES, strict=True):
        assert (got.start, got.release, got.end) == pytest.approx(
            (wanted.start, wanted.release, wanted.end), abs=1e-6
        )
    assert (read[0].start, read[-1].end) == (0.0, 1.0)


def test_intervals_touch_where_phones_overlap() -> None:
    read = phones(
        textgrid(spoken(PhoneTiming("a", 0.0, 0.3, 0.3), PhoneTiming("s", 0.25, 0.5, 0.5))).encode()
    )
    assert [(p.phone, p.start, p.end) for p in read] == [("a", 0.0, 0.3), ("s", 0.3, 0.5), ("", 0.5, 1.0)]


def test_a_phone_inside_of_another_is_left_out() -> None:
    read = phones(
        textgrid(spoken(PhoneTiming("a", 0.0, 0.3, 0.3), PhoneTiming("s", 0.1, 0.2, 0.2))).encode()
    )
    assert [p.phone for p in read] == ["a", ""]


def test_nothing_said_is_one_pause() -> None:
    (pause,) = phones(textgrid(spoken()).encode())
    assert (pause.phone, pause.start, pause.end) == ("", 0.0, 1.0)
