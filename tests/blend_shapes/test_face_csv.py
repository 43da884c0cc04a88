"""Faces as CSV."""

from pathlib import Path

import numpy as np
import pytest

from blend_shapes.arkit import CHANNELS
from blend_shapes.face import FaceFrames
from blend_shapes.face_csv import COLUMNS, read_csv, write_csv
from tests.blend_shapes.speech import SENTENCE, life_of, spoken


@pytest.mark.parametrize("fps", [30, 60])
def test_what_is_written_is_read(tmp_path: Path, fps: int) -> None:
    frames = life_of(spoken(SENTENCE), fps=fps).split(7)[1]
    write_csv(tmp_path / "face.csv", frames)
    back = read_csv(tmp_path / "face.csv")
    assert (back.first, back.fps, len(back)) == (7, fps, len(frames))
    assert np.abs(back.weights - frames.weights).max() <= 0.5e-4 + 1e-7
    assert np.abs(back.head - frames.head).max() <= 0.5e-3 + 1e-6


def test_the_columns(tmp_path: Path) -> None:
    write_csv(tmp_path / "face.csv", life_of(spoken(["a"])))
    lines = (tmp_path / "face.csv").read_text().splitlines()
    assert lines[0] == ",".join(("time", *CHANNELS, "headYaw", "headPitch", "headRoll"))
    assert [line.split(",")[0] for line in lines[1:4]] == ["0.000000", "0.016667", "0.033333"]


@pytest.mark.parametrize("count", [0, 1])
def test_few_rows(tmp_path: Path, count: int) -> None:
    frames = life_of([]).split(count)[0]
    write_csv(tmp_path / "face.csv", frames)
    assert len(read_csv(tmp_path / "face.csv")) == count


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: no column time, eyeBlinkLeft"),
        ("time,jawOpen\n0,0\n", "line 1: no column eyeBlinkLeft"),
        (",".join(COLUMNS) + "\n0,1,2\n", "line 2: 56 numbers"),
        (",".join(COLUMNS) + "\n" + ",".join(["x"] * 56) + "\n", "line 2: 56 numbers"),
        (",".join(COLUMNS) + "\n" + ",".join(["nan"] * 56) + "\n", "not a finite"),
        (",".join(COLUMNS) + "".join("\n" + ",".join([t] * 56) for t in ("0", "0.1", "0.5")), "even steps"),
        (",".join(COLUMNS) + "".join("\n" + ",".join([t] * 56) for t in ("0", "0")), "even steps"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "face.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_csv(tmp_path / "face.csv")


def test_columns_in_any_order(tmp_path: Path) -> None:
    frames = FaceFrames(0, 60, np.eye(52, dtype=np.float32), np.zeros((52, 3), np.float32))
    write_csv(tmp_path / "face.csv", frames)
    rows = [line.split(",") for line in (tmp_path / "face.csv").read_text().splitlines()]
    (tmp_path / "back.csv").write_text("\n".join(",".join(row[::-1]) for row in rows))
    assert np.array_equal(read_csv(tmp_path / "back.csv").weights, frames.weights)
