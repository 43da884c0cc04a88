"""The mouth's curves from its score, on a fixed grid in media time.

Steps, each over whole arrays: the vowel track (dominance blending after Cohen and Massaro 1993, with
windows of compact support), the consonant track over it, rest where nobody speaks, the constraints, the
limits of speed, a light smoothing.

Speed is limited without state. The limited curve is the largest one below the wanted curve whose slopes
keep the limits: y(t) = min over s of x(s) + rate * |t - s|, with one rate for opening and one for
closing. It looks `_REACH` grid points to either side and no further, because no curve rises higher in
that time, and since it only ever lowers a curve it cannot open a closed mouth. The lips' share of an
opening is the *gap*, jawOpen - mouthClose; limiting jaw and gap, and writing mouthClose as their
difference, keeps sealed lips sealed.
"""

from typing import Final

import numpy as np

from blend_shapes.articulation.effort import Effort
from blend_shapes.articulation.score import Score
from blend_shapes.articulation.tables import BASE_SIZE, GROUP_OF, Tables
from blend_shapes.articulation.windows import Array, between, evaluate_each, strongest, union
from blend_shapes.phonemes.targets import CORE, REST, Seal

GRID_HZ: Final = 60
"""Curves are sampled here, and any other frame rate interpolates: articulation has nothing above 8 Hz."""
_REACH: Final = 7
_KERNEL: Final = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
"""Binomial, standard deviation one grid step (17 ms)."""
MARGIN: Final = _REACH + len(_KERNEL) // 2
"""Grid points on either side that a point of the finished curve depends on."""

_SEALS: Final = (Seal.BILABIAL, Seal.LABIODENTAL, Seal.SIBILANT)
_AT: Final = {name: i for i, name in enumerate(CORE)}
_JAW, _GAP = _AT["jawOpen"], _AT["mouthClose"]
_LOWER, _UPPER = _AT["mouthLowerDown"], _AT["mouthUpperUp"]
_ROLL_LOWER, _ROLL_UPPER, _PRESS = _AT["mouthRollLower"], _AT["mouthRollUpper"], _AT["mouthPress"]
_FUNNEL, _PUCKER, _TONGUE = _AT["mouthFunnel"], _AT["mouthPucker"], _AT["tongueOut"]

_FACTOR_OF: Final = np.array([int(c not in ("jawOpen", "mouthClose")) for c in CORE])
"""Which factor of effort moves a channel: the jaw's, with the lips that ride on it, or the lips'."""
_MAX_JAW: Final = 0.65
_OPENING: Final = {"jawOpen": 7.0, "mouthClose": 6.0}
_CLOSING: Final = {"jawOpen": 9.0, "mouthClose": 6.0}
_LIP_RATE: Final = 14.0
"""Limits per second, from captured speech: a jaw's 99th percentile is 6.9 opening and 7.8 closing, counted
from picture to picture at 30 a second. mouthClose, the difference of jaw and gap, keeps 15."""
_UP: Final = np.array([_OPENING.get(c, _LIP_RATE) for c in CORE], np.float32) / GRID_HZ
_DOWN: Final = np.array([_CLOSING.get(c, _LIP_RATE) for c in CORE], np.float32) / GRID_HZ

_REST: Final = np.array([REST.get(c, 0.0) if c != "mouthClose" else 0.0 for c in CORE], np.float32)
"""At rest the gap is 0: lips touch."""
_IDLE_DOMINANCE: Final = 0.1
_IDLE_WEIGHTS: Final = {"jawOpen": 0.12, "mouthLowerDown": 0.12, "mouthStretch": 0.05}
_IDLE: Final = np.array([_IDLE_WEIGHTS.get(c, 0.0) for c in CORE], np.float32)
"""Between phones that leave the vowel track alone for long, the mouth of a speaker, not of a listener."""


def curves(score: Score, tables: Tables, first: int, count: int, effort: Effort | None = None) -> Array:
    """Core weights, shape (count, 16), of grid points `first`, `first + 1`, ...; `mouthClose` is itself
    again.

    `effort` has heard the voice; without it every syllable is as loud as another. Before time 0 the mouth
    is at rest.
    """
    times = np.arange(first - MARGIN, first + count + MARGIN, dtype=np.float64) / GRID_HZ
    begin, end = float(times[0]), float(times[-1])
    vowels = score.vowels.between(begin, end)
    consonants = score.consonants.between(begin, end)
    held = score.constraints
    slow, slow_round, fast, fast_round, speaking, *seals = evaluate_each(
        (
            vowels.rows,
            vowels.round_rows,
            consonants.rows,
            consonants.round_rows,
            between(score.speaking, begin, end),
            *(between(held.seals[kind], begin, end) for kind in _SEALS),
        ),
        times,
    )
    wanted = _vowels(
        _weigh(slow, tables.base[vowels.targets]), _weigh(slow_round, tables.rounding[vowels.targets])
    )
    if effort is not None:
        wanted *= effort.factors(first - MARGIN, count + 2 * MARGIN)[:, _FACTOR_OF]
    if consonants.targets:
        base = _weigh(fast, tables.base[consonants.targets])
        _lay_over(wanted, base, _weigh(fast_round, tables.rounding[consonants.targets]))
    wanted[:, _GAP] = np.maximum(wanted[:, _JAW] - wanted[:, _GAP], 0.0)
    wanted -= _REST
    wanted *= union(speaking)[:, None]
    wanted += _REST
    _constrain(wanted, *seals)
    if times[0] < 0.0:
        wanted[times < 0.0] = _REST
    return finish(wanted)


