"""Recognizer `faster-whisper`: Whisper (Radford et al. 2022) on CTranslate2, about 100 languages.

The model is yours: a folder in CTranslate2's format, or a name that is fetched from the Hugging Face hub.
"""

import asyncio
import logging
import math
import re
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from server.audio.chunk import Samples
from server.engines.recognizers.whisper_model import fetched, fetched_before, in_folder
from server.errors import ConfigError, EngineError
from server.ports import LISTENING_RATE, Hints, RecognizerTraits
from server.speech.answerable import looped, phantom, spoken
from server.speech.languages import primary
from server.speech.values import Utterance

LONGEST_S: Final = 30
"""Whisper's window. What an utterance goes on with after that is not heard."""
BEAM: Final = 2
MOST_NAMES: Final = 40
MOST_WORKERS: Final = 16

NO_SPEECH: Final = 0.6
UNLIKELY: Final = -1.0
REPETITIVE: Final = 2.4
"""Whisper's own thresholds: probability of no speech, mean logarithm of a token's probability, and how many
times smaller the text gets when it is compressed."""

_NAME: Final = re.compile(r"(?<=[\w,;] )[A-Z]\w+|\w+[A-Z]\w*|[A-Z]{2,}")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of what Whisper wrote, and what it thinks of it."""

    text: str
    logprob: float
    no_speech: float
    compression: float
    seconds: float


class WhisperRecognizer:
    """`workers` utterances are recognised at once, each on `threads` cores (0: all of them)."""

    def __init__(
        self,
        model: str = "base",
        folder: str = "",
        device: str = "auto",
        compute: str = "",
        workers: int = 1,
        threads: int = 0,
    ) -> None:
        """`folder` holds a model; else `model` names one, which is fetched if it is not there yet.

        `device` is auto, cpu or cuda; `compute` is a number format of CTranslate2, by default int8 on a CPU
        and float16 on a GPU. Raises ConfigError for a model that cannot be had or run.
        """
        if not 1 <= workers <= MOST_WORKERS or threads < 0:
            raise ValueError(f"workers is 1 to {MOST_WORKERS}, threads 0 or more")
        if device not in ("auto", "cpu", "cuda"):
            raise ValueError(f"device is auto, cpu or cuda, not {device!r}")
        self._model = _loaded(
            in_folder(Path(folder)) if folder else fetched_before(model) or fetched(model),
            _device(device),
            compute,
            workers,
            threads,
        )
        languages = tuple(self._model.supported_languages)
        self.traits: Final = RecognizerTraits(languages)
        self._languages = frozenset(languages)
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="whisper")

    def begin(self, hints: Hints) -> "WhisperTranscript":
        """See `Recognizer.begin`. A language that the model does not know is found out instead."""
        tag = primary(hints.language or "")
        language = tag if tag in self._languages else None
        return WhisperTranscript(self, language, names(hints.phrases))

    async def close(self) -> None:
        """Waits for what is under way; what waits is not begun."""
        await asyncio.to_thread(self._executor.shutdown, wait=True, cancel_futures=True)

    async def recognise(self, sound: NDArray[np.float32], language: str | None, names: str) -> Utterance:
        """What is said in the sound. Cancelling stops it before the next piece of text."""
        stop = threading.Event()
        try:
            job = self._executor.submit(self._recognise, sound, language, names, stop)
        except RuntimeError:
            raise EngineError("the recognizer is closed", permanent=True) from None
        try:
            return await asyncio.wrap_future(job)
        finally:
            stop.set()

    def _recognise(
        self, sound: NDArray[np.float32], language: str | None, names: str, stop: threading.Event
    ) -> Utterance:
        try:
            pieces, info = self._model.transcribe(
                sound,
                language=language,
                beam_size=BEAM,
                temperature=0.0,
                condition_on_previous_text=False,
                without_timestamps=True,
                hotwords=names or None,
            )
            heard = []
            for piece in pieces:
                if stop.is_set():
                    break
                heard.append(
                    Heard(
                        piece.text,
                        piece.avg_logprob,
                        piece.no_speech_prob,
                        piece.compression_ratio,
                        piece.end - piece.start,
                    )
                )
        except Exception as error:  # CTranslate2 raises RuntimeError and ValueError for all it cannot do
            raise EngineError(f"faster-whisper failed: {' '.join(str(error).split())[:200]}") from error
        return understood(heard, info.language)


class WhisperTranscript:
    """See `Transcript`."""

    def __init__(self, recognizer: WhisperRecognizer, language: str | None, names: str) -> None:
        self._recognizer = recognizer
        self._language = language
        self._names = names
        self._pieces: list[Samples] = []
        self._samples = 0
        self._known = Utterance("")
        self._known_samples = 0

    def follow(self, samples: Samples) -> None:
        """See `Transcript.follow`."""
        room = max(0, LONGEST_S * LISTENING_RATE - self._samples)
        self._pieces.append(samples[:room])
        self._samples += len(self._pieces[-1])

    @property
    def so_far(self) -> str:
        """Nothing: Whisper understands whole utterances."""
        return ""

    async def understood(self) -> Utterance:
        """See `Transcript.understood`."""
        if self._samples == self._known_samples:
            return self._known
        samples = self._samples
        sound = np.concatenate(self._pieces)
        self._pieces = [sound]
        known = await self._recognizer.recognise(
            sound.astype(np.float32) / np.float32(32_768), self._language, self._names
        )
        self._known, self._known_samples = known, samples
        return known

    def close(self) -> None:
        """Nothing is held."""
        self._pieces = []


def understood(heard: Sequence[Heard], language: str) -> Utterance:
    """All pieces that Whisper itself believes to be speech; the empty text if there are none."""
    believed = [
        piece
        for piece in heard
        if piece.logprob >= UNLIKELY
        and piece.compression <= REPETITIVE
        and not (piece.no_speech > NO_SPEECH and (piece.logprob < UNLIKELY / 2 or phantom(piece.text)))
        and not looped(piece.text)
    ]
    text = spoken(" ".join(piece.text for piece in believed))
    if not text:
        return Utterance("", language, 0.0)
    seconds = sum(piece.seconds for piece in believed)
    mean = sum(p.logprob * p.seconds for p in believed) / seconds if seconds else believed[0].logprob
    return Utterance(text, language, math.exp(min(0.0, mean)))


def names(phrases: Iterable[str]) -> str:
    """The names in phrases, which is what Whisper may not know: words with a capital that does not begin
    the phrase. The most frequent ones, at most MOST_NAMES."""
    counts: dict[str, int] = {}
    for phrase in phrases:
        for name in _NAME.findall(phrase):
            counts[name] = counts.get(name, 0) + 1
    return ", ".join(sorted(counts, key=lambda name: -counts[name])[:MOST_NAMES])


def _device(device: str) -> str:
    import ctranslate2

    if device != "auto":
        return device
    return "cuda" if ctranslate2.get_cuda_device_count() else "cpu"


def _loaded(folder: Path, device: str, compute: str, workers: int, threads: int) -> Any:
    """The model, after a second of silence, so that the first utterance waits for nothing."""
    from faster_whisper import WhisperModel

    compute = compute or ("int8" if device == "cpu" else "float16")
    try:
        loaded = WhisperModel(
            str(folder), device=device, compute_type=compute, cpu_threads=threads, num_workers=workers
        )
        pieces, _ = loaded.transcribe(np.zeros(LISTENING_RATE, np.float32), language="en", beam_size=1)
        list(pieces)
    except Exception as error:  # the hub, CTranslate2 and the tokenizer have each their own
        raise ConfigError(
            f"recognizer 'faster-whisper': {folder} cannot be used on {device} as {compute}: "
            f"{' '.join(str(error).split())[:200]}"
        ) from error
    log.info("faster-whisper listens with %s on %s (%s)", folder, device, compute)
    return loaded
