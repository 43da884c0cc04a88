"""The last steps from layers to weights: gaze to eyes and lids, asymmetry, and what must hold."""

from typing import Final

import numpy as np

from blend_shapes.arkit import CHANNELS, INDEX
from blend_shapes.articulation.windows import Array
from blend_shapes.face import Weights
from blend_shapes.life.drift import CHANNELS as DRIFTS
from blend_shapes.life.pulses import COLUMNS, GAZE, HEAD_AT

_COUNT: Final = len(CHANNELS)
_JAW, _CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]
_OPENING: Final = (
    "jawOpen",
    "mouthLowerDown",
    "mouthUpperUp",
    "mouthFunnel",
    "mouthShrugUpper",
    "tongueOut",
)
_OPENERS: Final = np.array([float(n.startswith(_OPENING)) for n in CHANNELS], np.float32)
"""What life may not add while lips are sealed, or the lip is on the teeth."""
_KEPT_SHUT: Final = np.float32(1.3)
"""Life comes back a little later than the lips part: where they have hardly begun to it would part them."""

_ASYMMETRY: Final = 0.04


def _leaning(name: str) -> float:
    """Which way asymmetry weakens a shape: 1 to the left, -1 to the right, 0 not at all."""
    if not name.startswith(("mouth", "brow", "cheek")):
        return 0.0
    return float(name.endswith("Left")) - float(name.endswith("Right"))


_LEAN: Final = _ASYMMETRY * np.array([_leaning(n) for n in CHANNELS], np.float32)

_SIGNED: Final = ("left eye left", "right eye left", "gaze up", "jaw left", "mouth left")
_SCALE: Final = 1.0 / np.array([30.0, 30.0, 25.0, 1.0, 1.0], np.float32)
"""An eye at weight 1 has turned 30 degrees sideways, or 25 up or down."""
# What each signed motion moves: one way, the other way; lids follow the gaze in part.
_MOVES: Final[dict[str, tuple[dict[str, float], dict[str, float]]]] = {
    "left eye left": ({"eyeLookOutLeft": 1.0}, {"eyeLookInLeft": 1.0}),
    "right eye left": ({"eyeLookInRight": 1.0}, {"eyeLookOutRight": 1.0}),
    "gaze up": (
        {"eyeLookUpLeft": 1.0, "eyeLookUpRight": 1.0, "eyeWideLeft": 0.2, "eyeWideRight": 0.2},
        {"eyeLookDownLeft": 1.0, "eyeLookDownRight": 1.0, "eyeBlinkLeft": 0.4, "eyeBlinkRight": 0.4},
    ),
    "jaw left": ({"jawLeft": 1.0}, {"jawRight": 1.0}),
    "mouth left": ({"mouthLeft": 1.0}, {"mouthRight": 1.0}),
}
_TABLE: Final = [
    (INDEX[shape], way * len(_SIGNED) + i, share)
    for i, motion in enumerate(_SIGNED)
    for way, shapes in enumerate(_MOVES[motion])
    for shape, share in shapes.items()
]
_MOVED: Final = np.array([column for column, _, _ in _TABLE])
_MOVER: Final = np.array([mover for _, mover, _ in _TABLE])
_SHARE: Final = np.array([share for _, _, share in _TABLE], np.float32)
_YAW, _PITCH, _VERGENCE = (COLUMNS[name] for name in GAZE)
_SIDES: Final = slice(DRIFTS.index("jawSide"), DRIFTS.index("mouthSide") + 1)


def finished(mouth: Weights, life: Array, slow: Array, closed: Array) -> Weights:
    """Weights, shape (frames, 52), from the mouth's weights, life (frames, 58) and drift (frames, 6).

    `closed` is 1 where lips are sealed or on the teeth. `life` is taken over: its head columns are final
    afterwards, the others are spent.
    """
    life[:, HEAD_AT] += slow[:, :3]
    signed = np.empty((len(life), len(_SIGNED)), np.float32)
    np.subtract(life[:, _YAW], life[:, _VERGENCE], out=signed[:, 0])
    np.add(life[:, _YAW], life[:, _VERGENCE], out=signed[:, 1])
    signed[:, 2] = life[:, _PITCH]
    signed[:, 3:] = slow[:, _SIDES]
    signed *= _SCALE
    both = np.concatenate([signed, -signed], axis=1)
    np.maximum(both, 0.0, out=both)
    life[:, _MOVED] += both[:, _MOVER] * _SHARE
    face = life[:, :_COUNT]
    if closed.any():
        face *= 1.0 - np.minimum(_KEPT_SHUT * closed, 1.0)[:, None] * _OPENERS
    face = face + mouth
    weaker = slow[:, DRIFTS.index("asymmetry"), None] * _LEAN
    np.maximum(weaker, 0.0, out=weaker)
    face *= np.subtract(1.0, weaker, out=weaker)
    np.maximum(face, 0.0, out=face)
    np.minimum(face, 1.0, out=face)
    np.minimum(face[:, _CLOSE], face[:, _JAW], out=face[:, _CLOSE])
    return face
