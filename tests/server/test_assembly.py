"""Engines put together as the configuration says."""

from pathlib import Path
from typing import Any

import pytest

from server import assembly, config
from server.clock import SystemClock
from server.engines.brains.chain import BrainChain
from server.engines.brains.echo import EchoBrain
from server.engines.faces.articulation import ArticulationDriver
from server.engines.faces.either import EitherDriver
from server.engines.voices.cached import CachedVoice
from server.engines.voices.chain import VoiceChain
from server.engines.voices.tone import ToneVoice
from server.errors import ConfigError
from server.speech.character import Character
from server.turn.turn import Engines
from tests.contracts.brain import think
from tests.contracts.voice import speak

PHONELESS = "tests.fakes.phoneless_voice:PhonelessVoice"


async def made(**sections: Any) -> Engines:
    sections["engines"] = {
        "recognizer": None,
        "brain": "echo",
        "voice": "tone",
        **sections.get("engines", {}),
    }
    tree = config.parse({"rooms": {"enabled": False}, **sections}, "test")
    async with assembly.engines(tree, SystemClock()) as engines:
        return engines


async def test_one_engine_is_itself() -> None:
    engines = await made()
    assert isinstance(engines.brain, EchoBrain)
    assert isinstance(engines.voice, ToneVoice)
    assert isinstance(engines.face, ArticulationDriver)
    assert (engines.detector, engines.recognizer) == (None, None)


async def test_several_are_a_chain_at_the_rate_of_the_wire() -> None:
    engines = await made(engines={"brain": ["knowledge", "echo"], "voice": [PHONELESS, "tone"]})
    assert isinstance(engines.brain, BrainChain)
    assert isinstance(engines.voice, VoiceChain)
    assert isinstance(engines.face, EitherDriver), "for voices with phones and without"
    assert engines.voice.traits.rate == 24_000
    assert [health.name for health in engines.voice.health] == [PHONELESS, "tone"]
    assert (await speak(engines.voice, "Hello"))[0].phones is None
    assert await think(engines.brain, "nobody knows this", Character("nobody")) == ""


async def test_a_voice_without_phones_gets_a_face_that_follows_its_sound() -> None:
    engines = await made(engines={"voice": PHONELESS}, audio={"rate": 16_000})
    assert isinstance(engines.face, EitherDriver)


async def test_voices_that_are_not_embedded_are_cached(tmp_path: Path) -> None:
    voice = (await made(engines={"voice": PHONELESS}, audio={"rate": 16_000})).voice
    assert isinstance(voice, CachedVoice)
    bare = await made(engines={"voice": PHONELESS}, audio={"rate": 16_000}, speech_cache={"memory_mb": 0})
    assert not isinstance(bare.voice, CachedVoice)
    kept = await made(
        engines={"voice": PHONELESS},
        audio={"rate": 16_000},
        speech_cache={"memory_mb": 0, "folder": str(tmp_path / "said")},
    )
    await speak(kept.voice, "Hello")
    assert len([*(tmp_path / "said").iterdir()]) == 1


async def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"speech_cache\.folder"):
        await made(speech_cache={"folder": str(tmp_path / "file")})
