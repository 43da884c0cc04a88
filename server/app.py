"""The composition root: from a configuration to a running server.

The only module that knows the engines as well as the network.
"""

import asyncio
import gc
import itertools
import logging
import os
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from server import assembly, characters, config
from server.audio.chunk import AudioFormat
from server.clock import Clock, SystemClock
from server.errors import ConfigError
from server.history import History
from server.net import application, serving, translate
from server.net.service import Service
from server.observe.metrics import Metrics
from server.rooms.rooms import Rooms
from server.speech.character import Character
from server.speech.endpointing import EndOfSpeech
from server.store.memory import MemoryHistories
from server.turn.ear import Listening
from server.turn.rehearsal import rehearse
from server.turn.session import Session, Terms
from server.turn.sessions import Sessions
from server.turn.turn import Engines, Pace

SWITCH_S = 0.0005
COLLECT_AFTER = (10_000, 10, 10)
"""Thresholds of the garbage collector's generations; turns make little that only it can find."""

WEB_CLIENT = Path(__file__).parent.parent / "web_client"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Running:
    """A server that listens. `stop` ends it gracefully, `stop` again at once."""

    address: str
    """What to open in a browser."""
    port: int
    service: Service
    metrics: Metrics
    stopping: asyncio.Event
    at_once: asyncio.Event

    def stop(self) -> None:
        if self.stopping.is_set():
            self.at_once.set()
        self.stopping.set()


def cast(tree: config.Config) -> tuple[Mapping[str, Character], str]:
    """Every character by the name of its file, and which is the default one. Raises ConfigError."""
    found = {name: characters.load(name) for name in characters.names()}
    if tree.characters.folder is not None:
        folder = Path(tree.characters.folder)
        if not folder.is_dir():
            raise ConfigError(f"characters.folder: {folder} is no folder")
        found |= {path.stem: characters.load(path) for path in sorted(folder.glob("*.yaml"))}
    chosen = tree.characters.default
    if chosen in found:
        return found, chosen
    path = Path(chosen)
    return {**found, path.stem: characters.load(chosen)}, path.stem


@asynccontextmanager
async def running(
    tree: config.Config,
    *,
    environ: Mapping[str, str] = os.environ,
    clock: Clock | None = None,
    web_client: Path = WEB_CLIENT,
    made: Engines | None = None,
) -> AsyncGenerator[Running, None]:
    """A server that listens inside the context, and is stopped gracefully at its end.

    `made` are engines that the caller owns, instead of the configuration's. Raises ConfigError.
    """
    clock = clock or SystemClock()
    token = config.token(tree.server, environ)
    serving.tls_context(tree.server.tls)  # what is wrong is said before the engines take their time
    by_name, default = cast(tree)
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(assembly.engines(tree, clock)) if made is None else made
        assembly.match_language(tree, parts, by_name[default])
        sessions = Sessions(
            _maker(parts, listening(tree.conversation), clock, metrics.observe),
            MemoryHistories(clock),
            clock,
            limit=tree.server.max_sessions,
            window_s=tree.server.resume_window_s,
        )
        metrics.watch_sessions(lambda: len(sessions), lambda: sessions.driving)
        rooms = _rooms(tree, parts, clock, metrics, by_name)
        if rooms is not None:
            stack.push_async_callback(rooms.close)
        stack.push_async_callback(sessions.close)
        service = Service(
            sessions=sessions,
            clock=clock,
            counts=metrics,
            server=tree.server,
            limits=tree.limits,
            face=tree.face,
            pace=tree.pace,
            characters=by_name,
            default_character=default,
            languages=parts.voice.traits.languages,
            rate=parts.voice.traits.rate,
            rooms=rooms,
            drive=parts.mirror is not None,
            listens=parts.detector is not None and parts.recognizer is not None,
            understands=() if parts.recognizer is None else parts.recognizer.traits.languages,
            token=token,
            greeting=tree.conversation.greeting,
        )
        app = application.make(service, web_client, metrics.text)
        port = await stack.enter_async_context(serving.listening(app, tree.server))
        sweep = asyncio.create_task(sessions.sweep(), name="sweep")
        stack.callback(sweep.cancel)
        at_once = asyncio.Event()
        stack.push_async_callback(serving.stop, service, at_once)
        await rehearse(parts, by_name[default], tree.face.fps, clock)
        service.ready = True
        yield Running(_address(tree.server, port), port, service, metrics, asyncio.Event(), at_once)


async def serve(tree: config.Config, announce: Callable[[Running], None]) -> None:
    """Serve until the process is told to stop: once for gracefully, twice for at once."""
    async with running(tree) as server:
        _settle()
        serving.on_signals(server.stop, server.stop)
        announce(server)
        await server.stopping.wait()
        log.info("stopping; again to stop at once")


def _settle() -> None:
    """Make this process fit for many sessions at once.

    What the start has made stays: looking through it at every garbage collection held up all of 300
    sessions for 100 ms. And a voice on its own thread must not wait 5 ms, Python's default, whenever it has
    samples to hand over while the event loop is busy, nor keep the loop waiting.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster event loop where it exists, else asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def listening(conversation: config.Conversation) -> Listening:
    """How sessions listen."""
    pauses = conversation.end_of_speech_ms
    ends = EndOfSpeech(
        pauses.finished / 1000,
        pauses.unclear / 1000,
        pauses.unfinished / 1000,
        conversation.longest_utterance_s,
    )
    return Listening(ends, conversation.speculate)


def _maker(
    engines: Engines, listening: Listening, clock: Clock, observe: Callable[..., None]
) -> Callable[[str, Terms, History], Session]:
    seeds = itertools.count(1)

    def make(id: str, terms: Terms, history: History) -> Session:
        return Session(
            id,
            terms,
            engines,
            clock,
            history=history,
            listening=listening,
            seed=next(seeds) * 7919,
            observer=observe,
        )

    return make


def _rooms(
    tree: config.Config, parts: Engines, clock: Clock, metrics: Metrics, by_name: Mapping[str, Character]
) -> Rooms | None:
    """Voice chat, where it is wanted. Raises ConfigError for characters that cannot be in a room."""
    wanted = tree.rooms.characters
    for room, name in ((room, name) for room, names in wanted.items() for name in names):
        if name not in by_name:
            known = ", ".join(sorted(by_name))
            raise ConfigError(f"rooms.characters: {room}: no character {name!r}; there are {known}")
    if not tree.rooms.enabled or parts.detector is None:
        return None
    if wanted and parts.recognizer is None:
        raise ConfigError("rooms.characters: who is to answer must understand; set engines.recognizer")
    make = _maker(parts, listening(tree.conversation), clock, metrics.observe)
    pace = Pace(tree.face.fps)

    def casting(room: str) -> list[Session]:
        names = dict.fromkeys((*wanted.get(room, ()), *wanted.get("*", ())))
        return [make(f"{name} in {room}", Terms(by_name[name], pace), History()) for name in names]

    rooms = Rooms(
        tree.rooms,
        parts.detector,
        AudioFormat(parts.voice.traits.rate),
        clock,
        recognizer=parts.recognizer,
        casting=casting,
        observer=metrics.observe,
    )
    metrics.watch_rooms(
        lambda: len(rooms), lambda: rooms.members, lambda: translate.peer_segment.cache_info().misses
    )
    return rooms


def _address(server: config.Server, port: int) -> str:
    scheme = "http" if server.tls is None else "https"
    everywhere = config.is_loopback(server.host) or server.host in ("0.0.0.0", "::", "")
    host = "localhost" if everywhere else f"[{server.host}]" if ":" in server.host else server.host
    return f"{scheme}://{host}:{port}/"
