"""Measures of plain curves: correlation and its lag, how well two sets of numbers part, peaks in time."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import signal
from scipy.stats import rankdata

from blend_shapes.evaluation.recording import Curve, Track
from blend_shapes.evaluation.speech import FPS, Mask

REACH_S: Final = 0.1
"""Lags up to this are tried, to both sides (FACE.md 4.2)."""
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


def steepest(values: Curve, rate: float, mask: Mask, sign: int) -> Curve:
    """Times of the steepest rises (sign 1) or falls (-1): peaks of the derivative that reach its standard
    deviation, within the mask."""
    slope = sign * np.gradient(values) * rate
    if not mask.any() or slope[mask].std() < 1e-9:
        return np.zeros(0)
    peaks, _ = signal.find_peaks(slope, height=slope[mask].std())
    return np.asarray(peaks[mask[peaks]] / rate)


def warped_offset(a: Curve, b: Curve) -> float:
    """Mean distance in seconds of two rows of times, paired in order by dynamic time warping (the cheapest
    path from first to last, each step forward in one or both). nan where a row is empty."""
    if not len(a) or not len(b):
        return float("nan")
    cost = np.abs(a[:, None] - b[None, :])
    total = np.full((len(a) + 1, len(b) + 1), np.inf)
    steps = np.zeros((len(a) + 1, len(b) + 1))
    total[0, 0] = 0.0
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            k, m = min(((i - 1, j - 1), (i - 1, j), (i, j - 1)), key=lambda at: (total[at], steps[at]))
            total[i, j] = total[k, m] + cost[i - 1, j - 1]
            steps[i, j] = steps[k, m] + 1
    return float(total[-1, -1] / steps[-1, -1])
