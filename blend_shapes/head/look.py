"""Looks: small records of proportions and colours from which one generator makes distinct people.

Lengths are millimetres, angles radians, colours sRGB `#rrggbb`. Origin: midway between the eyes' height on
the axis of the skull; +x is the character's left, +y up, +z forward.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    name: str
    # Proportions
    face_width: float = 66.0
    """Half width of the face at the cheekbones."""
    jaw_corner: float = 0.0
    """Radius of the corners of the jaw; 0 leaves the jaw round."""
    jaw_width: float = 42.0
    chin_height: float = -83.0
    chin_radius: float = 17.0
    chin_width: float = 0.0
    cheek: float = 25.0
    cheek_height: float = -32.0
    brow_ridge: float = 0.0
    neck: float = 32.0
    shoulders: float = 104.0
    nose_length: float = 31.0
    nose_depth: float = 100.0
    nose_width: float = 8.2
    nose_bridge: float = 77.5
    """How far forward the bridge stands between the eyes."""
    eye_x: float = 34.5
    eye_z: float = 54.5
    eye_radius: float = 23.5
    eye_half_width: float = 0.86
    """Angle at the eyeball's centre from the middle of the opening to a corner."""
    eye_upper: float = 0.45
    eye_lower: float = 0.42
    eye_tilt: float = 0.10
    """Outer corners higher than inner ones."""
    lid_crease: float = 1.0
    """Depth of the fold above the upper lid, 0 to 1."""
    lashes: float = 5.2
    mouth_height: float = -58.5
    mouth_half_width: float = 22.0
    lip_upper: float = 6.2
    lip_lower: float = 8.2
    lip_bulge: float = 3.0
    brow_thickness: float = 5.0
    brow_height: float = 27.0
    brow_arch: float = 5.0
    ear: float = 1.0
    hair: str = "bob"
    # Colours
    skin: str = "#f2c3a8"
    blush: str = "#e68274"
    lips: str = "#c65f60"
    iris: str = "#4f8f86"
    hair_colour: str = "#6b3a22"
    brow_colour: str = "#4d2a19"
    lash_colour: str = "#22130e"
    garment: str = "#3f7f86"


LOOKS: Final[dict[str, Look]] = {
    look.name: look
    for look in (
        Look(name="mira"),
        Look(
            name="xiaolin",
            face_width=66.0,
            cheek=26.0,
            cheek_height=-30.0,
            chin_height=-81.0,
            chin_radius=16.0,
            nose_length=29.5,
            nose_depth=94.5,
            nose_width=8.0,
            nose_bridge=75.0,
            eye_upper=0.40,
            eye_lower=0.37,
            eye_tilt=0.14,
            lid_crease=0.35,
            lip_upper=5.6,
            lip_lower=7.6,
            mouth_half_width=20.0,
            brow_thickness=4.4,
            brow_arch=3.2,
            hair="fringe",
            skin="#f6cfb4",
            blush="#ee8274",
            lips="#cf5560",
            iris="#5a3a26",
            hair_colour="#20191c",
            brow_colour="#2a2020",
            lash_colour="#150f10",
            garment="#b5485a",
        ),
        Look(
            name="theo",
            face_width=66.0,
            jaw_corner=13.0,
            jaw_width=38.0,
            chin_height=-88.0,
            chin_radius=18.0,
            chin_width=6.0,
            cheek=22.0,
            brow_ridge=1.0,
            neck=41.0,
            shoulders=130.0,
            nose_length=34.0,
            nose_depth=102.0,
            nose_width=10.0,
            nose_bridge=81.0,
            eye_radius=21.5,
            eye_upper=0.38,
            eye_lower=0.38,
            eye_tilt=0.04,
            lashes=2.0,
            mouth_half_width=24.0,
            mouth_height=-61.0,
            lip_upper=4.4,
            lip_lower=6.4,
            lip_bulge=2.2,
            brow_thickness=8.0,
            brow_height=24.5,
            brow_arch=2.5,
            hair="short",
            skin="#a8704a",
            blush="#9a4f38",
            lips="#93523f",
            iris="#6e4322",
            hair_colour="#1d1512",
            brow_colour="#1d1410",
            lash_colour="#120c0a",
            garment="#d9a441",
        ),
    )
}
