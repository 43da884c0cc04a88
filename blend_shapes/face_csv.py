"""Faces as CSV: a row for each frame with `time` in seconds, the 52 weights and the head in degrees."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS, HEAD_ANGLES
from blend_shapes.face import FaceFrames

Array = NDArray[np.float64]

COLUMNS: Final[tuple[str, ...]] = ("time", *CHANNELS, *HEAD_ANGLES)


def write_csv(path: Path | str, frames: FaceFrames) -> None:
    """Header and rows. Weights keep four decimals, times six, angles three. Raises OSError."""
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        table = (frames.times().tolist(), frames.weights.tolist(), frames.head.tolist())
        for time, weights, head in zip(*table, strict=True):
            rows.writerow([f"{time:.6f}", *(f"{w:.4f}" for w in weights), *(f"{a:.3f}" for a in head)])


def read_csv(path: Path | str) -> FaceFrames:
    """What `write_csv` wrote, columns in any order. Raises OSError, or ValueError saying what is wrong."""
    with Path(path).open(newline="", encoding="utf-8") as file:
        values = _table(csv.reader(file))
    fps = _fps(values[:, 0])
    first = round(values[0, 0] * fps) if len(values) else 0
    weights, head = np.split(values[:, 1:].astype(np.float32), [len(CHANNELS)], axis=1)
    return FaceFrames(first, fps, weights, head)


def _table(rows: Iterator[list[str]]) -> Array:
    """Shape (rows, 56), columns as COLUMNS."""
    header = next(rows, [])
    missing = [c for c in COLUMNS if c not in header]
    if missing:
        raise ValueError(
            f"line 1: no column {', '.join(missing[:3])}; wanted are time, the 52 ARKit names and the head"
        )
    order = [header.index(c) for c in COLUMNS]
    table = []
    for line, cells in enumerate(rows, start=2):
        if not cells:
            continue
        try:
            table.append([float(cells[i]) for i in order])
        except (ValueError, IndexError):
            raise ValueError(f"line {line}: {len(header)} numbers are wanted") from None
    values = np.array(table, np.float64).reshape(-1, len(COLUMNS))
    if not np.isfinite(values).all():
        raise ValueError("a cell is not a finite number")
    return values


def _fps(times: Array) -> int:
    """Frames a second of evenly spaced times; 60 where fewer than two rows leave it open."""
    if len(times) < 2:
        return 60
    span = float(times[-1] - times[0])
    fps = round((len(times) - 1) / span) if span > 0 else 0
    if fps < 1 or np.abs(np.diff(times) - 1.0 / fps).max() > 2e-3 / fps + 2e-6:
        raise ValueError("times want even steps of a whole number of frames a second")
    return fps
