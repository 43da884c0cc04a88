"""Captured faces in other people's files."""

import io
import json
from typing import Any

import numpy as np
import pytest

from blend_shapes.arkit import CHANNELS, INDEX
from blend_shapes.evaluation import faces
from blend_shapes.evaluation.faces import _FACEGOOD, _FACEGOOD_ROUND

NAMES = sorted({n for cell in _FACEGOOD.values() for n in cell.split()} | set(_FACEGOOD_ROUND))


def npz(values: np.ndarray, names: list[str] = NAMES, **more: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, values=values.astype(np.float32), names=np.array(names), fps=np.float32(30), **more)
    return file.getvalue()


def test_a_facegood_face_in_arkits_shapes() -> None:
    values = np.zeros((4, len(NAMES)))
    given = {
        "mouth_stretch_c": 0.4,
        "mouth_funnel_ul": 0.2,
        "mouth_funnel_dr": 0.3,
        "mouth_pucker_l": 0.1,
        "mouth_oo_c": 0.7,
        "mouth_lowerLipDepress_r": 0.6,
        "mouth_suck_dl": 1.4,
    }
    for name, value in given.items():
        values[:, NAMES.index(name)] = value
    found = faces.facegood(npz(values))
    face = found.weights[0]
    assert found.rate == 30.0
    assert face[INDEX["jawOpen"]] == pytest.approx(0.4)
    assert face[INDEX["mouthFunnel"]] == pytest.approx(0.3)
    assert face[INDEX["mouthPucker"]] == pytest.approx(0.1)
    assert face[INDEX["mouthLowerDownRight"]] == pytest.approx(0.6)
    assert face[INDEX["mouthLowerDownLeft"]] == 0.0
    assert face[INDEX["mouthRollLower"]] == 1.0
    assert found.rounding == pytest.approx([0.7] * 4)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not an npz"),
        (b"PK\x03\x04 what", "not an npz"),
        (npz(np.zeros((4, len(NAMES))))[:-30], "not an npz"),
        (npz(np.zeros((4, 2))), "do not fit"),
        (npz(np.zeros((0, len(NAMES)))), "do not fit"),
        (npz(np.zeros((4, 2)), ["a", "b"]), "no shape named"),
        (npz(np.full((4, len(NAMES)), np.nan)), "not a finite number"),
    ],
)
def test_what_is_no_facegood_face(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        faces.facegood(data)


def test_npz_without_its_arrays() -> None:
    file = io.BytesIO()
    np.savez(file, other=np.zeros(3))
    with pytest.raises(ValueError, match="not an npz file with values"):
        faces.facegood(file.getvalue())


def beat(times: list[float], jaw: list[float], names: list[str] | None = None) -> dict[str, Any]:
    names = sorted(CHANNELS[:-1]) if names is None else names
    at = names.index("jawOpen") if "jawOpen" in names else 0
    frames = []
    for time, value in zip(times, jaw, strict=True):
        weights = [0.0] * len(names)
        weights[at] = value
        frames.append({"weights": weights, "time": time, "rotation": [0, 0, 0]})
    return {"names": names, "frames": frames}


def test_beat_is_read_by_name_and_time() -> None:
    """A frame that is missing lies on the line between its neighbours."""
    times = [0.0, 1 / 60, 3 / 60, 4 / 60]
    found = faces.beat(json.dumps(beat(times, [0.1, 0.2, 0.4, -0.3])).encode())
    assert found.rate == 60.0
    assert found.weights[:, INDEX["jawOpen"]] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.0], abs=1e-3)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ({}, "not a BEAT file"),
        ([], "not a BEAT file"),
        ({"names": ["a"], "frames": []}, "1 names|0 names"),
        (beat([], []), "do not have"),
        (beat([0.0, 0.0], [0.0, 0.0]), "rise from frame to frame"),
        (beat([0.0, float("nan")], [0.0, 0.0]), "rise from frame to frame"),
        (beat([0.0, 0.1], [0.0, 0.0], ["x"] * 51), "0 names are those of ARKit"),
        (beat([0.0, 0.1], [0.0, 0.0]) | {"names": list(CHANNELS)}, "do not have 52 weights"),
    ],
)
def test_what_is_no_beat_file(file: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        faces.beat(json.dumps(file).encode())


def test_text_is_no_beat_file() -> None:
    with pytest.raises(ValueError, match="not a BEAT file"):
        faces.beat(b"\xff\xfe")


def live_link(rows: list[tuple[str, float]]) -> bytes:
    """The app's own order: right before left for jaw and mouth."""
    names = [c[0].upper() + c[1:] for c in CHANNELS]
    a, b = names.index("JawLeft"), names.index("JawRight")
    names[a], names[b] = names[b], names[a]
    lines = [",".join(["Timecode", "BlendshapeCount", *names, "HeadYaw"])]
    for timecode, jaw in rows:
        cells = [str(jaw if n == "JawOpen" else 0.5 if n == "JawLeft" else 0.0) for n in names]
        lines.append(",".join([timecode, "61", *cells, "0.1"]))
    return "\n".join(lines).encode()


def test_live_link_face_is_read_by_name_and_timecode() -> None:
    """59.94 frames a second advance by 1.001 a row."""
    rows = [
        (f"10:00:{(30 + n * 1.001) // 60:02.0f}:{(30 + n * 1.001) % 60:06.3f}", n / 1000)
        for n in range(100)
    ]
    found = faces.live_link(live_link(rows))
    assert found.rate == 60.0
    assert found.start == 0.0
    assert found.weights[:, INDEX["jawLeft"]] == pytest.approx([0.5] * len(found.weights))
    assert not found.weights[:, INDEX["jawRight"]].any()
    last = len(found.weights) - 1
    assert found.weights[last, INDEX["jawOpen"]] == pytest.approx(last / 1.001 / 1000, abs=1e-5)


@pytest.mark.parametrize(("base", "rate"), [(24, 24.0), (25, 25.0), (30, 30.0), (60, 60.0)])
def test_timecodes_of_other_rates(base: int, rate: float) -> None:
    rows = [(f"00:00:{n // base:02d}:{n % base:02d}.000", 0.5 * n / base) for n in range(base + 10)]
    found = faces.live_link(live_link(rows))
    assert found.rate == rate
    assert found.channel("jawOpen").at(np.array([1.0]))[0] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1"),
        (b"time,jawOpen\n0,0\n", "line 1"),
        (b"Timecode,BlendshapeCount\n", "0 names"),
        (live_link([]), "no rows"),
        (live_link([("00:00:00:00.000", 0.0), ("0.016", 0.0)]), "line 3: HH:MM:SS"),
        (live_link([("00:00:00:00.000", 0.0)])[:-60], "line 2"),
        (live_link([("00:00:00:00.000", 0.0)]).replace(b"61,0.0", b"61,open"), "line 2: a cell"),
        (live_link([("00:00:00:01.000", 0.0), ("00:00:00:01.000", 0.0)]), "rise from frame to frame"),
    ],
)
def test_what_is_no_csv_of_live_link_face(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        faces.live_link(data)
