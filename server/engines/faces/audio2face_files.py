"""The files of an Audio2Face-3D regression model, and the arithmetic they ask for.

A folder as NVIDIA publishes it, or as the training framework deploys one: `network.onnx`,
`network_info.json`, `model_config.json`, `model_data.npz`, `implicit_emo_db.npz`, `bs_skin_config.json` and
`bs_skin.npz`; the last ones may carry an actor's name before the dot. `model.json`, which lists them for
NVIDIA's SDK, is not needed; nor are the tongue, the teeth and the eyes, for which ARKit has no shapes, or
life does better.

Sources: the readers of NVIDIA's Audio2Face-3D SDK (MIT, `parse_helper.cpp`, `blendshape_solver_base.cpp`)
and of the training framework (Apache-2.0, `deploy.py`, `emotion.py`, `preparing_animation_data.md`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.skin import Skin, SkinSolve, Strengths
from blend_shapes.solve import Pair, Penalties, Solver
from server.engines.faces.model_folder import Fields, ModelFolder
from server.engines.faces.windows import SOUND_RATE
from server.errors import ConfigError

_TEMPLATE_SIZE: Final = 54.7
"""The SDK's size of the face that the strengths of a solve are meant for, where a folder does not say."""
_L1, _L2, _TEMPORAL, _SYMMETRY = 0.25, 10.0, 100.0, 10.0
"""The SDK's units of the four strengths, before they are scaled with the square of the face's size."""


@dataclass(frozen=True, slots=True)
class NetworkInfo:
    """`network_info.json`: what goes in and out. Lengths of the parts of one result, in their order."""

    samples: int
    centre: int
    """Samples of the buffer before the time of its pose."""
    emotions: tuple[float, ...]
    """The explicit ones, as the model has them by default."""
    implicit: int
    skin: int
    tongue: int
    jaw: int
    eyes: int

    @property
    def result(self) -> int:
        return self.skin + self.tongue + self.jaw + self.eyes


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Everything but the network."""

    info: NetworkInfo
    input_strength: float
    emotion: NDArray[np.float32]
    """The implicit one of the model's source shot, then the explicit ones."""
    solve: SkinSolve
    names: tuple[str, ...]
    """Shapes of the folder, all of them."""
    active: tuple[int, ...]
    """Numbers of those that are solved for."""
    gains: NDArray[np.float64]
    offsets: NDArray[np.float64]
    jaw_in_close: bool
    """Whether the folder's mouthClose opens the jaw too, as NVIDIA's does and ARKit's does not."""


def read(folder: ModelFolder) -> Model:
    """Raises ConfigError for whatever is missing, of the wrong shape or contradicts itself."""
    info = _network_info(folder)
    path = folder.find("model_config.json", "model_config*.json")
    config = Fields(path, folder.json(path)).inner("config")
    emotion = _implicit_emotion(folder, info, config.text("source_shot"), config.count("source_frame"))
    try:
        return _solve(folder, info, config, np.concatenate([emotion, info.emotions]).astype(np.float32))
    except ValueError as error:
        raise ConfigError(f"{folder.path}: {error}") from None


def _network_info(folder: ModelFolder) -> NetworkInfo:
    path = folder.find("network_info.json")
    fields = Fields(path, folder.json(path))
    kind = fields.inner("id").text("type")
    if kind != "regression":
        raise ConfigError(
            f"{path}: this is a {kind} model (v3); wanted is a regression model (v2.3: Claire, James, Mark)"
        )
    params, audio = fields.inner("params"), fields.inner("audio_params")
    if audio.count("samplerate") != SOUND_RATE:
        raise ConfigError(f"{path}: audio_params.samplerate must be {SOUND_RATE}")
    info = NetworkInfo(
        samples=audio.count("buffer_len"),
        centre=audio.count("buffer_ofs"),
        emotions=tuple(params.numbers("default_emotion")),
        implicit=params.count("implicit_emotion_len"),
        skin=params.count("num_shapes_skin"),
        tongue=params.count("num_shapes_tongue"),
        jaw=params.count("result_jaw_size"),
        eyes=params.count("result_eyes_size"),
    )
    if not 0 < info.centre < info.samples:
        raise ConfigError(f"{path}: audio_params.buffer_ofs must lie in buffer_len ({info.samples})")
    return info


def _implicit_emotion(folder: ModelFolder, info: NetworkInfo, shot: str, frame: int) -> NDArray[Any]:
    """The vector that the network knows the style of a frame of its training data by."""
    path = folder.find("implicit_emo_db.npz")
    found = folder.arrays(path, ("emo_db", "emo_spec_names", "emo_spec_start", "emo_spec_size"))
    shots = _texts(found["emo_spec_names"])
    if shot not in shots:
        raise ConfigError(f"{path}: source_shot {shot!r} is none of {', '.join(shots[:20])}")
    n = shots.index(shot)
    size, row = int(found["emo_spec_size"][n]), int(found["emo_spec_start"][n]) + frame
    database = found["emo_db"]
    if database.ndim != 2 or database.shape[1] != info.implicit or frame >= size or row >= len(database):
        raise ConfigError(
            f"{path}: frame {frame} of {shot} with {info.implicit} values is wanted; the shot has {size} "
            f"frames, emo_db is {' x '.join(map(str, database.shape))}"
        )
    row_of_frame: NDArray[Any] = database[row]
    return row_of_frame


