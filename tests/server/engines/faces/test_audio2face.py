from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blend_shapes.arkit import CHANNELS, INDEX
from server.engines import catalog
from server.engines.faces.audio2face import Audio2FaceDriver
from server.engines.faces.windowed import RESAMPLING_S
from server.errors import ConfigError
from tests.contracts.face import FaceContract
from tests.fakes.models import CENTRE, SHAPES, Audio2FaceFolder
from tests.server.engines.faces.heard import channel, chunks, face, inside, rising

Make = Callable[..., Audio2FaceDriver]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Audio2FaceDriver] = []

    def driver(model: Audio2FaceFolder, **options: Any) -> Audio2FaceDriver:
        folder = model.write(tmp_path / f"model{len(made)}")
        made.append(Audio2FaceDriver(str(folder), **options))
        return made[-1]

    yield driver
    for one in made:
        one.executor.shutdown()


@pytest.fixture
def driver(make: Make) -> Audio2FaceDriver:
    return make(Audio2FaceFolder((2.0, 1.5, 1.0), jaw_in_close=True))


class TestContract(FaceContract):
    pass


# --- time ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "hop_s"), [(30, 0.1), (30, 0.2), (60, 0.05), (20, 0.05)])
def test_a_pose_is_heard_at_the_centre_of_its_window(make: Make, rate: int, hop_s: float) -> None:
    """The network says the sample at buffer_ofs: so each frame must say what its own time is."""
    frames = face(make(Audio2FaceFolder((2.0,)), rate=rate, hop_s=hop_s), rising(3.0))
    here = inside(frames, 3.0)
    assert np.abs(channel(frames, "jawOpen")[here] - 0.2 - frames.times()[here] / 5).max() < 2e-4


def test_the_centre_is_where_the_folder_says(make: Make) -> None:
    """100 samples further on in the buffer is heard 100 samples later."""
    model = Audio2FaceFolder((2.0,))
    model.info["audio_params"]["buffer_ofs"] = CENTRE - 1600
    frames = face(make(model), rising(3.0))
    here = inside(frames, 3.0)
    expected = 0.2 + (frames.times()[here] + 0.1) / 5
    assert np.abs(channel(frames, "jawOpen")[here] - expected)[:-6].max() < 2e-4


def test_the_look_ahead_is_declared_and_needed(make: Make) -> None:
    driver = make(Audio2FaceFolder((2.0,)))
    assert driver.look_ahead_s(60) == pytest.approx(0.26 + 2 / 30 + 2 / 30 + RESAMPLING_S, abs=1e-4)
    track = driver.begin(60)
    late = [chunk.end - track.follow(chunk).end / 60 for chunk in chunks(rising(2.0), 0.01)]
    assert max(late) < driver.look_ahead_s(60) - RESAMPLING_S
    assert max(late) > driver.look_ahead_s(60) - RESAMPLING_S - 0.01 - 1 / 60


def test_a_network_for_one_pose_at_a_time_will_do(make: Make) -> None:
    several, single = Audio2FaceFolder((2.0, 0.5)), Audio2FaceFolder((2.0, 0.5))
    single.batch = 1
    frames = [face(make(model), rising(1.0)) for model in (several, single)]
    assert np.allclose(frames[0].weights, frames[1].weights, atol=1e-6)


# --- from coefficients to weights ----------------------------------------------------------------------


def steady(driver: Audio2FaceDriver) -> dict[str, float]:
    """The weights for a sound that stays at 0.5."""
    frames = face(driver, np.full(16_000, 16_384, np.int16))
    row = frames.weights[30]
    return {CHANNELS[i]: float(row[i]) for i in np.flatnonzero(row > 5e-4)}


def test_weights_that_made_the_vertices_are_found(make: Make) -> None:
    gains = (1.0, 0.4, 0.2, 0.8, 0.6, 0.5)
    found = steady(make(Audio2FaceFolder(gains), upper_face=True))
    assert found == {
        name: pytest.approx(gain / 2, abs=1e-3) for name, gain in zip(SHAPES, gains, strict=True)
    }


