import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from blend_shapes.arkit import CHANNELS, INDEX
from server.engines.faces.unitalker import NAMES, UniTalkerDriver
from server.errors import ConfigError
from tests.contracts.face import FaceContract
from tests.fakes import models
from tests.server.engines.faces.heard import channel, face, inside, rising

Make = Callable[..., UniTalkerDriver]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[UniTalkerDriver] = []

    def driver(gains: dict[str, float], **options: object) -> UniTalkerDriver:
        folder = models.unitalker(tmp_path / f"unitalker{len(made)}", gains)
        made.append(UniTalkerDriver(str(folder), **options))  # type: ignore[arg-type]
        return made[-1]

    yield driver
    for one in made:
        one.executor.shutdown()


@pytest.fixture
def driver(make: Make) -> UniTalkerDriver:
    return make({"JawOpen": 0.4, "MouthPucker": 0.2, "MouthClose": 0.3})


class TestContract(FaceContract):
    pass


def test_its_order_names_51_shapes_once() -> None:
    lowered = [name.lower() for name in NAMES]
    assert sorted(lowered) == sorted(name.lower() for name in CHANNELS if name != "tongueOut")


def test_the_sound_is_levelled_over_the_turn(make: Make) -> None:
    """A tone of any loudness ends up with the same poses; the network hears it at variance 1.

    30 poses a second meet 200 Hz at 0, 120 and 240 degrees.
    """
    tone = np.sin(np.arange(32_000) * 2 * np.pi * 200 / 16_000)
    frames = [
        face(make({"JawOpen": 0.2}), np.rint(tone * level).astype(np.int16)) for level in (1_000, 20_000)
    ]
    quiet, loud = (channel(f, "jawOpen")[inside(f, 2.0)] for f in frames)
    assert np.abs(quiet - loud).max() < 2e-3
    assert loud.max() == pytest.approx(0.2 * np.sqrt(2) * np.sin(2 * np.pi / 3), abs=0.01)


def test_a_quiet_room_is_not_blown_up(make: Make) -> None:
    noise = (np.random.default_rng(1).normal(size=32_000) * 40).astype(np.int16)  # 58 dB below full scale
    frames = face(make({"JawOpen": 0.2}), noise)
    assert channel(frames, "jawOpen")[inside(frames, 2.0)].max() < 0.2


def test_a_pose_is_heard_at_its_time(make: Make) -> None:
    """A step in a sound of mean 0 and variance 1: frames before it are low, frames after it high."""
    samples = np.where(np.arange(48_000) // 4_000 % 2, 8_000, -8_000).astype(np.int16)
    frames = face(make({"JawOpen": 0.5, "MouthFunnel": -0.5}), samples)
    here = inside(frames, 3.0)
    jaw, funnel = channel(frames, "jawOpen")[here], channel(frames, "mouthFunnel")[here]
    times = frames.times()[here]
    step = times % 0.25
    settled = (step > 0.07) & (step < 0.18)
    high = np.floor(times / 0.25) % 2 == 1
    late = times > 1.0  # by then mean and variance have come near those of the whole
    assert jaw[settled & high & late] == pytest.approx(0.5, abs=0.06)
    assert jaw[settled & ~high].max() == 0.0 == funnel[settled & high].max()
    assert funnel[settled & ~high & late] == pytest.approx(0.5, abs=0.06)


def test_shapes_come_in_its_own_order_and_the_bad_ones_are_left_out(make: Make) -> None:
    frames = face(make(dict.fromkeys(NAMES, 0.5), upper_face=True), rising(1.5))
    moved = {CHANNELS[i] for i in np.flatnonzero(frames.weights[inside(frames, 1.5)].max(axis=0))}
    unused = {"mouthShrugUpper", "eyeBlinkLeft", "eyeBlinkRight", "tongueOut"}
    assert moved == {n for n in CHANNELS if n not in unused and not n.startswith("eyeLook")}
    frames = face(make({"MouthPucker": 0.5}), rising(1.5))
    row = frames.weights[inside(frames, 1.5)].max(axis=0)
    assert np.flatnonzero(row).tolist() == [INDEX["mouthPucker"]]


def test_another_order_is_named_by_a_file(tmp_path: Path) -> None:
    names = list(reversed(NAMES))
    folder = models.unitalker(tmp_path / "own", {"JawOpen": 0.5}, names=names)
    (folder / "unitalker_output_names.json").write_text(json.dumps(names))
    driver = UniTalkerDriver(str(folder))
    frames = face(driver, rising(1.0))
    driver.executor.shutdown()
    assert channel(frames, "jawOpen")[inside(frames, 1.0)].max() > 0.1


def test_the_emotion_is_handed_on(make: Make) -> None:
    frames = face(make({}, emotion=11), rising(1.0))  # the small network adds emo_id - 10
    assert channel(frames, "mouthFunnel")[inside(frames, 1.0)] == pytest.approx(1.0)
    frames = face(make({}), rising(1.0))
    assert channel(frames, "mouthFunnel")[inside(frames, 1.0)] == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ([*NAMES[:-1]], r"gives 72 x 51 for 38400 samples of sound; .* x 50 shapes"),
        ([*NAMES[:-1], "CheekSquint"], "'CheekSquint' is no shape"),
        ({"JawOpen": 1}, "the names of the shapes must be a list of texts"),
    ],
)
def test_names_that_cannot_be_are_configuration_errors(tmp_path: Path, names: object, says: str) -> None:
    models.unitalker(tmp_path, {"JawOpen": 1.0})
    (tmp_path / "unitalker_output_names.json").write_text(json.dumps(names))
    with pytest.raises(ConfigError, match=says):
        UniTalkerDriver(str(tmp_path))


def test_a_network_of_another_kind_is_a_configuration_error(tmp_path: Path) -> None:
    lam = models.lam(tmp_path / "lam", {"jawOpen": 1.0})
    with pytest.raises(
        ConfigError, match=r"inputs want audio \(1 x any\), emo_id \(1\), time_steps \(1\), it"
    ):
        UniTalkerDriver(str(lam))
