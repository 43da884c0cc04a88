"""The written file, as engines meet it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blend_shapes.arkit import CHANNELS
from blend_shapes.head.look import LOOKS
from blend_shapes.head.model import head_glb
from tests.blend_shapes.head.glb import Head
from tests.web_client.node import node

LARGEST = 6_000_000


@cache
def raw(look: str) -> bytes:
    return head_glb(LOOKS[look])


@pytest.mark.parametrize("look", LOOKS)
def test_target_names_are_arkits(look: str) -> None:
    head = Head.parse(raw(look))
    for name in ("Face", "Teeth_Lower", "Tongue"):
        assert head.target_names(name) == list(CHANNELS)
        assert len(head.mesh(name)["primitives"][0]["targets"]) == len(head.mesh(name)["weights"]) == 52


@pytest.mark.parametrize("look", LOOKS)
def test_size(look: str) -> None:
    assert len(raw(look)) < LARGEST


@pytest.mark.parametrize("look", LOOKS)
def test_every_target_moves_something(look: str) -> None:
    head = Head.parse(raw(look))
    most = np.abs(head.deltas("Face")).max(axis=(1, 2))
    assert most.min() > 0.0005
    assert most.max() < 0.04


def test_nodes_and_places() -> None:
    head = Head.parse(raw("mira"))
    for name in ("Head", "Neck", "Shoulders", "Face", "Teeth_Upper", "Teeth_Lower", "Tongue", "LeftEye"):
        assert head.node(name)
    left, right = head.place("LeftEye"), head.place("RightEye")
    assert left[0] > 0.02
    assert np.allclose(left * (-1, 1, 1), right)
    ball = head.positions("LeftEye")
    assert np.abs(np.linalg.norm(ball, axis=1) - LOOKS["mira"].eye_radius / 1000).max() < 0.001
    assert [head.document["nodes"][j]["name"] for j in head.document["skins"][0]["joints"]] == [
        "Shoulders",
        "Neck",
        "Head",
    ]


def test_the_neck_bends_without_a_crack() -> None:
    """Face and Scalp share places, normals and joint weights where they meet, and the base stands still."""
    head = Head.parse(raw("mira"))
    parts = [_vertices(head, name) for name in ("Face", "Scalp")]
    shared = set(map(tuple, parts[0][:, :3])) & set(map(tuple, parts[1][:, :3]))
    assert len(shared) > 20
    for place in shared:
        rows = [part[(part[:, :3] == place).all(axis=1)] for part in parts]
        assert np.allclose(rows[0][0], rows[1][0])
    lowest = parts[1][parts[1][:, 1] < -0.155]
    assert len(lowest)
    assert np.allclose(lowest[:, 6:9], (1.0, 0.0, 0.0))


def _vertices(head: Head, name: str) -> np.ndarray[Any, Any]:
    at = head.mesh(name)["primitives"][0]["attributes"]
    return np.hstack([head.values(at[key]) for key in ("POSITION", "NORMAL", "WEIGHTS_0")])


def test_a_build_is_repeatable() -> None:
    assert head_glb(LOOKS["mira"]) == raw("mira")


@pytest.mark.parametrize("look", LOOKS)
def test_validator_and_three(look: str, tmp_path: Path) -> None:
    file = tmp_path / "head.glb"
    file.write_bytes(raw(look))
    done = node("tests/inspect_glb.js", str(file))
    assert done.returncode == 0, done.stderr[-4000:]
    found = json.loads(done.stdout)
    assert found["issues"]["numErrors"] == 0, found["issues"]["messages"]
    assert found["issues"]["numWarnings"] == 0, found["issues"]["messages"]
    assert found["face"] == "SkinnedMesh"
    for name in ("Face", "Teeth_Lower", "Tongue"):
        assert found["meshes"][name] == list(CHANNELS)
