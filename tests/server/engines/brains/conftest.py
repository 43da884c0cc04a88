"""Small chat models, made once."""

from pathlib import Path

import pytest

from tests.fakes import tiny_chat
from tests.optional import need_modules


@pytest.fixture(scope="session")
def chat_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders by family."""
    need_modules("torch", "transformers", "accelerate", "psutil", extra="transformers")
    folders: dict[str, Path] = {family: tmp_path_factory.mktemp(family) for family in tiny_chat.FAMILIES}
    for family in tiny_chat.FAMILIES:
        tiny_chat.write(folders[family], family)
    return folders
