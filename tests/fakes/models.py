"""Small models of other people's kinds: real ONNX files and folders, with known linear networks inside.

Each network hears the sample at the time of a pose, so what a pose must be can be said exactly.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from blend_shapes.arkit import CHANNELS
from server.engines.faces.unitalker import NAMES

FLOAT, INT64, INT32 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32
SAMPLES, CENTRE = 8320, 4160
SHAPES = ("jawOpen", "mouthClose", "mouthFunnel", "mouthSmileLeft", "mouthSmileRight", "browInnerUp")
"""The active shapes of the small Audio2Face model."""
VERTICES = 40

Dimensions = Sequence[int | str]
Constant = NDArray[Any] | np.int64


def save(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, tuple[int, Dimensions]],
    outputs: Mapping[str, Dimensions],
    constants: Mapping[str, Constant],
) -> None:
    """An ONNX file of these nodes; tensors by name with type and shape."""
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()],
        [helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


# --- LAM and UniTalker: a pose for each 1/30 s of a stretch of sound -----------------------------------


def _samples_at_poses(audio: str) -> list[onnx.NodeProto]:
    """From the number of poses in `count` (a scalar): `heard`, the sample at each pose, 1 x poses x 1."""
    return [
        helper.make_node("Range", ["zero", "count", "one"], ["numbers"]),
        helper.make_node("Mul", ["numbers", "rate"], ["scaled"]),
        helper.make_node("Div", ["scaled", "fps"], ["at"]),
        helper.make_node("Gather", [audio, "at"], ["samples"], axis=1),
        helper.make_node("Unsqueeze", ["samples", "two"], ["heard"]),
    ]


_POSES: Mapping[str, Constant] = {
    "zero": np.int64(0),
    "one": np.int64(1),
    "two": np.array([2], np.int64),
    "rate": np.int64(16_000),
    "fps": np.int64(30),
}


def lam(
    folder: Path,
    gains: Mapping[str, float],
    *,
    names: Sequence[str] = tuple(sorted(CHANNELS)),
    identities: int | None = 12,
    identity_type: int = INT64,
    samples: int | str = "samples",
    audio: str = "input_audio_array",
    shapes: int | None = None,
) -> Path:
    """A network as LAM's: poses are `gains` times the sample at their time; identity 3 smiles, by 0.5."""
    folder.mkdir(exist_ok=True)
    row = np.array([[[gains.get(name, 0.0) for name in names][: shapes or len(names)]]], np.float32)
    inputs: dict[str, tuple[int, Dimensions]] = {audio: (FLOAT, (1, samples))}
    nodes = [
        helper.make_node("Shape", [audio], ["shape"]),
        helper.make_node("Gather", ["shape", "one"], ["length"], axis=0),
        helper.make_node("Mul", ["length", "fps"], ["product"]),
        helper.make_node("Add", ["product", "almost"], ["more"]),
        helper.make_node("Div", ["more", "rate"], ["count"]),
        *_samples_at_poses(audio),
        helper.make_node("Mul", ["heard", "gains"], ["heard_poses"]),
    ]
    constants: dict[str, Constant] = {**_POSES, "almost": np.int64(15_999), "gains": row}
    if identities is None:
        nodes.append(helper.make_node("Identity", ["heard_poses"], ["pred_exp"]))
    else:
        smile = np.zeros((identities, row.shape[-1]), np.float32)
        smile[3, list(names).index("mouthSmileLeft")] = 0.5
        smile[3, list(names).index("mouthSmileRight")] = 0.5
        inputs["id_idx"] = (identity_type, (1, identities))
        constants["styles"] = smile
        nodes += [
            helper.make_node("Cast", ["id_idx"], ["identity"], to=FLOAT),
            helper.make_node("MatMul", ["identity", "styles"], ["style"]),
            helper.make_node("Add", ["heard_poses", "style"], ["pred_exp"]),
        ]
    save(folder / "lam.onnx", nodes, inputs, {"pred_exp": (1, "poses", row.shape[-1])}, constants)
    return folder


def unitalker(folder: Path, gains: Mapping[str, float], *, names: Sequence[str] = NAMES) -> Path:
    """A network as UniTalker's: poses are `gains` times the sample at their time, plus emo_id - 10."""
    folder.mkdir(exist_ok=True)
    row = np.array([[[gains.get(name, 0.0) for name in names]]], np.float32)
    nodes = [
        helper.make_node("Cast", ["time_steps"], ["steps"], to=INT64),
        helper.make_node("Squeeze", ["steps"], ["count"]),
        *_samples_at_poses("audio"),
        helper.make_node("Mul", ["heard", "gains"], ["heard_poses"]),
        helper.make_node("Cast", ["emo_id"], ["emotion"], to=FLOAT),
        helper.make_node("Sub", ["emotion", "ten"], ["mood"]),
        helper.make_node("Add", ["heard_poses", "mood"], ["output"]),
    ]
    inputs: dict[str, tuple[int, Dimensions]] = {
        "audio": (FLOAT, (1, "samples")),
        "emo_id": (INT32, (1,)),
        "time_steps": (INT32, (1,)),
    }
    constants: dict[str, Constant] = {**_POSES, "gains": row, "ten": np.array([10.0], np.float32)}
    save(folder / "unitalker.onnx", nodes, inputs, {"output": (1, "poses", row.shape[-1])}, constants)
    return folder


# --- Audio2Face-3D: a folder with a network, a skin and a blendshape solve ------------------------------


