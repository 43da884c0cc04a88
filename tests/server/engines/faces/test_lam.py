import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from blend_shapes.arkit import CHANNELS
from server.engines import catalog
from server.engines.faces.lam import ALPHABETICAL, LamDriver
from server.engines.faces.windowed import RESAMPLING_S
from server.errors import ConfigError
from tests.contracts.face import FaceContract
from tests.fakes import models
from tests.server.engines.faces.heard import channel, chunks, face, inside, rising

Make = Callable[..., LamDriver]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Drivers, from what `models.lam` takes and from options; shut down afterwards."""
    made: list[LamDriver] = []

    def driver(
        gains: dict[str, float], options: dict[str, object] | None = None, **model: object
    ) -> LamDriver:
        folder = models.lam(tmp_path / f"lam{len(made)}", gains, **model)  # type: ignore[arg-type]
        made.append(LamDriver(str(folder), **(options or {})))  # type: ignore[arg-type]
        return made[-1]

    yield driver
    for one in made:
        one.executor.shutdown()


@pytest.fixture
def driver(make: Make) -> LamDriver:
    return make({"jawOpen": 2.0, "mouthFunnel": 1.0, "mouthClose": 1.5})


class TestContract(FaceContract):
    pass


def test_a_pose_is_heard_at_its_time(make: Make) -> None:
    """The network says the sample at the time of a pose: so each frame must say what its own time is."""
    frames = face(make({"jawOpen": 2.0, "mouthClose": 1.0}), rising(3.0))
    here = inside(frames, 3.0)
    heard = 0.1 + frames.times()[here] / 10
    assert np.abs(channel(frames, "jawOpen")[here] - 2.0 * heard).max() < 2e-4
    assert np.abs(channel(frames, "mouthClose")[here] - heard).max() < 2e-4


def test_shapes_come_in_alphabetical_order(make: Make) -> None:
    gains = {name: 0.01 * i for i, name in enumerate(ALPHABETICAL) if not name.endswith(("Left", "Right"))}
    frames = face(make(gains), rising(1.5))
    at = inside(frames, 1.5).stop - 1
    heard = 0.1 + frames.times()[at] / 10
    for name in ("jawForward", "mouthFunnel", "mouthPucker", "mouthRollUpper", "tongueOut", "cheekPuff"):
        assert channel(frames, name)[at] == pytest.approx(gains[name] * heard, abs=1e-4)
    assert channel(frames, "browInnerUp")[at] == 0.0  # that is life's


def test_the_upper_face_is_the_models_if_wanted(make: Make) -> None:
    gains = {"browInnerUp": 1.0, "eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0, "eyeLookInLeft": 1.0}
    frames = face(make(gains, {"upper_face": True}), rising(1.0))
    at = inside(frames, 1.0).stop - 1
    assert channel(frames, "browInnerUp")[at] > 0.15 and channel(frames, "eyeBlinkLeft")[at] > 0.15
    assert channel(frames, "eyeLookInLeft")[at] == 0.0


def test_another_order_is_named_in_config_json(tmp_path: Path) -> None:
    names = list(reversed(CHANNELS))
    folder = models.lam(tmp_path / "own", {"jawOpen": 2.0}, names=names, identities=None, audio="waveform")
    (folder / "config.json").write_text(json.dumps({"model_name": "own", "blendshape_names": names}))
    driver = LamDriver(str(folder))
    frames = face(driver, rising(1.0))
    driver.executor.shutdown()
    moved = frames.weights[inside(frames, 1.0).stop - 1]
    assert [CHANNELS[i] for i in np.flatnonzero(moved)] == ["jawOpen"]


@pytest.mark.parametrize("kind", [models.INT64, models.INT32, models.FLOAT])
def test_an_identity_is_one_hot_of_any_type(make: Make, kind: int) -> None:
    frames = face(make({"jawOpen": 1.0}, {"identity": 3}, identity_type=kind), rising(1.0))
    assert channel(frames, "mouthSmileLeft")[inside(frames, 1.0)] == pytest.approx(0.5, abs=1e-4)
    frames = face(make({"jawOpen": 1.0}, {"identity": 4}, identity_type=kind), rising(1.0))
    assert channel(frames, "mouthSmileLeft")[inside(frames, 1.0)].max() == 0.0


def test_left_and_right_are_averaged(make: Make) -> None:
    frames = face(make({"mouthSmileLeft": 2.0}), rising(1.0))
    here = inside(frames, 1.0)
    assert channel(frames, "mouthSmileLeft")[here].min() > 0.1
    assert np.array_equal(channel(frames, "mouthSmileLeft"), channel(frames, "mouthSmileRight"))


def test_a_network_of_a_fixed_length_gets_that_much(make: Make) -> None:
    """34,133 samples, 64 poses: the length that the published streaming code works with."""
    fixed = make({"jawOpen": 2.0}, samples=34_133)
    frames = face(fixed, rising(3.0))
    here = inside(frames, 3.0)
    assert np.abs(channel(frames, "jawOpen")[here] - 0.2 - frames.times()[here] / 5).max() < 3e-4


@pytest.mark.parametrize(
    ("hop_s", "ahead_s", "seconds"), [(0.1, 0.1, 0.3117), (0.2, 0.1, 0.4117), (0.3, 0.2, 0.6117)]
)
def test_the_look_ahead_is_declared_and_needed(
    make: Make, hop_s: float, ahead_s: float, seconds: float
) -> None:
    """At 16 kHz, where resampling takes no time, nothing less than it would do."""
    driver = make({"jawOpen": 2.0}, {"hop_s": hop_s, "ahead_s": ahead_s})
    assert driver.look_ahead_s(60) == pytest.approx(seconds, abs=1e-4)
    track = driver.begin(60)
    late = [chunk.end - track.follow(chunk).end / 60 for chunk in chunks(rising(3.0), 0.01)]
    assert max(late) < driver.look_ahead_s(60) - RESAMPLING_S
    assert max(late) > driver.look_ahead_s(60) - RESAMPLING_S - 0.01 - 1 / 60


def test_sessions_do_not_disturb_each_other(make: Make) -> None:
    """Eight turns through four threads; each must be what it is alone."""
    driver = make({"jawOpen": 2.0}, {"workers": 4})
    sounds = [rising(1.0 + i / 10)[i * 100 :] for i in range(8)]
    alone = [face(driver, sound) for sound in sounds]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda sound: face(driver, sound), sounds))
    for a, b in zip(alone, together, strict=True):
        assert np.array_equal(a.weights, b.weights)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"hop_s": 0.15}, "hop_s must be a multiple of 0.1 s, not 0.15"),
        ({"hop_s": 0.0}, "hop_s and ahead_s must be at least 0.1"),
        ({"ahead_s": 0}, "hop_s and ahead_s must be at least 0.1"),
        ({"context_s": -0.1}, "context_s must be a multiple of 0.1 s"),
        ({"identity": 12}, r"lam\.onnx: identity must be 0 to 11, not 12"),
        ({"identity": -1}, "identity must be 0 to 11"),
        ({"workers": 0}, "workers must be at least 1"),
        ({"device": "tpu"}, "there is no device 'tpu'"),
    ],
)
def test_options_that_cannot_work_are_configuration_errors(
    tmp_path: Path, options: dict[str, object], says: str
) -> None:
    models.lam(tmp_path, {"jawOpen": 1.0})
    with pytest.raises(ConfigError, match=says) as caught:
        catalog.make("face", "lam", {"folder": str(tmp_path), **options})
    assert "\n" not in str(caught.value)


def test_a_network_of_another_kind_is_a_configuration_error(tmp_path: Path) -> None:
    def refused(name: str, says: str, **model: object) -> None:
        folder = models.lam(tmp_path / name, {"jawOpen": 1.0}, **model)  # type: ignore[arg-type]
        with pytest.raises(ConfigError, match=says):
            catalog.make("face", "lam", {"folder": str(folder)})

    refused("sound", "one input with 'audio' in its name", audio="sound")
    refused("few", r"gives 72 x 50 for 38400 samples of sound; 72 poses .* x 52 shapes", shapes=50)
    refused("short", "the network hears 0.25 s at a time, hop_s and ahead_s want more", samples=4000)
    with pytest.raises(ConfigError, match="at most one other for the identity"):
        LamDriver(str(models.unitalker(tmp_path / "unitalker", {})))


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["jawOpen"], r"gives 72 x 52 .* x 1 shapes are wanted"),
        (["jawOpen", "jawDrop"], "'jawDrop' is no shape of ARKit's 52"),
        ("jawOpen", "the names of the shapes must be a list of texts"),
        ([1, 2], "the names of the shapes must be a list of texts"),
    ],
)
def test_names_that_cannot_be_are_configuration_errors(tmp_path: Path, names: object, says: str) -> None:
    models.lam(tmp_path, {"jawOpen": 1.0})
    (tmp_path / "config.json").write_text(json.dumps({"blendshape_names": names}))
    with pytest.raises(ConfigError, match=says):
        LamDriver(str(tmp_path))


def test_a_missing_folder_or_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="face 'lam' needs folder"):
        catalog.make("face", "lam")
    with pytest.raises(ConfigError, match="does not exist"):
        LamDriver(str(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match=r"has no \*\.onnx"):
        LamDriver(str(tmp_path))


def test_the_licence_is_named_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = models.lam(tmp_path / "lam", {"jawOpen": 1.0})
    (folder / "LICENSE").write_text("Apache-2.0")
    with caplog.at_level(logging.INFO):
        driver = LamDriver(str(folder))
        for _ in range(2):
            face(driver, rising(0.5))
    driver.executor.shutdown()
    assert sum("under its own terms: LICENSE" in message for message in caplog.messages) == 1
