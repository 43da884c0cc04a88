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
    face_width: float = 65.0
    """Half width of the face at the cheekbones."""
    jaw_corner: float = 0.0
    """Radius of the corners of the jaw; 0 leaves the jaw round."""
    jaw_width: float = 40.0
    chin_height: float = -67.0
    chin_radius: float = 16.0
    chin_width: float = 5.0
    cheek: float = 25.0
    cheek_height: float = -28.0
    brow_ridge: float = 0.0
    neck: float = 25.0
    shoulders: float = 100.0
    nose_length: float = 20.5
    nose_depth: float = 94.0
    nose_width: float = 7.0
    nose_bridge: float = 74.0
    """How far forward the bridge stands between the eyes."""
    eye_x: float = 35.5
    eye_z: float = 49.0
    eye_radius: float = 28.5
    eye_half_width: float = 0.84
    """Angle at the eyeball's centre from the middle of the opening to a corner."""
    eye_upper: float = 0.50
    eye_lower: float = 0.42
    eye_tilt: float = 0.10
    """Outer corners higher than inner ones."""
    lid_crease: float = 1.0
    """Depth of the fold above the upper lid, 0 to 1."""
    lashes: float = 6.0
    mouth_height: float = -49.0
    mouth_half_width: float = 20.5
    lip_upper: float = 5.2
    lip_lower: float = 7.2
    lip_bulge: float = 3.0
    brow_thickness: float = 7.6
    brow_height: float = 31.0
    brow_arch: float = 5.0
    ear: float = 1.0
    hair: str = "bob"
    # Colours
    skin: str = "#f7c9ad"
    blush: str = "#f08a78"
    lips: str = "#dd8581"
    iris: str = "#4f8f86"
    hair_colour: str = "#7a4326"
    brow_colour: str = "#7c4a30"
    lash_colour: str = "#22130e"
    garment: str = "#3f7f86"


LOOKS: Final[dict[str, Look]] = {
    look.name: look
    for look in (
        Look(name="mira"),
        Look(
            name="xiaolin",
            face_width=65.0,
            cheek=26.0,
            cheek_height=-28.0,
            chin_height=-65.0,
            chin_radius=15.5,
            nose_length=19.5,
            nose_depth=90.5,
            nose_width=6.8,
            nose_bridge=71.5,
            eye_upper=0.46,
            eye_lower=0.38,
            eye_tilt=0.13,
            lid_crease=0.35,
            lip_upper=4.8,
            lip_lower=6.8,
            mouth_half_width=18.5,
            brow_thickness=6.6,
            brow_height=28.0,
            brow_arch=3.2,
            hair="buns",
            skin="#fbd6bb",
            blush="#f58d80",
            lips="#e37f82",
            iris="#6b4226",
            hair_colour="#2b2326",
            brow_colour="#4a3a38",
            lash_colour="#1a1213",
            garment="#c4556a",
        ),
        Look(
            name="theo",
            face_width=65.0,
            jaw_corner=12.0,
            jaw_width=40.0,
            chin_height=-69.0,
            chin_radius=17.0,
            chin_width=11.0,
            cheek=23.0,
            brow_ridge=1.0,
            neck=33.0,
            shoulders=122.0,
            nose_length=23.0,
            nose_depth=96.0,
            nose_width=8.4,
            nose_bridge=74.0,
            eye_z=50.0,
            eye_radius=26.5,
            eye_upper=0.44,
            eye_lower=0.40,
            eye_tilt=0.05,
            lashes=2.2,
            mouth_half_width=22.0,
            mouth_height=-51.0,
            lip_upper=4.2,
            lip_lower=6.2,
            lip_bulge=2.4,
            brow_thickness=8.6,
            brow_height=28.0,
            brow_arch=2.5,
            hair="short",
            skin="#b97e54",
            blush="#b3614a",
            lips="#a8614d",
            iris="#7a4d28",
            hair_colour="#33251e",
            brow_colour="#33241c",
            lash_colour="#160f0c",
            garment="#e0ac4c",
        ),
    )
}
