"""The sixteen core curves of speech as 52 weights, with the little that moves along."""

from typing import Final

import numpy as np

from blend_shapes.arkit import CHANNELS, INDEX
from blend_shapes.articulation.windows import Array
from blend_shapes.face import Weights
from blend_shapes.phonemes.targets import CORE, REST

_PAIRS: Final = [
    (core, INDEX[name])
    for core, shape in enumerate(CORE)
    for name in (shape, shape + "Left", shape + "Right")
    if name in INDEX
]
_SOURCE: Final = np.array([core for core, _ in _PAIRS])
_COLUMN: Final = np.array([column for _, column in _PAIRS])

_PRESSED: Final = INDEX["mouthPressLeft"]
_TUCKED: Final = INDEX["mouthRollLower"]

# Secondary motion: a smile lifts the cheeks, a raised lip the nose, pressed lips the chin.
_CHEEKS: Final = [INDEX["cheekSquintLeft"], INDEX["cheekSquintRight"]]
_NOSE: Final = [INDEX["noseSneerLeft"], INDEX["noseSneerRight"]]
_CHIN: Final = INDEX["mouthShrugLower"]
_SMILE, _UPPER, _PRESS = (CORE.index(c) for c in ("mouthSmile", "mouthUpperUp", "mouthPress"))


def weights(core: Array) -> Weights:
    """Shape (frames, 16) to (frames, 52), in [0, 1], left equal to right, mouthClose never above
    jawOpen."""
    face = np.zeros((len(core), len(CHANNELS)), np.float32)
    face[:, _COLUMN] = core[:, _SOURCE]
    face[:, _CHEEKS] = 0.25 * core[:, _SMILE : _SMILE + 1]
    face[:, _NOSE] = 0.1 * core[:, _UPPER : _UPPER + 1]
    face[:, _CHIN] += 0.3 * core[:, _PRESS]
    np.clip(face, 0.0, 1.0, out=face)
    np.minimum(face[:, INDEX["mouthClose"]], face[:, INDEX["jawOpen"]], out=face[:, INDEX["mouthClose"]])
    return face


REST_FACE: Final[Weights] = weights(np.array([[REST.get(c, 0.0) for c in CORE]], np.float32))
"""The mouth at rest, shape (1, 52). Do not write to it."""
REST_FACE.flags.writeable = False


def shut(face: Weights) -> Array:
    """How far lips are pressed together, or the lower one on the teeth, from 0 to 1, shape (frames,).

    Read off a mouth whose phones nobody knows, as `curves.constrain` writes it.
    """
    press = (face[:, _PRESSED] - REST["mouthPress"]) / 0.06
    tucked = (face[:, _TUCKED] - 0.25) / 0.15
    held: Array = np.maximum(press, tucked, out=press)
    np.maximum(held, 0.0, out=held)
    return np.minimum(held, 1.0, out=held)
