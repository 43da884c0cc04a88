"""The configuration: `config.yaml` as a frozen typed tree, checked before anything starts.

`load` reads, `explain` prints what is in effect. Every error is a `ConfigError` of one line that names the
file, the key and what it may hold. Secrets are never in the file: it names environment variables.
"""

import difflib
import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
import yaml
from msgspec import Meta, inspect, structs

from server.errors import ConfigError

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Positive = Annotated[int, Meta(gt=0, lt=2**31)]

LAST_PORT: Final = 65_535
CHAINS: Final = ("brain", "voice")
"""Slots in which engines may stand in for each other."""
_SECRET: Final = re.compile(r"(^|_)(token|password|secret|api_?key|key)$", re.IGNORECASE)
_REDACTED: Final = "(set, not shown)"


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A map of the file."""


class Tls(_Section, frozen=True):
    """PEM files; relative paths are meant from the folder of the configuration file."""

    certificate: str
    key: str


class Server(_Section, frozen=True):
    """Where to listen, whom to let in, and how long to wait for whom."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=LAST_PORT)] = 8765
    token_env: str = "FACEWIRE_TOKEN"
    """Name of the environment variable that holds the token clients must send; unset for none."""
    allow_without_token: bool = False
    tls: Tls | None = None
    max_sessions: Positive = 1000
    resume_window_s: Seconds = 30.0
    grace_s: Annotated[float, Meta(ge=0, le=3600)] = 10.0
    heartbeat_s: Seconds = 15.0
    hello_timeout_s: Seconds = 10.0
    idle_timeout_s: Seconds = 600.0
    send_timeout_s: Seconds = 10.0


class Limits(_Section, frozen=True):
    """What one connection may send."""

    message_bytes: Annotated[int, Meta(ge=1024, le=16 * 2**20)] = 65_536
    messages_per_s: Positive = 200
    text_chars: Positive = 4000
    mic_ms: Annotated[int, Meta(ge=10, le=10_000)] = 200


class Audio(_Section, frozen=True):
    rate: Annotated[int, Meta(ge=8000, le=48_000)] = 24_000


class Face(_Section, frozen=True):
    fps: Annotated[int, Meta(ge=1, le=240)] = 60
    format: Literal["q8", "f32"] = "q8"


class PaceSection(_Section, frozen=True):
    max_ahead_ms: Annotated[int, Meta(ge=100, le=3_600_000)] = 500
    think_timeout_s: Seconds = 30.0


class Patience(_Section, frozen=True):
    """How long an engine of a chain may take before the next one takes over. Keys beside `use`."""

    first_ms: Positive = 10_000
    """For its first result."""
    between_ms: Positive = 5000
    """For each one after it."""
    retries: Annotated[int, Meta(ge=0, le=10)] = 1
    """How often a call that failed at once, for a reason that may pass, is made again."""


class Slot(msgspec.Struct, frozen=True):
    """One engine: its name in the catalog (or "module:factory"), its own options, and who stands in for it.

    An option `folder`, unless it is empty, and a `model` that ends in .onnx, is a path relative to the
    folder of the configuration file.
    """

    use: str
    options: dict[str, Any] = {}
    patience: Patience = Patience()
    instead: tuple["Slot", ...] = ()
    """A list in the file: these take over, the first one first, when it fails or is late."""

    @property
    def chain(self) -> tuple["Slot", ...]:
        """It, and those that stand in for it."""
        return (self, *self.instead)


class EngineSlots(_Section, frozen=True):
    brain: Slot = Slot("knowledge")
    voice: Slot = Slot("espeak")
    face: Slot = Slot("auto")
    mirror: Slot = Slot("audio")
    """Drives the user's own face in drive mode, from sound alone."""
    detector: Slot = Slot("silero")
    recognizer: Slot | None = Slot("auto")
    """None: nobody listens, the user can only write."""


class SpeechCache(_Section, frozen=True):
    """What voices have said, kept to be said again; 0 for none. Embedded voices need no cache."""

    memory_mb: Annotated[int, Meta(ge=0, le=65_536)] = 64
    folder: str | None = None
    """Where it outlives the process. Who reads this folder reads what was said."""
    disk_mb: Positive = 512


class CharactersSection(_Section, frozen=True):
    default: str = "mira"
    """Name of a character, or path of a character's YAML file."""
    folder: str | None = None
    """A folder with more characters."""


Pause = Annotated[int, Meta(ge=130, le=10_000)]


class EndOfSpeechSection(_Section, frozen=True):
    """The pause, in milliseconds, that ends what the user says."""

    finished: Pause = 280
    """After a phrase that is finished."""
    unclear: Pause = 450
    """Where nobody can tell."""
    unfinished: Pause = 1100
    """In the middle of one."""


class Conversation(_Section, frozen=True):
    greeting: bool = False
    speculate: bool = True
    """Whether a reply is prepared while the user pauses."""
    end_of_speech_ms: EndOfSpeechSection = EndOfSpeechSection()
    longest_utterance_s: Annotated[float, Meta(ge=11, le=300)] = 30.0
    """After so long an utterance ends in the middle, and what goes on is the next one."""


