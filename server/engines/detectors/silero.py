"""Detector `silero`: Silero VAD, a small recurrent network, from the ONNX file in faster-whisper's wheel.

The file hears 512 samples with the 64 before them, floats from -1 to 1 at 16,000 a second, and an LSTM's
state `h` and `c` of 128 numbers each. These names and sizes are the file's own.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime

from server.audio.chunk import Samples
from server.errors import ConfigError
from server.ports import WINDOW

_FILE: Final = "assets/silero_vad_v6.onnx"
_CONTEXT: Final = 64
_STATE: Final = (1, 1, 128)
_QUIET: Final = 4
"""No sample of a quiet window, as of a muted microphone, is further from 0: 78 dB below full scale."""
_AT_REST: Final = 0.1
"""No speech is less likely than this."""
_FORGETS: Final = 94
"""After so many windows at rest, 3 s, the state begins anew. Left alone its numbers grow for minutes, and
then speech is found 30 to 130 ms late."""


class SileroDetector:
    """All judges share one network, which runs in the thread that asks, 0.1 ms for 32 ms of sound."""

    def __init__(self) -> None:
        """Raises ConfigError where the installed faster-whisper carries no such file."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # a window is too short to be shared
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # what matters is raised
        self._session = onnxruntime.InferenceSession(_file(), options, providers=["CPUExecutionProvider"])

    def begin(self) -> "SileroActivity":
        return SileroActivity(self._session)

    async def close(self) -> None:
        """Nothing is held: the network ends with the last judge that uses it."""


class SileroActivity:
    """See `VoiceActivity`. Quiet after quiet is not shown to the network: it is no speech."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._sound = np.zeros((1, _CONTEXT + WINDOW), np.float32)
        self._h = self._c = np.zeros(_STATE, np.float32)
        self._likely = 0.0
        self._rested = 0
        """Windows since speech was last likely, or since the state began anew."""

    def probability(self, window: Samples) -> float:
        """See `VoiceActivity.probability`."""
        sound = self._sound
        sound[0, :_CONTEXT] = sound[0, -_CONTEXT:]
        np.multiply(window, 1 / 32_768, out=sound[0, _CONTEXT:])
        quiet = window.min() >= -_QUIET and window.max() <= _QUIET
        if self._likely >= _AT_REST or not quiet:
            self._judge()
        likely = self._likely
        self._rested = 0 if likely >= _AT_REST else self._rested + 1
        if self._rested == _FORGETS:
            self._h = self._c = np.zeros(_STATE, np.float32)
            self._rested = 0
        return likely

    def _judge(self) -> None:
        (likely,), self._h, self._c = self._session.run(
            ("speech_probs", "hn", "cn"), {"input": self._sound, "h": self._h, "c": self._c}
        )
        self._likely = float(likely)


def _file() -> Path:
    """The network, found without importing faster-whisper, which takes long."""
    spec = find_spec("faster_whisper")
    for folder in (spec and spec.submodule_search_locations) or ():
        if (path := Path(folder) / _FILE).is_file():
            return path
    raise ConfigError(
        f"detector 'silero': faster_whisper/{_FILE} is not there; install faster-whisper 1.2.1 or newer"
    )
