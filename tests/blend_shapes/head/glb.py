"""Reads a binary glTF back, so that the tests see the file and not the generator."""

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_KINDS = {5121: "<u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


@dataclass(frozen=True)
class Head:
    """A file's document and buffer."""

    document: dict[str, Any]
    buffer: bytes

    @classmethod
    def parse(cls, raw: bytes) -> "Head":
        size = struct.unpack_from("<I", raw, 12)[0]
        return cls(json.loads(raw[20 : 20 + size]), raw[20 + size + 8 :])

    def node(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(n for n in self.document["nodes"] if n.get("name") == name)
        return found

    def mesh(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.document["meshes"][self.node(name)["mesh"]]
        return found

    def values(self, accessor: int) -> Array:
        entry = self.document["accessors"][accessor]
        view = self.document["bufferViews"][entry["bufferView"]]
        width = _WIDTHS[entry["type"]]
        flat = np.frombuffer(
            self.buffer, _KINDS[entry["componentType"]], entry["count"] * width, view["byteOffset"]
        )
        return flat.reshape(-1, width).astype(np.float64)

    def positions(self, name: str) -> Array:
        return self.values(self.mesh(name)["primitives"][0]["attributes"]["POSITION"])

    def deltas(self, name: str) -> Array:
        """(targets, n, 3) metres."""
        targets = self.mesh(name)["primitives"][0]["targets"]
        return np.stack([self.values(t["POSITION"]) for t in targets])

    def target_names(self, name: str) -> list[str]:
        names: list[str] = self.mesh(name)["extras"]["targetNames"]
        return names

    def place(self, name: str) -> Array:
        """A node's position in the scene; no node of the file is turned."""
        number = self.document["nodes"].index(self.node(name))
        own = np.array(self.node(name).get("translation", (0.0, 0.0, 0.0)))
        for parent in self.document["nodes"]:
            if number in parent.get("children", ()):
                return np.asarray(own + self.place(parent["name"]))
        return own
