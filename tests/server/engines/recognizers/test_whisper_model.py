"""Where a model is looked for. No test touches the network."""

import http.server
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.engines import catalog
from server.engines.recognizers import auto, whisper_model
from server.engines.recognizers.pocketsphinx import PocketsphinxRecognizer
from server.engines.recognizers.whisper_model import NEEDED, hub_answers, in_folder, repository
from server.errors import ConfigError


@pytest.fixture
def nothing_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def test_a_folder_must_hold_a_model(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no folder"):
        in_folder(tmp_path / "nowhere")
    for name in NEEDED:
        with pytest.raises(ConfigError, match=f"has no .*{name}.*ct2-transformers-converter"):
            in_folder(tmp_path)
        (tmp_path / name).touch()
    assert in_folder(tmp_path) == tmp_path


def test_a_folder_with_something_else_is_said(tmp_path: Path) -> None:
    for name in NEEDED:
        (tmp_path / name).write_text("{}")
    with pytest.raises(ConfigError, match="cannot be used on cpu as int8"):
        catalog.make("recognizer", "faster-whisper", {"folder": str(tmp_path), "device": "cpu"})


@pytest.mark.parametrize(
    ("model", "name"),
    [("base", "Systran/faster-whisper-base"), ("someone/their-model.v2", "someone/their-model.v2")],
)
def test_a_model_is_a_size_or_a_repository(model: str, name: str) -> None:
    assert repository(model) == name


@pytest.mark.parametrize("model", ["", "enormous", "a/b/c", "models/", "../x"])
def test_a_model_that_is_neither(model: str) -> None:
    for use in ("faster-whisper", "auto"):
        with pytest.raises(ConfigError, match=r"there is no model .*tiny, .*folder"):
            catalog.make("recognizer", use, {"model": model})


def test_a_model_that_cannot_be_had_is_said(nothing_fetched: None) -> None:
    with pytest.raises(ConfigError, match=r"'small' is not here and .* does not answer; .*folder"):
        catalog.make("recognizer", "faster-whisper", {"model": "small"})


async def test_auto_takes_pocketsphinx_then_and_says_so(
    nothing_fetched: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        recognizer = catalog.make("recognizer", "auto")
    assert isinstance(recognizer, PocketsphinxRecognizer)
    assert "pocketsphinx listens, and understands English only: the Whisper model 'base'" in caplog.text
    await recognizer.close()


def test_auto_takes_no_other_when_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no folder"):
        catalog.make("recognizer", "auto", {"folder": str(tmp_path / "nowhere")})


def test_auto_takes_whisper_where_its_model_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(auto, "fetched_before", lambda model: tmp_path)
    monkeypatch.setattr(auto, "WhisperRecognizer", lambda *options: made.append(options))
    catalog.make("recognizer", "auto", {"model": "tiny", "device": "cpu"})
    assert made == [("tiny", "", "cpu", "")]


# --- whether the hub is there ----------------------------------------------------------------------


class _Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("HF_ENDPOINT", url)
        yield url
        server.shutdown()
        thread.join()


def test_a_hub_that_answers(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hub_answers()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert not hub_answers()


def test_a_hub_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{probe.getsockname()[1]}")
        assert not hub_answers()


def test_a_hub_that_takes_the_call_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert not hub_answers(patience_s=0.2)


def test_what_was_fetched_before_needs_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def snapshot(name: str, *, local_files_only: bool = False) -> Path:
        asked.append((name, local_files_only))
        return tmp_path

    monkeypatch.setattr(whisper_model, "_snapshot", snapshot)
    assert whisper_model.fetched_before("tiny") == tmp_path
    assert asked == [("Systran/faster-whisper-tiny", True)]
