"""The ten moods and the neutral one: action units of FACS written as ARKit weights, at intensity 1.

Action units after Ekman and Friesen as listed by open_dbm (happy 6+12, sad 1+4+15, angry 4+5+7+23, ...);
weights are ours, checked against captured emotional recordings (brow down .17 mean and .45 at the 95th
percentile when angry): keep intensities at 0.3 to 0.6 in conversation.
"""

from dataclasses import dataclass
from typing import Final

from blend_shapes.articulation.windows import Array
from blend_shapes.life import blink
from blend_shapes.life.pulses import expression

SPEAKING_SHARE: Final = 0.35
"""What the mouth keeps of a mood while it speaks."""


@dataclass(frozen=True, slots=True, eq=False)
class Mood:
    name: str
    upper: Array
    """Brows, eyes, nose, cheeks, head and gaze, 58 columns."""
    mouth: Array
    """Mouth and jaw, 58 columns."""
    frowning: bool = False
    """Accents lower the brows."""
    blink_s: float = blink.SPEAKING_S


_UPPER: Final[dict[str, dict[str, float]]] = {
    "neutral": {},
    "happy": {"cheekSquint": 0.55, "eyeSquint": 0.25, "browOuterUp": 0.08},
    "sad": {
        "browInnerUp": 0.65,
        "browDown": 0.15,
        "eyeSquint": 0.20,
        "eyeLookDown": 0.15,
        "eyeBlink": 0.12,
    },
    "angry": {"browDown": 0.75, "eyeSquint": 0.35, "eyeWide": 0.25, "noseSneer": 0.30},
    "fear": {"browInnerUp": 0.70, "browOuterUp": 0.35, "browDown": 0.20, "eyeWide": 0.70},
    "surprise": {"browInnerUp": 0.70, "browOuterUp": 0.75, "eyeWide": 0.65},
    "disgust": {"noseSneer": 0.75, "browDown": 0.40, "eyeSquint": 0.40, "cheekSquint": 0.20},
    "contempt": {"eyeSquint": 0.20, "browDownLeft": 0.20, "browOuterUpRight": 0.30},
    "thinking": {
        "browDownLeft": 0.25,
        "browOuterUpRight": 0.30,
        "eyeSquint": 0.15,
        "gazeYaw": 13.0,
        "gazePitch": 9.0,
        "headRoll": 2.0,
    },
    "listening": {"browInnerUp": 0.18, "browOuterUp": 0.15, "eyeWide": 0.12, "headRoll": 3.5},
    "tired": {"eyeBlink": 0.30, "browInnerUp": 0.10, "headPitch": -2.0},
}
_MOUTH: Final[dict[str, dict[str, float]]] = {
    "neutral": {},
    "happy": {"mouthSmile": 0.60, "mouthDimple": 0.15, "mouthUpperUp": 0.10},
    "sad": {"mouthFrown": 0.60, "mouthShrugLower": 0.30, "mouthPress": 0.10},
    "angry": {"mouthPress": 0.35, "mouthFrown": 0.40, "mouthShrugLower": 0.20, "jawForward": 0.10},
    "fear": {"mouthStretch": 0.45, "jawOpen": 0.12, "mouthLowerDown": 0.15},
    "surprise": {"jawOpen": 0.36, "mouthFunnel": 0.25},
    "disgust": {"mouthUpperUp": 0.45, "mouthFrown": 0.25, "mouthShrugUpper": 0.20},
    "contempt": {"mouthSmileRight": 0.45, "mouthDimpleRight": 0.40, "mouthPress": 0.10},
    "thinking": {"mouthPress": 0.15, "mouthRight": 0.12, "mouthPucker": 0.08},
    "listening": {"mouthSmile": 0.16},
    "tired": {"jawOpen": 0.03, "mouthFrown": 0.08},
}
_FROWNING: Final = frozenset(("angry", "disgust", "thinking"))
_BLINK_S: Final = {"listening": blink.ATTENTIVE_S, "thinking": blink.ATTENTIVE_S}

MOODS: Final[dict[str, Mood]] = {
    name: Mood(
        name,
        expression(_UPPER[name]),
        expression(_MOUTH[name]),
        name in _FROWNING,
        _BLINK_S.get(name, blink.SPEAKING_S),
    )
    for name in _UPPER
}


def mood_named(name: str) -> Mood:
    """Raises ValueError naming the moods there are."""
    try:
        return MOODS[name]
    except KeyError:
        raise ValueError(f"no mood {name!r}; there are {', '.join(MOODS)}") from None
