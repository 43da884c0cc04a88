"""Face driver `audio2face`: NVIDIA's Audio2Face-3D v2 regression models (v2.3: Claire, James, Mark).

The network looks at 0.52 s of sound around the time of a pose and gives coefficients of the skin's
principal components; the blendshape solve of the folder makes weights of them, as NVIDIA's SDK does, but
without making vertices (`blend_shapes.skin`) and to the exact minimum (`blend_shapes.solve`; the SDK
minimises the squared residual of the normal equations, which differs a little where weights meet 0 or 1).

NVIDIA's mouthClose has jawOpen in it ("a2f mouthClose = jawOpen + mouthClose", training framework). So its
weight is added to jawOpen: what the folder's shapes seal, ARKit's seal too.

Inputs are `input` (any x 1 x 8320) and `emotion` (any x 1 x 26), the output `result` (any x 1 x 169, or 301
with Mark). Checked without the weights, against networks and files with the same tensors and keys. The
weights are under NVIDIA's Open Model License, which their user accepts.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blend_shapes.face import Weights
from blend_shapes.ordering import Ordering
from blend_shapes.skin import SkinTrack
from server.engines.faces import audio2face_files
from server.engines.faces.audio2face_files import Model
from server.engines.faces.model_folder import ModelFolder
from server.engines.faces.network import Network
from server.engines.faces.windowed import WindowedDriver
from server.engines.faces.windows import SOUND_RATE, Grid, Window
from server.errors import ConfigError, EngineError


class Audio2FaceDriver(WindowedDriver):
    """`folder` holds the model. `rate` poses a second are computed, in runs of `hop_s`."""

    def __init__(
        self,
        folder: str,
        device: str = "auto",
        hop_s: float = 0.1,
        rate: int = 30,
        upper_face: bool = False,
        workers: int = 1,
        threads: int = 0,
    ) -> None:
        """Raises ConfigError for a folder that is not such a model, ValueError for options."""
        hop = round(hop_s * rate)
        if not 10 <= rate <= 120 or hop < 1 or abs(hop - hop_s * rate) > 1e-6:
            raise ValueError(
                f"rate must be 10 to 120 and hop_s a whole number of poses, not {rate} and {hop_s:g}"
            )
        files = ModelFolder(folder)
        model = audio2face_files.read(files)
        network = Network(files.find("network.onnx", "*.onnx"), device, threads)
        ordering = _ordering(files, model, upper_face)
        _check(network, model)
        files.tell_licence()
        info = model.info
        after = info.samples - info.centre - SOUND_RATE // rate
        grid = Grid(rate, hop, info.centre, after)
        super().__init__("audio2face", grid, lambda: _Inference(network, model, ordering, grid), workers)


class _Inference:
    """See `Inference`."""

    def __init__(self, network: Network, model: Model, ordering: Ordering, grid: Grid) -> None:
        self._network = network
        self._model = model
        self._ordering = ordering
        self._grid = grid
        self._skin = SkinTrack(model.solve, grid.rate)

    def poses(self, window: Window) -> Weights:
        """See `Inference.poses`."""
        info, grid = self._model.info, self._grid
        buffers = np.stack(
            [
                window.around(grid.position(pose), info.centre, info.samples - info.centre)
                for pose in range(window.first, window.first + grid.hop)
            ]
        )
        result = _run(self._network, self._model, buffers)
        return self._ordering.apply(_weights(self._model, self._skin.follow(result[:, : info.skin])))


def _run(network: Network, model: Model, buffers: NDArray[np.float32]) -> NDArray[np.float32]:
    """Buffers (poses, samples) to results (poses, parts), in one batch where the network takes one."""
    sound = buffers[:, None] * np.float32(model.input_strength)
    emotion = np.broadcast_to(model.emotion, (len(buffers), 1, len(model.emotion)))
    at_once = 1 if network.inputs["input"][0] == 1 else len(buffers)
    results = [
        network.run({"input": sound[i : i + at_once], "emotion": emotion[i : i + at_once]}, "result")
        for i in range(0, len(buffers), at_once)
    ]
    return np.concatenate(results)[:, 0]


def _weights(model: Model, solved: NDArray[np.float64]) -> NDArray[Any]:
    """Solved weights (poses, active shapes) to ARKit's of all the folder's shapes."""
    weights = np.zeros((len(solved), len(model.names)))
    weights[:, model.active] = solved
    weights = weights * model.gains + model.offsets
    if model.jaw_in_close:
        names = [name.lower() for name in model.names]
        close = np.clip(weights[:, names.index("mouthclose")], 0.0, 1.0)
        weights[:, names.index("jawopen")] += close
    return weights


def _ordering(files: ModelFolder, model: Model, upper_face: bool) -> Ordering:
    try:
        return Ordering(model.names, upper_face=upper_face)
    except ValueError as error:
        raise ConfigError(f"{files.path}: poseNames of the skin: {error}") from None


def _check(network: Network, model: Model) -> None:
    """The tensors, and one run on silence. Raises ConfigError."""
    info = model.info
    network.expect(
        {"input": (None, 1, info.samples), "emotion": (None, 1, len(model.emotion))},
        {"result": (None, 1, info.result)},
    )
    try:
        shape = _run(network, model, np.zeros((1, info.samples), np.float32)).shape
    except EngineError as error:
        raise ConfigError(f"{network.path}: {error}") from None
    if shape != (1, info.result):
        raise ConfigError(f"{network.path}: result has {shape[-1]} values, {info.result} are wanted")
