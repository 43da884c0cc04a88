"""Lists of shape names as avatars have them, and faces to show on them."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from blend_shapes.arkit import CHANNELS
from blend_shapes.rigs import rigs


def _words(name: str) -> list[str]:
    return re.findall(r"[A-Z]?[a-z]+", name)


def _spelled(spell: Callable[[str], str]) -> list[str]:
    return [spell(name) for name in CHANNELS]


def _short_sides(name: str, mark: str) -> str:
    return re.sub("Left$", f"{mark}L", re.sub("Right$", f"{mark}R", name))


def _numbered(name: str) -> str:
    return f"A{CHANNELS.index(name) + 1:02}_" + "_".join(word.capitalize() for word in _words(name))


def _family(name: str) -> list[str]:
    return [row.key for rig in rigs() if rig.name == name for row in rig.rows]


_VISEMES: Final = "sil PP FF TH DD kk CH SS nn RR aa E I O U".split()
_VROID: Final = (
    "ALL_Neutral ALL_Joy BRW_Angry BRW_Surprised EYE_Close EYE_Close_R EYE_Close_L EYE_Spread MTH_Close "
    "MTH_Fun MTH_A MTH_I MTH_U MTH_E MTH_O HA_Hide"
).split()
_VRM: Final = "happy angry aa ih ou ee oh blink blinkLeft blinkRight lookUp lookLeft neutral".split()
_VRCHAT: Final = "sil pp ff th dd kk ch ss nn rr aa e ih oh ou".split()

ARKIT: Final[dict[str, Sequence[str]]] = {
    "camel_case": CHANNELS,
    "pascal_case": _spelled(lambda name: name[0].upper() + name[1:]),
    "snake_case": _spelled(lambda name: "_".join(_words(name)).lower()),
    "spaces": _spelled(lambda name: " ".join(_words(name)).title()),
    "lower_case": _spelled(str.lower),
    "maya_sides": _spelled(lambda name: _short_sides(name, "_")),
    "maya_prefix": _spelled(lambda name: f"blendShape1.{name}"),
    "blender_sides": _spelled(lambda name: f"Head.{_short_sides(name, '.')}"),
    "blender_copies": _spelled(lambda name: f"{name}.001"),
    "left_first": _spelled(
        lambda name: "_".join(sorted(_words(name), key=lambda w: w not in ("Left", "Right")))
    ),
    "iclone_numbers": _spelled(_numbered),
    "mesh_prefix": _spelled(lambda name: f"CC_Game_Body.{name}"),
    "underscore_prefix": _spelled(lambda name: f"Wolf3D_Head_{name}"),
}
"""All of ARKit, in thirteen spellings."""

CASES: Final[dict[str, tuple[Sequence[str], dict[str, Any]]]] = {
    **{name: (shapes, {}) for name, shapes in ARKIT.items()},
    "ready_player_me": (
        [*CHANNELS, *(f"viseme_{v}" for v in _VISEMES), "mouthOpen", "mouthSmile", "eyesClosed"],
        {},
    ),
    "ready_player_me_small": (["mouthOpen", "mouthSmile"], {}),
    "oculus": ([*(f"viseme_{v}" for v in _VISEMES), "eyesClosed", "eyesLookUp", "mouthSmile"], {}),
    "vrchat": ([*(f"vrc.v_{v}" for v in _VRCHAT), "vrc.blink_left", "vrc.blink_right"], {}),
    "vroid": ([f"Face.M_F00_000_00_Fcl_{x}" for x in _VROID], {}),
    "vrm0": ("neutral a i u e o blink joy angry sorrow fun lookup blink_l blink_r".split(), {}),
    "vrm1": (_VRM, {}),
    "vrm1_perfect_sync": ([*_VRM, *_spelled(lambda name: name[0].upper() + name[1:])], {}),
    "vrm1_blink_only": ("aa blink".split(), {}),
    "mmd": (["あ", "い", "う", "え", "お", "まばたき", "笑い"], {}),
    "character_creator": (_family("character_creator"), {}),
    "metahuman": ([f"CTRL_expressions_{key}" for key in _family("metahuman")], {}),
    "unified": (_family("unified"), {}),
    "few_of_arkit": ("jawOpen mouthSmileLeft eyeBlinkLeft eyeBlinkRight aa ih ou ee oh".split(), {}),
    "no_brows_no_cheeks": ([name for name in CHANNELS if not name.startswith(("brow", "cheek"))], {}),
    "correctives": ("jawOpen jawOpen_mouthClose smirk mouthClose mouthclose Teeth_jawOpen".split(), {}),
    "nothing": ([], {}),
    "strangers": ("Basis Thick breathe a_b ___ . .L 12 ÄÖ".split(), {}),
    "tuned": (
        ["jawOpen", "mouthClose", "eyeBlinkLeft"],
        {"gains": {"jawOpen": 0.5}, "offsets": {"eyeBlinkLeft": 0.125}, "limit_mouth_close": False},
    ),
    "fixed_families": ([*CHANNELS, *_VRM], {"families": {"upper": "arkit", "mouth": "vowels"}}),
}

FACES: Final[list[dict[str, float]]] = [
    {},
    {name: (i % 16 + 1) / 16 for i, name in enumerate(CHANNELS)},
    {"jawOpen": 0.4375, "mouthLowerDownLeft": 0.25, "mouthLowerDownRight": 0.25},
    {"jawOpen": 0.25, "mouthClose": 0.125, "mouthFunnel": 0.25, "mouthPucker": 0.5625},
    {"jawOpen": 0.125, "mouthSmileLeft": 0.3125, "mouthSmileRight": 0.25, "mouthLowerDownLeft": 0.25},
    {"jawOpen": 0.0625, "mouthClose": 0.5, "mouthPressLeft": 0.125, "mouthPressRight": 0.125},
    {"jawOpen": 0.0625, "mouthRollLower": 0.4375, "mouthUpperUpLeft": 0.1875, "mouthUpperUpRight": 0.1875},
    {"mouthSmileLeft": 0.625, "mouthSmileRight": 0.5, "eyeBlinkLeft": 1.0, "tongueOut": 0.1875},
]
"""Rest, everything, a, u, i, a closure that overdoes mouthClose, f, and a smile with a wink; in 16ths,
which float32 holds exactly."""
