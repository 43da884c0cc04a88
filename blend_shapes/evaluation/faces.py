"""Captured faces in other people's files: FACEGOOD's npz, BEAT's json, the csv of Live Link Face."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS, INDEX
from blend_shapes.evaluation.recording import Capture
from blend_shapes.face import Weights

_FACEGOOD: Final = {
    "jawOpen": "mouth_stretch_c",
    "mouthClose": "mouth_chew_c",
    "mouthFunnel": "mouth_funnel_dl mouth_funnel_dr mouth_funnel_ul mouth_funnel_ur",
    "mouthPucker": "mouth_pucker_l mouth_pucker_r",
    "jawForward": "jaw_thrust_c",
    "mouthRollLower": "mouth_suck_dl mouth_suck_dr",
    "mouthRollUpper": "mouth_suck_ul mouth_suck_ur",
    "mouthShrugLower": "mouth_chinRaise_d",
    "mouthShrugUpper": "mouth_chinRaise_u",
} | {
    shape + side: " ".join(f"{name}_{side[0].lower()}" for name in names.split())
    for shape, names in {
        "mouthSmile": "mouth_lipCornerPull",
        "mouthFrown": "mouth_lipCornerDepress mouth_lipCornerDepressFix",
        "mouthDimple": "mouth_dimple",
        "mouthStretch": "mouth_lipStretch",
        "mouthPress": "mouth_press",
        "mouthLowerDown": "mouth_lowerLipDepress",
        "mouthUpperUp": "mouth_upperLipRaise",
    }.items()
    for side in ("Left", "Right")
}
"""Each ARKit shape is the largest of these shapes of the solved face (FACE.md 5)."""
_FACEGOOD_ROUND: Final = ("mouth_oh_c", "mouth_oo_c")
_BY_LOWER: Final = {name.lower(): i for i, name in enumerate(CHANNELS)}
_TIMECODE: Final = re.compile(r"(\d+):(\d+):(\d+)[:;](\d+(?:\.\d+)?)")
_FEWEST_SHAPES: Final = 20
"""A file with fewer known names than this is something else."""


def facegood(data: bytes) -> Capture:
    """``values`` (frames, shapes), ``names`` and ``fps`` of an npz file. Raises ValueError."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            values, names, fps = file["values"], [str(n) for n in file["names"]], float(file["fps"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"not an npz file with values, names and fps ({error})") from None
    if values.ndim != 2 or values.shape[1] != len(names) or not len(values):
        raise ValueError(f"values of shape {values.shape} do not fit {len(names)} names")
    at = {name: i for i, name in enumerate(names)}
    wanted = {n for cell in _FACEGOOD.values() for n in cell.split()} | set(_FACEGOOD_ROUND)
    if missing := sorted(wanted - set(at)):
        raise ValueError(f"no shape named {', '.join(missing[:3])}")
    weights = np.zeros((len(values), len(CHANNELS)), np.float32)
    for shape, cell in _FACEGOOD.items():
        weights[:, INDEX[shape]] = values[:, [at[n] for n in cell.split()]].max(axis=1)
    other = values[:, [at[n] for n in _FACEGOOD_ROUND]].max(axis=1)
    return _capture(weights, fps, 0.0, other)


def beat(data: bytes) -> Capture:
    """``names`` and ``frames`` of ``weights`` and ``time`` of a BEAT json file. Raises ValueError."""
    try:
        file = json.loads(data)
        columns = _columns([str(n) for n in file["names"]])
        times = np.array([float(f["time"]) for f in file["frames"]])
        values = np.array([f["weights"] for f in file["frames"]], np.float64)
    except (KeyError, TypeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"not a BEAT file with names, weights and time ({error})") from None
    if values.ndim != 2 or values.shape[1] != len(file["names"]):
        raise ValueError(f"frames do not have {len(file['names'])} weights each")
    return _resampled(times, values, columns, 60.0)


def live_link(data: bytes) -> Capture:
    """Rows of a csv of Live Link Face; time 0 is the first row. Raises ValueError naming the line.

    A timecode is ``HH:MM:SS:FF.fff``; its frames are counted to 24, 25, 30 or 60 a second, whichever the
    largest needs, and the seconds are true ones: an app that captures 59.94 frames a second advances by
    1.001 frames a row.
    """
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig", "replace"))))
    if not rows or [c.lower() for c in rows[0][:1]] != ["timecode"]:
        raise ValueError("line 1: a csv of Live Link Face begins with the column Timecode")
    columns = _columns(rows[0])
    clock, values = [], []
    for line, cells in enumerate(rows[1:], start=2):
        if not cells:
            continue
        found = _TIMECODE.fullmatch(cells[0].strip())
        if found is None or len(cells) < len(rows[0]):
            raise ValueError(f"line {line}: HH:MM:SS:FF.fff and {len(rows[0]) - 1} numbers are wanted")
        clock.append([float(g) for g in found.groups()])
        try:
            values.append([float(cells[i]) for i in columns.values()])
        except ValueError:
            raise ValueError(f"line {line}: a cell is not a number") from None
    if not clock:
        raise ValueError("no rows after the header")
    hours, minutes, seconds, ticks = np.array(clock).T
    base = next((b for b in (24, 25, 30) if ticks.max() < b and len(set(seconds)) > 1), 60)
    times = 3600 * hours + 60 * minutes + seconds + ticks / base
    table = np.array(values, np.float64)
    return _resampled(times - times[0], table, {c: i for i, c in enumerate(columns)}, float(base))


def _columns(names: Sequence[str]) -> dict[int, int]:
    """Index of an ARKit channel to index of the column that holds it."""
    found = {_BY_LOWER[n.strip().lower()]: i for i, n in enumerate(names) if n.strip().lower() in _BY_LOWER}
    if len(found) < _FEWEST_SHAPES or INDEX["jawOpen"] not in found:
        raise ValueError(
            f"{len(found)} names are those of ARKit's shapes; jawOpen and most others are wanted"
        )
    return found


def _resampled(
    times: NDArray[np.float64], values: NDArray[np.float64], columns: dict[int, int], rate: float
) -> Capture:
    """Rows at any rising times on a grid of `rate`, straight lines between them."""
    if not len(times) or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise ValueError("times of frames are finite and rise from frame to frame")
    grid = times[0] + np.arange(int((times[-1] - times[0]) * rate + 1e-6) + 1) / rate
    weights = np.zeros((len(grid), len(CHANNELS)), np.float32)
    for channel, column in columns.items():
        weights[:, channel] = np.interp(grid, times, values[:, column])
    return _capture(weights, rate, float(times[0]), None)


def _capture(weights: Weights, rate: float, start: float, rounding: NDArray[np.floating] | None) -> Capture:
    """Weights clipped to [0, 1]: solvers overshoot on both sides."""
    if not np.isfinite(weights).all():
        raise ValueError("a weight is not a finite number")
    if not rate > 0:
        raise ValueError(f"{rate:g} frames a second")
    clipped = np.clip(weights, 0.0, 1.0)
    rounded = clipped[:, [INDEX["mouthFunnel"], INDEX["mouthPucker"]]].max(axis=1).astype(np.float64)
    if rounding is not None:
        rounded = np.maximum(rounded, np.clip(rounding, 0.0, 1.0))
    return Capture(clipped, rate, rounded, start)