def _solve(folder: ModelFolder, info: NetworkInfo, config: Fields, emotion: NDArray[np.float32]) -> Model:
    path = folder.find("bs_skin_config.json", "bs_skin_config*.json")
    params = Fields(path, folder.json(path)).inner("blendshape_params")
    count = params.count("numPoses")
    shapes_path = folder.find("bs_skin.npz", "bs_skin*.npz")
    names = _texts(folder.arrays(shapes_path, ("poseNames",))["poseNames"])
    if names[:1] != ["neutral"] or len(names) != count + 1:
        raise ConfigError(
            f"{shapes_path}: poseNames must be 'neutral' and the {count} shapes of {path.name}"
        )
    names = names[1:]
    active = [i for i, on in enumerate(params.numbers("bsSolveActivePoses", count)) if on]
    arrays = folder.arrays(shapes_path, ("neutral", *(names[i] for i in active)), ("frontalMask",))
    neutral = arrays["neutral"]
    vertices = arrays.get("frontalMask", np.arange(len(neutral))).astype(np.intp)
    _check_shapes(shapes_path, neutral, vertices, {names[i]: arrays[names[i]] for i in active})
    shapes = np.stack([arrays[names[i]][vertices].reshape(-1) for i in active])
    solver = Solver(
        shapes,
        _penalties(params, neutral),
        symmetric=_pairs(params.numbers("bsSolveSymmetryPoses", count), active),
        cancelling=_pairs(params.numbers("bsSolveCancelPoses", count), active),
    )
    solved = [names[i].lower() for i in active]
    return Model(
        info,
        config.number("input_strength", 1.0),
        emotion,
        SkinSolve(_skin(folder, info), _strengths(config), solver, neutral, vertices),
        tuple(names),
        tuple(active),
        np.array(params.numbers("bsWeightMultipliers", count)),
        np.array(params.numbers("bsWeightOffsets", count)),
        _jaw_in_close(shapes, solved),
    )


def _skin(folder: ModelFolder, info: NetworkInfo) -> Skin:
    path = folder.find("model_data.npz", "model_data*.npz")
    keys = ("shapes_mean_skin", "shapes_matrix_skin", "eye_close_pose_delta", "lip_open_pose_delta")
    found = folder.arrays(path, keys)
    mean = found["shapes_mean_skin"].reshape(-1, 3)
    components = found["shapes_matrix_skin"]
    if len(components) != info.skin:
        raise ConfigError(f"{path}: shapes_matrix_skin has {len(components)} components, not {info.skin}")
    offsets = (found[key].reshape(-1, 3) for key in keys[2:])
    return Skin(mean, components.reshape(info.skin, -1, 3), *offsets)


def _strengths(config: Fields) -> Strengths:
    return Strengths(
        skin=config.number("skin_strength", 1.0),
        upper=config.number("upper_face_strength", 1.0),
        lower=config.number("lower_face_strength", 1.0),
        upper_smoothing=config.number("upper_face_smoothing", 0.0),
        lower_smoothing=config.number("lower_face_smoothing", 0.0),
        mask_level=config.number("face_mask_level", 0.6),
        mask_softness=config.number("face_mask_softness", 0.0085),
        eyelid_open=config.number("eyelid_open_offset", 0.0),
        lip_open=config.number("lip_open_offset", 0.0),
    )


def _penalties(params: Fields, neutral: NDArray[Any]) -> Penalties:
    """In the units of the vertices.

    The SDK adds 100 of a temporal strength to the diagonal but pulls towards the last weights with 1 of
    it. That is the temporal penalty here with 1, and the other 99 are a plain pull towards 0.
    """
    size = float(np.linalg.norm(np.ptp(neutral, axis=0)))
    scale = (size / params.number("templateBBSize", _TEMPLATE_SIZE)) ** 2
    temporal = params.number("strengthTemporalSmoothing")
    return Penalties(
        l1=_L1 * scale * params.number("strengthL1regularization") ** 2,
        l2=scale * (_L2 * params.number("strengthL2regularization") + (_TEMPORAL - 1.0) * temporal),
        temporal=scale * temporal,
        symmetry=_SYMMETRY * scale * params.number("strengthSymmetry"),
    )


def _pairs(groups: Sequence[float], active: Sequence[int]) -> list[Pair]:
    """Rows of the active shapes that share a group from 0 on; a group with one active shape is no pair."""
    rows: dict[float, list[int]] = {}
    for row, shape in enumerate(active):
        if groups[shape] >= 0:
            rows.setdefault(groups[shape], []).append(row)
    return [(found[0], found[1]) for found in rows.values() if len(found) == 2]


def _jaw_in_close(shapes: NDArray[Any], solved: Sequence[str]) -> bool:
    """Whether mouthClose moves the face much as jawOpen does (NVIDIA: "jawOpen is included")."""
    if "jawopen" not in solved or "mouthclose" not in solved:
        return False
    jaw, close = shapes[solved.index("jawopen")], shapes[solved.index("mouthclose")]
    return bool(jaw @ close > 0.0)


def _check_shapes(
    path: object, neutral: NDArray[Any], vertices: NDArray[np.intp], shapes: dict[str, NDArray[Any]]
) -> None:
    if neutral.ndim != 2 or neutral.shape[1] != 3:
        raise ConfigError(
            f"{path}: neutral must be vertices x 3, not {' x '.join(map(str, neutral.shape))}"
        )
    if vertices.ndim != 1 or not len(vertices) or vertices.min() < 0 or vertices.max() >= len(neutral):
        raise ConfigError(f"{path}: frontalMask must hold numbers of the {len(neutral)} vertices")
    if not shapes:
        raise ConfigError(f"{path}: no shape is active in bsSolveActivePoses")
    for name, shape in shapes.items():
        if shape.shape != neutral.shape:
            raise ConfigError(f"{path}: {name} must be of the shape of neutral, {len(neutral)} x 3")


def _texts(array: NDArray[Any]) -> list[str]:
    """Names, which npz files hold as bytes or as text."""
    return [name.decode() if isinstance(name, bytes) else str(name) for name in array.reshape(-1)]
