"""Windows in media time: rise, hold, fall, and exactly 0 outside.

The ease is the cubic smoothstep, a close stand-in for the raised cosine (steepest slope 1.5 against 1.57)
made of sums and products only, so that the same time gives the same bits whatever array it stands in.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]
"""Media times in seconds: hours must stay exact."""
Array = NDArray[np.float32]
"""Everything that is not a time."""
Row = tuple[float, float, float, float]
"""(start of rise, 1 / length of rise, end of fall, 1 / length of fall), in seconds."""

_SHORTEST_S = 1e-3


def row(rise: float, full: float, leave: float, end: float) -> Row:
    """The window that leaves 0 at `rise`, is 1 from `full` to `leave` and 0 again from `end`.

    Where `leave` comes before `full` the edges cross and the window stays below 1.
    """
    return rise, 1.0 / max(full - rise, _SHORTEST_S), end, 1.0 / max(end - leave, _SHORTEST_S)


def released_sooner(window: Row, fall: float) -> Row:
    """The same window with its fall begun where it was, and cut to `fall` seconds if it took longer."""
    rise, per_rise, end, per_fall = window
    length = 1.0 / per_fall
    return window if length <= fall else (rise, per_rise, end - length + fall, 1.0 / max(fall, _SHORTEST_S))


def between(rows: Sequence[Row], begin: float, end: float) -> list[Row]:
    """Those that are not 0 all over [begin, end], in their order."""
    return [r for r in rows if r[0] < end and r[2] > begin]


def smoothstep(x: Times) -> Array:
    """3x^2 - 2x^3 of x clipped to [0, 1]. Clips its argument in place."""
    np.maximum(x, 0.0, out=x)
    np.minimum(x, 1.0, out=x)
    y = x.astype(np.float32)
    z = y * -2.0
    z += 3.0
    y *= y
    y *= z
    return y


def evaluate(rows: Sequence[Row] | NDArray[np.float64], times: Times) -> Array:
    """Shape (rows, times)."""
    if not len(rows):
        return np.zeros((0, len(times)), np.float32)
    table = np.asarray(rows)
    up = times - table[:, 0:1]
    up *= table[:, 1:2]
    down = table[:, 2:3] - times
    down *= table[:, 3:4]
    np.minimum(up, down, out=up)
    return smoothstep(up)


def union(windows: Array) -> Array:
    """At least one of them: 1 - product of the complements, along axis 0. Order of rows is kept."""
    none: Array = np.multiply.reduce(1.0 - windows, axis=0)
    return 1.0 - none


def evaluate_each(groups: Sequence[Sequence[Row]], times: Times) -> list[Array]:
    """`evaluate` of several lists of rows in one sweep."""
    windows = evaluate([r for rows in groups for r in rows], times)
    found, begin = [], 0
    for rows in groups:
        found.append(windows[begin : begin + len(rows)])
        begin += len(rows)
    return found


def strongest(windows: Array) -> Array:
    """The largest of them, along axis 0; 0 where there are none."""
    if not len(windows):
        return np.zeros(windows.shape[1], np.float32)
    strongest: Array = np.maximum.reduce(windows, axis=0)
    return strongest
