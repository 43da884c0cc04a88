"""Events of voices to closure, release and end."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blend_shapes.phonemes.normalise import (
    PhoneEvent,
    from_closures,
    from_espeak,
    from_flite,
    plain,
    silence_before,
    split_stress,
)
from tests.blend_shapes.speech import PHONES

# "A puppy came", from espeak-ng 1.52 (en-us): the WORD events lie at 0, .062 and .375.
PUPPY = [
    PhoneEvent("ɐ", 0.0, 0.0),
    PhoneEvent("p", 0.111, 0.062),
    PhoneEvent("ˈʌ", 0.144),
    PhoneEvent("p", 0.279),
    PhoneEvent("i", 0.311),
    PhoneEvent("k", 0.424, 0.375),
    PhoneEvent("ˈeɪ", 0.470),
    PhoneEvent("m", 0.603),
    PhoneEvent("", 0.700),
]


def test_a_voiceless_stop_closes_before_its_event() -> None:
    phones = from_espeak(PUPPY, 0.75)
    assert [p.phone for p in phones] == ["ɐ", "p", "ʌ", "p", "i", "k", "eɪ", "m", ""]
    initial, medial, k = phones[1], phones[3], phones[5]
    assert (initial.start, initial.release, initial.end) == (0.062, 0.111, 0.144)
    assert medial.start == pytest.approx(0.279 - 0.045)
    assert (medial.release, medial.end) == (0.279, 0.311)
    assert phones[2].end == medial.start, "the vowel before gives way"
    assert k.start == 0.375
    assert (phones[2].stress, phones[0].stress) == (1, 0)
    assert [p.word_start for p in phones[:3]] == [True, True, False]


def test_a_word_event_long_before_is_not_the_closure() -> None:
    (phone,) = from_espeak([PhoneEvent("t", 0.5, 0.43)], 0.6)
    assert phone.start == pytest.approx(0.455)


def test_voiced_stops_and_nasals_begin_at_their_event() -> None:
    b, m = from_espeak([PhoneEvent("b", 0.1), PhoneEvent("m", 0.2)], 0.3)
    assert b.start == 0.1 and b.start < b.release < b.end
    assert (m.start, m.release, m.end) == (0.2, 0.3, 0.3)


@pytest.mark.parametrize("name", ["ph", "th", "kh", "ts", "tɕh", "ts.h", "tʃ", "k", "q-"])
def test_aspirated_and_affricated_stops_too(name: str) -> None:
    vowel, stop = from_espeak([PhoneEvent("a", 0.0), PhoneEvent(name, 0.2)], 0.3)
    assert stop.start == pytest.approx(0.155)
    assert stop.release == 0.2
    assert vowel.end == stop.start


def test_a_long_stop_closes_where_the_sound_falls_silent() -> None:
    rate = 24_000
    sound = np.full(rate // 2, 3000, np.int16)
    sound[rate // 5 : rate * 33 // 100] = 39  # Italian "pappa": 130 ms of closure before the burst
    assert silence_before(sound, rate, 0.33) == pytest.approx(0.2)
    assert silence_before(sound, rate, 0.2) == 0.2
    sound[rate // 5 : rate * 33 // 100] = -41
    assert silence_before(sound, rate, 0.33) == 0.33
    assert silence_before(np.zeros(rate, np.int16), rate, 0.4) == pytest.approx(0.22, abs=0.004)
    assert silence_before(np.zeros(0, np.int16), rate, 0.4) == 0.4


@pytest.mark.parametrize(("since", "start"), [(0.2, 0.2), (0.32, 0.3), (0.1, 0.15), (None, 0.285)], ids=str)
def test_silence_bounds_a_closure(since: float | None, start: float) -> None:
    vowel, stop = from_espeak([PhoneEvent("a", 0.05), PhoneEvent("p", 0.33, silent_since=since)], 0.4)
    assert vowel.end == pytest.approx(start)
    assert stop.release == 0.33


def test_a_pause_is_no_closure() -> None:
    _, stop = from_espeak([PhoneEvent("", 0.0), PhoneEvent("p", 0.33, silent_since=0.2)], 0.4)
    assert stop.start == pytest.approx(0.285)


def test_language_switches_are_left_out_and_pauses_stay() -> None:
    phones = from_espeak([PhoneEvent("(en)", 0.0), PhoneEvent("a", 0.0), PhoneEvent("", 0.2)], 0.5)
    assert [(p.phone, p.end) for p in phones] == [("a", 0.2), ("", 0.5)]


def test_stress_marks() -> None:
    assert split_stress("ˈaɪ") == ("aɪ", 1)
    assert split_stress("ˌə") == ("ə", 2)
    assert split_stress("t") == ("t", 0)


def test_times_must_be_numbers() -> None:
    with pytest.raises(ValueError, match="finite"):
        from_espeak([PhoneEvent("a", math.nan)], 1.0)
    with pytest.raises(ValueError, match="finite"):
        from_flite([("aa", math.inf)])


@given(st.lists(st.tuples(st.sampled_from([*PHONES, "(en)"]), st.floats(0, 5))), st.floats(0, 5))
def test_phones_never_overlap_nor_run_backwards(events: list[tuple[str, float]], end: float) -> None:
    ordered = sorted(events, key=lambda e: e[1])
    phones = from_espeak([PhoneEvent(n, t) for n, t in ordered], end)
    for p in phones:
        assert 0.0 <= p.start <= p.release <= p.end
    for a, b in itertools.pairwise(phones):
        assert a.end <= b.start


def test_flite_dates_a_stop_by_its_closure() -> None:
    pause, p, aa, m, silence = from_flite(
        [("pau", 0.2), ("p", 0.3), ("aa1", 0.45), ("m", 0.5), ("pau", 0.7)]
    )
    assert (p.start, p.end) == (0.2, 0.3)
    assert p.release == pytest.approx(0.255)
    assert (aa.phone, aa.stress) == ("ɑ", 1)
    assert m.release == m.end
    assert pause.phone == silence.phone == ""


def test_labels_that_date_a_stop_by_its_closure() -> None:
    p, a, late, m = from_closures([("p", 0, 0.1), ("a", 1, 0.3), ("b", 0, 0.25), ("m", 2, 0.4)])
    assert (p.start, p.end) == (0.0, 0.1) and p.release == pytest.approx(0.055)
    assert (a.start, a.release, a.end, a.stress) == (0.1, 0.3, 0.3, 1)
    assert (late.start, late.release, late.end) == (0.3, 0.3, 0.3), "time never runs backwards"
    assert (m.start, m.release, m.end, m.stress) == (0.3, 0.4, 0.4, 2)
    assert from_closures([]) == ()


@pytest.mark.parametrize("end", [math.inf, -math.inf, math.nan])
def test_labels_without_a_time(end: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        from_closures([("a", 0, 0.1), ("b", 0, end)])


def test_plain_labels() -> None:
    assert plain("b", 0.1, 0.2).release == 0.2
