import logging
from pathlib import Path

import pytest

from server.__main__ import main
from tests.fakes.models import lam


def check(tmp_path: Path, face: str) -> int:
    path = tmp_path / "config.yaml"
    path.write_text(f"engines: {{voice: tone, brain: echo, face: {face}}}")
    return main(["check", "--config", str(path)])


def test_the_look_ahead_of_the_face_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, "articulation") == 0
    told = capsys.readouterr().out
    assert "face: articulation, needs phones, looks 0.29 s ahead (sentences are 0.30 s apart)" in told


def test_a_model_of_others_is_loaded_from_beside_the_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    lam(tmp_path / "model", {"jawOpen": 1.0})
    with caplog.at_level(logging.INFO):
        assert check(tmp_path, "{use: lam, folder: model}") == 0
    told = capsys.readouterr().out
    assert "face: lam, follows the sound, looks 0.41 s ahead (sentences are 0.41 s apart)" in told
    assert "the face lam looks far ahead: sentences are 0.41 s apart or more" in caplog.messages


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, "{use: unitalker, folder: nowhere}") != 0
    error = capsys.readouterr().err
    assert f"{tmp_path / 'nowhere'} does not exist" in error and "Traceback" not in error


def test_a_server_that_does_not_listen_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("engines: {recognizer: none}")
    assert main(["check", "--config", str(path)]) == 0
    assert "recognizer: none, the user can only write" in capsys.readouterr().out
