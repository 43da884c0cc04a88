"""What every voice promises. An engine's test module calls these with a voice of its own making."""

import asyncio
from contextlib import aclosing

import pytest

from server.errors import CannotSpeak
from server.ports import Voice
from server.speech.character import Speaker
from server.speech.values import Sentence, SpeechChunk


async def speak(
    voice: Voice, text: str, speaker: Speaker | None = None, index: int = 0
) -> list[SpeechChunk]:
    async with aclosing(voice.speak(Sentence(index, text), speaker or Speaker())) as stream:
        return [chunk async for chunk in stream]


def check_chunks(chunks: list[SpeechChunk], text: str, rate: int, phones: bool = True) -> None:
    """No gap, the declared rate, and every phone and word starts in the chunk that carries it."""
    assert chunks
    position = 0
    offset = -1
    for chunk in chunks:
        assert chunk.audio.position == position
        assert chunk.audio.format.rate == rate
        assert len(chunk.audio) > 0
        position = chunk.audio.end
        for word in chunk.words:
            assert text[word.offset : word.offset + len(word.text)] == word.text
            assert word.offset > offset
            offset = word.offset
            assert 0 <= word.start < chunk.audio.seconds
            assert word.start < word.end
        assert (chunk.phones is not None) == phones
        before = 0.0
        for phone in chunk.phones or ():
            assert before <= phone.start <= phone.release <= phone.end
            assert phone.start < chunk.audio.seconds
            before = phone.start


class VoiceContract:
    """Subclass it with a `voice` fixture and, if the voice knows no phones, `phones = False`."""

    phones = True
    texts = (
        "Hello there.",
        "One, two, three.",
        "A rather long sentence about nothing in particular, at all.",
    )

    async def test_chunks_follow_each_other_and_carry_their_own_timings(self, voice: Voice) -> None:
        for text in self.texts:
            check_chunks(await speak(voice, text), text, voice.traits.rate, self.phones)

    async def test_every_word_is_timed_in_order(self, voice: Voice) -> None:
        chunks = await speak(voice, "One two three.")
        words = [word.text.strip(".") for chunk in chunks for word in chunk.words]
        assert words == ["One", "two", "three"]

    async def test_traits_say_whether_phones_are_known(self, voice: Voice) -> None:
        assert voice.traits.phones == self.phones

    @pytest.mark.parametrize("text", ["...", "😀", "—"])
    async def test_nothing_to_say_is_refused(self, voice: Voice, text: str) -> None:
        with pytest.raises(CannotSpeak, match="nothing to say"):
            await speak(voice, text)

    async def test_speakers_at_the_same_time_do_not_mix(self, voice: Voice) -> None:
        texts = [f"This is sentence number {number}, spoken with others." for number in range(8)]
        alone = [await speak(voice, text) for text in texts]
        together = await asyncio.gather(*(speak(voice, text) for text in texts))
        for text, one, other in zip(texts, alone, together, strict=True):
            check_chunks(other, text, voice.traits.rate, self.phones)
            assert [w.text for c in one for w in c.words] == [w.text for c in other for w in c.words]
            seconds = [sum(chunk.audio.seconds for chunk in chunks) for chunks in (one, other)]
            assert seconds[0] == pytest.approx(seconds[1], rel=0.02)

    async def test_closing_in_the_middle_leaves_the_voice_usable(self, voice: Voice) -> None:
        text = "A sentence that nobody hears to its end, because it is far too long. " * 5
        for _ in range(20):
            async with aclosing(voice.speak(Sentence(0, text.strip()), Speaker())) as stream:
                async for _chunk in stream:
                    break
        check_chunks(await speak(voice, "Hello there."), "Hello there.", voice.traits.rate, self.phones)

    async def test_cancelling_at_any_moment_leaves_the_voice_usable(self, voice: Voice) -> None:
        for steps in range(12):
            task = asyncio.create_task(speak(voice, "One two three four five."))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
        check_chunks(await speak(voice, "Hello there."), "Hello there.", voice.traits.rate, self.phones)
