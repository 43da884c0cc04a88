"""The fake that conversations are tested with keeps the promises of a recognizer."""

import numpy as np
import pytest

from server.audio.chunk import Samples
from server.errors import EngineError
from server.ports import LISTENING_RATE, Hints
from tests.contracts.recognizer import RecognizerContract, understand
from tests.fakes.recognizer import ScriptedRecognizer
from tests.virtual_time import VirtualClock, run_virtual

SECOND = np.zeros(LISTENING_RATE, np.int16)


class LengthRecognizer(ScriptedRecognizer):
    """Tells any number of utterances apart by how long they are."""

    def __init__(self) -> None:
        script = [(0.0, ""), (0.4, "Good"), (0.9, "Good morning"), (1.9, "Good evening")]
        super().__init__(*[script] * 1000)


class TestContract(RecognizerContract):
    @pytest.fixture
    def recognizer(self) -> ScriptedRecognizer:
        return LengthRecognizer()

    @pytest.fixture
    def speech(self) -> tuple[Samples, str]:
        return SECOND, "good morning"

    @pytest.fixture
    def other(self) -> tuple[Samples, str]:
        return np.tile(SECOND, 2), "good evening"


def test_latency_passes_once_for_what_was_heard() -> None:
    async def conversation() -> None:
        clock, recognizer = (
            VirtualClock(),
            ScriptedRecognizer([(0.5, "Good"), (1.5, "Good day")], latency_s=0.2),
        )
        transcript = recognizer.begin(Hints())
        for text, took in (("Good", 0.2), ("Good day", 0.2), ("Good day", 0.0)):
            if took:
                transcript.follow(SECOND)
            before = clock.now()
            assert (await transcript.understood()).text == text
            assert clock.now() - before == pytest.approx(took)
        assert (transcript.seconds, transcript.asked, recognizer.open) == (2.0, 3, 1)
        transcript.close()
        assert recognizer.open == 0

    run_virtual(conversation())


async def test_scripts_come_in_turn_and_then_nothing() -> None:
    recognizer = ScriptedRecognizer("one", EngineError("deaf"))
    assert (await understand(recognizer, SECOND)).text == "one"
    with pytest.raises(EngineError, match="deaf"):
        await understand(recognizer, SECOND)
    assert (await understand(recognizer, SECOND)).text == ""
