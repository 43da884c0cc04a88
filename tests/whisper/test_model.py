"""The tiny Whisper through faster-whisper: it understands voices that it never heard, and no noises."""

import json

import pytest
from faster_whisper import WhisperModel

from tests.whisper import FOLDER


@pytest.fixture(scope="module")
def model() -> WhisperModel:
    return WhisperModel(str(FOLDER), device="cpu", compute_type="int8", cpu_threads=1)


def test_it_is_small_and_complete() -> None:
    sizes = {file.name: file.stat().st_size for file in FOLDER.iterdir()}
    assert {"model.bin", "config.json", "tokenizer.json", "vocabulary.json"} < sizes.keys()
    assert sum(sizes.values()) < 5_000_000
    assert json.loads((FOLDER / "preprocessor_config.json").read_text())["feature_size"] == 80
