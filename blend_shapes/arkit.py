"""The 52 ARKit blendshape channels in Apple's order, and the three head angles.

Order: Apple's ``ARBlendShapeLocation`` header, the same as Unreal's ``EARFaceBlendShape`` 0 to 51.
"Left" is the character's own left.
"""

from typing import Final

CHANNELS: Final[tuple[str, ...]] = tuple(
    """
    eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft eyeWideLeft
    eyeBlinkRight eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight eyeSquintRight
    eyeWideRight jawForward jawLeft jawRight jawOpen mouthClose mouthFunnel mouthPucker mouthLeft
    mouthRight mouthSmileLeft mouthSmileRight mouthFrownLeft mouthFrownRight mouthDimpleLeft
    mouthDimpleRight mouthStretchLeft mouthStretchRight mouthRollLower mouthRollUpper mouthShrugLower
    mouthShrugUpper mouthPressLeft mouthPressRight mouthLowerDownLeft mouthLowerDownRight
    mouthUpperUpLeft mouthUpperUpRight browDownLeft browDownRight browInnerUp browOuterUpLeft
    browOuterUpRight cheekPuff cheekSquintLeft cheekSquintRight noseSneerLeft noseSneerRight tongueOut
    """.split()
)

INDEX: Final[dict[str, int]] = {name: i for i, name in enumerate(CHANNELS)}

HEAD_ANGLES: Final[tuple[str, ...]] = ("headYaw", "headPitch", "headRoll")
"""Degrees. Positive yaw turns to the character's left, pitch up, roll to its right shoulder."""


def twin(name: str) -> str:
    """The channel that mirrors `name`: its left or right partner, or itself."""
    if name.endswith("Left"):
        return name[:-4] + "Right"
    if name.endswith("Right"):
        return name[:-5] + "Left"
    return name


TWINS: Final[tuple[int, ...]] = tuple(INDEX[twin(name)] for name in CHANNELS)
"""For each channel the index of its mirror image."""
