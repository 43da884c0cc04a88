"""`facewire head`: a file, a list, clear refusals."""

import argparse
from pathlib import Path

import pytest

from blend_shapes.head.look import LOOKS
from server.command import head
from server.command.faults import BadFile
from server.errors import ConfigError


def call(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    head.add_arguments(parser)
    return head.run(parser.parse_args([str(a) for a in arguments]))


def test_writes_the_default_look(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "head.glb"
    assert call("-o", out) == 0
    assert out.read_bytes()[:4] == b"glTF"
    assert capsys.readouterr().out.startswith("mira, 5.")


def test_looks_differ(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.glb" for name in LOOKS]
    for name, file in zip(LOOKS, files, strict=True):
        assert call("-o", file, "--look", name) == 0
    assert len({file.read_bytes() for file in files}) == len(LOOKS) == 3


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--list") == 0
    assert capsys.readouterr().out.split() == ["mira", "xiaolin", "theo"]


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no look 'nobody'; there are mira, xiaolin, theo"):
        call("-o", tmp_path / "head.glb", "--look", "nobody")
    with pytest.raises(ConfigError, match=r"should end in \.glb"):
        call("-o", tmp_path / "head.gltf")
    with pytest.raises(BadFile, match="cannot be written"):
        call("-o", tmp_path / "missing" / "head.glb")
    assert list(tmp_path.iterdir()) == []
