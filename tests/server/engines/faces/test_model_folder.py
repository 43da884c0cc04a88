import logging
from pathlib import Path

import numpy as np
import pytest

from server.engines.faces.model_folder import Fields, ModelFolder
from server.errors import ConfigError


def test_a_folder_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere does not exist; folder must be the one"):
        ModelFolder(str(tmp_path / "nowhere"))
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="is a file, not a folder"):
        ModelFolder(str(tmp_path / "file"))


@pytest.mark.parametrize("name", ["LICENSE", "license.txt", "LICENCE.md", "COPYING", "NOTICE"])
def test_the_terms_of_the_model_are_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    (tmp_path / name).write_text("use it well")
    (tmp_path / "README.md").touch()
    with caplog.at_level(logging.INFO):
        ModelFolder(str(tmp_path)).tell_licence()
    assert caplog.messages == [f"the model in {tmp_path} is used under its own terms: {name}"]


def test_missing_terms_are_named_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        ModelFolder(str(tmp_path)).tell_licence()
    assert "came without a file that says its terms of use" in caplog.text


def test_files_are_found_by_the_first_pattern_that_fits(tmp_path: Path) -> None:
    folder = ModelFolder(str(tmp_path))
    with pytest.raises(ConfigError, match=r"has no a\.onnx or \*\.onnx; it has no file at all"):
        folder.find("a.onnx", "*.onnx")
    (tmp_path / "b.onnx").touch()
    assert folder.find("a.onnx", "*.onnx").name == "b.onnx"
    (tmp_path / "c.onnx").touch()
    with pytest.raises(ConfigError, match=r"has 2 files \*\.onnx \(b\.onnx, c\.onnx\); one is wanted"):
        folder.find("a.onnx", "*.onnx")
    (tmp_path / "a.onnx").touch()
    assert folder.find("a.onnx", "*.onnx").name == "a.onnx"


def test_what_is_no_json_is_said(tmp_path: Path) -> None:
    folder, path = ModelFolder(str(tmp_path)), tmp_path / "info.json"
    for text, says in (("{", "cannot be read as JSON"), ("[1]", "a JSON object is wanted, not list")):
        path.write_text(text)
        with pytest.raises(ConfigError, match=says):
            folder.json(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read as JSON"):
        folder.json(path)


def test_arrays_are_named_when_they_are_missing(tmp_path: Path) -> None:
    folder, path = ModelFolder(str(tmp_path)), tmp_path / "data.npz"
    np.savez(path, neutral=np.zeros(3), other=np.zeros(1))
    assert set(folder.arrays(path, ("neutral",), ("other", "more"))) == {"neutral", "other"}
    with pytest.raises(ConfigError, match=r"data\.npz has no mask; it has neutral, other"):
        folder.arrays(path, ("neutral", "mask"))


@pytest.mark.parametrize("size", [0, 20, 300])
def test_a_truncated_archive_is_said(tmp_path: Path, size: int) -> None:
    folder, path = ModelFolder(str(tmp_path)), tmp_path / "data.npz"
    np.savez(path, neutral=np.zeros(300))
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ConfigError, match=r"data\.npz cannot be read as an npz file"):
        folder.arrays(path, ("neutral",))


def test_an_array_alone_is_no_archive(tmp_path: Path) -> None:
    folder, path = ModelFolder(str(tmp_path)), tmp_path / "data.npz"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ConfigError, match=r"data\.npz cannot be read as an npz file"):
        folder.arrays(path, ("neutral",))


def test_nothing_in_an_archive_is_executed(tmp_path: Path) -> None:
    folder, path = ModelFolder(str(tmp_path)), tmp_path / "data.npz"
    np.savez(path, neutral=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ConfigError, match="cannot be read"):
        folder.arrays(path, ("neutral",))


def test_fields_say_what_they_must_be() -> None:
    values = {"size": 3, "name": "x", "half": 0.5, "list": [1, 2.5], "inner": {"deep": True}, "nan": np.nan}
    fields = Fields(Path("info.json"), values)
    assert fields.count("size") == 3 and fields.text("name") == "x" and fields.number("half") == 0.5
    assert fields.number("absent", 7.0) == 7.0 and fields.numbers("list") == [1.0, 2.5]
    for ask, says in (
        (lambda: fields.count("half"), "half must be a whole number, not 0.5"),
        (lambda: fields.number("name"), "name must be a number, not 'x'"),
        (lambda: fields.number("nan"), "nan must be a number"),
        (lambda: fields.text("size"), "size must be text, not 3"),
        (lambda: fields.numbers("list", 3), "list must be a list of 3 numbers"),
        (lambda: fields.numbers("name"), "name must be a list of numbers"),
        (lambda: fields.inner("size"), "size must be an object"),
        (lambda: fields.count("weight"), "weight is missing"),
        (lambda: fields.inner("inner").count("deep"), r"info\.json: inner\.deep must be a whole number"),
    ):
        with pytest.raises(ConfigError, match=says):
            ask()
