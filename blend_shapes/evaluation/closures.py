"""Closures of m b p: whether they close, by chance or not, how long and when; and closures where none is.

Every measure reads the lips' aperture at 1,000 points a second, straight lines between frames, as a
renderer shows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from blend_shapes import metrics
from blend_shapes.arkit import INDEX
from blend_shapes.evaluation.recording import Curve, Recording, is_bilabial, is_labiodental
from blend_shapes.evaluation.speech import FPS, Mask, Speech, runs, within
from blend_shapes.face import FaceFrames, Weights
from blend_shapes.phonemes.ipa import is_pause
from blend_shapes.phonemes.timing import PhoneTiming

FINE_HZ: Final = 1000
BEFORE_S: Final = 0.04
AFTER_S: Final = 0.03
"""A closure counts from so long before its label to so long after it (FACE.md 4.2)."""
FAR_S: Final = 0.06
"""Farther than this from a label, lips have nothing to close for (FACE.md 4.2)."""
OPENS: Final = 0.10
OPENS_WITHIN_S: Final = 0.2
"""A mouth closes only if it is open at least so far so near (FACE.md 4.2, "chance")."""
_STEP: Final = 10
"""Shifted labels are tried every 10 ms."""
PROXY_CLOSED: Final = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class Lips:
    """An aperture over time at FINE_HZ, and which of it counts as closed."""

    opening: Curve
    closed: Mask


@dataclass(frozen=True, slots=True)
class Closure:
    """One labelled closure; nan is what cannot be said of it."""

    phone: str
    start: float
    end: float
    hit: bool
    chance: float
    """Share of the places far from any labial where the same label would be hit."""
    anywhere: float
    """Share of all places of speech where it would be, other labials among them."""
    sealed: float
    """Share of the label with closed lips."""
    onset: float
    """From the label's start to where the lips closed, seconds."""


def head_lips(frames: FaceFrames) -> Lips:
    """Aperture of the generated head: its lip gap in parts of what jawOpen alone opens; closed at half a
    millimetre (`blend_shapes.metrics`)."""
    return _fine(frames, metrics.aperture(frames.weights), metrics.CLOSED)


def proxy_lips(frames: FaceFrames) -> Lips:
    """Aperture without a mesh, `proxy`; closed at 0.06 (FACE.md 4.1)."""
    return _fine(frames, proxy(frames.weights), PROXY_CLOSED)


def proxy(weights: Weights) -> Curve:
    """jawOpen - mouthClose + .35 lowerDown + .25 upperUp - .30 press - .25 (rollLower + rollUpper)
    - .10 (shrugLower + shrugUpper), 0 at least; left and right as their mean (FACE.md 4.1)."""

    def one(name: str) -> Curve:
        return np.asarray(weights[:, INDEX[name]], np.float64)

    lips = one("jawOpen") - one("mouthClose")
    lips += 0.35 * metrics.pair(weights, "mouthLowerDown") + 0.25 * metrics.pair(weights, "mouthUpperUp")
    lips -= 0.30 * metrics.pair(weights, "mouthPress")
    lips -= 0.25 * (one("mouthRollLower") + one("mouthRollUpper"))
    lips -= 0.10 * (one("mouthShrugLower") + one("mouthShrugUpper"))
    return np.maximum(lips, 0.0)


def _fine(frames: FaceFrames, opening: Curve, closed: float) -> Lips:
    if not len(opening):
        return Lips(np.zeros(0), np.zeros(0, bool))
    times = np.arange(int(frames.times()[-1] * FINE_HZ) + 1) / FINE_HZ
    fine = np.interp(times, frames.times(), opening)
    return Lips(fine, fine <= closed)


def closures(lips: Lips, recording: Recording, heard: Speech) -> list[Closure]:
    """Every labelled m b p of a recording. A stop's label is its closure, from start to release."""
    phones = recording.phones or ()
    free = _places(far_from_labials(recording, heard), len(lips.closed))
    spoken = _places(heard.speaking, len(lips.closed))
    return [
        Closure(
            p.phone,
            p.start,
            p.release,
            bool(_hits(lips, np.array([p.start]), p.release - p.start)[0]),
            _chance(lips, free, p.release - p.start),
            _chance(lips, spoken, p.release - p.start),
            _sealed(lips, p),
            _onset(lips, p) if _opens_before(phones, i) else float("nan"),
        )
        for i, p in enumerate(phones)
        if is_bilabial(p) and p.release > p.start
    ]


