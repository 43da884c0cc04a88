"""All 52 ARKit shapes as displacements of a set of vertices."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS, INDEX, twin
from blend_shapes.head.eye_shapes import EyeShapes
from blend_shapes.head.field import Array
from blend_shapes.head.look import Look
from blend_shapes.head.mouth_shapes import MouthShapes, opened
from blend_shapes.head.points import MIRROR, Piece

_MOUTH: Final[dict[str, Callable[[MouthShapes], Array]]] = {
    "jawForward": lambda s: s.jaw_moved((0.0, 0.0, 6.0)),
    "jawLeft": lambda s: s.jaw_moved((7.0, 0.0, 0.0)),
    "jawOpen": MouthShapes.jaw_open,
    "mouthClose": MouthShapes.mouth_close,
    "mouthFunnel": MouthShapes.funnel,
    "mouthPucker": MouthShapes.pucker,
    "mouthLeft": MouthShapes.mouth_left,
    "mouthSmileLeft": MouthShapes.smile,
    "mouthFrownLeft": MouthShapes.frown,
    "mouthDimpleLeft": MouthShapes.dimple,
    "mouthStretchLeft": MouthShapes.stretch,
    "mouthRollLower": MouthShapes.roll_lower,
    "mouthRollUpper": MouthShapes.roll_upper,
    "mouthShrugLower": MouthShapes.shrug_lower,
    "mouthShrugUpper": MouthShapes.shrug_upper,
    "mouthPressLeft": MouthShapes.press,
    "mouthLowerDownLeft": MouthShapes.lower_down,
    "mouthUpperUpLeft": MouthShapes.upper_up,
    "cheekPuff": MouthShapes.cheek_puff,
    "cheekSquintLeft": MouthShapes.cheek_squint,
    "noseSneerLeft": MouthShapes.nose_sneer,
    "tongueOut": MouthShapes.tongue_out,
}
_EYES: Final[dict[str, Callable[[EyeShapes], Array]]] = {
    "eyeBlinkLeft": EyeShapes.blink,
    "eyeLookDownLeft": EyeShapes.look_down,
    "eyeLookInLeft": lambda s: s.look_beside(-1.0),
    "eyeLookOutLeft": lambda s: s.look_beside(1.0),
    "eyeLookUpLeft": EyeShapes.look_up,
    "eyeSquintLeft": EyeShapes.squint,
    "eyeWideLeft": EyeShapes.wide,
    "browDownLeft": EyeShapes.brow_down,
    "browInnerUp": EyeShapes.brow_inner_up,
    "browOuterUpLeft": EyeShapes.brow_outer_up,
}


def mouth_morphs(half: Piece, look: Look) -> Array:
    """(52, n, 3) millimetres for vertices of the left half, of the shapes of mouth, jaw and cheeks."""
    here = MouthShapes(half.position, half.anchor, look)
    across = MouthShapes(half.position * MIRROR, half.anchor * MIRROR, look)
    deltas = np.zeros((len(CHANNELS), len(half), 3))
    for name, shape in _MOUTH.items():
        deltas[INDEX[name]] = shape(here)
        if twin(name) != name:
            deltas[INDEX[twin(name)]] = shape(across) * MIRROR
    return deltas


def skin_morphs(skin: Piece, mirror: NDArray[np.int64], look: Look) -> Array:
    """(52, n, 3) millimetres for the whole skin; right shapes are left ones mirrored vertex by vertex."""
    mouth = MouthShapes(skin.position, skin.anchor, look)
    eyes = EyeShapes(skin.position, skin.anchor, look)
    deltas = np.zeros((len(CHANNELS), len(skin), 3))
    for name, shape in _MOUTH.items():
        deltas[INDEX[name]] = shape(mouth)
    for name, eye_shape in _EYES.items():
        deltas[INDEX[name]] = eye_shape(eyes)
    for name in (*_MOUTH, *_EYES):
        if twin(name) != name:
            deltas[INDEX[twin(name)]] = deltas[INDEX[name]][mirror] * MIRROR
    return deltas


def jaw_morphs(position: Array) -> Array:
    """(52, n, 3) for what is fixed to the jaw."""
    deltas = np.zeros((len(CHANNELS), len(position), 3))
    deltas[INDEX["jawOpen"]] = opened(position)
    deltas[INDEX["jawForward"]] = (0.0, 0.0, 6.0)
    deltas[INDEX["jawLeft"]] = (7.0, 0.0, 0.0)
    deltas[INDEX["jawRight"]] = (-7.0, 0.0, 0.0)
    return deltas


def tongue_morphs(position: Array, root: float, tip: float) -> Array:
    """(52, n, 3) for the tongue, whose root and tip lie at these z; the tip rises as it leaves."""
    deltas = jaw_morphs(position)
    t = np.clip((position[:, 2] - root) / (tip - root), 0.0, 1.0)
    bend = np.column_stack([0.0 * t, 7.5 * t**1.2 - 5.0 * t**6, 28.0 * t**1.4])
    deltas[INDEX["tongueOut"]] = bend
    return deltas
