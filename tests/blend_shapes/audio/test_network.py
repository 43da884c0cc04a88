"""The network's file, and its memory of many streams."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from blend_shapes.audio.hearing import INPUTS
from blend_shapes.audio.network import ANSWERS, WEIGHTS, FaceNetwork, Memory, default
from tests.blend_shapes.audio.networks import Noting

Change = Callable[[onnx.ModelProto], None]


def test_the_weights_are_small() -> None:
    assert WEIGHTS.stat().st_size < 8e6


def test_the_network_is_loaded_once() -> None:
    assert default() is default()
    assert default().width % 2 == 0 and len(default().dilations) > 3


def test_streams_together_are_answered_as_each_alone() -> None:
    network, rng = default(), np.random.default_rng(1)
    x = rng.normal(0, 1, (37, INPUTS)).astype(np.float32)
    seen = rng.uniform(0, 2, (37, len(network.dilations), 2 * network.width)).astype(np.float32)
    answers, saw = network.answer(x, seen)
    assert answers.shape == (37, ANSWERS)
    for i in (0, 1, 17, 36):
        answer, own = network.answer(x[i : i + 1], seen[i : i + 1])
        assert np.allclose(answer[0], answers[i], rtol=1e-4, atol=1e-4)
        assert np.allclose(own[0], saw[i], rtol=1e-4, atol=1e-4)


# --- files that are something else -------------------------------------------------------------------


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.onnx is no file; take one that .*train-face.* wrote"):
        FaceNetwork(tmp_path / "none.onnx")


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_a_file_that_was_cut_off(tmp_path: Path, share: float) -> None:
    path, whole = tmp_path / "cut.onnx", WEIGHTS.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ValueError, match=r"cut\.onnx .*train-face") as caught:
        FaceNetwork(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_network(tmp_path: Path) -> None:
    path = tmp_path / "sound.onnx"
    path.write_bytes(b"RIFF\x00\x00\x00\x00WAVEfmt " * 20)
    with pytest.raises(ValueError, match="cannot be read as an ONNX network"):
        FaceNetwork(path)


def test_a_network_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "other.onnx"
    value = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 3])
    out = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, 3])
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "other", [value], [out])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    with pytest.raises(ValueError, match=r"other\.onnx is a network of another kind"):
        FaceNetwork(path)


def told(dilations: str) -> Change:
    return lambda model: helper.set_model_props(model, {"dilations": dilations})


def constant(name: str, change: Callable[[Any], Any]) -> Change:
    """Change the first constant whose name begins so."""

    def changed(model: onnx.ModelProto) -> None:
        old = next(c for c in model.graph.initializer if c.name.startswith(name))
        old.CopyFrom(numpy_helper.from_array(change(numpy_helper.to_array(old)), old.name))

    return changed


def untold(model: onnx.ModelProto) -> None:
    del model.metadata_props[:]


def renamed(model: onnx.ModelProto) -> None:
    for node in model.graph.node:
        node.output[:] = ["reply" if name == "answer" else name for name in node.output]
    model.graph.output[0].name = "reply"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (untold, "of another kind"),
        (told("one,two"), "of another kind"),
        (told(""), "of another kind"),
        (told("1,2"), "hears other things"),
        (told("0,2,4,8,16,1,2,4,8,16"), "hears other things"),
        (told("1,2,4,8,16,1,2,4,8,1025"), "hears other things"),
        (renamed, "hears other things"),
        (constant("answer_w", lambda w: w[:, :-1]), "hears other things|cannot be read"),
        (constant("answer_b", lambda b: b * np.float16(np.nan)), "hears other things"),
    ],
)
def test_a_network_that_does_not_fit(tmp_path: Path, change: Change, says: str) -> None:
    model = onnx.load(WEIGHTS)
    change(model)
    path = tmp_path / "changed.onnx"
    onnx.save(model, path)
    with pytest.raises(ValueError, match=says) as caught:
        FaceNetwork(path)
    assert "changed.onnx" in str(caught.value) and "\n" not in str(caught.value)


def test_a_copy_of_the_weights_is_as_good(tmp_path: Path) -> None:
    path = tmp_path / "own.onnx"
    path.write_bytes(WEIGHTS.read_bytes())
    x, seen = np.ones((1, INPUTS), np.float32), np.ones((1, 10, 2 * default().width), np.float32)
    assert np.array_equal(FaceNetwork(path).answer(x, seen)[0], default().answer(x, seen)[0])


# --- the memory --------------------------------------------------------------------------------------


def test_blocks_see_what_they_saw_one_and_two_dilations_ago() -> None:
    network, rng = Noting(), np.random.default_rng(1)
    memory = Memory(network, 3)
    rows, begins = np.array([2, 0]), np.array([0, 1000])
    saw = rng.normal(0, 1, (40, 2, 2, network.width)).astype(np.float32)
    for k in range(40):
        seen = memory.seen(rows, begins + k)
        for block, d in enumerate(network.dilations):
            for stream in (0, 1):
                back = [saw[k - n * d, stream, block] if k >= n * d else np.zeros(5) for n in (2, 1)]
                assert np.array_equal(seen[stream, block], np.concatenate(back))
        memory.keep(rows, begins + k, saw[k])
    memory.reset(np.array([2]))
    seen = memory.seen(rows, begins + 40)
    assert not seen[0].any() and seen[1].all()


def test_a_memory_that_grows_forgets_nothing() -> None:
    network = Noting()
    memory, rows = Memory(network, 2), np.array([0, 1])
    memory.keep(rows, np.array([5, 5]), np.ones((2, 2, network.width), np.float32))
    memory.grow(9)
    assert memory.seen(rows, np.array([6, 6]))[:, 0, network.width :].all()
    assert not memory.seen(np.array([8]), np.array([6])).any()
