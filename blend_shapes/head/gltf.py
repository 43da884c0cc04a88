"""Writes parts as one binary glTF 2.0 file. Metres, +Y up, the face looks along +Z.

Khronos, "glTF 2.0 Specification". Core glTF without extensions: float32 positions, normals and
deltas, normalised 16-bit vertex colours.
"""

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.head.field import Array

_FLOAT, _USHORT, _UINT, _UBYTE = 5126, 5123, 5125, 5121
_ARRAY, _ELEMENTS = 34962, 34963
_MAGIC, _VERSION, _JSON, _BIN = 0x46546C67, 2, 0x4E4F534A, 0x004E4942


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """One triangle mesh, in metres and in its node's axes. n vertices, m triangles."""

    position: Array
    normal: Array
    triangles: NDArray[np.int64]
    material: str
    colour: Array | None = None
    """(n, 3) linear RGB."""
    uv: Array | None = None
    """(n, 2), origin at the image's upper left."""
    deltas: Array | None = None
    """(targets, n, 3)."""
    normal_deltas: Array | None = None
    joints: Array | None = None
    """(n, joints) shares that sum to 1."""


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    place: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Metres from its parent."""
    mesh: Mesh | None = None
    children: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """PBR factors; `image` is a PNG for the base colour, `surface` one for roughness (green channel)."""

    roughness: float
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)
    glow: tuple[float, float, float] = (0.0, 0.0, 0.0)
    image: bytes | None = None
    surface: bytes | None = None
    two_sided: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """What a file holds. Meshes with `joints` are skinned to the nodes named in `joints`, in that order."""

    roots: tuple[Node, ...]
    materials: Mapping[str, Material]
    targets: Sequence[str]
    joints: Sequence[str]
    extras: Mapping[str, Any]
    title: str


def png(pixels: NDArray[np.uint8]) -> bytes:
    """An RGB image, shape (rows, columns, 3), as PNG (W3C, "PNG Specification")."""
    rows, columns, _ = pixels.shape

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    # Up filter on every line: smooth images become mostly small numbers.
    before = np.vstack([np.zeros((1, columns, 3), np.uint8), pixels[:-1]])
    lines = np.hstack([np.full((rows, 1), 2, np.uint8), (pixels - before).reshape(rows, -1)])
    body = zlib.compress(lines.tobytes(), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def binary(model: Model) -> bytes:
    """The file."""
    return _Writer(model).file()


@dataclass(slots=True)
class _Writer:
    model: Model
    data: bytearray = field(default_factory=bytearray)
    views: list[dict[str, Any]] = field(default_factory=list)
    accessors: list[dict[str, Any]] = field(default_factory=list)
    meshes: list[dict[str, Any]] = field(default_factory=list)
    nodes: list[dict[str, Any]] = field(default_factory=list)
    images: list[dict[str, Any]] = field(default_factory=list)
    at: dict[str, int] = field(default_factory=dict)
    """Node numbers by name."""
    places: dict[str, Array] = field(default_factory=dict)
    """World positions of nodes by name."""

    def file(self) -> bytes:
        materials = [self._material(name, m) for name, m in self.model.materials.items()]
        roots = [self._node(node, np.zeros(3)) for node in self.model.roots]
        skin = self._skin()
        document: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": "FaceWire", "extras": dict(self.model.extras)},
            "scene": 0,
            "scenes": [{"name": self.model.title, "nodes": roots}],
            "nodes": self.nodes,
            "meshes": self.meshes,
            "skins": [skin],
            "materials": materials,
            "accessors": self.accessors,
            "bufferViews": self.views,
            "buffers": [{"byteLength": len(self.data)}],
        }
        if self.images:
            document["images"] = self.images
            document["samplers"] = [{"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}]
            document["textures"] = [{"sampler": 0, "source": i} for i in range(len(self.images))]
        text = json.dumps(document, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        body = bytes(self.data)
        head = struct.pack("<III", _MAGIC, _VERSION, 12 + 8 + len(text) + 8 + len(body))
        parts = struct.pack("<II", len(text), _JSON) + text + struct.pack("<II", len(body), _BIN) + body
        return head + parts

    def _view(self, raw: bytes, **more: int) -> int:
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(raw), **more})
        self.data += raw + b"\0" * (-len(raw) % 4)
        return len(self.views) - 1

    def _vectors(self, values: Array, *, bounds: bool = False) -> int:
        """Float vectors, (n, 2 to 4) or (n, 4, 4)."""
        single = np.ascontiguousarray(values, np.float32)
        matrices = single.ndim == 3
        entry: dict[str, Any] = {
            "bufferView": self._view(single.tobytes(), **({} if matrices else {"target": _ARRAY})),
            "componentType": _FLOAT,
            "count": len(single),
            "type": "MAT4" if matrices else f"VEC{single.shape[1]}",
        }
        if bounds:
            entry |= {"min": single.min(axis=0).tolist(), "max": single.max(axis=0).tolist()}
        return self._accessor(entry)

    def _accessor(self, entry: dict[str, Any]) -> int:
        self.accessors.append(entry)
        return len(self.accessors) - 1

    def _integers(self, values: NDArray[Any], kind: int, shape: str, target: int, **more: bool) -> int:
        view = self._view(np.ascontiguousarray(values).tobytes(), target=target)
        entry = {"bufferView": view, "componentType": kind, "count": len(values), "type": shape, **more}
        return self._accessor(entry)

    def _mesh(self, name: str, mesh: Mesh) -> int:
        attributes = {
            "POSITION": self._vectors(mesh.position, bounds=True),
            "NORMAL": self._vectors(mesh.normal),
        }
        if mesh.uv is not None:
            attributes["TEXCOORD_0"] = self._vectors(mesh.uv)
        if mesh.colour is not None:
            opaque = np.column_stack([np.clip(mesh.colour, 0.0, 1.0), np.ones(len(mesh.colour))])
            coded = np.round(opaque * 65535.0).astype("<u2")
            attributes["COLOR_0"] = self._integers(coded, _USHORT, "VEC4", _ARRAY, normalized=True)
        if mesh.joints is not None:
            self._joints(mesh.joints, attributes)
        wide = len(mesh.position) > 65535
        flat = mesh.triangles.ravel().astype("<u4" if wide else "<u2")
        indices = self._integers(flat, _UINT if wide else _USHORT, "SCALAR", _ELEMENTS)
        primitive: dict[str, Any] = {
            "attributes": attributes,
            "indices": indices,
            "material": list(self.model.materials).index(mesh.material),
        }
        entry: dict[str, Any] = {"name": name, "primitives": [primitive]}
        if mesh.deltas is not None:
            primitive["targets"] = self._targets(mesh, mesh.deltas)
            entry["weights"] = [0.0] * len(self.model.targets)
            entry["extras"] = {"targetNames": list(self.model.targets)}
        self.meshes.append(entry)
        return len(self.meshes) - 1

    def _joints(self, shares: Array, attributes: dict[str, int]) -> None:
        n, count = shares.shape
        numbers = np.tile(np.arange(4, dtype=np.uint8), (n, 1))
        padded = np.zeros((n, 4))
        padded[:, :count] = shares
        numbers[padded == 0.0] = 0
        attributes["JOINTS_0"] = self._integers(numbers, _UBYTE, "VEC4", _ARRAY)
        attributes["WEIGHTS_0"] = self._vectors(padded)

    def _targets(self, mesh: Mesh, deltas: Array) -> list[dict[str, int]]:
        targets = [{"POSITION": self._vectors(delta, bounds=True)} for delta in deltas]
        if mesh.normal_deltas is not None:
            for target, delta in zip(targets, mesh.normal_deltas, strict=True):
                target["NORMAL"] = self._vectors(delta)
        return targets

    def _node(self, node: Node, origin: Array) -> int:
        number = len(self.nodes)
        entry: dict[str, Any] = {"name": node.name}
        self.nodes.append(entry)
        self.at[node.name] = number
        place = self.places[node.name] = origin + np.array(node.place)
        if any(node.place):
            entry["translation"] = list(node.place)
        if node.mesh is not None:
            entry["mesh"] = self._mesh(node.name, node.mesh)
            if node.mesh.joints is not None:
                entry["skin"] = 0
        if node.children:
            entry["children"] = [self._node(child, place) for child in node.children]
        return number

    def _skin(self) -> dict[str, Any]:
        """Joints have no rotation at rest, so that their inverse is a shift."""
        inverse = np.tile(np.eye(4), (len(self.model.joints), 1, 1))
        for matrix, name in zip(inverse, self.model.joints, strict=True):
            matrix[3, :3] = -self.places[name]  # columns first
        joints = [self.at[name] for name in self.model.joints]
        return {"joints": joints, "skeleton": joints[0], "inverseBindMatrices": self._vectors(inverse)}

    def _image(self, raw: bytes, name: str) -> dict[str, int]:
        self.images.append({"name": name, "mimeType": "image/png", "bufferView": self._view(raw)})
        return {"index": len(self.images) - 1}

    def _material(self, name: str, m: Material) -> dict[str, Any]:
        surface: dict[str, Any] = {
            "baseColorFactor": [*m.colour, 1.0],
            "metallicFactor": 0.0,
            "roughnessFactor": m.roughness,
        }
        if m.image is not None:
            surface["baseColorTexture"] = self._image(m.image, name)
        if m.surface is not None:
            surface["metallicRoughnessTexture"] = self._image(m.surface, name + "_roughness")
        entry: dict[str, Any] = {"name": name, "pbrMetallicRoughness": surface}
        if any(m.glow):
            entry["emissiveFactor"] = list(m.glow)
        if m.two_sided:
            entry["doubleSided"] = True
        return entry


METRES: Final = 0.001
"""Metres in one of the generator's millimetres."""
