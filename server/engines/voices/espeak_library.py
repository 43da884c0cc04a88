"""espeak-ng's C library through ctypes: text in, samples with their events out.

The library keeps global state and is not thread-safe: everything here is called under one lock of the
process, for a whole sentence at a time. Declarations follow espeak-ng 1.52, `speak_lib.h`.
"""

import ctypes
import math
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import espeakng_loader
import numpy as np

from server.audio.chunk import Samples
from server.errors import EngineError

BUFFER_MS = 2000
"""Audio of one callback, which takes about 2.5 ms to make.

Each callback waits for the interpreter's lock, behind the event loop: with 500 ms the waits, not the
synthesis, limited how many sessions could speak.
"""

WORD, SAMPLE_RATE, PHONE = 1, 8, 7
"""Event types that matter here."""

_OUTPUT_SYNCHRONOUS = 2
_PHONE_EVENTS, _IPA_NAMES, _DO_NOT_EXIT = 0x1, 0x2, 0x8000
_UTF8, _PAUSE_AT_END = 0x1, 0x1000
_RATE, _PITCH = 1, 3
_WORDS_PER_MINUTE = 175
_CONTINUE, _ABORT = 0, 1

_EVENT = struct.Struct("@iIiiiiP8s")
_TYPE, _TEXT_POSITION, _LENGTH, _SAMPLE, _NAME = 0, 2, 3, 5, 7


class Event(NamedTuple):
    """A word or a phone begins at `sample` of the sentence."""

    type: int
    sample: int
    offset: int
    """Of a word: index of its first character in the text."""
    length: int
    """Of a word: in characters."""
    name: str
    """Of a phone: IPA with stress marks; "" is a pause, "(en)" a switch of language."""


@dataclass(frozen=True, slots=True)
class InstalledVoice:
    """A voice of the library: the language it speaks, and the name that selects it."""

    language: str
    identifier: str
    name: str


Receive = Callable[[Samples, list[Event]], bool]
"""Takes the next samples and the events up to their end; false stops the synthesis."""


class _VoiceRecord(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),  # a priority byte, then a string, repeated; we read the first
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


class EspeakLibrary:
    """The one espeak-ng of this process; get it with `load`. Calls block; any thread may call."""

    def __init__(self) -> None:
        data = Path(espeakng_loader.get_data_path())
        self._library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
        self._lock = threading.Lock()
        self._receive: Receive | None = None
        self._failure: Exception | None = None
        self._selected: tuple[str, float, float] | None = None
        self.rate = int(
            self._library.espeak_Initialize(
                _OUTPUT_SYNCHRONOUS,
                BUFFER_MS,
                str(data).encode(),
                _PHONE_EVENTS | _IPA_NAMES | _DO_NOT_EXIT,
            )
        )
        """Samples a second of everything it speaks."""
        if self.rate <= 0:
            raise EngineError(f"espeak-ng could not read its data in {data}", permanent=True)
        prototype = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
        self._callback = prototype(self._samples_made)  # kept: the library holds only its address
        self._library.espeak_SetSynthCallback(self._callback)
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_VoiceRecord))
        self.voices = tuple(self._read_voices(data))
        self.variants = frozenset(file.name for file in (data / "voices" / "!v").iterdir())

    def synthesise(self, text: str, voice: str, rate: float, pitch: float, receive: Receive) -> None:
        """Speak the whole text into `receive`, with a pause at the end as its punctuation asks.

        `voice` is an identifier, with `+variant` or without; `rate` and `pitch` are factors. What
        `receive` raises stops the synthesis and is raised here.
        """
        with self._lock:
            self._select(voice, rate, pitch)
            self._receive, self._failure = receive, None
            encoded = text.replace("\0", " ").encode(errors="replace")
            try:
                self._library.espeak_Synth(
                    encoded,
                    ctypes.c_size_t(len(encoded) + 1),
                    0,
                    1,
                    0,
                    _UTF8 | _PAUSE_AT_END,
                    None,
                    None,
                )
            finally:
                self._receive = None
            if self._failure is not None:
                raise self._failure

    def _select(self, voice: str, rate: float, pitch: float) -> None:
        if self._selected == (voice, rate, pitch):
            return
        self._selected = None
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise EngineError(f"espeak-ng has no voice {voice!r}", permanent=True)
        self._library.espeak_SetParameter(_RATE, round(_WORDS_PER_MINUTE * rate), 0)
        # The library's 0..100 scale is one octave down to one octave up.
        self._library.espeak_SetParameter(_PITCH, round(50 + 50 * math.log2(pitch)), 0)
        self._selected = (voice, rate, pitch)

    def _samples_made(self, wave: int | None, count: int, events: int | None) -> int:
        """Called by the library, on the thread that synthesises."""
        if wave is None or self._receive is None:
            return _CONTINUE
        try:
            samples = np.frombuffer(ctypes.string_at(wave, 2 * count), np.int16)
            return _CONTINUE if self._receive(samples, _read_events(events)) else _ABORT
        except Exception as failure:  # ctypes would print and forget it; `synthesise` raises it
            self._failure = failure
            return _ABORT

    def _read_voices(self, data: Path) -> list[InstalledVoice]:
        found = []
        records = self._library.espeak_ListVoices(None)
        for index in range(10_000):
            if not records[index]:
                break
            record = records[index].contents
            language = ctypes.string_at(record.languages + 1).decode()
            dictionaries = (f"{language}_dict", f"{language.partition('-')[0].lower()}_dict")
            if any((data / name).exists() for name in dictionaries):  # a few ship without theirs
                found.append(
                    InstalledVoice(language, record.identifier.decode(), record.name.decode().strip())
                )
        return found


def _read_events(address: int | None) -> list[Event]:
    events: list[Event] = []
    while address is not None:
        fields: tuple[Any, ...] = _EVENT.unpack(ctypes.string_at(address, _EVENT.size))
        kind = fields[_TYPE]
        if kind == 0:
            break
        if kind in (WORD, PHONE):
            name = _decode(fields[_NAME]) if kind == PHONE else ""
            events.append(Event(kind, fields[_SAMPLE], fields[_TEXT_POSITION] - 1, fields[_LENGTH], name))
        address += _EVENT.size
    return events


@cache
def _decode(name: bytes) -> str:
    return name.partition(b"\0")[0].decode(errors="ignore")  # eight bytes at most: may end inside a letter


@cache
def load() -> EspeakLibrary:
    """The library, initialised at the first call."""
    return EspeakLibrary()
