from collections.abc import AsyncIterator

import pytest

from server.clock import Clock
from server.engines.voices.tone import ToneVoice
from tests.contracts.voice import VoiceContract, speak


@pytest.fixture
async def voice() -> AsyncIterator[ToneVoice]:
    voice = ToneVoice()
    yield voice
    await voice.close()


class TestContract(VoiceContract):
    pass


async def test_every_length_is_known_in_advance() -> None:
    chunks = await speak(ToneVoice(rate=8000, character_s=0.1), "ab, c")
    assert [len(chunk.audio) for chunk in chunks] == [3200, 1600]
    assert [phone.phone for chunk in chunks for phone in chunk.phones or ()] == ["a", "b", "", "", "k", ""]


class _CountingClock(Clock):
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    async def sleep_until(self, when: float) -> None:
        self.time = when


async def test_latency_passes_on_the_clock_before_each_chunk() -> None:
    clock = _CountingClock()
    await speak(ToneVoice(latency_s=0.25, clock=clock), "one two three")
    assert clock.time == 0.75
