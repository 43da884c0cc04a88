"""The recognizer with words that are really recognised: by a Whisper that the project trained itself."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest

from server.audio.chunk import Samples
from server.engines import catalog
from server.engines.recognizers.faster_whisper import WhisperRecognizer
from server.ports import LISTENING_RATE, Hints
from server.speech.answerable import answerable
from tests.contracts.recognizer import RecognizerContract, follow, understand, words
from tests.whisper import FOLDER
from tests.whisper.hearing import spoken
from tests.whisper.sounds import NO_SPEECH, no_speech


@pytest.fixture
def recognizer() -> Iterator[WhisperRecognizer]:
    options = {"folder": str(FOLDER), "device": "cpu", "threads": 1}
    recognizer = catalog.make("recognizer", "faster-whisper", options)
    assert isinstance(recognizer, WhisperRecognizer)
    yield recognizer
    asyncio.run(recognizer.close())


class TestContract(RecognizerContract):
    @pytest.fixture
    def speech(self) -> tuple[Samples, str]:
        return spoken("Where can I find the milk?"), "Where can I find the milk?"

    @pytest.fixture
    def other(self) -> tuple[Samples, str]:
        return spoken("Please block my card.", "f5", "en-gb"), "Please block my card."


async def test_the_language_is_found_out(recognizer: WhisperRecognizer) -> None:
    for text, language in (("请说慢一点。", "zh"), ("What is your name?", "en")):
        utterance = await understand(recognizer, spoken(text))
        assert (utterance.text, utterance.language) == (text, language)
        assert utterance.confidence > 0.5


@pytest.mark.parametrize("kind", NO_SPEECH)
async def test_no_speech_is_not_answered(recognizer: WhisperRecognizer, kind: str) -> None:
    for seed in range(4):
        sound = no_speech(kind, np.random.default_rng(seed)).samples
        utterance = await understand(recognizer, sound)
        assert not answerable(utterance, len(sound) / LISTENING_RATE), utterance


async def test_more_was_said_since(recognizer: WhisperRecognizer) -> None:
    """What is asked in the pause is what was said until then."""
    transcript = recognizer.begin(Hints("en"))
    follow(transcript, spoken("Good morning."))
    assert (await transcript.understood()).text == "Good morning."
    follow(transcript, spoken("What are the fees?"))
    assert words((await transcript.understood()).text) == words("Good morning. What are the fees?")
    transcript.close()
