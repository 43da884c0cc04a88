"""TextGrids: long, short, other encodings, points, and files that are none."""

import pytest

from blend_shapes.evaluation import textgrid

SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
1.5
<exists>
2
"IntervalTier"
"words"
0
1.5
1
0
1.5
"a ""pie"" 3.5"
"IntervalTier"
"phones"
0
1.5
4
0
0.5
""
0.5
0.7
"P"
0.7
1.0
"AY1"
1.0
1.5
"sil"
"""
LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 1.5
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "TextTier"
        name = "releases"
        xmin = 0
        xmax = 1.5
        points: size = 1
        points [1]:
            number = 0.69
            mark = "burst 1"
    item [2]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 1.5
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 1.5
            text = "pie"
    item [3]:
        class = "IntervalTier"
        name = "Ann - phones"
        xmin = 0
        xmax = 1.5
        intervals: size = 4
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = ""
        intervals [2]:
            xmin = 0.5
            xmax = 0.7
            text = "p"
        intervals [3]:
            xmin = 0.7
            xmax = 1.0
            text = "aɪ"
        intervals [4]:
            xmin = 1.0
            xmax = 1.5
            text = "<p:>"
"""
PIE = [("", 0.0, 0.5), ("p", 0.5, 0.7), ("aɪ", 0.7, 1.0), ("", 1.0, 1.5)]


@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "long"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_both_forms_in_every_encoding_of_praat(text: str, encoding: str) -> None:
    found = textgrid.phones(text.encode(encoding))
    assert [(p.phone, p.start, p.end) for p in found] == PIE


def test_a_stop_has_its_burst_from_the_tier_of_releases_or_flites_share() -> None:
    assert textgrid.phones(LONG.encode())[1].release == 0.69
    assert textgrid.phones(SHORT.encode())[1].release == pytest.approx(0.5 + 0.55 * 0.2)
    assert textgrid.phones(SHORT.encode())[2].release == 1.0


def test_stress_of_arpabet_is_kept() -> None:
    assert [p.stress for p in textgrid.phones(SHORT.encode())] == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "truncated"),
        ("<html>", "truncated"),
        ('File type = "ooTextFile"\nObject class = "Pitch"', "not a TextGrid"),
        (SHORT[:-12], "truncated"),
        (SHORT[:120], "truncated"),
        (SHORT.replace('"phones"', '"sounds"'), "no tier named"),
        (SHORT.replace("<exists>", "<absent>"), "no tier named"),
        (SHORT.replace('"IntervalTier"', '"IntervalTear"'), "IntervalTear"),
        (SHORT.replace("0.5\n0.7\n", "0.5\n0.4\n"), "runs backwards"),
        (LONG.replace("xmax = 0.7", 'xmax = "0.7"'), "a number is wanted"),
    ],
)
def test_what_is_no_textgrid(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        textgrid.phones(text.encode())