def test_weights_are_never_negative_and_never_above_one(make: Make) -> None:
    found = steady(make(Audio2FaceFolder((3.0, 0.0, -1.0, 0.3))))
    assert found["jawOpen"] == 1.0
    assert "mouthFunnel" not in found
    assert found["mouthSmileLeft"] == pytest.approx(0.15, abs=0.05)


def test_nvidias_closed_mouth_has_the_open_jaw_in_it(make: Make) -> None:
    """Its mouthClose alone is ARKit's mouthClose and jawOpen together: sealed lips, in both."""
    assert steady(make(Audio2FaceFolder((0.0, 0.8), jaw_in_close=True))) == {
        "jawOpen": pytest.approx(0.4, abs=1e-3),
        "mouthClose": pytest.approx(0.4, abs=1e-3),
    }
    assert steady(make(Audio2FaceFolder((0.6, 0.8), jaw_in_close=True))) == {
        "jawOpen": pytest.approx(0.7, abs=1e-3),
        "mouthClose": pytest.approx(0.4, abs=1e-3),
    }


def test_arkits_closed_mouth_has_not(make: Make) -> None:
    found = steady(make(Audio2FaceFolder((0.6, 0.8))))
    assert found == {"jawOpen": pytest.approx(0.3, abs=1e-3), "mouthClose": pytest.approx(0.3, abs=1e-3)}


def test_of_a_cancelling_pair_the_weaker_stays_out(make: Make) -> None:
    model = Audio2FaceFolder((0.0, 0.0, 0.6, 0.4, 0.4))
    model.solve["bsSolveCancelPoses"][INDEX["mouthFunnel"]] = 0
    model.solve["bsSolveCancelPoses"][INDEX["mouthSmileLeft"]] = 0
    model.solve["bsSolveCancelPoses"][INDEX["mouthSmileRight"]] = 7  # without a partner: no pair
    found = steady(make(model))
    assert "mouthSmileLeft" not in found
    assert found["mouthFunnel"] == pytest.approx(0.3, abs=0.02)
    assert found["mouthSmileRight"] == pytest.approx(0.2, abs=0.02)


def test_symmetry_and_temporal_strengths_are_taken_from_the_folder(make: Make) -> None:
    model = Audio2FaceFolder((0.0, 0.0, 0.0, 0.8, 0.2))
    for name in ("mouthSmileLeft", "mouthSmileRight"):
        model.solve["bsSolveSymmetryPoses"][INDEX[name]] = 3
    apart = steady(make(model))
    assert apart["mouthSmileLeft"] - apart["mouthSmileRight"] == pytest.approx(0.3, abs=0.01)
    model.solve["strengthSymmetry"] = 1e5
    together = steady(make(model))
    assert together["mouthSmileLeft"] == pytest.approx(together["mouthSmileRight"], abs=0.01)
    model.solve["strengthTemporalSmoothing"] = 100.0
    held = steady(make(model))
    assert 0.0 < held["mouthSmileLeft"] < 0.9 * together["mouthSmileLeft"]


def test_gains_and_offsets_of_the_folder_are_applied(make: Make) -> None:
    model = Audio2FaceFolder((1.0, 0.0, 0.4))
    model.solve["bsWeightMultipliers"][INDEX["jawOpen"]] = 0.5
    model.solve["bsWeightOffsets"][INDEX["mouthFunnel"]] = 0.1
    model.solve["bsWeightOffsets"][INDEX["jawForward"]] = 0.05  # not solved for
    assert steady(make(model)) == {
        "jawOpen": pytest.approx(0.25, abs=1e-3),
        "mouthFunnel": pytest.approx(0.3, abs=1e-3),
        "jawForward": pytest.approx(0.05, abs=1e-3),
    }


