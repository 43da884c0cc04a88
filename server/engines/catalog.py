"""Every engine by kind and name, and how one is made from a line of configuration.

An engine of someone else is named by where its factory is: "package.module:factory". A factory is called
with the options as keyword arguments; its signature says which there are.
"""

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints, overload

from server.errors import ConfigError
from server.ports import Brain, Detector, FaceDriver, Recognizer, Voice


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an engine's factory is, "module:factory", and the extra that installs what it imports."""

    factory: str
    extra: str = ""


ENGINES: Mapping[str, Mapping[str, Entry]] = {
    "detector": {
        "silero": Entry("server.engines.detectors.silero:SileroDetector"),
        "loudness": Entry("server.engines.detectors.loudness:LoudnessDetector"),
    },
    "recognizer": {
        "auto": Entry("server.engines.recognizers.auto:recognizer"),
        "faster-whisper": Entry("server.engines.recognizers.faster_whisper:WhisperRecognizer"),
        "pocketsphinx": Entry("server.engines.recognizers.pocketsphinx:PocketsphinxRecognizer"),
    },
    "brain": {
        "echo": Entry("server.engines.brains.echo:EchoBrain"),
        "knowledge": Entry("server.engines.brains.knowledge:KnowledgeBrain"),
        "openai": Entry("server.engines.brains.openai_server:OpenAIBrain", extra="openai"),
        "transformers": Entry("server.engines.brains.transformers_chat:TransformersBrain", "transformers"),
    },
    "voice": {
        "espeak": Entry("server.engines.voices.espeak:EspeakVoice"),
        "tone": Entry("server.engines.voices.tone:ToneVoice"),
    },
    "face": {
        "auto": Entry("server.engines.faces.either:EitherDriver"),
        "articulation": Entry("server.engines.faces.articulation:ArticulationDriver"),
        "audio": Entry("server.engines.faces.audio:AudioDriver"),
        "audio2face": Entry("server.engines.faces.audio2face:Audio2FaceDriver"),
        "lam": Entry("server.engines.faces.lam:LamDriver"),
        "loudness": Entry("server.engines.faces.loudness:LoudnessDriver"),
        "unitalker": Entry("server.engines.faces.unitalker:UniTalkerDriver"),
    },
}

_OPTION_TYPES: Mapping[type, tuple[type, ...]] = {
    bool: (bool,),
    int: (int,),
    float: (float, int),
    str: (str,),
}


@overload
def make(kind: Literal["detector"], name: str, options: Mapping[str, object] = ...) -> Detector: ...
@overload
def make(kind: Literal["recognizer"], name: str, options: Mapping[str, object] = ...) -> Recognizer: ...
@overload
def make(kind: Literal["brain"], name: str, options: Mapping[str, object] = ...) -> Brain: ...
@overload
def make(kind: Literal["voice"], name: str, options: Mapping[str, object] = ...) -> Voice: ...
@overload
def make(kind: Literal["face"], name: str, options: Mapping[str, object] = ...) -> FaceDriver: ...
def make(kind: str, name: str, options: Mapping[str, object] | None = None) -> Any:
    """The engine called `name`, with `options`; its module is imported only now.

    Raises `ConfigError` for an unknown name or option, a value of the wrong type, a missing extra, and
    whatever the factory finds wrong with a value (`ValueError`).
    """
    factory = _find(kind, name)
    given = dict(options or {})
    _check(kind, name, factory, given)
    try:
        return factory(**given)
    except ValueError as error:
        raise ConfigError(f"{kind} {name!r}: {error}") from error


def names(kind: str) -> tuple[str, ...]:
    """The engines of a kind that come with FaceWire."""
    return tuple(ENGINES[kind])


def _find(kind: str, name: str) -> Callable[..., Any]:
    entry = ENGINES[kind].get(name)
    if entry is None and ":" not in name:
        known = ", ".join(ENGINES[kind])
        raise ConfigError(
            f"there is no {kind} {name!r}; there are {known}, or name one as package.module:factory"
        )
    module, _, attribute = (entry.factory if entry else name).partition(":")
    try:
        factory = getattr(importlib.import_module(module), attribute)
    except ImportError as error:
        remedy = (
            f"; install it with: pip install 'facewire[{entry.extra}]'" if entry and entry.extra else ""
        )
        raise ConfigError(f"{kind} {name!r} cannot be imported: {error}{remedy}") from error
    except (AttributeError, ValueError) as error:
        raise ConfigError(f"{kind} {name!r}: module {module!r} has no {attribute!r}") from error
    if not callable(factory):
        raise ConfigError(f"{kind} {name!r}: {attribute!r} of {module!r} cannot be called")
    return factory  # type: ignore[no-any-return]


def _check(kind: str, name: str, factory: Callable[..., Any], given: Mapping[str, object]) -> None:
    parameters = inspect.signature(factory).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    hints = get_type_hints(factory.__init__ if inspect.isclass(factory) else factory)
    accepted = {
        key: hints[key]
        for key in parameters
        if hints.get(key) in _OPTION_TYPES  # anything else, a clock say, is not for configuration
    }
    for key, value in given.items():
        if key not in accepted:
            which = f"it takes {', '.join(accepted)}" if accepted else "it takes none"
            raise ConfigError(f"{kind} {name!r} has no option {key!r}; {which}")
        wanted = accepted[key]
        fits = isinstance(value, _OPTION_TYPES[wanted]) and (wanted is bool or not isinstance(value, bool))
        if not fits:
            raise ConfigError(f"{kind} {name!r}: {key} must be {wanted.__name__}, not {value!r}")
    missing = [key for key, p in parameters.items() if p.default is p.empty and key not in given]
    if missing:
        raise ConfigError(f"{kind} {name!r} needs {', '.join(missing)}")
