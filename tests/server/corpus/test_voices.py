"""Utterances of the three synthesisers, each with the times of its phones."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from blend_shapes.phonemes.ipa import is_stop
from blend_shapes.phonemes.timing import PhoneTiming
from server.corpus import espeak, festival, flite
from server.corpus.festival import VOICES
from server.corpus.spoken import RATE, Spoken
from server.errors import EngineError
from tests.optional import lacking, need_program

TEXT = "Mama may buy a puppy for Papa."


def names(spoken: Spoken) -> list[str]:
    return [p.phone for p in spoken.phones if p.phone]


def in_order(phones: Sequence[PhoneTiming], seconds: float) -> bool:
    times = [t for p in phones for t in (p.start, p.release, p.end)]
    return times == sorted(times) and times[0] >= 0.0 and times[-1] <= seconds


def level(spoken: Spoken, begin: float, end: float) -> float:
    samples = spoken.samples[round(begin * RATE) : round(end * RATE)].astype(np.float64)
    return float(np.sqrt(np.mean(samples**2)))


def check(spoken: Spoken) -> None:
    """Phones stand where their sounds are: vowels are loud, closures of p are not."""
    assert in_order(spoken.phones, spoken.seconds)
    whole = level(spoken, 0.0, spoken.seconds)
    assert whole > 300
    assert names(spoken).count("m") == 3 and names(spoken).count("p") == 4
    quiet = [level(spoken, p.start + 0.01, p.release - 0.005) for p in spoken.phones if p.phone == "p"]
    vowels = [level(spoken, p.start, p.end) for p in spoken.phones if p.phone and p.phone[0] in "ɑaæʌɐ"]
    assert min(vowels) > 1.5 * float(np.median(quiet))
    assert all(p.start < p.release < p.end for p in spoken.phones if p.phone == "p")


def test_espeak() -> None:
    plain = espeak.speak(TEXT, "en-us", "", 1.0, 1.0)
    check(plain)
    assert espeak.speak(TEXT, "en-us", "", 1.4, 1.0).seconds < 0.8 * plain.seconds
    other = espeak.speak(TEXT, "en-us", "f3", 1.0, 1.0)
    assert not np.array_equal(other.samples, plain.samples)
    assert names(other) == names(plain)


def test_espeak_has_no_such_language() -> None:
    with pytest.raises(EngineError, match="klingon"):
        espeak.speak(TEXT, "klingon", "", 1.0, 1.0)


def test_flite() -> None:
    need_program(flite.PROGRAM)
    plain = flite.speak(TEXT, "slt", 1.0, 190.0)
    check(plain)
    assert flite.speak(TEXT, "slt", 1.3, 190.0).seconds > 1.15 * plain.seconds


def test_flite_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flite, "PROGRAM", "flite-that-is-not-there")
    with pytest.raises(OSError, match="flite-that-is-not-there"):
        flite.speak(TEXT, "slt", 1.0, 190.0)


def test_flite_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flite, "PROGRAM", "true")
    with pytest.raises(ValueError, match="could not say"):
        flite.speak(TEXT, "slt", 1.0, 190.0)


def need_voice(name: str) -> None:
    """Festival with this voice of it, where Debian puts them."""
    need_program(festival.PROGRAM)
    if not any(Path("/usr/share/festival/voices").glob(f"*/{name}")):
        lacking(f"festival has no voice {name}: its speech was not tested")


def test_festival() -> None:
    need_voice("kal_diphone")
    first, second = festival.speak([TEXT, "I see."], VOICES["kal_diphone"], 1.0)
    check(first)
    assert len(names(second)) < len(names(first))
    (slow,) = festival.speak([TEXT], VOICES["kal_diphone"], 1.3)
    assert slow.seconds > 1.15 * first.seconds


def test_festival_in_italian() -> None:
    need_voice("lp_diphone")
    (spoken,) = festival.speak(["Buona gnocchi, ma che cosa fa papà?"], VOICES["lp_diphone"], 1.0)
    assert in_order(spoken.phones, spoken.seconds)
    assert {"ɲ", "k", "b", "p", "a"} <= {*names(spoken)}


def test_festival_leaves_out_what_it_cannot_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(festival, "PROGRAM", "true")
    assert not list(festival.speak([TEXT], VOICES["kal_diphone"], 1.0))


SEGMENTS = """separator ;
nfields 1
#
    0.2200  100 #
    0.3100  100 p
    0.4000  100 a1
    0.5500  100 tS
    0.6000  100 J
    0.7000  100 o
"""


def test_labels_of_festival() -> None:
    italian = [*festival._labels(SEGMENTS, VOICES["lp_diphone"])]
    assert italian == [
        ("", 0, 0.22),
        ("p", 0, 0.31),
        ("a", 1, 0.4),
        ("tʃ", 0, 0.55),
        ("ɲ", 0, 0.6),
        ("o", 0, 0.7),
    ]
    assert [*festival._labels("#\n 0.5 100 aa1\n\n 0.9 100 pau\n", VOICES["kal_diphone"])] == [
        ("ɑ", 1, 0.5),
        ("", 0, 0.9),
    ]
    assert not [*festival._labels("nothing of the kind", VOICES["lp_diphone"])]


@pytest.mark.parametrize("name", [name for name, voice in VOICES.items() if voice.table])
def test_tables_of_festival_name_phones(name: str) -> None:
    """Each is a pause or has a sound of its own; what its script begins with is read as one."""
    table = VOICES[name].table
    assert table is not None
    assert {ipa for label, ipa in table.items() if label.startswith(("#", "pau"))} <= {""}
    for label, ipa in table.items():
        assert ipa == "" or not ipa.isascii() or len(ipa) <= 2, label
    assert any(is_stop(ipa) for ipa in table.values())
