"""Chains of voices: who speaks when one fails, and from which word on."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest

from server.engines.breaker import Breaker
from server.engines.chain import Link, Patience
from server.engines.voices.at_rate import VoiceAtRate
from server.engines.voices.chain import BREATH_S, VoiceChain
from server.engines.voices.tone import ToneVoice
from server.errors import CannotSpeak, EngineError
from server.ports import Voice
from server.speech.character import Speaker
from server.speech.values import Sentence, SpeechChunk
from tests.contracts.voice import VoiceContract, check_chunks, speak
from tests.fakes.failing import FailingVoice
from tests.fakes.phoneless_voice import PhonelessVoice
from tests.fakes.voice import CHARACTER_S, FORMAT, SlowVoice
from tests.virtual_time import VirtualClock, run_virtual

TEXT = "One two three four."


def chain(*voices: Voice, changes: list[tuple[str, str]] | None = None) -> VoiceChain:
    told = [] if changes is None else changes
    links = [
        Link(f"voice {n}", voice, Breaker(VirtualClock(), failures=2), Patience(2.0, 1.0, 1))
        for n, voice in enumerate(voices, 1)
    ]
    return VoiceChain(links, lambda name, why: told.append((name, why)))


def words(chunks: list[SpeechChunk]) -> list[str]:
    return [word.text for chunk in chunks for word in chunk.words]


class TestContract(VoiceContract):
    @pytest.fixture
    def voice(self) -> VoiceChain:
        return chain(ToneVoice(), ToneVoice(character_s=0.05))


class TestContractAfterAFailure(VoiceContract):
    """Every sentence is begun by one voice and ended by another."""

    @pytest.fixture
    def voice(self) -> VoiceChain:
        class Tireless(Breaker):
            def admits(self) -> bool:
                return True

        ill = FailingVoice(ToneVoice(), EngineError("it broke off"), after=1)
        clock = VirtualClock()
        links: list[Link[Voice]] = [
            Link("ill", ill, Tireless(clock)),
            Link("well", ToneVoice(), Breaker(clock)),
        ]
        return VoiceChain(links)


@pytest.mark.parametrize("after", range(5))
@pytest.mark.parametrize("error", [EngineError("it broke off"), RuntimeError("a bug"), None])
def test_the_next_voice_goes_on_at_the_word(after: int, error: Exception | None) -> None:
    async def main() -> None:
        changes: list[tuple[str, str]] = []
        other = FailingVoice(SlowVoice(), None, after=99)
        chunks = await speak(chain(FailingVoice(SlowVoice(), error, after), other, changes=changes), TEXT)
        check_chunks(chunks, TEXT, FORMAT.rate)
        assert words(chunks) == TEXT.split()
        assert other.asked == ([" ".join(TEXT.split()[after:])] if after < 4 else [])
        assert len(changes) == (1 if after < 4 else 0)
        letters = len(TEXT.replace(" ", "")) * CHARACTER_S
        pause = BREATH_S if 0 < after < 4 else 0
        assert chunks[-1].end == pytest.approx(letters + pause)

    run_virtual(main())


def test_a_word_broken_off_is_said_again() -> None:
    class Cut(SlowVoice):
        async def speak(self, sentence: Sentence, speaker: Speaker) -> AsyncGenerator[SpeechChunk, None]:
            async for chunk in super().speak(sentence, speaker):
                for piece in chunk.pieces(0.2):
                    yield piece

    async def main() -> None:
        ill = FailingVoice(Cut(), EngineError("it broke off"), after=3)  # in the middle of "two"
        chunks = await speak(chain(ill, SlowVoice()), TEXT)
        assert words(chunks) == ["One", "two", "two", "three", "four."]
        assert [word.offset for chunk in chunks for word in chunk.words] == [0, 4, 4, 8, 14]

    run_virtual(main())


def test_three_voices_share_a_sentence() -> None:
    async def main() -> None:
        voices = [FailingVoice(SlowVoice(), EngineError(f"{n}"), after=1) for n in range(2)]
        chunks = await speak(chain(*voices, SlowVoice()), TEXT)
        assert words(chunks) == TEXT.split()
        assert [voice.asked for voice in voices] == [[TEXT], ["two three four."]]

    run_virtual(main())


def test_text_that_one_cannot_say_is_left_to_the_next_and_blames_nobody() -> None:
    async def main() -> None:
        voices = chain(SlowVoice(refused="two"), SlowVoice())
        for _ in range(5):
            assert words(await speak(voices, TEXT)) == TEXT.split()
        assert [health.state for health in voices.health] == ["closed", "closed"]
        with pytest.raises(CannotSpeak, match="no 'two' here"):
            await speak(chain(SlowVoice(refused="two"), SlowVoice(refused="three")), TEXT)

    run_virtual(main())


def test_all_failing_is_the_first_ones_error() -> None:
    async def main() -> None:
        voices = [FailingVoice(SlowVoice(), EngineError(f"number {n}")) for n in range(2)]
        with pytest.raises(EngineError, match="number 0"):
            await speak(chain(*voices), TEXT)
        assert all(voice.streams.open == 0 for voice in voices)

    run_virtual(main())


def test_closing_at_any_chunk_leaves_no_stream_open() -> None:
    async def main() -> None:
        for heard in range(1, 6):
            voices = [
                FailingVoice(SlowVoice(), EngineError("it broke off"), after=2),
                FailingVoice(SlowVoice(), None, 9),
            ]
            async with aclosing(chain(*voices).speak(Sentence(0, TEXT), Speaker())) as stream:
                for _ in range(heard):
                    await anext(stream)
            assert all(voice.streams.open == 0 for voice in voices)

    run_virtual(main())


def test_what_all_can_is_what_the_chain_can() -> None:
    assert chain(ToneVoice(), ToneVoice()).traits.phones
    assert not chain(ToneVoice(rate=16_000), PhonelessVoice()).traits.phones
    with pytest.raises(ValueError, match="same sample rate"):
        chain(ToneVoice(8000), ToneVoice(16_000))


@pytest.mark.parametrize(
    "make", [lambda: ToneVoice(22_050), lambda: ToneVoice(16_000), lambda: ToneVoice(24_000)]
)
class TestAtAnotherRate(VoiceContract):
    @pytest.fixture
    def voice(self, make: Callable[[], Voice]) -> Voice:
        return VoiceAtRate(make(), 24_000)

    async def test_times_and_length_are_the_same(self, voice: Voice, make: Callable[[], Voice]) -> None:
        own, converted = await speak(make(), TEXT), await speak(voice, TEXT)
        assert converted[-1].end == pytest.approx(own[-1].end, abs=1e-4)

        def starts(chunks: list[SpeechChunk]) -> list[float]:
            return [p.start for chunk in chunks for p in chunk.stream_phones() or ()]

        assert starts(converted) == pytest.approx(starts(own), abs=1e-6)
        assert words(converted) == words(own)
