"""A neural network in an ONNX file, run by onnxruntime, which is imported when the first one is opened."""

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from server.errors import ConfigError, EngineError

Shape = Sequence[int | None]
"""Sizes of a tensor's dimensions; None for one that may be any."""

_PROVIDERS: Final = {
    "cuda": "CUDAExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
_TYPES: Final = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
}

log = logging.getLogger(__name__)


class Network:
    """One network; `run` may be called from several threads at once."""

    def __init__(self, path: Path, device: str = "auto", threads: int = 0) -> None:
        """`threads` compute one run on a CPU; 0 for all cores.

        Raises ConfigError for a file that cannot be loaded and a device that is not there.
        """
        import onnxruntime

        self.path = path
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or os.cpu_count() or 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads must idle
        options.log_severity_level = 3  # what matters is raised
        providers = _providers(device, onnxruntime.get_available_providers())
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=providers)
        except Exception as error:  # onnxruntime has a class for each cause and no common one
            raise ConfigError(f"{path} cannot be loaded as an ONNX network: {_line(error)}") from None
        used = self._session.get_providers()[0]
        if device != "auto" and used != _PROVIDERS[device]:
            raise ConfigError(f"device {device} does not work here: onnxruntime fell back to {used}")
        self.inputs: Mapping[str, Shape] = {i.name: _shape(i.shape) for i in self._session.get_inputs()}
        self.outputs: Mapping[str, Shape] = {o.name: _shape(o.shape) for o in self._session.get_outputs()}
        self._types = {i.name: i.type for i in self._session.get_inputs()}
        log.info("%s runs on %s", path.name, used.removesuffix("ExecutionProvider"))

    def expect(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> None:
        """Raises ConfigError, saying what was found, unless there are these tensors and no other inputs.

        An output may have more dimensions unknown than asked for; they show when it is run.
        """
        for what, wanted, found in (("inputs", inputs, self.inputs), ("outputs", outputs, self.outputs)):
            strange = what == "inputs" and set(found) != set(wanted)
            if strange or not all(_fits(found.get(name), shape) for name, shape in wanted.items()):
                raise ConfigError(f"{self.path}: {what} want {_words(wanted)}, it has {_words(found)}")
        for name, kind in self._types.items():
            if kind not in _TYPES:
                raise ConfigError(f"{self.path}: input {name} is a {kind}; wanted is {', '.join(_TYPES)}")

    def run(self, inputs: Mapping[str, NDArray[Any]], output: str) -> NDArray[np.float32]:
        """The tensor `output`; inputs are given the types that the network wants.

        Raises EngineError if it fails or gives what is no number.
        """
        feeds = {
            name: value.astype(_TYPES[self._types[name]], copy=False) for name, value in inputs.items()
        }
        try:
            (result,) = self._session.run([output], feeds)
        except Exception as error:  # as above
            raise EngineError(f"{self.path.name} failed: {_line(error)}") from None
        if not np.isfinite(result).all():
            raise EngineError(f"{self.path.name} gave numbers that are not finite")
        return np.asarray(result, np.float32)


def _providers(device: str, available: Sequence[str]) -> list[str]:
    """onnxruntime's names of the device, and of the CPU for what the device cannot do."""
    if device == "auto":
        chosen = _PROVIDERS["cuda" if _PROVIDERS["cuda"] in available else "cpu"]
    elif device not in _PROVIDERS:
        raise ConfigError(f"there is no device {device!r}; there are auto, {', '.join(_PROVIDERS)}")
    elif (chosen := _PROVIDERS[device]) not in available:
        extra = {"cuda": "onnxruntime-gpu", "directml": "onnxruntime-directml"}.get(device, "another build")
        raise ConfigError(f"this onnxruntime cannot use {device}; install {extra} in its place")
    return list(dict.fromkeys([chosen, _PROVIDERS["cpu"]]))


def _shape(dimensions: Sequence[object]) -> Shape:
    return tuple(d if isinstance(d, int) and d > 0 else None for d in dimensions)


def _fits(found: Shape | None, wanted: Shape) -> bool:
    return (
        found is not None
        and len(found) == len(wanted)
        and all(f is None or w is None or f == w for f, w in zip(found, wanted, strict=True))
    )


def _words(tensors: Mapping[str, Shape]) -> str:
    def words(shape: Shape) -> str:
        return " x ".join("any" if size is None else str(size) for size in shape)

    return ", ".join(f"{name} ({words(shape)})" for name, shape in tensors.items()) or "none"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
