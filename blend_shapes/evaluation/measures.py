"""The measures of the table, each over everything that faces have shown.

The docstring of a measure is its definition; the JSON has it beside the value. A measure of nothing is nan
with n 0. Sources: FACE.md 4.2 unless it says another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from blend_shapes.evaluation import jaw, phones
from blend_shapes.evaluation.curves import auc
from blend_shapes.evaluation.evidence import Evidence
from blend_shapes.evaluation.recording import Curve

_NAN: Final = float("nan")


@dataclass(frozen=True, slots=True)
class Measure:
    """A value and of how many labels, or how many seconds, it is the mean."""

    value: float
    n: float


def _mean(values: Sequence[float] | Curve) -> Measure:
    known = np.array([v for v in values if v == v], np.float64)
    return Measure(float(known.mean()), len(known)) if len(known) else Measure(_NAN, 0)


def _weighted(pairs: Sequence[tuple[float, float]]) -> Measure:
    """Mean of (value, weight), n the sum of weights."""
    known = [(v, w) for v, w in pairs if v == v and w > 0]
    total = sum(w for _, w in known)
    return Measure(sum(v * w for v, w in known) / total, total) if known else Measure(_NAN, 0)


def closure_hits(all_of: Sequence[Evidence], form: str) -> Measure:
    """Share of labelled m b p with closed lips between 40 ms before and 30 ms after the label, and open
    ones (aperture .10) within 200 ms around it."""
    return _mean([float(c.hit) for e in all_of for c in e.closures[form]])


def closure_chance(all_of: Sequence[Evidence], form: str) -> Measure:
    """The hit rate of the same labels moved to every place (each 10 ms) of their recording's speech whose
    window is 60 ms and more from any m b p f v and from silence: what random shifts give on average."""
    return _mean([c.chance for e in all_of for c in e.closures[form]])


def closure_anywhere(all_of: Sequence[Evidence], form: str) -> Measure:
    """The hit rate of the same labels moved to every place (each 10 ms) of their recording's speech, other
    labials among them: a mouth that closes for those alone is above 0 here, so nothing is subtracted."""
    return _mean([c.anywhere for e in all_of for c in e.closures[form]])


def closure_net(all_of: Sequence[Evidence], form: str) -> Measure:
    """Closure hit rate minus its chance, over the labels that have one."""
    return _mean([float(c.hit) - c.chance for e in all_of for c in e.closures[form]])


def sealed_share(all_of: Sequence[Evidence], form: str) -> Measure:
    """Share of the labelled closure (of a stop: up to its burst) with closed lips, mean over m b p."""
    return _mean([c.sealed for e in all_of for c in e.closures[form]])


def _onsets(all_of: Sequence[Evidence], form: str) -> Curve:
    return np.array(
        [1000.0 * c.onset for e in all_of for c in e.closures[form] if c.hit and c.onset == c.onset]
    )


def onset_median(all_of: Sequence[Evidence], form: str) -> Measure:
    """Median of where lips have closed minus where the label starts, ms, over m b p that are hit and follow
    a phone that is neither pause nor labial."""
    found = _onsets(all_of, form)
    return Measure(float(np.median(found)) if len(found) else _NAN, len(found))


def onset_p90(all_of: Sequence[Evidence], form: str) -> Measure:
    """90th percentile of the absolute closure onset, ms, over the same labels."""
    found = _onsets(all_of, form)
    return Measure(float(np.percentile(np.abs(found), 90)) if len(found) else _NAN, len(found))


def false_share(all_of: Sequence[Evidence], form: str) -> Measure:
    """Share of speech 60 ms and more from m b p f v and from silence with closed lips; n in seconds."""
    closed, total = np.sum([e.false[form] for e in all_of], axis=0)
    return Measure(float(closed / total) if total else _NAN, float(total) / 1000.0)


def labiodental_hits(all_of: Sequence[Evidence], form: str) -> Measure:
    """Share of labelled f v with, in some frame, the lip on the teeth. "head": lower lip within 1 mm of the
    upper teeth and lips 1 mm apart on the mesh. "weights": rollLower .25, upperUp .08, mouthClose at most
    half of jawOpen."""
    return _mean([float(hit[form == "weights"]) for e in all_of for hit in e.labiodentals])


def rounding_hits(all_of: Sequence[Evidence]) -> Measure:
    """Share of u o w y ʃ whose max(funnel, pucker) in the middle is .2 and .1 above the mean of i e s."""
    rounded, spread = _rounding(all_of)
    return Measure(
        phones.round_hits(rounded, spread) / len(rounded) if len(rounded) else _NAN, len(rounded)
    )


def rounding_auc(all_of: Sequence[Evidence]) -> Measure:
    """Chance that max(funnel, pucker) in the middle of a u o w y ʃ is larger than in that of an i e s."""
    rounded, spread = _rounding(all_of)
    return Measure(auc(rounded, spread), len(rounded) + len(spread))


def _rounding(all_of: Sequence[Evidence]) -> tuple[Curve, Curve]:
    return (
        np.concatenate([np.zeros(0), *(e.rounded for e in all_of)]),
        np.concatenate([np.zeros(0), *(e.spread for e in all_of)]),
    )


def likeness(all_of: Sequence[Evidence], name: str) -> Measure:
    """Pearson's r with the true curve at the best lag within +-100 ms; mean over recordings by seconds.
    Lips: aperture against the distance of the lip sensors, in speech. Jaw, rounding (max of funnel and
    pucker, of the capture also oh and oo) and lower lip against the capture, over all of it unless "in
    speech"."""
    return _weighted([(e.alike[name].r, e.alike[name].seconds) for e in all_of if name in e.alike])


