"""ARPABET and pinyin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blend_shapes.phonemes import arpabet, pinyin
from blend_shapes.phonemes.ipa import parts

CMU = """AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z
ZH"""


def test_every_cmu_phone_is_known() -> None:
    for label in CMU.split():
        ipa, stress = arpabet.to_ipa(label)
        assert ipa != label and parts(ipa)
        assert stress == 0


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("AH0", ("ə", 0)),
        ("AH1", ("ʌ", 1)),
        ("IY2", ("i", 2)),
        ("ER1", ("ɝ", 1)),
        ("pau", ("", 0)),
        ("ax", ("ə", 0)),
        ("dx", ("ɾ", 0)),
        ("el", ("əl", 0)),
        ("SIL", ("", 0)),
        ("", ("", 0)),
    ],
)
def test_labels(label: str, expected: tuple[str, int]) -> None:
    assert arpabet.to_ipa(label) == expected


@given(st.text(max_size=6))
def test_strange_labels_are_passed_on(label: str) -> None:
    ipa, stress = arpabet.to_ipa(label)
    parts(ipa)
    parts(pinyin.to_ipa(label))
    assert stress in (0, 1, 2)


@pytest.mark.parametrize(
    ("syllable", "expected"),
    [
        ("zhi4", ("zh", "iii")),
        ("zi", ("z", "ii")),
        ("xue2", ("x", "ve")),
        ("lü4", ("l", "v")),
        ("yuan", ("", "van")),
        ("you3", ("", "iou")),
        ("wo3", ("", "uo")),
        ("zhuang1", ("zh", "uang")),
        ("er", ("", "er")),
        ("ni3", ("n", "i")),
    ],
)
def test_syllables(syllable: str, expected: tuple[str, str]) -> None:
    assert pinyin.split(syllable) == expected


def test_every_pinyin_initial_and_final_is_articulated() -> None:
    for label in (*pinyin.INITIALS, *pinyin.FINALS):
        assert parts(pinyin.to_ipa(label + "3"))
    assert [p.target.name for p in parts(pinyin.to_ipa("iii"))] == ["ʐ̩"]
    assert [p.target.name for p in parts(pinyin.to_ipa("b"))] == ["p"]
