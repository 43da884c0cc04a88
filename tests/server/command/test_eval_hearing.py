"""`facewire eval-hearing`: from a folder to a table."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from server.__main__ import main
from server.command.eval_hearing import read
from tests.fakes.recognizer import ScriptedRecognizer

TONE = (8000 * np.sin(np.arange(8000) * 0.2)).astype(np.int16)


def scripted() -> ScriptedRecognizer:
    """An engine of someone else's."""
    return ScriptedRecognizer("Hello there, you!", "good bite", "", "hello there")


NAME = f"{__name__}:scripted"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "b", "no_text"):
        wavfile.write(tmp_path / f"{name}.wav", 8000, TONE)
    (tmp_path / "a.lab").write_text("HELLO THERE\n")
    (tmp_path / "b.TextGrid").write_text(
        'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0 1 <exists> 1\n'
        '"IntervalTier" "words" 0 1 3 0 0.2 "" 0.2 0.5 "good" 0.5 1 "bye"\n'
    )
    return tmp_path


def test_errors_are_counted_for_each_recording_and_all(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval-hearing", str(folder), "--recognizer", NAME]) == 0
    told = capsys.readouterr().out
    assert "a: word error rate 0.500 of 2 words (0 wrong, 1 too many, 0 missing)" in told
    assert "b: word error rate 0.500 of 2 words (1 wrong, 0 too many, 0 missing)" in told
    assert "all: word error rate 0.500 of 4 words (1 wrong, 1 too many, 0 missing)" in told
    assert "noise" not in told


def test_noise_is_measured_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval-hearing", str(folder), "--recognizer", NAME, "--noise", "10"]) == 0
    told = capsys.readouterr().out
    assert "white noise 10 dB below\n  a + white noise at 10 dB: word error rate 1.000 of 2 words" in told
    assert "shaped noise 10 dB below" in told


def test_what_is_said_is_read_in_small_letters(folder: Path) -> None:
    assert [(said.recording.name, said.words) for said in read(folder)] == [
        ("a", ["hello", "there"]),
        ("b", ["good", "bye"]),
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere"], "nowhere is no folder"),
        (["."], "no sound with its text beside it (.lab, .txt, .TextGrid)"),
        ([".", "--noise", "61"], "--noise 61: from -20 to 60 dB"),
        ([".", "--recognizer", "none/such"], "no sound with its text"),
    ],
)
def test_what_cannot_be_measured_is_said(
    arguments: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["eval-hearing", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "b.TextGrid").write_text("1 2 3")
    assert main(["eval-hearing", str(folder), "--recognizer", NAME]) == 2
    assert "b.TextGrid: not a TextGrid" in capsys.readouterr().err


def test_a_configuration_without_a_recognizer(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("engines: {recognizer: none}")
    assert main(["eval-hearing", str(folder), "--config", str(path)]) == 2
    assert "name one with --recognizer" in capsys.readouterr().err
