"""Face driver `unitalker`: UniTalker in the ONNX export of dlp3d-ai/audio2face.

The folder holds one .onnx file and, where its shapes come in another order than the export's own, that
project's `unitalker_output_names.json`. Inputs are `audio` (1 x samples, float32, 16 kHz), `emo_id` (1,
int32; 10 is neutral) and `time_steps` (1, int32; samples * 30 // 16000), the output is 1 x time_steps x 51.

The sound is brought to mean 0 and variance 1, as that project's feature extractor does by default for each
utterance; here over what has been heard of the turn so far, and never below the variance of a quiet room,
so that a pause is not blown up. mouthShrugUpper and the blinks are left out: the project itself limits
them to 0.01.

Sources: its `infer/onnx_unitalker.py`, `infer/torch_feature_extractor.py`, `postprocess/unitalker_clip.py`
and `configs/unitalker_output_names.json`. Checked without the weights, against networks with the same
tensors. Whether the weights may be used commercially is not said there: ask its authors.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.ordering import Ordering
from server.engines.faces.model_folder import ModelFolder
from server.engines.faces.network import Network
from server.engines.faces.sequence import RATE, SequenceDriver, ordering, stretch
from server.engines.faces.windows import SOUND_RATE, Sound, Window
from server.errors import ConfigError

NAMES: Final = tuple(
    """
    EyeBlinkLeft EyeBlinkRight EyeSquintLeft EyeSquintRight EyeLookDownLeft EyeLookDownRight EyeLookInLeft
    EyeLookInRight EyeWideLeft EyeWideRight EyeLookOutLeft EyeLookOutRight EyeLookUpLeft EyeLookUpRight
    BrowDownLeft BrowDownRight BrowInnerUp BrowOuterUpLeft BrowOuterUpRight JawOpen MouthClose JawLeft
    JawRight JawForward MouthUpperUpLeft MouthUpperUpRight MouthLowerDownLeft MouthLowerDownRight
    MouthRollUpper MouthRollLower MouthSmileLeft MouthSmileRight MouthDimpleLeft MouthDimpleRight
    MouthStretchLeft MouthStretchRight MouthFrownLeft MouthFrownRight MouthPressLeft MouthPressRight
    MouthPucker MouthFunnel MouthLeft MouthRight MouthShrugLower MouthShrugUpper NoseSneerLeft
    NoseSneerRight CheekPuff CheekSquintLeft CheekSquintRight
    """.split()
)
_UNUSED: Final = ("mouthShrugUpper", "eyeBlinkLeft", "eyeBlinkRight")
_LEAST_VARIANCE: Final = 2.5e-5
"""A root mean square of 0.005, 46 dB below full scale: louder than a quiet room, quieter than speech."""


class UniTalkerDriver(SequenceDriver):
    """`folder` holds the model; `emotion` is its `emo_id`. A window costs the network context_s + hop_s +
    ahead_s of sound, and there is one every hop_s."""

    def __init__(
        self,
        folder: str,
        device: str = "auto",
        emotion: int = 10,
        context_s: float = 2.0,
        hop_s: float = 0.2,
        ahead_s: float = 0.2,
        upper_face: bool = False,
        workers: int = 1,
        threads: int = 0,
    ) -> None:
        """Raises ConfigError for a folder that is not such a model, ValueError for options."""
        files = ModelFolder(folder)
        network = Network(files.find("*.onnx"), device, threads)
        if len(network.outputs) != 1:
            raise ConfigError(f"{network.path}: one output is wanted, it has {', '.join(network.outputs)}")
        output = next(iter(network.outputs))
        network.expect({"audio": (1, None), "emo_id": (1,), "time_steps": (1,)}, {output: (1, None, None)})
        fixed = network.inputs["audio"][1]
        windows = stretch(context_s, hop_s, ahead_s, fixed)
        super().__init__(
            "unitalker",
            network,
            lambda: _Hearing(network, output, emotion),
            _ordering(files, upper_face),
            windows,
            samples=fixed or windows.samples,
            refine=False,
            workers=workers,
        )
        files.tell_licence()


class _Hearing:
    """Windows to poses; brings the sound of one turn to the level that the network knows."""

    def __init__(self, network: Network, output: str, emotion: int) -> None:
        self._network = network
        self._output = output
        self._emotion = np.array([emotion], np.int32)
        self._count, self._sum, self._squares = 0, 0.0, 0.0

    def __call__(self, window: Window) -> NDArray[np.float32]:
        steps = len(window.sound) * RATE // SOUND_RATE
        poses: NDArray[np.float32] = self._network.run(
            {
                "audio": self._levelled(window)[None],
                "emo_id": self._emotion,
                "time_steps": np.array([steps], np.int32),
            },
            self._output,
        )[0]
        return poses

    def _levelled(self, window: Window) -> Sound:
        """Mean 0 and variance 1 over the turn so far; before the turn began there is silence."""
        new = window.sound[max(self._count - window.begin, 0) :].astype(np.float64)
        self._count += len(new)
        self._sum += float(new.sum())
        self._squares += float(new @ new)
        mean = self._sum / max(self._count, 1)
        variance = max(self._squares / max(self._count, 1) - mean * mean, _LEAST_VARIANCE)
        levelled = (window.sound - np.float32(mean)) / np.float32(variance**0.5)
        levelled[: max(-window.begin, 0)] = 0.0
        return levelled


def _ordering(files: ModelFolder, upper_face: bool) -> Ordering:
    path = files.path / "unitalker_output_names.json"
    names = files.value(path) if files.has(path.name) else NAMES
    return ordering(path, names, upper_face=upper_face, without=_UNUSED)