class Rooms(_Section, frozen=True):
    """Voice chat: who may be where, and how voices are passed on."""

    enabled: bool = True
    listed: tuple[Annotated[str, Meta(min_length=1)], ...] | None = None
    """The rooms that there are; null: whoever joins one makes it."""
    capacity: Positive = 50
    """People in a room; characters take no place."""
    speakers: Annotated[int, Meta(ge=1, le=64)] = 4
    """Others that a member hears at once, the loudest first."""
    name_chars: Annotated[int, Meta(ge=8, le=200)] = 40
    preroll_ms: Annotated[int, Meta(ge=0, le=1000)] = 200
    """Voice from before the moment in which speech was noticed."""
    hangover_ms: Annotated[int, Meta(ge=100, le=5000)] = 600
    """How long a voice is passed on after the last speech."""
    segment_ms: Annotated[int, Meta(ge=10, le=200)] = 40
    """Voice in one message: less comes sooner, more is less work."""
    characters: dict[str, tuple[str, ...]] = {}
    """Characters that are members, by the name of their room; "*" stands for every room."""


class Log(_Section, frozen=True):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Config(_Section, frozen=True):
    """The whole tree; only the composition root holds it."""

    server: Server = Server()
    limits: Limits = Limits()
    audio: Audio = Audio()
    face: Face = Face()
    pace: PaceSection = PaceSection()
    engines: EngineSlots = EngineSlots()
    speech_cache: SpeechCache = SpeechCache()
    characters: CharactersSection = CharactersSection()
    conversation: Conversation = Conversation()
    rooms: Rooms = Rooms()
    log: Log = Log()


def load(path: Path | None) -> Config:
    """The configuration in `path`, or the defaults. Raises ConfigError."""
    if path is None:
        return Config()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{path}: cannot be read: {why}") from None
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    return _located(parse(raw, str(path)), path.resolve().parent)


def nearby() -> Path | None:
    """`config.yaml` of the current folder, if there is one."""
    path = Path("config.yaml")
    return path if path.is_file() else None


def parse(raw: object, source: str) -> Config:
    """The tree from plain values; `source` names them in errors. Raises ConfigError."""
    raw = {} if raw is None else raw
    if not isinstance(raw, dict):
        raise ConfigError(f"{source}: the file is a map of sections ({_names(Config)})")
    if isinstance(slots := raw.get("engines"), dict):
        slots = {name: _slots(slot, name, f"{source}: engines.{name}") for name, slot in slots.items()}
        raw = {**raw, "engines": slots}
    _check_keys(raw, inspect.type_info(Config), source, "")
    try:
        config = msgspec.convert(raw, Config)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise ConfigError(f"{source}: {where.rstrip('`') or 'the file'}: {what}") from None
    check(config, source)
    return config


def listening_at(config: Config, host: str | None, port: int | None) -> Config:
    """The configuration with another address, where one is given. Raises ConfigError."""
    server = config.server
    if port is not None and not 0 <= port <= LAST_PORT:
        raise ConfigError(f"there is no port {port}; choose 0 (any) to {LAST_PORT}")
    changed = structs.replace(
        server,
        host=server.host if host is None else host,
        port=server.port if port is None else port,
    )
    return structs.replace(config, server=changed)


def deaf(config: Config) -> Config:
    """The same without a recognizer, where nobody is listened to."""
    return structs.replace(config, engines=structs.replace(config.engines, recognizer=None))


def check(config: Config, source: str = "configuration") -> None:
    """What a single field cannot say. Raises ConfigError."""
    server, limits = config.server, config.limits
    if server.heartbeat_s >= server.idle_timeout_s:
        raise ConfigError(
            f"{source}: server.heartbeat_s ({server.heartbeat_s:g}) must be shorter than "
            f"server.idle_timeout_s ({server.idle_timeout_s:g})"
        )
    pauses = config.conversation.end_of_speech_ms
    if not pauses.finished <= pauses.unclear <= pauses.unfinished:
        raise ConfigError(
            f"{source}: conversation.end_of_speech_ms: finished ({pauses.finished}), unclear "
            f"({pauses.unclear}) and unfinished ({pauses.unfinished}) must not fall"
        )
    needed = max(limits.text_chars * 4, limits.mic_ms * 96) + 512
    if limits.message_bytes < needed:
        raise ConfigError(
            f"{source}: limits.message_bytes ({limits.message_bytes}) must be at least {needed} to hold "
            f"limits.text_chars ({limits.text_chars}) and limits.mic_ms ({limits.mic_ms})"
        )


