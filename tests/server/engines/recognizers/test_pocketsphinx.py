"""On espeak's voice, which the model of people's English understands where the phrases help it."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest

from server.audio.chunk import Samples
from server.engines.recognizers.pocketsphinx import PocketsphinxRecognizer
from server.ports import Hints
from tests.contracts.recognizer import RecognizerContract
from tests.fakes.spoken import spoken

PHRASES = (
    "What is the weather like today?",
    "How does it work?",
    "Can I interrupt you at any time?",
    "Tell me something about yourself.",
    "How many people can talk to you?",
    "Where is the documentation?",
    "Do you speak Spanish?",
    "How do I use it in Unity?",
)
SPEECH, OTHER = "Can I interrupt you at any time?", "Where is the documentation?"


def around(sound: Samples) -> Samples:
    """With the breath before and after it that a segmenter leaves."""
    return np.concatenate([np.zeros(4000, np.int16), sound, np.zeros(4000, np.int16)])


@pytest.fixture(scope="module")
def shared() -> Iterator[PocketsphinxRecognizer]:
    recognizer = PocketsphinxRecognizer(decoders=2)
    yield recognizer
    asyncio.run(recognizer.close())


class TestContract(RecognizerContract):
    @pytest.fixture
    def recognizer(self, shared: PocketsphinxRecognizer) -> PocketsphinxRecognizer:
        return shared

    @pytest.fixture
    def hints(self) -> Hints:
        return Hints("en-us", PHRASES)

    @pytest.fixture
    def speech(self) -> tuple[Samples, str]:
        return around(spoken(SPEECH, rate=0.9)), SPEECH

    @pytest.fixture
    def other(self) -> tuple[Samples, str]:
        return around(spoken(OTHER, variant="f3", rate=0.9)), OTHER
