"""The network as PyTorch has it and as it runs."""

from pathlib import Path

import numpy as np
import onnx

from blend_shapes.articulation.windows import Array
from blend_shapes.audio.hearing import INPUTS
from blend_shapes.audio.network import ANSWERS, FaceNetwork, Memory
from tests.optional import need_modules

STEPS = 150


def streamed(network: FaceNetwork, heard: Array) -> Array:
    """Answers (steps, streams, ANSWERS) of streams (steps, streams, INPUTS), a step at a time."""
    memory, rows = Memory(network, heard.shape[1]), np.arange(heard.shape[1])
    answers = []
    for step, x in enumerate(heard):
        at = np.full(len(rows), step)
        answer, saw = network.answer(x, memory.seen(rows, at))
        memory.keep(rows, at, saw)
        answers.append(answer)
    return np.array(answers)


def test_a_step_at_a_time_is_as_all_at_once(tmp_path: Path) -> None:
    """Within what half precision of the weights leaves."""
    need_modules("torch", "onnx")
    import torch

    from blend_shapes.audio.training import export, model

    torch.manual_seed(1)
    net = model.FaceNet()
    net.expect(torch.linspace(0.0, 0.4, model.MOUTH), torch.linspace(0.02, 0.2, model.MOUTH))
    for norm in net.modules():
        if isinstance(norm, torch.nn.BatchNorm1d):
            torch.nn.init.normal_(norm.running_mean, 0.0, 0.3)
            torch.nn.init.uniform_(norm.running_var, 0.5, 2.0)
            torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
            torch.nn.init.normal_(norm.bias, 0.0, 0.2)
    net.eval()
    path = tmp_path / "random.onnx"
    export.write(net, path, {"made by": "a test"})
    network = FaceNetwork(path)
    assert network.dilations == model.DILATIONS and network.width == model.WIDTH
    assert model.ANSWERS == ANSWERS
    heard = np.random.default_rng(1).normal(0.0, 1.0, (STEPS, 2, INPUTS)).astype(np.float32)
    with torch.no_grad():
        mouth, seals, _ = net(torch.from_numpy(heard.transpose(1, 2, 0)))
    whole = np.concatenate([mouth.numpy(), seals.numpy()], axis=1).transpose(2, 0, 1)
    answers = streamed(network, heard)
    assert whole.std(axis=0).min() > 1e-3, "every answer moves"
    assert np.abs(answers - whole).max() < 1e-3 * max(1.0, float(np.abs(whole).max()))


def test_the_file_says_who_made_it_and_takes_any_number_of_streams(tmp_path: Path) -> None:
    need_modules("torch", "onnx")
    from blend_shapes.audio.training import export, model

    path = tmp_path / "random.onnx"
    export.write(model.FaceNet().eval(), path, {"made by": "a test"})
    told = {p.key: p.value for p in onnx.load(path).metadata_props}
    assert told["made by"] == "a test" and told["dilations"].startswith("1,2,4")
    network = FaceNetwork(path)
    for count in (1, 3, 100):
        answers, saw = network.answer(
            np.zeros((count, INPUTS), np.float32), np.zeros((count, 10, 2 * network.width), np.float32)
        )
        assert len(answers) == len(saw) == count
