"""From the network's answers to a mouth: closures that seal, speed that a jaw has, rest in silence.

Step by step, forwards only, for many streams at once. A network that is not sure answers with the mean, so
its movements are too small: they are given back their size, the jaw's by how loud the voice is. A seal is
taken hold of when the network is sure of it, let go when it no longer is, and takes two to three steps for
either; in between, lips that speak do not touch. Jaw and lips keep the limits of `articulation.curves`.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.articulation import shapes
from blend_shapes.articulation.curves import DOWN, UP, constrain
from blend_shapes.articulation.windows import Array
from blend_shapes.face import Weights
from blend_shapes.phonemes.targets import CORE, REST

MOUTH: Final = len(CORE)
_GAP: Final = CORE.index("mouthClose")
_JAW: Final = CORE.index("jawOpen")
_REST: Final = np.array([REST.get(c, 0.0) if c != "mouthClose" else 0.0 for c in CORE], np.float32)

_GAINS: Final = np.array(
    [
        {"jawOpen": 1.1, "mouthClose": 1.1, "mouthFunnel": 1.4, "mouthPucker": 1.4}.get(c, 1.15)
        for c in CORE
    ],
    np.float32,
)
"""What gives movements back their size: so that jaw and rounding spread as they do in captured speech."""
_BY_LOUDNESS: Final = (0.65, 0.5)
"""Factor on the jaw of a faint voice, and what a loud one adds."""
_LOUD_JAW: Final = 0.15
"""Of the jaw, by loudness alone: what opens it in captured speech more than anything (r .80, of .82 that a
model fitted to its speaker reaches)."""
_LOUDNESS_SHARE: Final = 0.3
"""Of a step, of the running loudness: it is about 40 ms old, as the spectrum is 45 ms ahead."""
_FOLLOW: Final = 0.6
"""Of a step, of the running pose: about 12 ms late, without what is faster than speech."""
_TAKE: Final = np.array([0.5, 0.5, 0.5], np.float32)
"""Certainty from which a seal (bilabial, labiodental, sibilant) is taken hold of."""
_LET_GO: Final = np.array([0.3, 0.3, 0.3], np.float32)
"""Certainty below which it is let go."""
_TAKING: Final = 0.5
_LETTING_GO: Final = 0.34
"""Of a seal, by the step."""
_APART: Final = 0.04
"""Gap between lips that speak, where no bilabial is near."""
_SPEECH: Final = (0.5, 0.85)
"""Certainty of speech: below the first the mouth rests, from the second it speaks in full."""


class SpeakingMouths:
    """The mouths of many streams, a row each, after their last step."""

    def __init__(self, count: int) -> None:
        self._core = np.empty((count, MOUTH), np.float32)
        self._pose = np.empty((count, MOUTH), np.float32)
        self._loud = np.empty(count, np.float32)
        self._held = np.empty((count, 3), np.bool_)
        self._seals = np.empty((count, 3), np.float32)
        self.reset(np.arange(count))

    def grow(self, count: int) -> None:
        """Room for so many streams."""
        more = SpeakingMouths(count - len(self._core))
        self._core = np.concatenate([self._core, more._core])
        self._pose = np.concatenate([self._pose, more._pose])
        self._loud = np.concatenate([self._loud, more._loud])
        self._held = np.concatenate([self._held, more._held])
        self._seals = np.concatenate([self._seals, more._seals])

    def reset(self, rows: NDArray[np.int64]) -> None:
        """These rows belong to new streams, whose mouths are at rest."""
        self._core[rows] = _REST
        self._pose[rows] = _REST
        self._loud[rows] = 0.0
        self._held[rows] = False
        self._seals[rows] = 0.0

    def speak(self, rows: NDArray[np.int64], answers: Array, voiced: Array) -> Array:
        """The next step's answers of the network (n, 20), and how loud each voice is (n,), as core weights
        (n, 16)."""
        certain = np.asarray(1.0 / (1.0 + np.exp(-np.clip(answers[:, MOUTH:], -30.0, 30.0))), np.float32)
        wanted = self._wanted(rows, answers[:, :MOUTH], certain, voiced)
        seals = self._seal(rows, certain[:, :3])
        constrain(wanted, seals[:, 0], seals[:, 1], seals[:, 2])
        before = self._core[rows]
        core: Array = np.clip(wanted, before - DOWN, before + UP).astype(np.float32)
        np.minimum(core[:, _GAP], core[:, _JAW], out=core[:, _GAP])
        self._core[rows] = core
        return core

    def _wanted(self, rows: NDArray[np.int64], mouth: Array, certain: Array, voiced: Array) -> Array:
        """What the mouth would do without seals."""
        loud = self._loud[rows] + _LOUDNESS_SHARE * (voiced - self._loud[rows])
        self._loud[rows] = loud
        wanted = np.clip(mouth * _GAINS, 0.0, 1.0)
        parted = np.minimum(wanted[:, _GAP] / np.maximum(wanted[:, _JAW], 0.01), 1.0)
        wanted[:, _JAW] *= _BY_LOUDNESS[0] + _BY_LOUDNESS[1] * loud
        wanted[:, _JAW] += _LOUD_JAW * loud
        wanted[:, _GAP] = parted * wanted[:, _JAW]
        apart = _APART * np.clip(1.0 - certain[:, 0] / _LET_GO[0], 0.0, 1.0)
        np.maximum(wanted[:, _GAP], apart, out=wanted[:, _GAP])
        np.maximum(wanted[:, _JAW], wanted[:, _GAP], out=wanted[:, _JAW])
        speech = np.clip((certain[:, 3] - _SPEECH[0]) / (_SPEECH[1] - _SPEECH[0]), 0.0, 1.0)
        wanted = _REST + speech[:, None] * (wanted - _REST)
        pose: Array = self._pose[rows] + np.float32(_FOLLOW) * (wanted - self._pose[rows])
        self._pose[rows] = pose
        return pose.copy()

    def _seal(self, rows: NDArray[np.int64], certain: Array) -> Array:
        held = np.where(self._held[rows], certain > _LET_GO, certain > _TAKE)
        before = self._seals[rows]
        seals: Array = np.clip(np.where(held, before + _TAKING, before - _LETTING_GO), 0.0, 1.0).astype(
            np.float32
        )
        self._held[rows] = held
        self._seals[rows] = seals
        return seals


def rest(count: int) -> Array:
    """The mouth of who says nothing, as core weights (count, 16)."""
    return np.tile(_REST, (count, 1))


def face(core: Array) -> Weights:
    """Core weights with the gap in place of mouthClose, (n, 16), as 52 weights."""
    whole = core.copy()
    whole[:, _GAP] = core[:, _JAW] - core[:, _GAP]
    return shapes.weights(whole)