def lag(all_of: Sequence[Evidence], name: str) -> Measure:
    """The lag of that best correlation, ms, above 0 where the face is late; mean by seconds."""
    pairs = [(1000.0 * e.alike[name].lag_s, e.alike[name].seconds) for e in all_of if name in e.alike]
    return _weighted(pairs)


def _ratio(
    all_of: Sequence[Evidence], of: Callable[[jaw.JawMotion], Curve], figure: float, share: float
) -> Measure:
    """`share` 0 compares standard deviations, else that percentile; recordings with a capture against
    it, the others against FACE.md's figure."""

    def size(runs: Sequence[jaw.JawMotion]) -> float:
        values = np.concatenate([np.zeros(0), *(of(r) for r in runs)])
        if not len(values):
            return _NAN
        return float(np.percentile(values, share) if share else values.std())

    alone = [e.jaw for e in all_of if e.captured_jaw is None]
    both = [(e.jaw, e.captured_jaw) for e in all_of if e.captured_jaw is not None]
    against = size([c for _, c in both])
    return _weighted(
        [
            (size(alone) / figure, sum(j.seconds for j in alone)),
            (
                size([j for j, _ in both]) / against if against > 0 else _NAN,
                sum(j.seconds for j, _ in both),
            ),
        ]
    )


def jaw_sd(all_of: Sequence[Evidence]) -> Measure:
    """Standard deviation of jawOpen in speech against the capture's, or without one against .135 (FACE.md
    2.5); at 30 frames a second."""
    return _ratio(all_of, lambda j: j.values, jaw.CAPTURED_SD, 0)


def jaw_opening(all_of: Sequence[Evidence]) -> Measure:
    """95th percentile of the speed of opening steps of jawOpen in speech against the capture's, or without
    one against 4.8 /s (FACE.md 2.5); at 30 frames a second."""
    return _ratio(all_of, lambda j: j.opening, jaw.CAPTURED_OPENING, 95)


def jaw_closing(all_of: Sequence[Evidence]) -> Measure:
    """The same of closing steps, without a capture against 5.7 /s."""
    return _ratio(all_of, lambda j: j.closing, jaw.CAPTURED_CLOSING, 95)


def jitter(all_of: Sequence[Evidence]) -> Measure:
    """Mean absolute acceleration of jawOpen in speech at 30 frames a second, 1/s^2."""
    values = np.concatenate([np.zeros(0), *(e.jaw.acceleration for e in all_of)])
    return Measure(float(values.mean()) if len(values) else _NAN, len(values) / jaw.RATE)


def high_power(all_of: Sequence[Evidence]) -> Measure:
    """Share of the power of jawOpen, without its mean, above 8 Hz; mean over recordings by seconds."""
    return _weighted([(e.jaw.high, e.seconds) for e in all_of])


def pause_noise(all_of: Sequence[Evidence]) -> Measure:
    """99th percentile in pauses of 0.4 s and more, without 150 ms after speech and 200 ms before
    it, of the largest distance of a
    mouth shape from where the driver has it in digital silence, or of the lips' aperture if larger."""
    values = np.concatenate([np.zeros(0), *(e.pauses for e in all_of)])
    return Measure(float(np.percentile(values, 99)) if len(values) else _NAN, len(values) / 60)


def first_movement(all_of: Sequence[Evidence]) -> Measure:
    """Median of where a mouth shape has first moved by .05 minus where sound begins, ms, after pauses of
    0.4 s and more and at the beginnings of recordings."""
    values = np.concatenate([np.zeros(0), *(e.starts for e in all_of)])
    return Measure(1000.0 * float(np.median(values)) if len(values) else _NAN, len(values))


def second_by_second(all_of: Sequence[Evidence]) -> Measure:
    """Correlation of mean aperture with level (dB, above 150 Hz) over whole seconds, mean over recordings
    by seconds (SLCC of FACE.md 4.2)."""
    return _weighted([(e.loudness.r, e.loudness.seconds) for e in all_of])


def turning_points(all_of: Sequence[Evidence]) -> Measure:
    """Mean absolute offset, ms, at the steepest rises and falls of the true aperture (of the capture, or
    the distance of the lip sensors) in speech, from what dynamic time warping of the derivatives pairs them
    with (MTM of FACE.md 4.2)."""
    return _mean([1000.0 * offset for e in all_of for offset in e.turning])
