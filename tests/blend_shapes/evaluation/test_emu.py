"""EMU's labels and sensors, and files that are none."""

import json
from typing import Any

import numpy as np
import pytest

from blend_shapes.evaluation import emu

RATE = 20_000


def annotation(*items: tuple[str, int, int], kind: str = "SEGMENT") -> dict[str, Any]:
    return {
        "sampleRate": RATE,
        "levels": [
            {"name": "Word", "type": "ITEM", "items": [{"labels": [{"value": "x"}]}]},
            {
                "name": "Phonetic",
                "type": kind,
                "items": [
                    {"labels": [{"name": "Phonetic", "value": v}], "sampleStart": s, "sampleDur": d}
                    for v, s, d in items
                ],
            },
        ],
    }


def ssff(rows: np.ndarray, names: str = "ul_posx ul_posy ul_posz", rate: str = "200.0") -> bytes:
    columns = "".join(f"Column {name} FLOAT 1\n" for name in names.split())
    head = f"SSFF -- (c) SHLRC\nMachine IBM-PC\nRecord_Freq {rate}\nStart_Time 0.5\n{columns}"
    return head.encode() + b"-" * 17 + b"\n" + rows.astype("<f4").tobytes()


def test_labels_are_phones() -> None:
    found = emu.phones(json.dumps(annotation(("V", 2000, 1999), ("&p:", 4000, 1999))).encode())
    assert [(p.phone, p.start) for p in found] == [("ʌ", 0.1), ("", 0.2)]
    assert [(p.release, p.end) for p in found] == [(0.2, 0.2), pytest.approx((0.3, 0.3))]


def test_a_label_of_two_closures_is_two_phones() -> None:
    found = emu.phones(json.dumps(annotation(("db", 2000, 1999))).encode())
    assert [p.phone for p in found] == ["d", "b"]
    assert [(p.start, p.end) for p in found] == [pytest.approx((0.1, 0.15)), pytest.approx((0.15, 0.2))]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not an EMU annotation"),
        (b"{", "not an EMU annotation"),
        (b"[]", "not an EMU annotation"),
        (b"{}", "sampleRate"),
        (json.dumps(annotation(("V", 1, 1), kind="EVENT")).encode(), "no level of type SEGMENT"),
        (json.dumps(annotation(("V", 1, 1))).replace("sampleDur", "length").encode(), "sampleDur"),
        (b"\xff\xfe\x00", "not an EMU annotation"),
    ],
)
def test_what_is_no_annotation(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        emu.phones(data)


def test_lips_are_as_far_apart_as_their_sensors() -> None:
    upper, lower = np.zeros((10, 3)), np.ones((10, 3))
    upper[:7] = (3.0, 4.0, 0.0)
    lower[:7] = (0.0, 0.0, 0.0)
    lower[:, 2] = 1e-3  # a sensor at the origin is no padding
    found = emu.lip_distance(ssff(upper), ssff(lower))
    assert found.values == pytest.approx([5.0] * 7, abs=1e-3)
    assert (found.rate, found.start) == (200.0, 0.5)
    assert found.times()[1] == pytest.approx(0.505)


def test_big_endian_and_other_columns() -> None:
    head = b"SSFF -- (c) SHLRC\nMachine SPARC\nRecord_Freq 100\nStart_Time 0\nColumn fm SHORT 2\n"
    found = emu.track(head + b"-" * 17 + b"\n" + np.array([[1, 2], [3, 4]], ">i2").tobytes())
    assert found["fm"].values.tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not an SSFF file"),
        (b"RIFF----", "not an SSFF file"),
        (ssff(np.ones((2, 3)))[:-5], "truncated"),
        (ssff(np.ones((0, 3))), "truncated"),
        (ssff(np.ones((2, 3))).replace(b"FLOAT", b"TEXTS"), "no columns of a type"),
        (ssff(np.ones((2, 3))).replace(b"Record_Freq", b"Record_Frog"), "no Record_Freq"),
        (ssff(np.ones((2, 3)), "a b c"), "posx, posy, posz"),
        (ssff(np.zeros((2, 3))), "all rows are zero"),
    ],
)
def test_what_is_no_track_of_a_lip(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        emu.lip_distance(data, data)


def test_lips_of_different_recordings() -> None:
    with pytest.raises(ValueError, match="upper lip"):
        emu.lip_distance(ssff(np.ones((2, 3))), ssff(np.ones((3, 3))))
    with pytest.raises(ValueError, match="lower lip"):
        emu.lip_distance(ssff(np.ones((2, 3))), ssff(np.ones((2, 3)), rate="100"))
