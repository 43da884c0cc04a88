"""The last steps from layers to weights: gaze to eyes and lids, asymmetry, and what must hold."""

from typing import Final

import numpy as np

from blend_shapes.arkit import CHANNELS, INDEX
from blend_shapes.articulation.windows import Array
from blend_shapes.face import Weights
from blend_shapes.life.drift import CHANNELS as DRIFTS
from blend_shapes.life.pulses import GAZE_PITCH, GAZE_YAW, HEAD_AT

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
_OPENERS: Final = np.array([float(n.startswith(_OPENING)) for n in CHANNELS])
"""What life may not add while lips are sealed, or the lip is on the teeth."""
_ASYMMETRY: Final = 0.04
_SIDED: Final = ("mouth", "brow", "cheek")
_LEFT: Final = np.array([_ASYMMETRY * (n.startswith(_SIDED) and n.endswith("Left")) for n in CHANNELS])
_RIGHT: Final = np.array([_ASYMMETRY * (n.startswith(_SIDED) and n.endswith("Right")) for n in CHANNELS])
_EYE_YAW_DEG, _EYE_PITCH_DEG = 30.0, 25.0
"""Rotation of an eye at weight 1."""
_LID_DOWN, _LID_UP = 0.4, 0.2
"""Lids follow the gaze."""


def finished(mouth: Weights, life: Array, slow: Array, closed: Array) -> Weights:
    """Weights, shape (frames, 52), from the mouth's weights, life (frames, 57) and drift (frames, 6).

    `closed` is 1 where lips are sealed or on the teeth. `life` is taken over: its head columns are final
    afterwards, the others are spent.
    """
    life[:, HEAD_AT] += slow[:, :3]
    for name in ("jaw", "mouth"):
        side = slow[:, DRIFTS.index(name + "Side")]
        life[:, INDEX[name + "Left"]] += np.maximum(side, 0.0)
        life[:, INDEX[name + "Right"]] += np.maximum(-side, 0.0)
    _eyes(life)
    tilt = slow[:, DRIFTS.index("asymmetry")]
    face = life[:, :_COUNT]
    face *= 1.0 - closed[:, None] * _OPENERS
    face += mouth
    face *= 1.0 - np.maximum(tilt, 0.0)[:, None] * _LEFT - np.maximum(-tilt, 0.0)[:, None] * _RIGHT
    weights = np.clip(face, 0.0, 1.0).astype(np.float32)
    np.minimum(weights[:, _CLOSE], weights[:, _JAW], out=weights[:, _CLOSE])
    return weights


def _eyes(life: Array) -> None:
    """Gaze angles to the eyes' shapes and the lids that follow them, in place."""
    yaw = life[:, GAZE_YAW] / _EYE_YAW_DEG
    pitch = life[:, GAZE_PITCH] / _EYE_PITCH_DEG
    left, right = np.maximum(yaw, 0.0), np.maximum(-yaw, 0.0)
    up, down = np.maximum(pitch, 0.0), np.maximum(-pitch, 0.0)
    for side, out, into in (("Left", left, right), ("Right", right, left)):
        life[:, INDEX["eyeLookOut" + side]] += out
        life[:, INDEX["eyeLookIn" + side]] += into
        life[:, INDEX["eyeLookUp" + side]] += up
        life[:, INDEX["eyeLookDown" + side]] += down
        life[:, INDEX["eyeBlink" + side]] += _LID_DOWN * down
        life[:, INDEX["eyeWide" + side]] += _LID_UP * up
