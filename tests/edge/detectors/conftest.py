"""Small networks made on the spot and scenes drawn from a seed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Constant = Callable[..., Path]


@pytest.fixture
def constant_network(tmp_path: Path) -> Constant:
    """Make a network that answers `output` whatever it sees, for an input of these axes."""

    def make(output: NDArray[np.float32], axes: list[int | str], *, name: str = "made.onnx", outputs: int = 1) -> Path:
        kept = helper.make_node("Constant", [], ["answer"], value=numpy_helper.from_array(output, "answer"))
        zero = helper.make_node("ReduceMin", ["images"], ["least"], keepdims=0)
        nothing = helper.make_node("Sub", ["least", "least"], ["nothing"])
        sums = [helper.make_node("Add", ["answer", "nothing"], [f"output{k}"]) for k in range(outputs)]
        graph = helper.make_graph(
            [kept, zero, nothing, *sums],
            "constant",
            [helper.make_tensor_value_info("images", TensorProto.FLOAT, axes)],
            [helper.make_tensor_value_info(f"output{k}", TensorProto.FLOAT, output.shape) for k in range(outputs)],
        )
        path = tmp_path / name
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
        return path

    return make


@pytest.fixture
def constant_outputs(tmp_path: Path) -> Constant:
    """Make a network that answers these outputs whatever it sees, for an input of these axes."""

    def make(outputs: list[NDArray[np.float32]], axes: list[int | str]) -> Path:
        nodes = [
            helper.make_node("ReduceMin", ["images"], ["least"], keepdims=0),
            helper.make_node("Sub", ["least", "least"], ["nothing"]),
        ]
        for place, output in enumerate(outputs):
            value = numpy_helper.from_array(output, f"answer{place}")
            nodes += [
                helper.make_node("Constant", [], [f"answer{place}"], value=value),
                helper.make_node("Add", [f"answer{place}", "nothing"], [f"output{place}"]),
            ]
        graph = helper.make_graph(
            nodes,
            "constants",
            [helper.make_tensor_value_info("images", TensorProto.FLOAT, axes)],
            [helper.make_tensor_value_info(f"output{k}", TensorProto.FLOAT, output.shape) for k, output in enumerate(outputs)],
        )
        path = tmp_path / "several.onnx"
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
        return path

    return make
