import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from server.audio.chunk import Samples
from server.engines.detectors import silero
from server.engines.detectors.silero import SileroActivity, SileroDetector
from server.errors import ConfigError
from server.ports import WINDOW
from tests.contracts.detector import DetectorContract, judged, room
from tests.fakes.spoken import spoken


@pytest.fixture(scope="module")
def detector() -> SileroDetector:
    return SileroDetector()


@pytest.fixture(scope="module")
def speech() -> Samples:
    return spoken("Hello there, how are you doing today? I am doing very well, thank you, and you?")


class TestContract(DetectorContract):
    pass


@pytest.mark.parametrize("sound", ["noise", "hum", "clicks"])
def test_what_is_loud_and_no_voice_is_no_speech(detector: SileroDetector, sound: str) -> None:
    rng, count = np.random.default_rng(1), 100 * WINDOW
    sounds = {
        "noise": rng.normal(0, 2000, count),
        "hum": 8000 * np.sin(np.arange(count) * (2 * np.pi * 50 / 16_000)),
        "clicks": np.where(np.arange(count) % 4000 < 20, 20_000, 0),
    }
    likely = judged(detector.begin(), sounds[sound].astype(np.int16))
    assert np.mean(np.array(likely) > 0.5) < 0.02


class CountingSession:
    """Counts how often the network is asked."""

    def __init__(self, detector: SileroDetector) -> None:
        self._session = detector._session
        self.runs = 0

    def run(self, *args: object) -> object:
        self.runs += 1
        return self._session.run(*args)


def test_a_muted_microphone_costs_no_network(detector: SileroDetector, speech: Samples) -> None:
    """After speech the network is asked until it has found the end."""
    session = CountingSession(detector)
    judge = SileroActivity(session)
    judged(judge, room(500, level=0.5))
    assert session.runs == 0
    first = int(np.argmax(np.abs(speech.astype(np.int32)) > 100))
    judged(judge, speech[first : first + 60 * WINDOW])
    assert session.runs == 60
    assert max(judged(judge, room(500, level=0.0))[50:]) < 0.1
    assert 60 < session.runs < 100


@pytest.mark.parametrize(("level", "runs"), [(4, 0), (-4, 0), (5, 1), (-5, 1)])
def test_quiet_is_a_matter_of_the_loudest_sample(detector: SileroDetector, level: int, runs: int) -> None:
    session = CountingSession(detector)
    window = np.zeros(WINDOW, np.int16)
    window[100] = level
    SileroActivity(session).probability(window)
    assert session.runs == runs


def test_a_silence_between_words_changes_little(detector: SileroDetector, speech: Samples) -> None:
    """Where a microphone's own gate cuts the noise between words away, the voice is found all the same."""
    gap = np.zeros(30 * WINDOW, np.int16)
    first, second = speech[: 40 * WINDOW], speech[40 * WINDOW : 80 * WINDOW]
    likely = np.array(judged(detector.begin(), np.concatenate([first, gap, second])))
    assert np.mean(likely[:40] > 0.5) > 0.7 and np.mean(likely[70:] > 0.5) > 0.7
    assert likely[55:70].max() < 0.1


def test_making_one_does_not_load_the_recognizer() -> None:
    code = (
        "import sys; from server.engines.detectors.silero import SileroDetector; SileroDetector(); "
        "sys.exit('faster_whisper' in sys.modules or 'ctranslate2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("installed", [False, True])
def test_a_file_that_is_not_there_is_said(
    installed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = SimpleNamespace(submodule_search_locations=[str(tmp_path)]) if installed else None
    monkeypatch.setattr(silero, "find_spec", lambda name: found)
    with pytest.raises(ConfigError, match=r"install faster-whisper 1\.2\.1 or newer"):
        SileroDetector()