def finish(wanted: Array) -> Array:
    """Wanted core weights with the gap in place of `mouthClose`, shape (n, 16), to finished ones (n - 2
    MARGIN, 16)."""
    limited = limit_speed(wanted)
    np.minimum(limited[:, _GAP], limited[:, _JAW], out=limited[:, _GAP])
    limited -= _REST  # so that rest stays exactly rest
    smooth = _smooth(limited)
    smooth += _REST
    smooth[:, _GAP] = smooth[:, _JAW] - smooth[:, _GAP]
    return smooth


def _weigh(windows: Array, rows: Array) -> Array:
    """Table rows times their windows, shape (phones, times, columns)."""
    weighed: Array = windows[:, :, None] * rows[:, None, :]
    return weighed


def _sums(base: Array, rounding: Array) -> tuple[Array, Array]:
    """Over all phones: weights times dominance, shape (times, 16), and dominances, shape (times, 4)."""
    b: Array = np.add.reduce(base, axis=0)
    r: Array = np.add.reduce(rounding, axis=0)
    weights = np.concatenate([b[:, :BASE_SIZE], r[:, :-1]], axis=1)
    return weights, np.concatenate([b[:, BASE_SIZE:], r[:, -1:]], axis=1)


def _vowels(base: Array, rounding: Array) -> Array:
    """Vowels blended by dominance, shape (times, 16)."""
    pose, dominance = _sums(base, rounding)
    pose += _IDLE_DOMINANCE * _IDLE
    dominance += _IDLE_DOMINANCE
    pose /= dominance[:, GROUP_OF]
    return pose


def _lay_over(pose: Array, base: Array, rounding: Array) -> None:
    """Consonants over the vowels, in place: each group as far as some consonant covers it."""
    mean, dominance = _sums(base, rounding)
    mean /= (dominance + 1e-9)[:, GROUP_OF]
    cover = np.concatenate([union(base[:, :, BASE_SIZE:]), union(rounding[:, :, -1:])], axis=1)
    mean -= pose
    mean *= cover[:, GROUP_OF]
    pose += mean


def _constrain(x: Array, bilabial: Array, labiodental: Array, sibilant: Array) -> None:
    """Hold what must hold, in place: narrow jaw for sibilants, lip on teeth for f and v, sealed lips for
    m b p."""
    np.minimum(x[:, _JAW], _MAX_JAW, out=x[:, _JAW])
    if len(sibilant):
        _pull(x, _JAW, strongest(sibilant), np.minimum(x[:, _JAW], 0.12))
    if len(labiodental):
        k = strongest(labiodental)
        _pull(x, _JAW, k, np.minimum(x[:, _JAW], 0.06))
        _pull(x, _GAP, k, x[:, _JAW])
        _pull(x, _ROLL_LOWER, k, np.maximum(x[:, _ROLL_LOWER], 0.48))
        _pull(x, _UPPER, k, np.maximum(x[:, _UPPER], 0.26))
        # Lips that are pushed out do not reach the teeth.
        _pull(x, _PUCKER, k, np.minimum(x[:, _PUCKER], 0.05))
        for channel in (_LOWER, _FUNNEL):
            x[:, channel] *= 1.0 - k
    if len(bilabial):
        k = strongest(bilabial)
        _pull(x, _JAW, k, np.minimum(x[:, _JAW], 0.03))
        # A funnel parts the lips by its nature; where they are sealed, rounding is a pucker.
        x[:, _PUCKER] += 0.5 * k * x[:, _FUNNEL]
        for channel in (_GAP, _LOWER, _UPPER, _FUNNEL, _TONGUE):
            x[:, channel] *= 1.0 - k
        for channel, least in ((_PRESS, 0.08), (_ROLL_LOWER, 0.05), (_ROLL_UPPER, 0.05)):
            _pull(x, channel, k, np.maximum(x[:, channel], least))
    np.clip(x, 0.0, 1.0, out=x)


def _pull(x: Array, channel: int, share: Array, to: Array) -> None:
    x[:, channel] += share * (to - x[:, channel])


def limit_speed(x: Array) -> Array:
    """The largest curves below `x`, shape (points, 16), that keep the limits; true except at `_REACH` at
    the ends.

    Steps of 1, 2 and 4 points reach 7 in three passes each way.
    """
    y = x.copy()
    for step in (1, 2, 4):
        np.minimum(y[step:], y[:-step] + _UP * step, out=y[step:])
    for step in (1, 2, 4):
        np.minimum(y[:-step], y[step:] + _DOWN * step, out=y[:-step])
    return y[_REACH:-_REACH]


def _smooth(x: Array) -> Array:
    n = len(x) - len(_KERNEL) + 1
    total = x[:n] * _KERNEL[0]
    for i in range(1, len(_KERNEL)):
        total += x[i : i + n] * _KERNEL[i]
    return total
