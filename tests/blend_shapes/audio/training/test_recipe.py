"""All of training, as small as it can be: from spoken text to a network that runs."""

from pathlib import Path

import numpy as np
import pytest

from blend_shapes.audio.listeners import Listeners
from blend_shapes.audio.network import FaceNetwork
from blend_shapes.audio.sound_mouth import SoundMouth
from blend_shapes.audio.training.lessons import Lesson, lessons, quiet_lessons
from blend_shapes.face import FaceFrames
from server.corpus import espeak
from server.corpus.spoken import RATE
from tests.optional import need_modules


@pytest.fixture
def learnt() -> list[Lesson]:
    need_modules("torch", "onnx")
    spoken = [
        espeak.speak("Papa may go home, but Mama wants to stay.", "en-us", "m1", 1.0, 1.0),
        espeak.speak("Fünf Mäuse bauen ein Boot.", "de", "f2", 0.9, 1.1),
    ]
    rng = np.random.default_rng(1)
    made = lessons([(s.samples, s.phones) for s in spoken], [], rng)
    return [*made, *made, *quiet_lessons(2, rng)]


def test_the_recipe(learnt: list[Lesson], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from blend_shapes.audio.training import export
    from blend_shapes.audio.training import fit as module
    from blend_shapes.audio.training.fit import Course, fit

    monkeypatch.setattr(module, "BATCH", 4)
    monkeypatch.setattr(module, "STRETCH", 256)
    course = Course.of(learnt)
    assert len(course.inputs) == sum(len(lesson.inputs) for lesson in learnt)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        net = fit(course, 5, seed=1, tell=lambda *told: None)
        again = fit(course, 5, seed=1, tell=lambda *told: None)
    finally:
        torch.set_num_threads(threads)
    for a, b in zip(net.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.equal(a, b), "the same seed gives the same"
    export.write(net, tmp_path / "tiny.onnx", {})
    mouth = SoundMouth(60, RATE, Listeners(FaceNetwork(tmp_path / "tiny.onnx")))
    sound = espeak.speak("Mama.", "en-us", "", 1.0, 1.0).samples
    frames = FaceFrames.join([mouth.follow(sound), mouth.settle()])
    assert len(frames) >= len(sound) / RATE * 60
    assert frames.weights.min() >= 0.0 and frames.weights.max() <= 1.0
