"""The head as one glTF model: meshes, nodes, materials."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS
from blend_shapes.head import bust, eyes, forms, hair, morphs, paint, teeth
from blend_shapes.head.colour import linear, srgb
from blend_shapes.head.field import Array, Field, gradient, smoothstep
from blend_shapes.head.gltf import METRES, Material, Mesh, Model, Node, binary, png
from blend_shapes.head.look import Look
from blend_shapes.head.nets import surface_net
from blend_shapes.head.points import Piece, Triangles, mirrored, vertex_normals
from blend_shapes.head.skin import half_skin

JOINTS: Final = ("Shoulders", "Neck", "Head")
PLACES: Final = {
    "Shoulders": np.array([0.0, -172.0, -28.0]),
    "Neck": np.array([0.0, -122.0, -27.0]),
    "Head": np.array([0.0, -84.0, -14.0]),
}
_STILL_MM: Final = 1e-4
_NET_STEP: Final = 4.5


def skin_of(look: Look) -> tuple[Piece, NDArray[np.int64]]:
    """The whole skin in millimetres, and each vertex's mirror image."""
    return mirrored(half_skin(look))


def head_glb(look: Look) -> bytes:
    """A binary glTF of the look. Takes a second or two."""
    return binary(head_model(look))


def head_model(look: Look) -> Model:
    """Nodes Shoulders > Neck > Head > eyes, teeth, tongue, hair; Face and Scalp are skinned to the first
    three, so that the head turns over still shoulders without a crack."""
    fields = (
        lambda p: forms.skin(p, look),
        lambda p: hair.hair(p, look),
        lambda p: bust.garment(p, look),
    )
    face, scalp = _skin_meshes(look, fields)
    head = Node("Head", _step("Neck", "Head"), None, tuple(_head_parts(look, fields)))
    neck = Node("Neck", _step("Shoulders", "Neck"), None, (head,))
    garment = Node(
        "Garment", (0.0, 0.0, 0.0), _solid(fields[2], fields, look.garment, "garment", "Shoulders", 6.0)
    )
    body = Node("Shoulders", _place(PLACES["Shoulders"]), None, (neck, garment))
    extras = {
        "look": look.name,
        "origin": "midway between the eyes' height on the axis of the skull; metres; face along +Z",
        "gaze": "turn LeftEye and RightEye: 30 degrees sideways and 25 up or down for weight 1 of eyeLook*",
        "headSplit": "30 percent of a head rotation on Neck, 70 on Head",
    }
    roots = (body, Node("Face", mesh=face), Node("Scalp", mesh=scalp))
    return Model(roots, _materials(look), CHANNELS, JOINTS, extras, f"FaceWire head: {look.name}")


def _place(p: Array) -> tuple[float, float, float]:
    x, y, z = (round(float(v) * METRES, 6) for v in p)
    return (x, y, z)


def _step(parent: str, child: str) -> tuple[float, float, float]:
    return _place(PLACES[child] - PLACES[parent])


def _materials(look: Look) -> dict[str, Material]:
    ramp = np.repeat(np.linspace(0.0, 255.0, 64).round().astype(np.uint8)[None, :, None], 4, axis=0)
    ramp = np.concatenate([0 * ramp, ramp, 0 * ramp], axis=2)
    return {
        "skin": Material(1.0, surface=png(ramp)),
        "eye": Material(0.12, image=png(eyes.iris_image(look))),
        "glint": Material(0.3, glow=(1.0, 1.0, 1.0)),
        "teeth": Material(0.28),
        "tongue": Material(0.35),
        "hair": Material(0.52),
        "garment": Material(0.85),
    }


def _skin_meshes(look: Look, fields: paint.Fields) -> tuple[Mesh, Mesh]:
    """What a morph moves, and the rest, which needs no targets."""
    skin, mirror = skin_of(look)
    flat = vertex_normals(skin.position, skin.triangles)
    normal = _smooth_normals(skin, flat, look)
    deltas = morphs.skin_morphs(skin, mirror, look)
    turned = np.stack([vertex_normals(skin.position + d, skin.triangles) - flat for d in deltas])
    moves = np.abs(deltas).max(axis=(0, 2)) > _STILL_MM
    colour = paint.skin_colours(skin, normal, look, fields)
    rough = paint.skin_roughness(skin)
    uv = np.column_stack([(0.5 + 63.0 * rough) / 64.0, np.full(len(skin), 0.5)])
    joints = _joint_shares(skin.position)
    halves = []
    live = moves[skin.triangles].any(axis=1)
    for chosen, moving in ((live, True), (~live, False)):
        used, renumbered = np.unique(skin.triangles[chosen], return_inverse=True)
        halves.append(
            Mesh(
                skin.position[used] * METRES,
                normal[used],
                np.asarray(renumbered.reshape(-1, 3), np.int64),
                "skin",
                colour[used],
                uv[used],
                deltas[:, used] * METRES if moving else None,
                turned[:, used] if moving else None,
                joints[used],
            )
        )
    return halves[0], halves[1]


