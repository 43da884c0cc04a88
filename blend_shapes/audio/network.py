"""The trained network that makes a face from sound, run a step at a time for many streams at once."""

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from blend_shapes.articulation.windows import Array
from blend_shapes.audio.hearing import INPUTS
from blend_shapes.phonemes.targets import CORE

ANSWERS: Final = len(CORE) + 4
"""Numbers that a step answers: core weights, logits of the three seals, and of speech."""
WEIGHTS: Final = Path(__file__).parent / "face.onnx"
"""The network of this project; its model card lies beside it."""

_FURTHEST: Final = 1024
"""Steps: no block looks back further."""
_WANTED: Final = "take one that this version's `facewire train-face` wrote"


class FaceNetwork:
    """One network of a process; holds no stream's state, so any number of threads may `answer`."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        """Raises ValueError for a file that is no network of this kind, saying what it should be."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # a step is too short to be shared
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        if not path.is_file():
            raise ValueError(f"{path} is no file; {_WANTED}")
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has a class for each cause and no common one
            raise ValueError(
                f"{path} cannot be read as an ONNX network ({_line(error)}); {_WANTED}"
            ) from None
        shapes = {x.name: x.shape for x in self._session.get_inputs()}
        told = self._session.get_modelmeta().custom_metadata_map
        try:
            self.dilations = tuple(int(d) for d in told["dilations"].split(","))
            """How far back each block looks, in steps; twice that as well."""
            self.width = int(shapes["seen"][2]) // 2
            """Channels of a block."""
            inputs = shapes["x"][1]
        except (KeyError, IndexError, TypeError, ValueError):
            raise ValueError(f"{path} is a network of another kind; {_WANTED}") from None
        if inputs != INPUTS or not all(1 <= d <= _FURTHEST for d in self.dilations) or not self._works():
            raise ValueError(f"{path} hears other things than this version does; {_WANTED}")

    def _works(self) -> bool:
        """Whether it answers silence as it should."""
        blocks = len(self.dilations)
        try:
            answer, saw = self.answer(
                np.zeros((2, INPUTS), np.float32), np.zeros((2, blocks, 2 * self.width), np.float32)
            )
        except Exception:  # as above
            return False
        shapes = answer.shape == (2, ANSWERS) and saw.shape == (2, blocks, self.width)
        return shapes and bool(np.isfinite(answer).all() and np.isfinite(saw).all())

    def answer(self, x: Array, seen: Array) -> tuple[Array, Array]:
        """(n, INPUTS) and (n, blocks, 2 width) to the answers (n, 20) and what the blocks saw (n, blocks,
        width)."""
        answer, saw = self._session.run(("answer", "saw"), {"x": x, "seen": seen})
        return answer, saw


class Memory:
    """What the network's blocks saw of many streams, a row each: as far back as they look."""

    def __init__(self, network: FaceNetwork, count: int) -> None:
        dilations = np.array(network.dilations)
        self._depths = 2 * dilations
        self._begins = np.concatenate([[0], np.cumsum(self._depths)[:-1]])
        self._back = np.stack([0 * dilations, dilations], axis=1)
        self._rings = np.zeros((count, int(self._depths.sum()), network.width), np.float32)

    def grow(self, count: int) -> None:
        """Room for so many streams."""
        more = np.zeros((count - len(self._rings), *self._rings.shape[1:]), np.float32)
        self._rings = np.concatenate([self._rings, more])

    def reset(self, rows: NDArray[np.int64]) -> None:
        """These rows belong to new streams."""
        self._rings[rows] = 0.0

    def seen(self, rows: NDArray[np.int64], steps: NDArray[np.int64]) -> Array:
        """What each block saw two and one dilations before these steps, shape (n, blocks, 2 width)."""
        at = (steps[:, None, None] + self._back) % self._depths[:, None] + self._begins[:, None]
        found: Array = self._rings[rows[:, None, None], at]
        return found.reshape(len(rows), len(self._depths), -1)

    def keep(self, rows: NDArray[np.int64], steps: NDArray[np.int64], saw: Array) -> None:
        """What each block saw at these steps, shape (n, blocks, width)."""
        at = steps[:, None] % self._depths + self._begins
        self._rings[rows[:, None], at] = saw


@cache
def default() -> FaceNetwork:
    """The network of this project, loaded at the first call."""
    return FaceNetwork()


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
