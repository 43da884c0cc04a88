"""The real library: it comes with the core and needs no download."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np
import pytest

from server.engines.voices.espeak import EspeakVoice, voices
from server.errors import CannotSpeak, EngineError
from server.speech.character import Speaker
from server.speech.sentences import SentenceSplitter
from server.speech.values import Sentence, SpeechChunk
from tests.contracts.voice import VoiceContract, check_chunks, speak

JAPANESE = Speaker(language="ja")


@pytest.fixture
async def voice() -> AsyncIterator[EspeakVoice]:
    voice = EspeakVoice()
    yield voice
    await voice.close()


def sounds(chunks: list[SpeechChunk]) -> list[str]:
    return [phone.phone for chunk in chunks for phone in chunk.phones or () if phone.phone]


def words(chunks: list[SpeechChunk]) -> list[str]:
    return [word.text for chunk in chunks for word in chunk.words]


class TestContract(VoiceContract):
    pass


async def test_phones_of_a_known_word_in_order(voice: EspeakVoice) -> None:
    chunks = await speak(voice, "Map.")
    assert sounds(chunks) == ["m", "æ", "p"]
    p = next(phone for chunk in chunks for phone in chunk.phones or () if phone.phone == "p")
    assert p.start < p.release < p.end


async def test_long_stops_are_closed_for_as_long_as_they_are_silent(voice: EspeakVoice) -> None:
    for word, closed in (("papa", (0.03, 0.06)), ("pappa", (0.10, 0.15))):
        (chunk,) = await speak(voice, word, Speaker(language="it"))
        _, stop = [phone for phone in chunk.phones or () if phone.phone == "p"]
        assert closed[0] < stop.release - stop.start < closed[1]
        a, b = (round(t * 24_000) for t in (stop.start + 0.003, stop.release - 0.003))
        assert np.abs(chunk.audio.samples[a:b]).max() < 50


async def test_phones_are_those_of_the_language_and_of_words_in_another(voice: EspeakVoice) -> None:
    assert "ɨ" in sounds(await speak(voice, "сын", Speaker(language="ru")))
    french = sounds(await speak(voice, "le parking de la rue", Speaker(language="fr")))
    assert {"ə̹", "y"} <= set(french)
    english = sounds(await speak(voice, "你好, about this.", Speaker(language="zh")))
    assert "ɐ" not in english and "ə" in english


async def test_a_word_initial_stop_closes_inside_its_own_chunk(voice: EspeakVoice) -> None:
    text = (
        "Peter bought a big pot, and Paul put ten more pots beside it, but nobody came to buy pots today."
    )
    chunks = await speak(voice, text)
    assert len(chunks) > 1
    check_chunks(chunks, text, 24_000)
    for chunk in chunks:
        assert chunk.words[0].start < 0.05


async def test_the_first_chunk_is_short_and_the_sum_exact(voice: EspeakVoice) -> None:
    text = "The quick brown fox jumps over the lazy dog and then it goes on to talk about other things."
    chunks = await speak(voice, text)
    assert 0.2 < chunks[0].audio.seconds < 1.0
    assert sum(len(chunk.audio) for chunk in chunks) == chunks[-1].audio.end


async def test_sound_is_there_and_ends_with_a_short_pause(voice: EspeakVoice) -> None:
    samples = np.concatenate([chunk.audio.samples for chunk in await speak(voice, "Hello.")])
    assert np.abs(samples).max() > 5000
    pause = len(samples) - np.flatnonzero(np.abs(samples) > 100)[-1]
    assert 0.1 < pause / 24_000 < 0.5


async def test_numbers_said_in_several_parts_are_one_word(voice: EspeakVoice) -> None:
    text = "In 2024, 1234567 people paid 3.50 each."
    chunks = await speak(voice, text)
    check_chunks(chunks, text, 24_000)
    assert words(chunks) == ["In", "2024", "1234567", "people", "paid", "3.50", "each"]


async def test_chinese_with_digits_and_latin_words(voice: EspeakVoice) -> None:
    text = "你好，我是FaceWire，有52个通道。"
    chunks = await speak(voice, text, Speaker(language="zh-CN"))
    check_chunks(chunks, text, 24_000)
    assert {"你", "我", "Face", "52", "道"} <= set(words(chunks))
    begin = [phone.phone for chunk in chunks for phone in chunk.phones or () if phone.word_start]
    assert "f" in begin  # though a switch of language stands between the word and its phone
    assert "" not in begin and not any(phone.startswith("(") for phone in sounds(chunks))


async def test_chinese_goes_to_a_chinese_voice_whatever_the_speaker(voice: EspeakVoice) -> None:
    text = "今天天气很好。"
    assert sounds(await speak(voice, text, Speaker(language="en-us"))) == sounds(
        await speak(voice, text, Speaker(language="zh"))
    )
    mixed = await speak(voice, "My name is 小明 and I like it.")
    assert "ɕ" in sounds(mixed)
    assert "like" in words(mixed)


async def test_latin_letters_alone_are_english_to_a_voice_of_another_script(voice: EspeakVoice) -> None:
    english = sounds(await speak(voice, "Nice weather today."))
    for language in ("zh", "ja", "ru"):
        assert sounds(await speak(voice, "Nice weather today.", Speaker(language=language))) == english
    pinyin = await speak(voice, "ni3 hao3", Speaker(voice="cmn-latn-pinyin"))
    assert sounds(pinyin)[0] == "n" and sounds(pinyin) != sounds(await speak(voice, "ni3 hao3"))


async def test_a_japanese_letter_in_chinese_does_no_harm(voice: EspeakVoice) -> None:
    assert "美" in words(await speak(voice, "美の味道很好。", Speaker(language="zh")))


async def test_other_scripts_find_their_voice(voice: EspeakVoice) -> None:
    for text, phone in (
        ("Привет", "p"),
        ("こんにちは", "k"),
        ("안녕하세요", "h"),
        ("नमस्ते", "n"),
        ("ｶﾅ", "k"),
    ):
        chunks = await speak(voice, text)
        check_chunks(chunks, text, 24_000)
        assert phone in sounds(chunks)


@pytest.mark.parametrize("text", ["漢字です", "漢字を読む。"])
async def test_kanji_are_refused_with_the_remedy(voice: EspeakVoice, text: str) -> None:
    for speaker in (JAPANESE, Speaker()):
        with pytest.raises(CannotSpeak, match="kana"):
            await speak(voice, text, speaker)


async def test_kanji_alone_are_chinese_unless_the_speaker_is_japanese(voice: EspeakVoice) -> None:
    assert sounds(await speak(voice, "東京"))
    with pytest.raises(CannotSpeak, match="kana"):
        await speak(voice, "東京", JAPANESE)


async def test_a_script_that_no_voice_reads_is_refused(voice: EspeakVoice) -> None:
    with pytest.raises(CannotSpeak, match="tibetan"):
        await speak(voice, "བོད་སྐད")


@pytest.mark.parametrize(
    ("speaker", "says"),
    [
        (Speaker(language="xx"), "no voice for 'xx'"),
        (Speaker(voice="en-us+nobody"), "no voice variant 'nobody'"),
    ],
)
async def test_unknown_voices_are_named(voice: EspeakVoice, speaker: Speaker, says: str) -> None:
    with pytest.raises(EngineError, match=says) as caught:
        await speak(voice, "Hello", speaker)
    assert caught.value.permanent
    assert await speak(voice, "Hello")


@pytest.mark.parametrize(
    "language", ["en", "en-US", "en_GB", "zh-Hans-CN", "fr-FR", "de-AT", "pt-BR", "es-MX"]
)
async def test_language_tags_as_people_write_them(voice: EspeakVoice, language: str) -> None:
    assert await speak(voice, "Taxi 1", Speaker(language=language))


async def test_rate_pitch_and_variant_change_the_sound(voice: EspeakVoice) -> None:
    async def seconds(speaker: Speaker) -> float:
        return (await speak(voice, "One two three four five.", speaker))[-1].audio.end / 24_000

    normal = await seconds(Speaker())
    assert await seconds(Speaker(rate=2.0)) < 0.7 * normal
    assert await seconds(Speaker(rate=0.5)) > 1.5 * normal
    assert await seconds(Speaker(pitch=2.0)) == pytest.approx(normal, rel=0.1)
    assert await seconds(Speaker(voice="+f3")) == pytest.approx(normal, rel=0.2)


async def test_four_thousand_characters_without_a_stop(voice: EspeakVoice) -> None:
    text = "word " * 800
    chunks = await speak(voice, text)
    check_chunks(chunks, text, 24_000)
    assert len(words(chunks)) == 800


async def test_any_rate(voice: EspeakVoice) -> None:
    for rate in (8_000, 16_000, 22_050, 48_000):
        other = EspeakVoice(rate)
        chunks = await speak(other, "Hello there.")
        check_chunks(chunks, "Hello there.", rate)
        await other.close()


async def test_hostile_text_is_spoken_or_refused(voice: EspeakVoice) -> None:
    texts = ("<speak>hi</speak>", "[[h@lo]]", "a\x00b", "a\u202eb", "\ud800 x", "a" * 500, "١٢٣", "x²", "½")
    for text in texts:
        check_chunks(await speak(voice, text), text, 24_000)


async def test_a_reply_through_the_splitter(voice: EspeakVoice) -> None:
    splitter = SentenceSplitter({"happy"})
    reply = "[happy] Hi! I'm **Mira** 😀. 我也会说中文。 See https://example.com for more."
    for sentence in splitter.feed(reply) + splitter.finish():
        check_chunks(await speak(voice, sentence.text, index=sentence.index), sentence.text, 24_000)


async def test_closing_ends_waiting_speakers_with_an_error() -> None:
    voice = EspeakVoice()
    text = "word " * 800
    tasks = [asyncio.create_task(speak(voice, text)) for _ in range(30)]
    await asyncio.sleep(0.01)
    await voice.close()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    failed = [result for result in results if isinstance(result, EngineError)]
    assert failed and all("closed" in str(error) for error in failed)
    with pytest.raises(EngineError, match="closed"):
        await speak(voice, "Hello")


async def test_an_abandoned_sentence_does_not_delay_others(voice: EspeakVoice) -> None:
    """Thirty sentences of four minutes, each left at its first chunk."""
    for _ in range(30):
        async with aclosing(voice.speak(Sentence(0, "word " * 800), Speaker())) as stream:
            await anext(stream)
    assert await speak(voice, "Hello")


def test_voices_are_listed() -> None:
    languages = {voice.language for voice in voices()}
    assert {"en-us", "en-gb", "cmn", "ja", "de"} <= languages
    assert all(voice.identifier and voice.name for voice in voices())


SCRIPTS = (
    "abc xyz,.!?12$%&'",
    "你好我是中文，。",
    "こんアイ",
    "привет",
    "مرحبا",
    "नमस्ते",
    "မင်္ဂလာ",
    "\u0301\u200d\x01\n\t",
    "😀👨‍👩‍👧",
    "①Ⅳ½²٣",
    "<>[]{}@*_~|",
)


async def test_any_text_in_any_script_is_spoken_or_refused(voice: EspeakVoice) -> None:
    """Seeded, as the library's own state makes a shrinking search useless."""
    chance = random.Random(52)
    for _ in range(80):
        pools = chance.sample(SCRIPTS, chance.randint(1, 4))
        text = "".join(chance.choice(chance.choice(pools)) for _ in range(chance.randint(1, 40)))
        speaker = Speaker(language=chance.choice(("en", "zh", "ja", "ar", "de", "hi")))
        try:
            chunks = await speak(voice, text, speaker)
        except CannotSpeak:
            continue
        check_chunks(chunks, text, 24_000)


async def test_a_first_sentence_goes_before_later_ones_that_wait(voice: EspeakVoice) -> None:
    later = [asyncio.create_task(speak(voice, "word " * 200, index=1)) for _ in range(20)]
    await asyncio.sleep(0)
    assert await speak(voice, "Hello.", index=0)
    assert sum(task.done() for task in later) < 10
    await asyncio.gather(*later)
