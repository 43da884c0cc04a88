"""Reading phones: espeak-ng's spellings, plain IPA, and strangers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blend_shapes.phonemes.ipa import is_pause, is_stop, is_voiceless_stop, is_vowel, parts
from blend_shapes.phonemes.targets import CORE, GROUPS, TARGETS, Seal


def names(phone: str) -> list[str]:
    return [p.target.name for p in parts(phone)]


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        # what espeak-ng 1.52 emits for the languages named
        ("aɪ", ["a", "ɪ"]),  # English
        ("aɪɚ", ["a", "ɪ", "ɝ"]),
        ("ɛɹ", ["ɛ", "ɹ"]),
        ("oːɹ", ["o", "ɹ"]),
        ("n̩", ["n"]),
        ("əl", ["ə", "l"]),
        ("s.", ["ʂ"]),  # Mandarin
        ("ts.h", ["ʈʂ"]),
        ("tɕh", ["tɕ"]),
        ("th", ["t"]),
        ("i.", ["ʐ̩"]),
        ("i̪", ["z̩"]),
        ("o-", ["ɤ"]),
        ("onɡ", ["o", "ŋ"]),
        ("uo", ["u", "o"]),
        ("yɛ", ["y", "ɛ"]),
        ("ər", ["ɝ"]),
        ("iou", ["i", "o", "u"]),
        ("ɔø", ["ɔ", "ø"]),  # German
        ("pf", ["p", "f"]),
        ("ts", ["ts"]),
        ("ç", ["ç"]),
        ("ɐ̃ʊ", ["ɐ", "ʊ"]),  # Portuguese
        ("ɔ̃", ["o"]),  # French
        ("ɛ̃", ["æ"]),
        ("œ̃", ["œ"]),
        ("ʁ", ["χ"]),
        ("ɲ", ["ɲ"]),  # Spanish
        ("β", ["β"]),
        ("ɯᵝ", ["ɯᵝ"]),  # Japanese
        ("ä", ["a"]),
        ("dʑ", ["tɕ"]),
        ("bʰ", ["b"]),  # Hindi
        ("ɖʰ", ["ɖ"]),
        ("r.", ["ɳ"]),
        ("tˤ", ["tˤ"]),  # Arabic
        ("ʕ", ["ħ"]),
        ("tʲ", ["c"]),  # Russian
        ("mʲ", ["m"]),
        ("ʲ", ["j"]),
        ("ɵ", ["ɵ"]),
        ("p-", ["p"]),  # Korean
        ("t͈", ["t"]),
        ("r̝", ["ʒ"]),  # Czech
        ("oenɡ", ["ø", "ŋ"]),  # Cantonese
        ("t͡ʃ", ["tʃ"]),
        ("ɯːɯ", ["ɨ"]),
    ],
)
def test_spellings(phone: str, expected: list[str]) -> None:
    assert names(phone) == expected


def test_a_diphthong_is_sixty_to_forty_and_a_rising_one_the_other_way_round() -> None:
    assert [p.share for p in parts("aʊ")] == [0.6, 0.4]
    assert [p.share for p in parts("wa")] == [0.4, 0.6]
    assert [p.share for p in parts("aɪə")] == [0.45, 0.25, 0.30]
    assert [p.share for p in parts("uai")] == [0.25, 0.45, 0.30]


@given(st.text(max_size=8))
def test_no_phone_is_too_strange(phone: str) -> None:
    found = parts(phone)
    assert bool(found) != is_pause(phone)
    assert not found or abs(sum(p.share for p in found) - 1.0) < 1e-9
    assert is_voiceless_stop(phone) <= is_stop(phone)


@pytest.mark.parametrize(("phone", "near"), [("ア", "a"), ("λ", "ə"), ("Q", "q"), ("ü", "u"), ("7", "ə")])
def test_strangers_fall_back_by_feature(phone: str, near: str) -> None:
    assert names(phone) == [near]


def test_kinds() -> None:
    assert (
        is_vowel("ɛɹ") and is_vowel("əl") and not is_vowel("w") and not is_vowel("ɥ") and not is_vowel("")
    )
    assert (
        is_stop("pf")
        and is_stop("dʒ")
        and is_stop("ɟ")
        and not is_stop("β")
        and not is_stop("m")
        and not is_stop("")
    )
    assert is_voiceless_stop("tɕh") and not is_voiceless_stop("b")


def test_every_letter_of_ipa_has_a_target_without_falling_back() -> None:
    pulmonic = "pbtdʈɖcɟkɡqɢʔmɱnɳɲŋɴʙrʀⱱɾɽɸβfvθðszʃʒʂʐçʝxɣχʁħʕhɦɬɮʋɹɻjɰlɭʎʟ"
    vowels = "iyɨʉɯuɪʏʊeøɘɵɤoəɛœɜɞʌɔæɐaɶɑɒ"
    rounded = set("yʉuʏʊøoœɔɒɵɞ")
    for letter in pulmonic + vowels:
        assert len(parts(letter)) == 1, letter
    for letter in vowels:
        target = parts(letter)[0].target
        rounding = max(target.weights[CORE.index("mouthFunnel")], target.weights[CORE.index("mouthPucker")])
        assert (rounding >= 0.2) == (letter in rounded), letter


def test_the_table_is_sound() -> None:
    assert sum(s.stop - s.start for s in GROUPS.values()) == len(CORE)
    for target in TARGETS.values():
        weights = dict(zip(CORE, target.weights, strict=True))
        assert all(0.0 <= w <= 0.6 for w in target.weights), target.name
        assert weights["mouthClose"] <= weights["jawOpen"], target.name
        assert all(0.0 <= d <= 1.0 for d in target.dominance), target.name
    assert {t.name for t in TARGETS.values() if t.seal is Seal.BILABIAL} == {"p", "b", "m"}
    assert {t.name for t in TARGETS.values() if t.seal is Seal.LABIODENTAL} == {"f", "v"}
