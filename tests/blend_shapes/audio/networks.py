"""Networks for tests: one that notes what it hears and answers what it is told to."""

from collections.abc import Callable

import numpy as np

from blend_shapes.articulation.windows import Array
from blend_shapes.audio.network import ANSWERS, FaceNetwork

SPEECH = ANSWERS - 1
"""Which answer is the logit of speech."""


def silent(x: Array) -> Array:
    """Nobody speaks, all shapes 0."""
    answers = np.zeros((len(x), ANSWERS), np.float32)
    answers[:, -4:] = -10.0
    return answers


class Noting(FaceNetwork):
    """Every block saw what is heard, from its first numbers on."""

    def __init__(self, answers: Callable[[Array], Array] = silent) -> None:
        self.dilations = (1, 3)
        self.width = 5
        self.heard: list[Array] = []
        """Inputs of each call."""
        self.seen: list[Array] = []
        self.fails = False
        self._answers = answers

    def answer(self, x: Array, seen: Array) -> tuple[Array, Array]:
        if self.fails:
            raise MemoryError("no room")
        self.heard.append(x.copy())
        self.seen.append(seen.copy())
        return self._answers(x), np.repeat(x[:, None, : self.width], len(self.dilations), axis=1)
