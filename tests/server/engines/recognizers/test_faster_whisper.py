"""The recognizer around a model that writes what the test says; `Heard` and thresholds are Whisper's."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.audio.chunk import Samples
from server.engines import catalog
from server.engines.recognizers import faster_whisper
from server.engines.recognizers.faster_whisper import (
    LONGEST_S,
    MOST_NAMES,
    Heard,
    WhisperRecognizer,
    names,
    understood,
)
from server.errors import ConfigError, EngineError
from server.ports import LISTENING_RATE, Hints
from tests.contracts.recognizer import RecognizerContract, understand

SECOND = np.full(LISTENING_RATE, 1000, np.int16)


@dataclass
class Model:
    """Writes a word for each second that it hears; `pause` is asked before each."""

    supported_languages: tuple[str, ...] = ("en", "zh", "de")
    heard: list[NDArray[np.float32]] = field(default_factory=list)
    options: list[dict[str, Any]] = field(default_factory=list)
    written: int = 0
    fails: bool = False
    gate: threading.Event | None = None
    at_gate: threading.Event = field(default_factory=threading.Event)

    def transcribe(self, sound: NDArray[np.float32], **options: Any) -> tuple[Iterator[Any], Any]:
        self.heard.append(sound)
        self.options.append(options)
        if self.fails:
            raise RuntimeError("out of\nmemory")
        return self._pieces(len(sound) // LISTENING_RATE), SimpleNamespace(language="en")

    def _pieces(self, seconds: int) -> Iterator[Any]:
        for word in range(seconds):
            if self.gate is not None and word:
                self.at_gate.set()
                self.gate.wait()
            self.written += 1
            yield SimpleNamespace(
                text=f" word{word}",
                avg_logprob=-0.1,
                no_speech_prob=0.1,
                compression_ratio=1.0,
                start=word,
                end=word + 1,
            )


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def recognizer(model: Model, monkeypatch: pytest.MonkeyPatch) -> Iterator[WhisperRecognizer]:
    monkeypatch.setattr(faster_whisper, "_loaded", lambda *args: model)
    monkeypatch.setattr(faster_whisper, "fetched_before", lambda name: name)
    recognizer = WhisperRecognizer(workers=2)
    yield recognizer
    asyncio.run(recognizer.close())


class TestContract(RecognizerContract):
    @pytest.fixture
    def speech(self) -> tuple[Samples, str]:
        return np.tile(SECOND, 2), "word0 word1"

    @pytest.fixture
    def other(self) -> tuple[Samples, str]:
        return np.tile(SECOND, 3), "word0 word1 word2"


async def test_whisper_hears_numbers_from_minus_one_to_one(
    recognizer: WhisperRecognizer, model: Model
) -> None:
    await understand(recognizer, np.array([-32_768, 0, 16_384] * LISTENING_RATE, np.int16))
    assert model.heard[0].dtype == np.float32
    assert set(np.unique(model.heard[0])) == {-1.0, 0.0, 0.5}


@pytest.mark.parametrize(
    ("asked", "used"), [("en-GB", "en"), ("zh_CN", "zh"), ("tlh", None), (None, None), ("", None)]
)
async def test_the_language_is_that_of_the_hints_or_found_out(
    recognizer: WhisperRecognizer, model: Model, asked: str | None, used: str | None
) -> None:
    await understand(recognizer, SECOND, Hints(asked, ("How do I use it in Unity?",)))
    (options,) = model.options
    assert options["language"] == used
    assert options["hotwords"] == "Unity"
    assert options["temperature"] == 0 and options["condition_on_previous_text"] is False


async def test_what_is_known_is_not_asked_again(recognizer: WhisperRecognizer, model: Model) -> None:
    transcript = recognizer.begin(Hints())
    transcript.follow(SECOND)
    first = await transcript.understood()
    transcript.follow(np.zeros(0, np.int16))
    assert await transcript.understood() is first
    assert len(model.heard) == 1
    transcript.follow(SECOND)
    assert (await transcript.understood()).text == "word0 word1"
    transcript.close()


async def test_no_more_is_heard_than_whisper_can(recognizer: WhisperRecognizer, model: Model) -> None:
    await understand(recognizer, np.tile(SECOND, LONGEST_S + 2), step=LISTENING_RATE // 3)
    assert len(model.heard[0]) == LONGEST_S * LISTENING_RATE


async def test_cancelling_stops_before_the_next_piece(recognizer: WhisperRecognizer, model: Model) -> None:
    model.gate = threading.Event()
    transcript = recognizer.begin(Hints())
    transcript.follow(np.tile(SECOND, 9))
    asking = asyncio.create_task(transcript.understood())
    await asyncio.to_thread(model.at_gate.wait)
    asking.cancel()
    await asyncio.wait([asking])
    assert asking.cancelled()
    model.gate.set()
    await recognizer.close()
    assert model.written == 2
    transcript.close()


async def test_a_failure_is_an_engine_error_and_the_next_may_do_better(
    recognizer: WhisperRecognizer, model: Model
) -> None:
    model.fails = True
    with pytest.raises(EngineError, match="out of memory"):
        await understand(recognizer, SECOND)
    model.fails = False
    assert (await understand(recognizer, SECOND)).text == "word0"


async def test_closed_it_refuses(recognizer: WhisperRecognizer) -> None:
    await recognizer.close()
    with pytest.raises(EngineError, match="closed"):
        await understand(recognizer, SECOND)


@pytest.mark.parametrize(
    ("option", "value"),
    [("workers", 0), ("workers", 17), ("threads", -1), ("device", "tpu")],
)
def test_options_out_of_range(option: str, value: object) -> None:
    with pytest.raises(ConfigError, match=option):
        catalog.make("recognizer", "faster-whisper", {option: value})


# --- what is believed ------------------------------------------------------------------------------


def heard(text: str, logprob: float = -0.2, no_speech: float = 0.1, compression: float = 1.2) -> Heard:
    return Heard(text, logprob, no_speech, compression, 2.0)


@pytest.mark.parametrize(
    ("piece", "text"),
    [
        (heard(" Hello there."), "Hello there."),
        (heard(" Hello there.", logprob=-1.0), "Hello there."),
        (heard(" Hello there.", logprob=-1.01), ""),
        (heard(" Hello there.", compression=2.4), "Hello there."),
        (heard(" Hello there.", compression=2.41), ""),
        (heard(" Hello there.", no_speech=0.9), "Hello there."),
        (heard(" Hello there.", no_speech=0.9, logprob=-0.6), ""),
        (heard(" Hello there.", no_speech=0.6, logprob=-0.6), "Hello there."),
        (heard(" Thanks for watching!", no_speech=0.7), ""),
        (heard(" [Music]"), ""),
        (heard(" so it is so it is so it is so it is"), ""),
        (heard(""), ""),
    ],
)
def test_pieces_that_whisper_itself_doubts_are_left_out(piece: Heard, text: str) -> None:
    utterance = understood([piece], "en")
    assert utterance.text == text
    assert bool(utterance.confidence) is bool(text)


def test_confidence_is_that_of_a_token_on_average() -> None:
    pieces = [Heard(" One", -0.1, 0.0, 1.0, 1.0), Heard(" two.", -0.5, 0.0, 1.0, 3.0)]
    assert understood(pieces, "en").text == "One two."
    assert understood(pieces, "en").confidence == pytest.approx(np.exp(-0.4))


def test_names_are_what_has_a_capital_inside_a_phrase() -> None:
    phrases = ("How do I use it in Unity?", "Does Unity know VR?", "FaceWire", "what is ARKit", "怎么用")
    assert names(phrases).split(", ") == ["Unity", "VR", "FaceWire", "ARKit"]
    assert names(()) == ""
    many = tuple(f"is it Name{number}" for number in range(MOST_NAMES + 1))
    assert len(names(many).split(", ")) == MOST_NAMES
