"""How far a face and the sound that it was made from are apart."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import INDEX
from blend_shapes.articulation import Mouth
from blend_shapes.evaluation.curves import agreement
from blend_shapes.evaluation.recording import Track
from blend_shapes.face import Weights
from blend_shapes.phonemes.timing import PhoneTiming

FPS = 60
_JAW = INDEX["jawOpen"]


def late_ms(weights: Weights, phones: Sequence[PhoneTiming]) -> float:
    """How much later than the sound a face at 60 fps is that begins with the sound, negative where it is
    early: the lag at which its jaw is most like that of a mouth which knows the phones."""
    seconds = len(weights) / FPS
    known = [p for p in phones if p.end < seconds]
    true = Mouth(FPS).follow(known, seconds)
    spoken: NDArray[np.bool_] = np.arange(len(true)) < known[-1].end * FPS
    found = agreement(_jaw(weights), _jaw(true.weights), spoken)
    return 1e3 * found.lag_s


def _jaw(weights: Weights) -> Track:
    return Track(weights[:, _JAW].astype(np.float64), FPS)
