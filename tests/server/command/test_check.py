import logging
from pathlib import Path

import pytest

from server.__main__ import main
from tests.fakes.models import lam


def check(tmp_path: Path, face: str) -> int:
    path = tmp_path / "config.yaml"
    path.write_text(f"engines: {{voice: tone, brain: echo, face: {face}, recognizer: none}}")
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


def test_what_listens_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("engines: {recognizer: pocketsphinx, detector: loudness}")
    assert main(["check", "--config", str(path)]) == 0
    told = capsys.readouterr().out
    assert "detector: loudness\nrecognizer: pocketsphinx, understands en\n" in told


def test_a_character_whose_language_is_not_understood(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("engines: {recognizer: pocketsphinx}\ncharacters: {default: xiaolin}")
    assert main(["check", "--config", str(path)]) == 2
    error = capsys.readouterr().err
    assert "speaks 'zh-CN', which the recognizer pocketsphinx does not understand" in error
    assert "{use: faster-whisper, folder: models/whisper}, or none" in error


def test_auto_may_not_understand_the_character_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.engines.recognizers.auto.fetched_before", lambda model: None)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    path = tmp_path / "config.yaml"
    path.write_text("characters: {default: xiaolin}")
    with caplog.at_level(logging.WARNING):
        assert main(["check", "--config", str(path)]) == 0
    assert "which the recognizer auto does not understand" in caplog.text
