"""Where a Whisper model is: in a folder of yours, among those fetched before, or on the hub."""

import logging
import os
import re
import urllib.request
from pathlib import Path
from threading import Thread
from typing import Final

from server.errors import ConfigError

HUB: Final = "https://huggingface.co"
PATIENCE_S: Final = 5.0
"""The hub is believed to be out of reach when nothing of it has come by then."""
NEEDED: Final = ("model.bin", "config.json", "tokenizer.json")
FILES: Final = (*NEEDED, "preprocessor_config.json", "vocabulary.*")
SIZES: Final = tuple(
    "tiny tiny.en base base.en small small.en medium medium.en large-v1 large-v2 large-v3".split()
)
"""Models that the authors of faster-whisper have put on the hub, converted; smaller ones are faster."""

log = logging.getLogger(__name__)


def in_folder(folder: Path) -> Path:
    """The folder itself. Raises ConfigError where files are missing."""
    if not folder.is_dir():
        raise ConfigError(f"recognizer 'faster-whisper': there is no folder {folder}")
    if missing := [name for name in NEEDED if not (folder / name).is_file()]:
        raise ConfigError(
            f"recognizer 'faster-whisper': {folder} has no {', '.join(missing)}; it must hold a model that "
            f"ct2-transformers-converter wrote with --copy_files tokenizer.json"
        )
    return folder


def fetched_before(model: str) -> Path | None:
    """The folder of a model that was fetched once, None if it was not. No network is touched.

    Raises ConfigError for a name that is none.
    """
    name = repository(model)
    try:
        return _snapshot(name, local_files_only=True)
    except Exception:  # the hub's library has a class for each reason
        return None


def fetched(model: str) -> Path:
    """The folder of a model that is fetched now.

    Raises ConfigError where that fails, within PATIENCE_S where there is no network.
    """
    name = repository(model)
    if not hub_answers():
        raise ConfigError(
            f"the Whisper model {model!r} is not here and {HUB} does not answer; fetch it where there is a "
            f"network, or name the folder of one: {{use: faster-whisper, folder: models/whisper}}"
        )
    log.info("fetching the Whisper model %s; this happens once", name)
    try:
        return _snapshot(name)
    except Exception as error:  # as above
        why = " ".join(str(error).split())[:200]
        raise ConfigError(f"the Whisper model {model!r} could not be fetched: {why}") from error


def repository(model: str) -> str:
    """The hub's repository of a model for CTranslate2. Raises ConfigError for a name that is none."""
    if model in SIZES:
        return f"Systran/faster-whisper-{model}"
    if re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", model):
        return model
    raise ConfigError(
        f"recognizer 'faster-whisper': there is no model {model!r}; there are {', '.join(SIZES)}, or name "
        f"a repository of the hub as owner/name, or a folder: {{use: faster-whisper, folder: a/folder}}"
    )


def _snapshot(name: str, *, local_files_only: bool = False) -> Path:
    from huggingface_hub import snapshot_download

    folder = snapshot_download(name, allow_patterns=list(FILES), local_files_only=local_files_only)
    return in_folder(Path(folder))


def hub_answers(patience_s: float = PATIENCE_S) -> bool:
    """Whether the hub can be reached; known after `patience_s` at most, whatever hangs."""
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on"):
        return False
    answers = []

    def ask() -> None:
        try:
            with urllib.request.urlopen(os.environ.get("HF_ENDPOINT", HUB), timeout=patience_s) as reply:
                answers.append(reply.status)
        except (OSError, ValueError):
            return

    asking = Thread(target=ask, name="hub", daemon=True)
    asking.start()
    asking.join(patience_s)
    return bool(answers)
