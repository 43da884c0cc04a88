"""The trained network as ONNX: one step of many streams at once, its state kept by the caller."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from blend_shapes.audio.hearing import INPUTS
from blend_shapes.audio.training.model import ANSWERS, DILATIONS, MOUTH, TAPS, WIDTH, FaceNet

_OPSET: Final = 17


def write(net: FaceNet, path: Path, notes: dict[str, str]) -> None:
    """Write the graph of one step: `x` (streams, INPUTS) and `seen` (streams, blocks, 2 WIDTH), what each
    block saw two and one dilations ago, give `answer` (streams, ANSWERS) and `saw` (streams, blocks,
    WIDTH).

    Weights are stored in half precision. `notes` and the dilations go into the file's metadata.
    """
    graph = _Graph()
    x = graph.affine("x", _array(net.entry.weight)[:, :, 0].T, _array(net.entry.bias), "entry")
    x = graph.node("Relu", x)
    seen = graph.split("seen", len(DILATIONS))
    saw = []
    for block, before in zip(net.blocks, seen, strict=True):
        saw.append(x)
        scale, shift = _norm(block.norm)
        taps = _array(block.conv.weight) * scale[:, None, None]
        stacked = np.concatenate([taps[:, :, i].T for i in range(TAPS)])
        h = graph.node("Concat", before, x, axis=1)
        h = graph.node("Relu", graph.affine(h, stacked, shift, "conv"))
        h = graph.affine(h, _array(block.mix.weight)[:, :, 0].T, _array(block.mix.bias), "mix")
        x = graph.node("Add", x, h)
    scale, shift = _norm(net.norm)
    x = graph.node("Mul", x, graph.constant(scale, "scale"))
    x = graph.node("Relu", graph.node("Add", x, graph.constant(shift, "shift")))
    answer = graph.affine(x, *_answer(net), "answer")
    graph.node("Identity", answer, output="answer")
    wide = [graph.node("Unsqueeze", each, graph.axis()) for each in saw]
    graph.node("Concat", *wide, output="saw", axis=1)
    onnx.save(graph.model(notes), path)


def _array(parameter: Any) -> NDArray[np.float32]:
    return np.asarray(parameter.detach().cpu().numpy(), np.float32)


def _answer(net: FaceNet) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weight (WIDTH, ANSWERS) and bias of the answers, the mouth's in its own units."""
    rest = ANSWERS - MOUTH
    spread = np.concatenate([_array(net.spread), np.ones(rest, np.float32)])
    centre = np.concatenate([_array(net.centre), np.zeros(rest, np.float32)])
    return _array(net.answer.weight)[:, :, 0].T * spread, _array(net.answer.bias) * spread + centre


def _norm(norm: nn.BatchNorm1d) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A batch norm as factor and summand of each channel."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = _array(norm.weight) / np.sqrt(_array(norm.running_var) + norm.eps)
    return scale, _array(norm.bias) - scale * _array(norm.running_mean)


class _Graph:
    """Nodes and constants as they are written down."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def node(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        output = output or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, values: NDArray[np.float32], name: str) -> str:
        """Stored as half, used as single precision."""
        name = f"{name}_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(values.astype(np.float16), name))
        return self.node("Cast", name, to=TensorProto.FLOAT)

    def axis(self) -> str:
        if not any(c.name == "axis" for c in self._constants):
            self._constants.append(numpy_helper.from_array(np.array([1], np.int64), "axis"))
        return "axis"

    def affine(self, x: str, weight: NDArray[np.float32], bias: NDArray[np.float32], name: str) -> str:
        return self.node("Gemm", x, self.constant(weight, f"{name}_w"), self.constant(bias, f"{name}_b"))

    def split(self, name: str, count: int) -> list[str]:
        """(streams, count, n) as `count` of (streams, n)."""
        parts = [f"{name}_{i}" for i in range(count)]
        self._nodes.append(helper.make_node("Split", [name], parts, axis=1))
        return [self.node("Squeeze", part, self.axis()) for part in parts]

    def model(self, notes: dict[str, str]) -> onnx.ModelProto:
        def value(name: str, *shape: int) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["streams", *shape])

        blocks = len(DILATIONS)
        graph = helper.make_graph(
            self._nodes,
            "face",
            [value("x", INPUTS), value("seen", blocks, (TAPS - 1) * WIDTH)],
            [value("answer", ANSWERS), value("saw", blocks, WIDTH)],
            self._constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)
        helper.set_model_props(model, {"dilations": ",".join(map(str, DILATIONS)), **notes})
        onnx.checker.check_model(model)
        return model