def false_closures(lips: Lips, recording: Recording, heard: Speech) -> tuple[int, int]:
    """Points (FINE_HZ) of speech with closed lips 60 ms and more from any m b p f v and from silence, and
    all such points."""
    far = _places(far_from_labials(recording, heard), len(lips.closed))
    return int((lips.closed & far).sum()), int(far.sum())


def far_from_labials(recording: Recording, heard: Speech) -> Mask:
    """Frames of the 60 Hz grid in speech, 60 ms and more from m b p f v and from silence."""
    phones = recording.phones or ()
    near = [(p.start, p.end) for p in phones if is_bilabial(p) or is_labiodental(p) or is_pause(p.phone)]
    silent = [(a / FPS, (b - 1) / FPS) for a, b in runs(~heard.speaking)]
    return heard.speaking & ~within(heard.times(), near + silent, FAR_S)


def _places(mask: Mask, count: int) -> Mask:
    """A mask of the 60 Hz grid at FINE_HZ: a point counts where the frames on both sides do."""
    if not len(mask):
        return np.zeros(count, bool)
    at = np.arange(count) * FPS / FINE_HZ
    low = np.minimum(at.astype(int), len(mask) - 1)
    high = np.minimum(np.ceil(at).astype(int), len(mask) - 1)
    return np.asarray(mask[low] & mask[high] & (at <= len(mask) - 1))


def _any(mask: Mask, starts: Curve, ends: Curve) -> Mask:
    """Whether the mask holds anywhere in each span of seconds."""
    total = np.concatenate([[0], np.cumsum(mask)])
    low = np.clip(np.ceil(starts * FINE_HZ - 1e-6).astype(int), 0, len(mask))
    high = np.clip(np.floor(ends * FINE_HZ + 1e-6).astype(int) + 1, low, len(mask))
    return np.asarray(total[high] > total[low])


def _hits(lips: Lips, starts: Curve, length: float) -> Mask:
    """Whether labels of one length at these starts are hit: closed within 40 ms before to 30 ms after, and
    open within 200 ms around."""
    ends = starts + length
    opens = _any(lips.opening >= OPENS, starts - OPENS_WITHIN_S, ends + OPENS_WITHIN_S)
    return _any(lips.closed, starts - BEFORE_S, ends + AFTER_S) & opens


def _chance(lips: Lips, free: Mask, length: float) -> float:
    """Share of hits of a label that is moved to every place where its whole window is free: the mean over
    all random shifts. nan where no place is."""
    starts = np.arange(0, len(free), _STEP) / FINE_HZ
    window = ~_any(~free, starts - BEFORE_S, starts + length + AFTER_S)
    window &= (starts >= BEFORE_S) & (starts + length + AFTER_S <= (len(free) - 1) / FINE_HZ)
    return float(_hits(lips, starts[window], length).mean()) if window.any() else float("nan")


def _sealed(lips: Lips, p: PhoneTiming) -> float:
    inside = lips.closed[round(p.start * FINE_HZ) : round(p.release * FINE_HZ)]
    return float(inside.mean()) if len(inside) else float("nan")


def _opens_before(phones: Sequence[PhoneTiming], i: int) -> bool:
    """Whether the phone before a closure is one that opens the lips: no pause, no labial, no gap."""
    if i == 0:
        return False
    before = phones[i - 1]
    gap = phones[i].start - before.end > FAR_S
    return not (gap or is_pause(before.phone) or is_bilabial(before) or is_labiodental(before))


def _onset(lips: Lips, p: PhoneTiming) -> float:
    """From the label's start to the beginning of the stretch of closed lips that covers most of the label's
    window; nan where there is none."""
    low, high = round((p.start - BEFORE_S) * FINE_HZ), round((p.release + AFTER_S) * FINE_HZ)
    stretches = [(min(b, high) - max(a, low), a) for a, b in runs(lips.closed)]
    most, begin = max(stretches, default=(0, 0), key=lambda s: s[0])
    return begin / FINE_HZ - p.start if most > 0 else float("nan")
