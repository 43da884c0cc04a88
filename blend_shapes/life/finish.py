"""The last steps from layers to weights: gaze to eyes and lids, asymmetry, and what must hold."""

from typing import Final

import numpy as np

from blend_shapes.arkit import CHANNELS, INDEX
from blend_shapes.articulation.windows import Array
from blend_shapes.face import Weights
from blend_shapes.life.drift import CHANNELS as DRIFTS
from blend_shapes.life.pulses import GAZE, GAZE_AT, HEAD_AT, expression

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

_SOURCES: Final = (*GAZE, "jawSide", "mouthSide")
_MOTIONS: Final[tuple[tuple[dict[str, float], float, dict[str, float]], ...]] = (
    ({"gazeYaw": 1.0, "vergence": -1.0}, 30.0, {"eyeLookOutLeft": 1.0}),
    ({"gazeYaw": -1.0, "vergence": 1.0}, 30.0, {"eyeLookInLeft": 1.0}),
    ({"gazeYaw": 1.0, "vergence": 1.0}, 30.0, {"eyeLookInRight": 1.0}),
    ({"gazeYaw": -1.0, "vergence": -1.0}, 30.0, {"eyeLookOutRight": 1.0}),
    ({"gazePitch": 1.0}, 25.0, {"eyeLookUp": 1.0, "eyeWide": 0.2}),
    ({"gazePitch": -1.0}, 25.0, {"eyeLookDown": 1.0, "eyeBlink": 0.4}),
    ({"jawSide": 1.0}, 1.0, {"jawLeft": 1.0}),
    ({"jawSide": -1.0}, 1.0, {"jawRight": 1.0}),
    ({"mouthSide": 1.0}, 1.0, {"mouthLeft": 1.0}),
    ({"mouthSide": -1.0}, 1.0, {"mouthRight": 1.0}),
)
"""What each motion is made of, how much of it is weight 1 (an eye that has turned 30 degrees sideways, or
25 up or down), and what it moves; lids follow the gaze in part. None moves what another does."""
_MADE_OF: Final = np.array([[of.get(name, 0.0) for of, _, _ in _MOTIONS] for name in _SOURCES], np.float32)
_SCALE: Final = np.array([1.0 / full for _, full, _ in _MOTIONS], np.float32)
_MOVES: Final = np.array([expression(moved)[:_COUNT] for _, _, moved in _MOTIONS])
_SIDES: Final = slice(DRIFTS.index("jawSide"), DRIFTS.index("mouthSide") + 1)


def finished(mouth: Weights, life: Array, slow: Array, closed: Array) -> Weights:
    """Weights, shape (frames, 52), from the mouth's weights, life (frames, 58) and drift (frames, 6).

    `closed` is 1 where lips are sealed or on the teeth. `life` is taken over: its head columns are final
    afterwards, the others are spent.
    """
    life[:, HEAD_AT] += slow[:, :3]
    # Products with 0 and 1, and one of each column that is neither: exact in whatever order they are added.
    motions = np.concatenate([life[:, GAZE_AT], slow[:, _SIDES]], axis=1) @ _MADE_OF
    motions *= _SCALE
    np.maximum(motions, 0.0, out=motions)
    face = life[:, :_COUNT]
    face += motions @ _MOVES
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
