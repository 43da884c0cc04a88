"""Faces as CSV: a row for each frame with `time` in seconds, the 52 weights and the head in degrees."""

import csv
from typing import Final, TextIO

import numpy as np

from blend_shapes.arkit import CHANNELS, HEAD_ANGLES
from blend_shapes.face import FaceFrames

COLUMNS: Final[tuple[str, ...]] = ("time", *CHANNELS, *HEAD_ANGLES)


def write(file: TextIO, frames: FaceFrames) -> None:
    """Header and rows. Open the file with ``newline=""``. Weights keep four decimals, times six, angles
    three."""
    rows = csv.writer(file)
    rows.writerow(COLUMNS)
    for time, weights, head in zip(
        frames.times().tolist(), frames.weights.tolist(), frames.head.tolist(), strict=True
    ):
        rows.writerow([f"{time:.6f}", *(f"{w:.4f}" for w in weights), *(f"{a:.3f}" for a in head)])


def read(file: TextIO) -> FaceFrames:
    """What `write` wrote, columns in any order. Raises ValueError that names the line and what is wrong."""
    rows = csv.reader(file)
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
    fps = _fps(values[:, 0])
    first = round(values[0, 0] * fps) if len(values) else 0
    weights = values[:, 1 : 1 + len(CHANNELS)].astype(np.float32)
    return FaceFrames(first, fps, weights, values[:, 1 + len(CHANNELS) :].astype(np.float32))


def _fps(times: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> int:
    """Frames a second of evenly spaced times; 60 where fewer than two rows leave it open."""
    if len(times) < 2:
        return 60
    span = float(times[-1] - times[0])
    fps = round((len(times) - 1) / span) if span > 0 else 0
    if fps < 1 or np.abs(np.diff(times) - 1.0 / fps).max() > 2e-3 / fps + 2e-6:
        raise ValueError("times want even steps of a whole number of frames a second")
    return fps
