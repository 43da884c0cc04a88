import logging
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from server.engines.faces.network import Network
from server.errors import ConfigError, EngineError
from tests.fakes import models


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """output = 1 / input."""
    path = tmp_path / "inverse.onnx"
    nodes = [helper.make_node("Reciprocal", ["input"], ["output"])]
    models.save(path, nodes, {"input": (models.FLOAT, ("n", 2))}, {"output": ("n", 2)}, {})
    return path


def test_it_runs_with_the_types_it_wants(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        network = Network(path)
    assert network.inputs == {"input": (None, 2)} and network.outputs == {"output": (None, 2)}
    result = network.run({"input": np.array([[2, 4]], np.int64)}, "output")
    assert result.tolist() == [[0.5, 0.25]] and result.dtype == np.float32
    assert "inverse.onnx runs on CPU" in caplog.text


def test_what_is_no_number_is_an_error_of_the_engine(path: Path) -> None:
    with pytest.raises(EngineError, match=r"inverse\.onnx gave numbers that are not finite"):
        Network(path, "cpu").run({"input": np.zeros((1, 2), np.float32)}, "output")


def test_a_run_that_fails_is_an_error_of_the_engine(path: Path) -> None:
    with pytest.raises(EngineError, match=r"inverse\.onnx failed: .*dimensions"):
        Network(path).run({"input": np.ones((1, 3), np.float32)}, "output")


@pytest.mark.parametrize("size", [0, 1, 60])
def test_a_truncated_file_is_a_configuration_error(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ConfigError, match=r"inverse\.onnx cannot be loaded as an ONNX network") as caught:
        Network(path)
    assert "\n" not in str(caught.value)


def test_weights_that_lie_apart_and_are_not_there_are_named(path: Path) -> None:
    model = onnx.load(path)
    big = np.ones((1, 2), np.float32)
    model.graph.node.append(helper.make_node("Add", ["output", "big"], ["more"]))
    model.graph.output.append(helper.make_tensor_value_info("more", models.FLOAT, ("n", 2)))
    model.graph.initializer.append(onnx.numpy_helper.from_array(big, "big"))
    onnx.save(model, str(path), save_as_external_data=True, location="inverse.onnx.data", size_threshold=0)
    assert Network(path).run({"input": np.ones((1, 2))}, "more").tolist() == [[2.0, 2.0]]
    (path.parent / "inverse.onnx.data").unlink()
    with pytest.raises(ConfigError, match=r"inverse\.onnx\.data"):
        Network(path)


@pytest.mark.parametrize(
    ("device", "says"),
    [
        ("gpu", "there is no device 'gpu'; there are auto, cuda, directml, coreml, cpu"),
        ("coreml", "this onnxruntime cannot use coreml"),
        ("directml", "install onnxruntime-directml in its place"),
    ],
)
def test_a_device_that_is_not_there_is_a_configuration_error(path: Path, device: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        Network(path, device)


def test_tensors_are_compared_by_name_and_shape(path: Path) -> None:
    network = Network(path)
    network.expect({"input": (None, 2)}, {"output": (7, 2)})
    for inputs, outputs in (
        ({"sound": (None, 2)}, {"output": (None, 2)}),
        ({"input": (None, 3)}, {"output": (None, 2)}),
        ({"input": (None, None, 2)}, {"output": (None, 2)}),
        ({"input": (None, 2), "mood": (1,)}, {"output": (None, 2)}),
        ({}, {"output": (None, 2)}),
    ):
        with pytest.raises(ConfigError, match=r"inputs want .*, it has input \(any x 2\)"):
            network.expect(inputs, outputs)
    with pytest.raises(ConfigError, match=r"outputs want result \(any x 2\), it has output \(any x 2\)"):
        network.expect({"input": (None, 2)}, {"result": (None, 2)})


def test_a_type_that_cannot_be_given_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.onnx"
    nodes = [helper.make_node("Cast", ["text"], ["output"], to=models.FLOAT)]
    models.save(path, nodes, {"text": (onnx.TensorProto.STRING, ("n",))}, {"output": ("n",)}, {})
    with pytest.raises(ConfigError, match=r"input text is a tensor\(string\)"):
        Network(path).expect({"text": (None,)}, {"output": (None,)})