class Audio2FaceFolder:
    """What goes into the files of a small model; change it, then `write`.

    Coefficient k of the skin is the displacement of shape k of SHAPES, and its network says `gains[k]`
    times the sample at the time of the pose: so the weights are that sample too.
    """

    def __init__(self, gains: Sequence[float] = (1.0,), *, jaw_in_close: bool = False) -> None:
        rng = np.random.default_rng(5)
        self.gains = gains
        self.neutral = rng.normal(size=(VERTICES, 3)).astype(np.float32)
        self.deltas = {name: np.zeros((VERTICES, 3), np.float32) for name in CHANNELS}
        for i, name in enumerate(SHAPES):  # each moves vertices of its own, and one that all move
            self.deltas[name][6 * i : 6 * i + 6] = rng.normal(size=(6, 3))
            self.deltas[name][-1] = rng.normal(size=3) * 0.2
        if jaw_in_close:
            self.deltas["mouthClose"] += self.deltas["jawOpen"]
        self.bias = np.zeros(len(SHAPES), np.float32)
        self.info: dict[str, Any] = {
            "id": {"type": "regression", "actor": "small", "output": "geometry", "version": "2.3"},
            "params": {
                "implicit_emotion_len": 16,
                "explicit_emotions": "amazement anger cheekiness disgust fear grief joy outofbreath pain "
                "sadness".split(),
                "default_emotion": [0.0] * 10,
                "num_shapes_skin": len(SHAPES),
                "num_shapes_tongue": 10,
                "num_verts_skin": VERTICES,
                "num_verts_tongue": 5,
                "result_jaw_size": 15,
                "result_eyes_size": 4,
            },
            "audio_params": {"buffer_len": SAMPLES, "buffer_ofs": CENTRE, "samplerate": 16_000},
        }
        self.config: dict[str, Any] = {
            "input_strength": 1.0,
            "source_shot": "small_neutral",
            "source_frame": 2,
            "upper_face_smoothing": 0.0,
            "lower_face_smoothing": 0.0,
            "upper_face_strength": 1.0,
            "lower_face_strength": 1.0,
            "face_mask_level": 0.6,
            "face_mask_softness": 0.0085,
            "skin_strength": 1.0,
            "eyelid_open_offset": 0.0,
            "lip_open_offset": 0.0,
        }
        self.solve: dict[str, Any] = {
            "strengthL2regularization": 0.0,
            "strengthL1regularization": 0.0,
            "strengthTemporalSmoothing": 0.0,
            "strengthSymmetry": 0.0,
            "numPoses": 52,
            "bsSolveActivePoses": [int(name in SHAPES) for name in CHANNELS],
            "bsSolveCancelPoses": [-1] * 52,
            "bsSolveSymmetryPoses": [-1] * 52,
            "bsWeightMultipliers": [1.0] * 52,
            "bsWeightOffsets": [0.0] * 52,
            "templateBBSize": 54.7,
        }
        self.emotions = rng.normal(size=(7, 16)).astype(np.float32)
        self.emotion_gain = 0.0
        """How much the first implicit emotion value adds to every coefficient."""
        self.model_data: dict[str, NDArray[Any]] = {
            "shapes_mean_skin": self.neutral,
            "shapes_matrix_skin": np.stack([self.deltas[name] for name in SHAPES]),
            "eye_close_pose_delta": self.deltas["eyeBlinkLeft"],
            "lip_open_pose_delta": self.deltas["jawOpen"],
            "neutral_jaw": np.zeros((5, 3), np.float32),
        }
        self.batch: int | str = "batch"

    def skin(self) -> dict[str, NDArray[Any]]:
        """What is in bs_skin.npz."""
        return {
            "poseNames": np.array(["neutral", *CHANNELS], dtype="S"),
            "neutral": self.neutral,
            "frontalMask": np.arange(1, VERTICES, dtype=np.int32),
            "rig_version": np.array("1.0"),
            **self.deltas,
        }

    def write(self, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        self.write_network(folder / "network.onnx")
        for name, value in (
            ("network_info", self.info),
            ("model_config", {"config": self.config}),
            ("bs_skin_config", {"blendshape_params": self.solve}),
        ):
            (folder / f"{name}.json").write_text(json.dumps(value))
        np.savez(folder / "model_data.npz", allow_pickle=False, **self.model_data)
        np.savez(folder / "bs_skin.npz", allow_pickle=False, **self.skin())
        np.savez(
            folder / "implicit_emo_db.npz",
            emo_db=self.emotions,
            emo_spec_names=np.array(["small_joy", "small_neutral"], dtype="S"),
            emo_spec_start=np.array([0, 3], np.int32),
            emo_spec_size=np.array([3, 4], np.int32),
        )
        return folder

    def write_network(self, path: Path, result: int | None = None) -> None:
        """`result` values for each pose; those after the skin's are tongue, jaw and eyes."""
        size = result or len(SHAPES) + 29
        hear = np.zeros((SAMPLES, size), np.float32)
        hear[CENTRE, : len(self.gains)] = self.gains
        feel = np.zeros((26, size), np.float32)
        feel[0, : len(SHAPES)] = self.emotion_gain
        bias = np.zeros(size, np.float32)
        bias[: len(SHAPES)] = self.bias
        save(
            path,
            [
                helper.make_node("MatMul", ["input", "hear"], ["heard"]),
                helper.make_node("MatMul", ["emotion", "feel"], ["felt"]),
                helper.make_node("Add", ["heard", "felt"], ["both"]),
                helper.make_node("Add", ["both", "bias"], ["result"]),
            ],
            {"input": (FLOAT, (self.batch, 1, SAMPLES)), "emotion": (FLOAT, (self.batch, 1, 26))},
            {"result": (self.batch, 1, size)},
            {"hear": hear, "feel": feel, "bias": bias},
        )
