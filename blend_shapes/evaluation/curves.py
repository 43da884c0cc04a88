"""Measures of plain curves: correlation and its lag, how well two sets of numbers part, peaks in time."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import signal
from scipy.stats import rankdata

from blend_shapes.evaluation.recording import Curve, Track
from blend_shapes.evaluation.speech import FPS, Mask

REACH_S: Final = 0.1
"""Lags up to this are tried, to both sides (FACE.md 4.2)."""
_WARP_S: Final = 0.25
_FEWEST: Final = 30
"""Points below which a correlation says nothing."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How alike two curves are: Pearson's r at the best lag, that lag, and over how many seconds."""

    r: float
    lag_s: float
    """Above 0 where the measured curve comes later than the true one."""
    seconds: float


def agreement(measured: Track, truth: Track, mask: Mask) -> Agreement:
    """Pearson's r between a curve and the truth at the lag within +-100 ms where it is largest.

    Both are read at the times of the 60 Hz grid that the mask allows, the measured one also moved by each
    whole number of frames; the lag is the peak of a parabola through the best three. nan where there is too
    little or a curve does not move.
    """
    times = np.flatnonzero(mask) / FPS
    known = (times >= truth.start) & (times <= truth.start + (len(truth.values) - 1) / truth.rate)
    times = times[known]
    reach = round(REACH_S * FPS)
    lags = np.arange(-reach - 1, reach + 2)
    if len(times) < _FEWEST:
        return Agreement(float("nan"), float("nan"), len(times) / FPS)
    wanted = truth.at(times)
    r = np.array([pearson(measured.at(times + lag / FPS), wanted) for lag in lags])
    if np.isnan(r).any():
        return Agreement(float("nan"), float("nan"), len(times) / FPS)
    best = 1 + int(np.argmax(r[1:-1]))
    shift, peak = parabola(*r[best - 1 : best + 2])
    return Agreement(peak, (lags[best] + shift) / FPS, len(times) / FPS)


def pearson(a: Curve, b: Curve) -> float:
    """Correlation of two curves; nan where one of them does not move."""
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 1e-12 else float("nan")


def parabola(before: float, at: float, after: float) -> tuple[float, float]:
    """Where a parabola through three neighbours peaks, in steps from the middle one and at most half a
    step, and its height there."""
    bend = before - 2.0 * at + after
    if bend >= 0.0:  # no peak: the best lag lies at the end of the range
        return 0.0, at
    shift = float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5))
    return shift, at - 0.25 * (before - after) * shift


def auc(positive: Curve, negative: Curve) -> float:
    """Chance that a number of the first set is larger than one of the second, ties by half: the area under
    the ROC curve (Mann and Whitney's U over the product of the counts). nan without numbers."""
    n, m = len(positive), len(negative)
    if not n or not m:
        return float("nan")
    ranks = rankdata(np.concatenate([positive, negative]))
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))


def power_share(values: Curve, rate: float, above_hz: float) -> float:
    """Share of a curve's power, without its mean, above a frequency (Welch, Hann, 4 s)."""
    size = min(len(values), round(4 * rate))
    if size < rate:
        return float("nan")
    hz, power = signal.welch(values, rate, nperseg=size, detrend="constant")
    total = float(power.sum())
    return float(power[hz > above_hz].sum()) / total if total > 1e-15 else float("nan")


def turning_offsets(measured: Curve, truth: Curve, rate: float, mask: Mask) -> Curve:
    """How far, in seconds, the steepest rises and falls of the truth are from what corresponds to them in
    the measured curve: the absolute offsets of the cheapest warping path at these points.

    Derivatives, in parts of their own standard deviation within the mask, are aligned by dynamic time
    warping that may shift by a quarter of a second (after Keogh and Pazzani's derivative warping). A
    steepest point is a peak of the true derivative of a standard deviation and more, within the mask.
    """
    if mask.sum() < _FEWEST:
        return np.zeros(0)
    slopes = [np.gradient(c) for c in (measured, truth)]
    sizes = [float(s[mask].std()) for s in slopes]
    if min(sizes) < 1e-9:
        return np.zeros(0)
    own, true = (s / size for s, size in zip(slopes, sizes, strict=True))
    offsets = _warp(own, true, round(_WARP_S * rate))
    peaks = np.concatenate([signal.find_peaks(sign * true, height=1.0)[0] for sign in (1, -1)])
    return np.asarray(np.abs(offsets[peaks[mask[peaks]]]) / rate)


def _warp(measured: Curve, truth: Curve, reach: int) -> Curve:
    """For each point of the truth the mean offset, in points, of those of the measured curve that the
    cheapest path pairs it with; both of one length, no offset beyond `reach`."""
    n, width = len(truth), 2 * reach + 1
    padded = np.pad(measured, reach, constant_values=np.inf)
    cost = (np.lib.stride_tricks.sliding_window_view(padded, width)[:n] - truth[:, None]) ** 2
    total = np.full((n, width), np.inf)
    total[0] = np.cumsum(np.where(np.arange(width) >= reach, np.minimum(cost[0], 1e9), 0.0))
    total[0, :reach] = np.inf
    for i in range(1, n):
        # From the point before: same measured point (one column to the right) or the one before it.
        arrive = np.minimum(total[i - 1], np.append(total[i - 1, 1:], np.inf)).tolist()
        row, left = cost[i].tolist(), math.inf
        for k in range(width):
            left = row[k] + min(arrive[k], left)
            total[i, k] = left
    offsets, k = np.zeros(n), reach
    for i in range(n - 1, -1, -1):
        first = k
        while k > 0 and total[i, k - 1] < (_arrival(total, i, k)):
            k -= 1
        offsets[i] = 0.5 * (first + k) - reach
        if i and k + 1 < width and total[i - 1, k + 1] < total[i - 1, k]:
            k += 1
    return offsets


def _arrival(total: NDArray[np.float64], i: int, k: int) -> float:
    """The cheapest way to cell (i, k) from the row before; infinity in the first row but its middle."""
    if i == 0:
        return 0.0 if k == total.shape[1] // 2 else math.inf
    return float(total[i - 1, k : k + 2].min())