def test_the_strengths_of_the_face_are_applied(make: Make) -> None:
    model = Audio2FaceFolder((1.0,))
    model.config |= {"skin_strength": 0.5, "upper_face_strength": 0.8, "lower_face_strength": 0.8}
    assert steady(make(model))["jawOpen"] == pytest.approx(0.2, abs=1e-3)
    model.config |= {"input_strength": 2.0}
    assert steady(make(model))["jawOpen"] == pytest.approx(0.4, abs=1e-3)
    model.config |= {"lip_open_offset": 0.25}  # its delta is jawOpen's here
    assert steady(make(model))["jawOpen"] == pytest.approx(0.6, abs=1e-3)


def test_the_emotion_is_that_of_the_source_frame(make: Make) -> None:
    """Frame 2 of the shot that begins at row 3."""
    model = Audio2FaceFolder(())
    model.emotion_gain = 1.0
    model.emotions[:, 0] = np.arange(7) / 10
    assert steady(make(model))["jawOpen"] == pytest.approx(0.5, abs=1e-3)


def test_an_actors_name_may_stand_in_the_names_of_files(tmp_path: Path) -> None:
    folder = Audio2FaceFolder((1.0,)).write(tmp_path)
    for name in ("bs_skin.npz", "bs_skin_config.json"):
        (folder / name).rename(folder / name.replace("bs_skin_config", "bs_skin_config_claire"))
    (folder / "bs_skin.npz").rename(folder / "bs_skin_claire.npz")
    driver = Audio2FaceDriver(str(folder))
    driver.executor.shutdown()


def test_all_vertices_are_solved_for_where_there_is_no_mask(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Audio2FaceFolder((1.0,))
    files = model.skin()
    del files["frontalMask"]
    monkeypatch.setattr(model, "skin", lambda: files)
    assert steady(make(model))["jawOpen"] == pytest.approx(0.5, abs=1e-3)


# --- what cannot be ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "network.onnx",
        "network_info.json",
        "model_config.json",
        "model_data.npz",
        "implicit_emo_db.npz",
        "bs_skin_config.json",
        "bs_skin.npz",
    ],
)
@pytest.mark.parametrize("fault", ["missing", "truncated"])
def test_a_missing_or_truncated_file_is_named(tmp_path: Path, name: str, fault: str) -> None:
    folder = Audio2FaceFolder().write(tmp_path)
    path = folder / name
    if fault == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ConfigError) as caught:
        catalog.make("face", "audio2face", {"folder": str(folder)})
    assert name in str(caught.value) and "\n" not in str(caught.value)