def _smooth_normals(skin: Piece, flat: Array, look: Look) -> Array:
    """Normals of the analytic surface where the mesh lies on it, of the mesh elsewhere."""
    on = np.abs(forms.skin(skin.position, look)) < 0.3
    exact = gradient(lambda p: forms.skin(p, look), skin.position)
    on &= (exact * flat).sum(axis=1) > 0.5
    return np.where(on[:, None], exact, flat)


def _joint_shares(p: Array) -> Array:
    """Shares of Shoulders, Neck and Head, (n, 3): the neck bends evenly."""
    high = p[:, 1] + 0.2 * p[:, 2]
    head = smoothstep(-130.0, -98.0, high)
    body = smoothstep(-130.0, -152.0, high) * (1.0 - head)
    return np.column_stack([body, 1.0 - head - body, head])


def _head_parts(look: Look, fields: paint.Fields) -> list[Node]:
    origin = PLACES["Head"]
    nodes = []
    position, normal, triangles, uv = eyes.eyeball(look)
    ball = Mesh(position * METRES, normal, triangles, "eye", None, uv)
    centre = np.array(forms.eye_centre(look))
    for name, side in (("LeftEye", 1.0), ("RightEye", -1.0)):
        nodes.append(Node(name, _place(centre * np.array([side, 1.0, 1.0]) - origin), ball))
    position, normal, triangles = eyes.glints(look)
    nodes.append(Node("Glints", mesh=Mesh((position - origin) * METRES, normal, triangles, "glint")))
    for name, upper in (("Teeth_Upper", True), ("Teeth_Lower", False)):
        position, triangles, tooth = teeth.row_of_teeth(look, upper)
        deltas = None if upper else morphs.jaw_morphs(position)
        colour = np.outer(tooth, linear(srgb("#f6efe2"))) + np.outer(1.0 - tooth, linear(srgb("#b0545a")))
        depth = smoothstep(46.0, 80.0, position[:, 2])
        colour = colour * (0.25 + 0.75 * depth)[:, None]
        nodes.append(Node(name, mesh=_part(position, triangles, "teeth", colour, deltas)))
    position, triangles = teeth.tongue(look)
    deltas = morphs.tongue_morphs(position, 30.0, float(position[:, 2].max()))
    colour = np.outer(0.25 + 0.75 * smoothstep(38.0, 76.0, position[:, 2]), linear(srgb("#c8646c")))
    nodes.append(Node("Tongue", mesh=_part(position, triangles, "tongue", colour, deltas)))
    nodes.append(Node("Hair", mesh=_solid(fields[1], fields, look.hair_colour, "hair", "Head", _NET_STEP)))
    return nodes


def _part(
    position: Array, triangles: Triangles, material: str, colour: Array, deltas: Array | None
) -> Mesh:
    """A mesh under Head."""
    normal = vertex_normals(position, triangles)
    moved = None if deltas is None else deltas * METRES
    return Mesh((position - PLACES["Head"]) * METRES, normal, triangles, material, colour, None, moved)


def _solid(field: Field, fields: paint.Fields, code: str, material: str, parent: str, step: float) -> Mesh:
    """A distance field as a mesh under a node, with its shade baked in."""
    low, high = np.array([-165.0, -256.0, -125.0]), np.array([165.0, 160.0, 125.0])
    position, normal, triangles = surface_net(field, low, high, step)
    seen = paint.openness(position, normal, fields)
    colour = paint.shaded(np.tile(linear(srgb(code)), (len(position), 1)), seen, np.array([0.5, 0.45, 0.5]))
    return Mesh((position - PLACES[parent]) * METRES, normal, triangles, material, colour)
