"""Gestures that a face makes by itself: nod, shake, wink and the like, as pulses."""

from typing import Final

from blend_shapes.articulation.windows import Row, row
from blend_shapes.life.blink import blink
from blend_shapes.life.pulses import Pulse, expression

# Each stroke: start of rise, full, leave, end (seconds after the cue), and what it moves at full.
_Stroke = tuple[tuple[float, float, float, float], dict[str, float]]
_HOLD: Final = (0.0, 0.25, 0.75, 1.15)

_STROKES: Final[dict[str, tuple[_Stroke, ...]]] = {
    "nod": (
        ((0.0, 0.24, 0.24, 0.48), {"headPitch": -7.0, "browInnerUp": 0.05}),
        ((0.44, 0.66, 0.66, 0.94), {"headPitch": -5.0}),
    ),
    "shake": (
        ((0.0, 0.26, 0.26, 0.56), {"headYaw": 4.2, "browDown": 0.06}),
        ((0.28, 0.58, 0.58, 0.88), {"headYaw": -4.2}),
        ((0.60, 0.90, 0.90, 1.20), {"headYaw": 3.4}),
    ),
    "wink": (
        ((0.0, 0.10, 0.20, 0.36), {"eyeBlinkLeft": 1.0, "cheekSquintLeft": 0.35, "mouthSmileLeft": 0.25}),
    ),
    "tilt": ((_HOLD, {"headRoll": 7.0}),),
    "shrug": (
        (
            _HOLD,
            {
                "mouthShrugLower": 0.35,
                "mouthFrown": 0.25,
                "browInnerUp": 0.3,
                "browOuterUp": 0.3,
                "headRoll": 4.0,
            },
        ),
    ),
    "smile": (((0.0, 0.35, 1.4, 2.2), {"mouthSmile": 0.45, "cheekSquint": 0.3, "mouthDimple": 0.1}),),
    "frown": ((_HOLD, {"browDown": 0.5, "eyeSquint": 0.15}),),
    "raise_brows": (((0.0, 0.15, 0.5, 0.9), {"browInnerUp": 0.45, "browOuterUp": 0.4, "eyeWide": 0.15}),),
    "question": (
        (
            (-0.1, 0.25, 0.45, 1.0),
            {"headPitch": 2.5, "headRoll": 2.0, "browInnerUp": 0.26, "browOuterUp": 0.2},
        ),
    ),
    "look_left": ((_HOLD, {"gazeYaw": 18.0, "headYaw": 5.0}),),
    "look_right": ((_HOLD, {"gazeYaw": -18.0, "headYaw": -5.0}),),
    "look_up": ((_HOLD, {"gazePitch": 12.0, "headPitch": 3.0}),),
    "look_down": ((_HOLD, {"gazePitch": -12.0, "headPitch": -3.0}),),
}
_PREPARED: Final = {
    name: tuple((times, expression(weights)) for times, weights in strokes)
    for name, strokes in _STROKES.items()
}
GESTURES: Final[tuple[str, ...]] = (*_STROKES, "blink")


def gesture(name: str, at: float) -> list[Pulse]:
    """The pulses of a gesture that begins at `at` seconds; empty for a name that is not in GESTURES."""
    if name == "blink":
        return blink(at)
    return [Pulse(_shifted(times, at), vector) for times, vector in _PREPARED.get(name, ())]


def _shifted(times: tuple[float, float, float, float], at: float) -> Row:
    rise, full, leave, end = times
    return row(at + rise, at + full, at + leave, at + end)
