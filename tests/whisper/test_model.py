"""The tiny Whisper through faster-whisper: it understands voices that it never heard, and no noises."""

import json

import numpy as np
import pytest
from faster_whisper import WhisperModel

from blend_shapes.audio.training import augment
from server.corpus.cast import UNSEEN_VARIANTS
from server.corpus.spoken import RATE
from tests.whisper import FOLDER
from tests.whisper.hearing import spoken
from tests.whisper.measure import Understood, understand
from tests.whisper.phrases import everything
from tests.whisper.sounds import NO_SPEECH, no_speech


@pytest.fixture(scope="module")
def model() -> WhisperModel:
    return WhisperModel(str(FOLDER), device="cpu", compute_type="int8", cpu_threads=1)


def test_it_is_small_and_complete() -> None:
    sizes = {file.name: file.stat().st_size for file in FOLDER.iterdir()}
    assert {"model.bin", "config.json", "tokenizer.json", "vocabulary.json"} < sizes.keys()
    assert sum(sizes.values()) < 5_000_000
    assert json.loads((FOLDER / "preprocessor_config.json").read_text())["feature_size"] == 80
