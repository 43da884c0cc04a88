"""`train-face` and `unseen-voices`, with an utterance in place of a corpus."""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from blend_shapes.audio.network import FaceNetwork
from blend_shapes.evaluation.folder import read_folder
from server.command import train_face, unseen_voices
from server.command.faults import BadFile
from server.corpus import cast, shelf
from server.corpus.cast import Order
from server.corpus.spoken import Spoken
from server.errors import ConfigError
from tests.blend_shapes.audio.training.spoken import utterance
from tests.optional import need_modules


def arguments(command: Callable[[argparse.ArgumentParser], None], *given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command(parser)
    return parser.parse_args(given)


def train(folder: Path, *given: str) -> int:
    return train_face.run(arguments(train_face.add_arguments, "--folder", str(folder), *given))


def write_voices(folder: Path, *given: str) -> int:
    return unseen_voices.run(arguments(unseen_voices.add_arguments, str(folder), *given))


def speech(order: Order) -> list[Spoken]:
    samples, phones = utterance(2)
    return [Spoken(samples, tuple(phones))] * 4


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quick to speak; other processes inherit it."""
    monkeypatch.setattr(cast, "speech", speech)
    monkeypatch.setattr(shelf, "speech", speech)
    monkeypatch.setattr(train_face, "PROGRAMS", ())


@pytest.mark.parametrize(
    "given", [("--hours", "0"), ("--hours", "-1"), ("--passes", "0"), ("--batches", "0")]
)
def test_training_of_nothing_is_refused(tmp_path: Path, given: tuple[str, str]) -> None:
    with pytest.raises(ConfigError, match="more than 0 hours, and 1 pass and 1 batch"):
        train(tmp_path, *given)


def test_what_training_lacks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, studio: None
) -> None:
    def without(args: argparse.Namespace) -> int:
        raise ImportError("No module named 'torch'")

    monkeypatch.setattr(train_face, "_train", without)
    with pytest.raises(ConfigError, match=r"No module named 'torch'; .*pip install 'facewire\[train\]'"):
        train(tmp_path)
    monkeypatch.setattr(train_face, "PROGRAMS", ("env", "no-flite", "no-festival"))
    with pytest.raises(ConfigError, match="apt-get install no-flite no-festival"):
        train(tmp_path)


def test_a_network_is_made_and_runs(
    tmp_path: Path, studio: None, capsys: pytest.CaptureFixture[str]
) -> None:
    need_modules("torch", "onnx")
    given = ("--hours", "0.001", "--passes", "1", "--batches", "1", "--device", "cpu")
    assert train(tmp_path, *given) == 0
    assert "face.onnx" in capsys.readouterr().err
    assert FaceNetwork(tmp_path / "face.onnx").width > 0
    made = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    assert len(made) == 6  # of each engine a file of speech and one of lessons
    assert train(tmp_path, *given) == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")} == made, "made once"


def test_unseen_voices_are_written_as_evaluation_reads_them(tmp_path: Path, studio: None) -> None:
    assert write_voices(tmp_path / "new", "--seconds", "10") == 0
    recordings = read_folder(tmp_path / "new")
    assert len(recordings) == 8
    samples, phones = utterance(2)
    for recording in recordings:
        assert np.array_equal(recording.samples, samples)
        assert recording.phones is not None
        assert [p.phone for p in recording.phones] == [p.phone for p in phones]


@pytest.mark.parametrize("seconds", ["0", "-1", "nan"])
def test_no_seconds_of_unseen_voices(tmp_path: Path, seconds: str) -> None:
    with pytest.raises(ConfigError, match="more than 0"):
        write_voices(tmp_path, "--seconds", seconds)


def test_a_folder_that_cannot_be_written_to(tmp_path: Path, studio: None) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadFile, match="file"):
        write_voices(tmp_path / "file", "--seconds", "1")


def test_words_that_are_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def speechless(order: Order) -> list[Spoken]:
        raise ImportError("No module named 'wordfreq'")

    monkeypatch.setattr(cast, "speech", speechless)
    with pytest.raises(ConfigError, match=r"No module named 'wordfreq'; .*facewire\[train\]"):
        write_voices(tmp_path, "--seconds", "1")
