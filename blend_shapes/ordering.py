"""Weights of other people's models as the 52 channels, by the names of their shapes.

Every model has an order of its own (Apple's, alphabetical, UniTalker's); only names tell them apart.
"""

import difflib
from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS
from blend_shapes.face import Weights

_LOWER: Final = ("jaw", "mouth", "cheek", "nose", "tongue")
_UPPER: Final = ("brow", "eyeBlink", "eyeSquint", "eyeWide")
_NO_SHAPES: Final = ("neutral", "_neutral")
"""How some models name the face at rest, which they count as a shape."""
_BY_LOWER_CASE: Final = {name.lower(): i for i, name in enumerate(CHANNELS)}


class Ordering:
    """Where each of a model's shapes belongs among the channels."""

    def __init__(
        self, names: Sequence[str], *, upper_face: bool = True, without: Collection[str] = ()
    ) -> None:
        """`names` in the model's order, ARKit's spelling but for capitals.

        Kept are the shapes of mouth, jaw, cheeks, nose and tongue, with `upper_face` those of brows and
        lids too; channels in `without` are not. Where the eyes look is never the model's to say. Raises
        ValueError for names that are no ARKit shape, or are there twice.
        """
        prefixes = _LOWER + _UPPER if upper_face else _LOWER
        sources: list[int] = []
        targets: list[int] = []
        for source, name in enumerate(names):
            target = _BY_LOWER_CASE.get(name.lower())
            if target is None and name.lower() not in _NO_SHAPES:
                close = difflib.get_close_matches(name, CHANNELS, n=1)
                hint = f"; did it mean {close[0]}?" if close else ""
                raise ValueError(f"{name!r} is no shape of ARKit's 52{hint}")
            if target is not None:
                if target in targets:
                    raise ValueError(f"the shape {CHANNELS[target]} is there twice")
                sources.append(source)
                targets.append(target)
        kept = [
            i
            for i, t in enumerate(targets)
            if CHANNELS[t].startswith(prefixes) and CHANNELS[t] not in without
        ]
        self.size: int = len(names)
        """Shapes of the model."""
        self._sources = np.array(sources, np.intp)[kept]
        self._targets = np.array(targets, np.intp)[kept]

    def apply(self, weights: NDArray[Any]) -> Weights:
        """Shape (frames, size) to (frames, 52), in [0, 1]; 0 where the model has nothing to say."""
        face = np.zeros((len(weights), len(CHANNELS)), np.float32)
        face[:, self._targets] = np.clip(weights[:, self._sources], 0.0, 1.0)
        return face
