"""One network for pictures of every shape."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edge.detectors.any_shape import any_shape
from edge.detectors.labels import COCO
from edge.detectors.load import load_detector
from edge.detectors.session import Session
from edge.detectors.yolox import cells, least_size_px

pytestmark = pytest.mark.unit

SIDE_PX = 64
Constant = Callable[..., Path]


def _convolutional(path: Path) -> Path:
    """A network of YOLOX's shape, (1, rows, 6), whose objectness is the mean brightness under each cell / 255."""
    nodes, joined = [], []
    for stride in (8, 16, 32):
        weights = np.zeros((6, 3, stride, stride), np.float32)
        weights[4:] = 1 / (3 * stride * stride * 255)
        kernel = numpy_helper.from_array(weights, f"w{stride}")
        flat = numpy_helper.from_array(np.array([1, 6, -1], np.int64), f"s{stride}")
        nodes += [
            helper.make_node("Constant", [], [f"w{stride}"], value=kernel),
            helper.make_node("Constant", [], [f"s{stride}"], value=flat),
            helper.make_node("Conv", ["images", f"w{stride}"], [f"c{stride}"], strides=[stride, stride]),
            helper.make_node("Reshape", [f"c{stride}", f"s{stride}"], [f"f{stride}"]),
        ]
        joined.append(f"f{stride}")
    nodes += [
        helper.make_node("Concat", joined, ["all"], axis=2),
        helper.make_node("Transpose", ["all"], ["output"], perm=[0, 2, 1]),
    ]
    rows = len(cells((SIDE_PX, SIDE_PX)))
    graph = helper.make_graph(
        nodes,
        "convolutional",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE_PX, SIDE_PX])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, rows, 6])],
        value_info=[helper.make_tensor_value_info("all", TensorProto.FLOAT, [1, 6, rows])],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def _shape(value: onnx.ValueInfoProto) -> list[int | str]:
    return [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim]


def test_only_the_declared_shapes_change(tmp_path: Path) -> None:
    before = onnx.load(_convolutional(tmp_path / "made.onnx"))
    after = onnx.load_from_string(any_shape((tmp_path / "made.onnx").read_bytes()))
    assert _shape(after.graph.input[0]) == [1, 3, "height", "width"]
    assert not after.graph.output[0].type.tensor_type.HasField("shape")
    assert not after.graph.value_info
    assert after.graph.node == before.graph.node
    assert after.opset_import == before.opset_import


def test_a_free_network_answers_a_picture_of_another_shape_row_by_row(tmp_path: Path) -> None:
    session = Session(_convolutional(tmp_path / "made.onnx"))
    values = np.random.default_rng(1).uniform(0, 255, (1, 3, 32, SIDE_PX)).astype(np.float32)
    whole = np.concatenate([values, np.zeros_like(values)], axis=2)
    upper = session.run(whole)[0, : 4 * 8]
    assert session.set_free(values, len(cells((SIDE_PX, 32))))
    np.testing.assert_allclose(session.run(values)[0, : 4 * 8], upper, rtol=1e-5)


def test_a_wide_picture_costs_no_grey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    detector = load_detector(_convolutional(tmp_path / "made.onnx"), min_score=0.5)
    seen: list[tuple[int, ...]] = []
    run = Session.run

    def noted(session: Session, values: NDArray[np.generic]) -> NDArray[np.float32]:
        seen.append(values.shape)
        return run(session, values)

    monkeypatch.setattr(Session, "run", noted)
    picture = np.zeros((72, 128, 3), np.uint8)
    picture[32:48, 64:80] = 255
    found = detector.detect(picture)
    assert seen == [(1, 3, 64, 64)]
    assert len(found.score) == 1
    assert least_size_px(np.zeros((120, 640, 3), np.uint8), (416, 416)) == (416, 96)
    detector.detect(np.zeros((60, 128, 3), np.uint8))
    assert seen[1] == (1, 3, 32, 64)


def test_a_network_that_answers_one_shape_only_keeps_its_square(constant_network: Constant) -> None:
    answer = np.zeros((1, len(cells((SIDE_PX, SIDE_PX))), 85), np.float32)
    answer[0, 0, :5], answer[0, 0, 5 + COCO.index("person")] = (1.0, 1.0, 0.0, 0.0, 1.0), 0.9
    detector = load_detector(constant_network(answer, [1, 3, SIDE_PX, SIDE_PX]))
    assert detector.detect(np.zeros((32, 64, 3), np.uint8)).label == ("person",)
