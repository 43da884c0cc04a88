"""Face driver `lam`: LAM_Audio2Expression (aigc3d, Apache-2.0), exported to ONNX by its user.

The folder holds one .onnx file (with its .data file where weights are stored apart) and, where the order
of shapes is not alphabetical, a config.json with `blendshape_names`, as the export `wav2arkit_cpu` has.
The network takes sound (1 x samples, 16 kHz, not normalised) and, unless the export has it built in, one
of 12 identities as one-hot; it gives ceil(30 samples / 16000) poses of 52 shapes after a sigmoid, pose i at
i / 30 s of the sound (its encoder's features are stretched to the number of poses).

Sources: the project's `models/network.py` and `engines/infer.py`, and the published `config.json` of
`myned-ai/wav2arkit_cpu`. Checked without the weights, against networks with the same tensors: names of the
tensors in an export of one's own are whatever its user gave them, so the sound is the input with "audio"
in its name (or the only one), and the identity the other one.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS
from blend_shapes.ordering import Ordering
from server.engines.faces.model_folder import ModelFolder
from server.engines.faces.network import Network
from server.engines.faces.sequence import SequenceDriver, ordering, stretch
from server.engines.faces.windows import Window
from server.errors import ConfigError

ALPHABETICAL: Final = tuple(sorted(CHANNELS))


class LamDriver(SequenceDriver):
    """`folder` holds the model. A window costs the network context_s + hop_s + ahead_s of sound, and there
    is one every hop_s."""

    def __init__(
        self,
        folder: str,
        device: str = "auto",
        identity: int = 0,
        context_s: float = 2.1,
        hop_s: float = 0.2,
        ahead_s: float = 0.1,
        upper_face: bool = False,
        workers: int = 1,
        threads: int = 0,
    ) -> None:
        """Raises ConfigError for a folder that is not such a model, ValueError for options."""
        files = ModelFolder(folder)
        network = Network(files.find("*.onnx"), device, threads)
        hear = _Hearing(network, identity)
        windows = stretch(context_s, hop_s, ahead_s, hear.samples)
        super().__init__(
            "lam",
            network,
            lambda: hear,
            _ordering(files, upper_face),
            windows,
            samples=hear.samples or windows.samples,
            refine=True,
            workers=workers,
        )
        files.tell_licence()


class _Hearing:
    """Sound to poses, with the identity that was chosen."""

    def __init__(self, network: Network, identity: int) -> None:
        self._network = network
        names = list(network.inputs)
        audio = [name for name in names if "audio" in name.lower()] if len(names) > 1 else names
        others = [name for name in names if name not in audio]
        if len(audio) != 1 or len(others) > 1 or len(network.outputs) != 1:
            raise ConfigError(
                f"{network.path}: one input with 'audio' in its name, at most one other for the identity "
                f"and one output are wanted; it has {', '.join(names)} and {', '.join(network.outputs)}"
            )
        self._audio = audio[0]
        self._output = next(iter(network.outputs))
        self._identity = _one_hot(network, others[0], identity) if others else {}
        wanted = {self._audio: (1, None), **{name: value.shape for name, value in self._identity.items()}}
        network.expect(wanted, {self._output: (1, None, None)})
        self.samples = network.inputs[self._audio][1]
        """How many samples it takes, None for any number."""

    def __call__(self, window: Window) -> NDArray[np.float32]:
        poses: NDArray[np.float32] = self._network.run(
            {self._audio: window.sound[None], **self._identity}, self._output
        )[0]
        return poses


def _one_hot(network: Network, name: str, identity: int) -> dict[str, NDArray[np.int64]]:
    shape = network.inputs[name]
    count = (shape[-1] if len(shape) == 2 else None) or 12
    if not 0 <= identity < count:
        raise ConfigError(f"{network.path}: identity must be 0 to {count - 1}, not {identity}")
    return {name: np.eye(count, dtype=np.int64)[identity : identity + 1]}


def _ordering(files: ModelFolder, upper_face: bool) -> Ordering:
    path = files.path / "config.json"
    fields = files.json(path) if files.has(path.name) else {}
    return ordering(path, fields.get("blendshape_names", ALPHABETICAL), upper_face=upper_face)
