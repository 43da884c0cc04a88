"""The fitted network as the folder that faster-whisper loads, its weights in eight bits."""

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import torch
from ctranslate2.converters import TransformersConverter
from transformers import GenerationConfig
from transformers import WhisperForConditionalGeneration as Whisper

from tests.whisper.network import ALIGNED, MELS, full
from tests.whisper.vocabulary import END, Vocabulary

_HEARING: Final = {"feature_size": MELS, "sampling_rate": 16_000, "hop_length": 160, "chunk_length": 30,
                   "n_fft": 400}  # fmt: skip
"""How faster-whisper is to make its spectrogram: as it does for all but the largest."""


def write(net: Whisper, vocabulary: Vocabulary, folder: Path) -> None:
    """Write the files of the model into `folder`; others stay."""
    grown = full(net, vocabulary)
    grown.generation_config = _generation(vocabulary)
    with TemporaryDirectory() as name:
        grown.save_pretrained(name)
        _write(Path(name, "tokenizer.json"), vocabulary.document())
        _write(Path(name, "preprocessor_config.json"), _HEARING)
        converter = TransformersConverter(name, copy_files=["tokenizer.json", "preprocessor_config.json"])
        converter.load_tokenizer = lambda *named: _Tokens(vocabulary)
        converted = Path(name, "converted")
        with torch.no_grad():
            converter.convert(str(converted), quantization="int8_float16")
        _write(converted / "vocabulary.json", vocabulary.tokens())  # the converter's has a line for each
        shutil.copytree(converted, folder, dirs_exist_ok=True)


class _Tokens:
    """What the converter asks of a tokenizer: dead tokens with a name each."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def get_vocab(self) -> dict[str, int]:
        return {token or f"dead {n}": n for n, token in enumerate(self._vocabulary.tokens())}


def _generation(vocabulary: Vocabulary) -> GenerationConfig:
    """What is never said, what no text begins with, and the languages."""
    numbers = {token: n for n, token in enumerate(vocabulary.tokens())}
    never = ("startoftranscript", "translate", "transcribe", "startoflm", "startofprev", "nospeech")
    languages = {name: numbers[name] for name in vocabulary.languages()}
    return GenerationConfig(
        suppress_tokens=[numbers[f"<|{name}|>"] for name in never],
        begin_suppress_tokens=[numbers["Ġ"], END],
        lang_to_id=languages,
        alignment_heads=[list(ALIGNED)],
    )


def _write(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
