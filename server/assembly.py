"""From the configuration's engines to engines that work together."""

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from server import config
from server.clock import Clock
from server.engines import catalog
from server.engines.brains.chain import BrainChain
from server.engines.breaker import Breaker
from server.engines.chain import Link, Patience
from server.engines.voices.at_rate import VoiceAtRate
from server.engines.voices.cached import CachedVoice
from server.engines.voices.chain import VoiceChain
from server.engines.voices.speech_store import SpeechStore
from server.errors import ConfigError
from server.ports import Brain, FaceDriver, Voice
from server.speech.character import Character
from server.speech.languages import covered
from server.turn.turn import PAUSE_S, Engines, pause_s

EMBEDDED = ("espeak", "tone")
"""Voices that speak sooner than a cache could answer."""

log = logging.getLogger(__name__)


@asynccontextmanager
async def engines(tree: config.Config, clock: Clock) -> AsyncGenerator[Engines, None]:
    """The engines of the configuration, matched with each other; closed in reverse at the end.

    Raises ConfigError for engines that cannot be made or cannot work together.
    """
    slots = tree.engines
    async with AsyncExitStack() as stack:
        voice = _voice(tree, clock, stack)
        face = _face(tree, voice)
        stack.push_async_callback(face.close)
        mirror = catalog.make("face", slots.mirror.use, slots.mirror.options)
        stack.push_async_callback(mirror.close)
        made = Engines(_brain(tree, clock, stack), voice, face, mirror)
        match(tree, made)
        if slots.recognizer is not None:
            recognizer = catalog.make("recognizer", slots.recognizer.use, slots.recognizer.options)
            stack.push_async_callback(recognizer.close)
            made = replace(made, recognizer=recognizer)
        if slots.recognizer is not None or tree.rooms.enabled:
            detector = catalog.make("detector", slots.detector.use, slots.detector.options)
            stack.push_async_callback(detector.close)
            made = replace(made, detector=detector)
        yield made


def match(tree: config.Config, engines: Engines) -> None:
    """What the engines need of each other. Raises ConfigError that names the remedy."""
    voice, face, audio = tree.engines.voice.use, tree.engines.face.use, tree.audio
    if engines.face.needs_phones and not engines.voice.traits.phones:
        raise ConfigError(
            f"engines.face: {face} needs the phones of the voice, and {voice} does not give them; "
            f"use face: auto, or another voice"
        )
    if engines.mirror is not None and engines.mirror.needs_phones:
        raise ConfigError(
            f"engines.mirror: {tree.engines.mirror.use} needs phones, and a microphone gives none; "
            f"use mirror: audio"
        )
    if engines.voice.traits.rate != audio.rate:
        raise ConfigError(
            f"audio.rate is {audio.rate}, but the voice {voice} gives {engines.voice.traits.rate} samples "
            f"a second; set audio.rate: {engines.voice.traits.rate}"
        )
    if (pause := pause_s(engines.face, tree.face.fps)) > PAUSE_S:
        log.info("the face %s looks far ahead: sentences are %.2f s apart or more", face, pause)


def match_language(tree: config.Config, engines: Engines, character: Character) -> None:
    """Whether the recognizer understands the language of this character, the default one.

    Raises ConfigError where it does not; of `auto` it is said in the log, for it has taken what there is.
    """
    language = character.speaker.language
    if engines.recognizer is None or tree.engines.recognizer is None:
        return
    if covered(language, engines.recognizer.traits.languages):
        return
    use = tree.engines.recognizer.use
    text = (
        f"{character.name} speaks {language!r}, which the recognizer {use} does not understand; "
        f"set engines.recognizer: {{use: faster-whisper, folder: models/whisper}}, or none"
    )
    if use != "auto":
        raise ConfigError(f"engines.recognizer: {text}")
    log.warning(text)


def _brain(tree: config.Config, clock: Clock, stack: AsyncExitStack) -> Brain:
    """The brain, or the chain of them, to be closed by the stack."""
    links = []
    for slot in tree.engines.brain.chain:
        brain = catalog.make("brain", slot.use, slot.options)
        stack.push_async_callback(brain.close)
        links.append(Link(slot.use, brain, Breaker(clock), _patience(slot)))
    return BrainChain(links) if len(links) > 1 else links[0].engine


def _voice(tree: config.Config, clock: Clock, stack: AsyncExitStack) -> Voice:
    """The voice, or the chain of them, at the rate of the wire; to be closed by the stack."""
    store = _store(tree.speech_cache)
    links = []
    for slot in tree.engines.voice.chain:
        voice = catalog.make("voice", slot.use, _voice_options(slot, tree.audio.rate))
        stack.push_async_callback(voice.close)
        if len(tree.engines.voice.chain) > 1 and voice.traits.rate != tree.audio.rate:
            voice = VoiceAtRate(voice, tree.audio.rate)
        if store is not None and slot.use not in EMBEDDED:
            voice = CachedVoice(voice, _named(slot), store)
        links.append(Link(slot.use, voice, Breaker(clock), _patience(slot)))
    return VoiceChain(links) if len(links) > 1 else links[0].engine


def _face(tree: config.Config, voice: Voice) -> FaceDriver:
    """`auto` is the driver `articulation` where the phones are always known."""
    slot = tree.engines.face
    known = slot.use == "auto" and voice.traits.phones
    return catalog.make("face", "articulation") if known else catalog.make("face", slot.use, slot.options)


def _store(cache: config.SpeechCache) -> SpeechStore | None:
    folder = None if cache.folder is None else Path(cache.folder)
    if not cache.memory_mb and folder is None:
        return None
    try:
        return SpeechStore(cache.memory_mb * 2**20, folder, cache.disk_mb * 2**20)
    except ValueError as error:
        raise ConfigError(f"speech_cache.folder: {error}") from None


def _patience(slot: config.Slot) -> Patience:
    given = slot.patience
    return Patience(given.first_ms / 1000, given.between_ms / 1000, given.retries)


def _named(slot: config.Slot) -> str:
    """The voice with all that changes its sound."""
    return f"{slot.use} {json.dumps(slot.options, sort_keys=True, default=str)}"


def _voice_options(slot: config.Slot, rate: int) -> dict[str, object]:
    """The embedded voices speak at the rate of the wire unless told otherwise."""
    return {"rate": rate, **slot.options} if slot.use in EMBEDDED else dict(slot.options)