def change(path: tuple[str, ...], value: object) -> Callable[[Audio2FaceFolder], None]:
    """Put `value` at a place such as ("info", "params", "num_shapes_skin"); None empties it."""

    def changed(model: Audio2FaceFolder) -> None:
        place = getattr(model, path[0])
        for key in path[1:-1]:
            place = place[key]
        if value is None:
            del place[path[-1]]
        else:
            place[path[-1]] = value

    return changed


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (change(("info", "id", "type"), "diffusion"), r"this is a diffusion model \(v3\)"),
        (change(("info", "id"), None), r"network_info\.json: id is missing"),
        (change(("info", "audio_params", "samplerate"), 24_000), "samplerate must be 16000"),
        (change(("info", "audio_params", "buffer_ofs"), 9000), r"must lie in buffer_len \(8320\)"),
        (change(("info", "audio_params", "buffer_len"), 8000), r"inputs want input \(any x 1 x 8000\)"),
        (change(("info", "params", "implicit_emotion_len"), 8), r"with 8 values is wanted; .* 7 x 16"),
        (change(("info", "params", "default_emotion"), "joy"), "must be a list of numbers"),
        (change(("info", "params", "default_emotion"), [0.0] * 9), r"emotion \(any x 1 x 25\)"),
        (change(("info", "params", "num_shapes_skin"), 7), "has 6 components, not 7"),
        (change(("info", "params", "num_shapes_tongue"), 9), r"outputs want result \(any x 1 x 34\)"),
        (change(("config", "source_shot"), "cl_joy"), "'cl_joy' is none of small_joy, small_neutral"),
        (change(("config", "source_frame"), 4), "frame 4 of small_neutral .* has 4 frames"),
        (change(("config", "source_frame"), None), "source_frame is missing"),
        (change(("config", "face_mask_softness"), 0), "softness of the face mask must be above 0"),
        (change(("config", "lower_face_strength"), "1"), "lower_face_strength must be a number"),
        (change(("solve", "numPoses"), 51), "poseNames must be 'neutral' and the 51 shapes"),
        (change(("solve", "bsSolveActivePoses"), [0] * 52), "no shape is active"),
        (change(("solve", "bsWeightOffsets"), [0.0] * 51), "bsWeightOffsets must be a list of 52 numbers"),
        (change(("solve", "strengthL2regularization"), -1.0), "penalties want finite numbers"),
        (change(("solve", "strengthSymmetry"), None), "strengthSymmetry is missing"),
        (change(("model_data", "shapes_mean_skin"), None), "has no shapes_mean_skin; it has"),
        (change(("model_data", "lip_open_pose_delta"), np.zeros((9, 3))), r"an offset of \(9, 3\)"),
        (
            change(("deltas", "jawOpen"), np.zeros((9, 3))),
            "jawOpen must be of the shape of neutral, 40 x 3",
        ),
        (change(("deltas", "jawOpen"), None), r"bs_skin\.npz has no jawOpen"),
    ],
)
def test_what_contradicts_itself_is_a_configuration_error(
    tmp_path: Path, fault: Callable[[Audio2FaceFolder], None], says: str
) -> None:
    model = Audio2FaceFolder()
    fault(model)
    with pytest.raises(ConfigError, match=says) as caught:
        Audio2FaceDriver(str(model.write(tmp_path)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("poseNames", np.array([*CHANNELS], dtype="S"), "poseNames must be 'neutral' and the 52 shapes"),
        ("poseNames", np.array(["neutral", *CHANNELS[:-1], "tongueWag"]), "'tongueWag' is no shape"),
        ("frontalMask", np.array([40]), "frontalMask must hold numbers of the 40 vertices"),
        ("frontalMask", np.array([], int), "frontalMask must hold numbers"),
        ("neutral", np.zeros(120, np.float32), "neutral must be vertices x 3"),
        ("jawOpen", np.array([{}], dtype=object), "cannot be read as an npz file"),
    ],
)
def test_a_skin_that_cannot_be_is_a_configuration_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: Any, says: str
) -> None:
    model = Audio2FaceFolder()
    files = model.skin()
    monkeypatch.setattr(model, "skin", lambda: {**files, key: value})
    folder = model.write(tmp_path) if key != "jawOpen" else tmp_path
    if key == "jawOpen":
        monkeypatch.undo()
        model.write(folder)
        np.savez(folder / "bs_skin.npz", allow_pickle=True, **{**files, key: value})
    with pytest.raises(ConfigError, match=says):
        Audio2FaceDriver(str(folder))


def test_a_network_that_gives_too_much_is_a_configuration_error(tmp_path: Path) -> None:
    model = Audio2FaceFolder()
    folder = model.write(tmp_path)
    model.write_network(folder / "network.onnx", result=40)
    with pytest.raises(
        ConfigError, match=r"outputs want result \(any x 1 x 35\), it has result \(any x 1 x 40\)"
    ):
        Audio2FaceDriver(str(folder))


@pytest.mark.parametrize(
    "options", [{"rate": 9}, {"rate": 121}, {"hop_s": 0.11}, {"hop_s": 0.0}, {"rate": 25, "hop_s": 0.1}]
)
def test_options_that_cannot_work_are_refused(tmp_path: Path, options: dict[str, object]) -> None:
    folder = Audio2FaceFolder().write(tmp_path)
    with pytest.raises(ConfigError, match="rate must be 10 to 120 and hop_s a whole number of poses"):
        catalog.make("face", "audio2face", {"folder": str(folder), **options})