def token(server: Server, environ: Mapping[str, str] = os.environ) -> str | None:
    """The token clients must send, None for none.

    Raises ConfigError if the address can be reached from elsewhere and nobody said that this is meant.
    """
    value = environ.get(server.token_env) or None
    if value is None and not server.allow_without_token and not is_loopback(server.host):
        raise ConfigError(
            f"{server.host} can be reached from other machines: put a token into the environment variable "
            f"{server.token_env}, or set server.allow_without_token: true, or listen on 127.0.0.1"
        )
    return value


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def explain(config: Config, environ: Mapping[str, str] = os.environ) -> str:
    """The effective configuration as YAML, secrets redacted."""
    tree = msgspec.to_builtins(config)
    for name in structs.fields(config.engines):
        slot = getattr(config.engines, name.name)
        if slot is not None:
            shown = [_shown(one, bool(slot.instead)) for one in slot.chain]
            tree["engines"][name.name] = shown if slot.instead else shown[0]
    state = "set" if environ.get(config.server.token_env) else "not set"
    text: str = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)
    return f"{text}# the environment variable {config.server.token_env} is {state}\n"


# --- details ---------------------------------------------------------------------------------------


def _slots(raw: object, name: str, where: str) -> dict[str, Any] | None:
    """One engine or, where some stand in for others, a list of them; null or `none` for no engine."""
    if raw in (None, "none"):
        return None
    if not isinstance(raw, list):
        return _slot(raw, where)
    if not raw or (len(raw) > 1 and name not in CHAINS):
        some = "one engine or more" if name in CHAINS else "exactly one engine"
        raise ConfigError(f"{where}: a list must hold {some}, this one holds {len(raw)}")
    first, *others = (_slot(one, f"{where}[{n}]") for n, one in enumerate(raw))
    return {**first, "instead": others}


def _slot(raw: object, where: str) -> dict[str, Any]:
    """A name, or a map with `use`, options and patience."""
    if isinstance(raw, str):
        return {"use": raw}
    if isinstance(raw, dict) and isinstance(raw.get("use"), str):
        options = {key: value for key, value in raw.items() if key != "use"}
        if bad := [key for key in options if not isinstance(key, str)]:
            raise ConfigError(f"{where}: {bad[0]!r} is no option name; names are text")
        patience = {key: options.pop(key) for key in Patience.__struct_fields__ if key in options}
        return {"use": raw["use"], "options": options, "patience": patience}
    raise ConfigError(f"{where}: give the engine's name, or a map with `use: name` and its options")


def _shown(slot: Slot, in_chain: bool) -> dict[str, Any]:
    patience = structs.asdict(slot.patience) if in_chain else {}
    return {"use": slot.use, **patience, **_redacted(slot.options)}


def _check_keys(raw: Mapping[Any, Any], info: inspect.Type, source: str, path: str) -> None:
    """Unknown keys, with the known ones and the likely one."""
    assert isinstance(info, inspect.StructType)
    fields = {field.encode_name: field.type for field in info.fields}
    for key, value in raw.items():
        if key not in fields:
            close = difflib.get_close_matches(str(key), fields, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise ConfigError(f"{source}: {path}{key}: no such key{hint} (allowed: {', '.join(fields)})")
        options = getattr(fields[key], "types", (fields[key],))
        inner = next((t for t in options if isinstance(t, inspect.StructType)), None)
        if inner is not None and isinstance(value, dict):
            _check_keys(value, inner, source, f"{path}{key}.")


def _names(section: type[msgspec.Struct]) -> str:
    return ", ".join(section.__struct_fields__)


def _located(config: Config, folder: Path) -> Config:
    """Relative paths of files are meant from the configuration's own folder."""

    def at(path: str) -> str:
        return str(folder / Path(path).expanduser())

    server, characters = config.server, config.characters
    if server.tls is not None:
        server = structs.replace(
            server, tls=Tls(certificate=at(server.tls.certificate), key=at(server.tls.key))
        )
    if characters.folder is not None:
        characters = structs.replace(characters, folder=at(characters.folder))
    if Path(characters.default).suffix in (".yaml", ".yml"):
        characters = structs.replace(characters, default=at(characters.default))
    cache = config.speech_cache
    if cache.folder is not None:
        cache = structs.replace(cache, folder=at(cache.folder))
    slots: dict[str, Slot] = {}
    for field in structs.fields(config.engines):
        slot = getattr(config.engines, field.name)
        if slot is None:
            continue
        first, *others = (
            structs.replace(
                one,
                options={
                    key: at(value) if _is_path(key, value) else value for key, value in one.options.items()
                },
            )
            for one in slot.chain
        )
        slots[field.name] = structs.replace(first, instead=tuple(others))
    engines = structs.replace(config.engines, **slots)
    return structs.replace(
        config, server=server, characters=characters, engines=engines, speech_cache=cache
    )


def _is_path(option: str, value: object) -> bool:
    return isinstance(value, str) and (
        (option == "folder" and value != "") or (option == "model" and value.endswith(".onnx"))
    )


def _redacted(value: Any) -> Any:
    """Engine options without what looks like a secret."""
    if not isinstance(value, dict):
        return value
    shown = {key: _redacted(inner) for key, inner in value.items()}
    for key in shown:
        if _SECRET.search(key) and value[key] not in (None, ""):
            shown[key] = _REDACTED
    return shown
