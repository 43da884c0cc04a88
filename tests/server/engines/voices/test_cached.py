"""A voice that remembers, and the store behind it."""

import os
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from server.engines.voices import speech_file
from server.engines.voices.cached import LONGEST_S, CachedVoice
from server.engines.voices.speech_store import SUFFIX, SpeechStore
from server.engines.voices.tone import ToneVoice
from server.errors import EngineError
from server.ports import Voice
from server.speech.character import Speaker
from server.speech.values import Sentence, SpeechChunk
from tests.contracts.voice import VoiceContract, speak
from tests.fakes.failing import FailingVoice
from tests.fakes.phoneless_voice import PhonelessVoice

TEXT = "One two three."


def counted(voice: Voice | None = None) -> FailingVoice:
    return FailingVoice(voice or ToneVoice(), None, after=-1)


def stems(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.iterdir())


def same(one: list[SpeechChunk], other: list[SpeechChunk]) -> bool:
    return [(c.phones, c.words, c.audio.position, c.audio.format) for c in one] == [
        (c.phones, c.words, c.audio.position, c.audio.format) for c in other
    ] and all(np.array_equal(a.audio.samples, b.audio.samples) for a, b in zip(one, other, strict=True))


class TestContract(VoiceContract):
    @pytest.fixture
    def voice(self) -> Voice:
        return CachedVoice(ToneVoice(), "tone", SpeechStore())


class TestContractFromDisk(VoiceContract):
    @pytest.fixture
    def voice(self, tmp_path: Path) -> Voice:
        return CachedVoice(ToneVoice(), "tone", SpeechStore(0, tmp_path))


@pytest.mark.parametrize("own", [ToneVoice(), PhonelessVoice()])
@pytest.mark.parametrize("memory", [0, 2**24])
async def test_the_second_time_the_voice_is_not_asked(own: Voice, memory: int, tmp_path: Path) -> None:
    voice = counted(own)
    cached = CachedVoice(voice, "it", SpeechStore(memory, tmp_path))
    fresh = await speak(cached, TEXT)
    assert same(await speak(cached, TEXT), fresh)
    assert (len(voice.asked), cached.hits, cached.misses) == (1, 1, 1)


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        (Sentence(0, "One two four."), Speaker()),
        (Sentence(0, TEXT, mood="happy"), Speaker()),
        (Sentence(0, TEXT), Speaker(voice="other")),
        (Sentence(0, TEXT), Speaker(rate=1.1)),
        (Sentence(0, TEXT), Speaker(language="de")),
    ],
)
async def test_what_sounds_otherwise_is_asked_for(sentence: Sentence, speaker: Speaker) -> None:
    voice = counted()
    cached = CachedVoice(voice, "it", SpeechStore())
    await speak(cached, TEXT)
    async with aclosing(cached.speak(sentence, speaker)) as chunks:
        assert [chunk async for chunk in chunks]
    assert len(voice.asked) == 2


async def test_where_a_sentence_stands_in_its_turn_changes_nothing() -> None:
    voice = counted()
    cached = CachedVoice(voice, "it", SpeechStore())
    await speak(cached, TEXT, index=0)
    await speak(cached, TEXT, index=3)
    assert len(voice.asked) == 1


async def test_engines_of_other_names_or_rates_share_nothing() -> None:
    store = SpeechStore()
    for name, own in (("a", ToneVoice()), ("b", ToneVoice()), ("a", ToneVoice(16_000))):
        voice = counted(own)
        await speak(CachedVoice(voice, name, store), TEXT)
        assert len(voice.asked) == 1


async def test_a_sentence_that_broke_off_is_not_kept() -> None:
    voice = FailingVoice(ToneVoice(), EngineError("it broke off"), after=2, times=1)
    cached = CachedVoice(voice, "it", SpeechStore())
    with pytest.raises(EngineError, match="broke off"):
        await speak(cached, TEXT)
    async with aclosing(cached.speak(Sentence(0, TEXT), Speaker())) as chunks:
        await anext(chunks)
    assert len(await speak(cached, TEXT)) == 3
    assert len(voice.asked) == 3


@pytest.mark.parametrize(("characters", "kept"), [(3, True), (4, False)])
async def test_what_is_too_long_is_not_kept(characters: int, kept: bool) -> None:
    voice = counted(ToneVoice(8000, character_s=LONGEST_S / 4))
    cached = CachedVoice(voice, "it", SpeechStore(2**30))
    for _ in range(2):
        await speak(cached, "a" * characters)  # and a pause of one more
    assert len(voice.asked) == (1 if kept else 2)


async def test_memory_is_bounded_and_the_least_used_goes() -> None:
    speech = tuple(await speak(ToneVoice(), TEXT))
    size = len(speech_file.pack(speech))
    store = SpeechStore(4 * size)
    for key in "abcd":
        await store.put(key, speech)
    assert await store.get("a") is not None
    await store.put("e", speech)
    assert store.memory_bytes == 4 * size
    assert [key for key in "abcde" if await store.get(key) is not None] == ["a", "c", "d", "e"]
    small = SpeechStore(4 * size - 1)
    await small.put("a", speech)
    assert await small.get("a") is None


async def test_the_disk_is_bounded_and_outlives_the_process(tmp_path: Path) -> None:
    speech = tuple(await speak(ToneVoice(), TEXT))
    size = len(speech_file.pack(speech))
    store = SpeechStore(0, tmp_path, 4 * size)
    for age, key in enumerate("abcde"):
        await store.put(key, speech)
        os.utime(tmp_path / f"{key}{SUFFIX}", (age, age))
    assert stems(tmp_path) == ["b", "c", "d", "e"]
    again = SpeechStore(0, tmp_path, 4 * size)
    assert again.disk_bytes == 4 * size
    found = await again.get("b")
    assert found is not None and same(list(found), list(speech))
    smaller = SpeechStore(0, tmp_path, 2 * size)
    assert smaller.disk_bytes == 2 * size
    assert stems(tmp_path) == ["b", "e"]


@pytest.mark.parametrize("damage", [b"", b"{}", b"no json\n", None])
async def test_a_damaged_file_is_left_out_and_removed(damage: bytes | None, tmp_path: Path) -> None:
    speech = tuple(await speak(ToneVoice(), TEXT))
    store = SpeechStore(0, tmp_path)
    await store.put("a", speech)
    path = tmp_path / f"a{SUFFIX}"
    path.write_bytes(path.read_bytes()[:-1] if damage is None else damage)
    assert await store.get("a") is None
    assert not path.exists()
    assert store.disk_bytes == 0
    await store.put("a", speech)
    assert await store.get("a") is not None


async def test_a_file_that_vanished_is_not_missed(tmp_path: Path) -> None:
    speech = tuple(await speak(ToneVoice(), TEXT))
    store = SpeechStore(0, tmp_path)
    await store.put("a", speech)
    (tmp_path / f"a{SUFFIX}").unlink()
    assert await store.get("a") is None


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="the folder for cached speech"):
        SpeechStore(0, tmp_path / "file")


async def test_every_cut_of_a_file_is_refused() -> None:
    (chunk,) = await speak(ToneVoice(8000, 0.01), "a")
    data = speech_file.pack((chunk,))
    (back,) = speech_file.unpack(data)
    assert same([back], [chunk])
    for length in range(len(data)):
        with pytest.raises(ValueError, match="no speech file"):
            speech_file.unpack(data[:length])
    silent = speech_file.pack((replace(chunk, phones=None),))
    assert speech_file.unpack(silent)[0].phones is None
