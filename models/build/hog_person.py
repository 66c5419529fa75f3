"""Builds `models/hog_person.onnx`: OpenCV's pedestrian HOG + linear SVM as one fully convolutional graph.

Run it where OpenCV 4 is (OpenCV 5 no longer carries the weights):

    uv venv build/opencv4
    uv pip install -p build/opencv4/bin/python "opencv-python-headless==4.14.*" numpy onnx
    build/opencv4/bin/python -m models.build.hog_person

The recipe is Dalal and Triggs, "Histograms of Oriented Gradients for Human Detection", CVPR 2005, with the numbers of
OpenCV's default people detector: 64x128 windows, 16x16 blocks every 8 pixels, 2x2 cells, 9 unsigned orientations, L2-Hys.
"""

import argparse
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Floats = NDArray[np.float32]

TARGET = Path(__file__).parents[1] / "hog_person.onnx"
BINS = 9
BLOCK_PX, STRIDE_PX, CELL_PX = 16, 8, 8
BLOCKS_HIGH, BLOCKS_WIDE = 15, 7
CHANNELS = 4 * BINS
NODES = np.arange(BINS + 2) - 3.5
"""Where hinges bend, in turns of an angle (see `hinges`)."""
ARCTAN = (0.9997878412794807, -0.3258083974640975, 0.1555786518463281, -0.04432655554792128)


class Graph:
    """A straight list of nodes; each call adds one and names its result."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """A tensor stored in the file, once a name."""
        self.constants[name] = numpy_helper.from_array(value, name)
        return name

    def number(self, value: float) -> str:
        """A scalar, shared by all its users."""
        return self.constant(f"number_{value:.9g}", np.array(value, np.float32))

    def add(self, kind: str, result: str, *inputs: str, **attributes: Any) -> str:
        """One operator; gives back `result`."""
        self.nodes.append(helper.make_node(kind, list(inputs), [result], name=result, **attributes))
        return result


def cell_weights() -> Floats:
    """(2, 16) weights of a pixel in the first and second cell of a block along one axis: its share times the Gaussian.

    Both are products of a row and a column factor, so the 16x16 kernel is two passes of 16.
    """
    at = np.arange(BLOCK_PX, dtype=np.float64)
    gaussian = np.exp(-((at - BLOCK_PX / 2) ** 2) / (2 * 4.0**2))
    cell = (at + 0.5) / CELL_PX - 0.5
    share = np.stack([np.clip(1 - np.abs(cell - k), 0, None) for k in (0, 1)])
    return np.asarray(share * gaussian, np.float32)


def gradient(graph: Graph) -> tuple[str, str, str]:
    """Horizontal and vertical difference and squared size of the channel that changes most, each (1, 1, H, W)."""
    graph.add("Cast", "levels", "picture", to=TensorProto.FLOAT)
    graph.add("Sqrt", "gamma", "levels")
    graph.add("Transpose", "planes", "gamma", perm=[0, 3, 1, 2])
    graph.add("Pad", "wide", "planes", graph.constant("pad_x", np.array([0, 0, 0, 1, 0, 0, 0, 1])), mode="reflect")
    graph.add("Pad", "high", "planes", graph.constant("pad_y", np.array([0, 0, 1, 0, 0, 0, 1, 0])), mode="reflect")
    for axis, (name, padded) in enumerate((("dy", "high"), ("dx", "wide")), start=2):
        axes = graph.constant(f"axis_{axis}", np.array([axis]))
        zero, two = graph.constant("index_0", np.array([0])), graph.constant("index_2", np.array([2]))
        minus_two, end = graph.constant("index_-2", np.array([-2])), graph.constant("index_end", np.array([2**62]))
        graph.add("Slice", f"{name}_after", padded, two, end, axes)
        graph.add("Slice", f"{name}_before", padded, zero, minus_two, axes)
        graph.add("Sub", name, f"{name}_after", f"{name}_before")
    graph.add("Mul", "dx2", "dx", "dx")
    graph.add("Mul", "dy2", "dy", "dy")
    graph.add("Add", "energy", "dx2", "dy2")
    return strongest(graph)


def strongest(graph: Graph) -> tuple[str, str, str]:
    """Of three channels the one with the greatest gradient; a tie goes to the first channel, as in OpenCV."""
    split = graph.constant("one_each", np.array([1, 1, 1]))
    for name in ("dx", "dy", "energy"):
        graph.nodes.append(
            helper.make_node("Split", [name, split], [f"{name}_{c}" for c in range(3)], name=f"{name}_split", axis=1)
        )
    best = {name: f"{name}_0" for name in ("dx", "dy", "energy")}
    for channel in (1, 2):
        graph.add("Greater", f"beats_{channel}", f"energy_{channel}", best["energy"])
        for name in ("dx", "dy"):
            best[name] = graph.add("Where", f"{name}_best_{channel}", f"beats_{channel}", f"{name}_{channel}", best[name])
        best["energy"] = graph.add("Max", f"energy_best_{channel}", f"energy_{channel}", best["energy"])
    return best["dx"], best["dy"], best["energy"]


def orientation(graph: Graph, dx: str, dy: str) -> str:
    """(1, 1, H, W) direction of the gradient without its sign, -2.25..6.75, of which 9 make a half turn.

    Within 45 degrees of an axis the angle is a short odd polynomial of the ratio of the smaller to the larger difference. Its
    coefficients are those OpenCV's `fastAtan2` approximates with (an error of .01 degrees): margins then agree to 1e-5, and
    with the exact arc tangent only to 3e-3.
    """
    graph.add("Abs", "dx_abs", dx)
    graph.add("Abs", "dy_abs", dy)
    graph.add("Greater", "steep", "dy_abs", "dx_abs")
    graph.add("Where", "smaller", "steep", dx, dy)
    graph.add("Where", "larger", "steep", dy, dx)
    graph.add("Add", "larger_safe", "larger", graph.number(1e-20))  # keeps 0 / 0 from being a NaN; its size is 0
    graph.add("Div", "ratio", "smaller", "larger_safe")
    graph.add("Mul", "ratio2", "ratio", "ratio")
    value = graph.number(ARCTAN[-1] * BINS / np.pi)
    for power, factor in reversed(list(enumerate(ARCTAN[:-1]))):
        graph.add("Mul", f"horner_{power}", value, "ratio2")
        value = graph.add("Add", f"arctan_{power}", f"horner_{power}", graph.number(factor * BINS / np.pi))
    graph.add("Mul", "from_axis", value, "ratio")
    graph.add("Sub", "from_upright", graph.number(BINS / 2), "from_axis")
    return graph.add("Where", "turn", "steep", "from_upright", "from_axis")


def hinges(graph: Graph, dx: str, dy: str, energy: str) -> str:
    """(1, 11, H, W) size x max(0, turn - node), nodes -3.5, -2.5 ... 6.5.

    A pixel's vote for the bin around m is the tent size x max(0, 1 - |turn - m|), and a tent is the second difference of
    three hinges. Differences are linear, so they are taken after the cells are summed, on a 64th of the values.
    """
    graph.add("Sqrt", "size", energy)
    turn = orientation(graph, dx, dy)
    graph.add("Mul", "size_turn", "size", turn)
    graph.add("Concat", "line", "size_turn", "size", axis=1)
    # A matrix product over flat pixels: as a convolution onnxruntime would reorder the values there and back.
    graph.add("Shape", "line_shape", "line")
    graph.add(
        "Slice", "height_width", "line_shape", graph.constant("index_2", np.array([2])), graph.constant("index_4", np.array([4]))
    )
    graph.add("Concat", "hinge_shape", graph.constant("hinge_count", np.array([1, len(NODES)])), "height_width", axis=0)
    graph.add("Reshape", "line_flat", "line", graph.constant("two_rows", np.array([1, 2, -1])))
    lines = np.stack([np.ones_like(NODES), -NODES], axis=1).astype(np.float32)
    graph.add("MatMul", "hinge_flat", graph.constant("nodes", lines), "line_flat")
    graph.add("Reshape", "hinge_line", "hinge_flat", "hinge_shape")
    return graph.add("Relu", "hinges", "hinge_line")


def tents() -> Floats:
    """(9, 11) how much of each hinge is in each bin; bins go round in a circle, so bin 7 is also seen at -1.5."""
    share = np.zeros((BINS, len(NODES)), np.float32)
    for middle in np.arange(NODES[0] + 1, NODES[-1] + 2):
        for node, factor in ((middle - 1, 1), (middle, -2), (middle + 1, 1)):
            share[int(middle - 0.5) % BINS] += factor * (node == NODES)
    return share


def blocks(graph: Graph, hinges_name: str) -> str:
    """(1, 36, h, w) normalised block histograms, channel = bin * 4 + row cell * 2 + column cell."""
    weights, hinge_count = cell_weights(), len(NODES)
    down = np.tile(weights.reshape(2, 1, BLOCK_PX, 1), (hinge_count, 1, 1, 1))
    across = np.tile(weights.reshape(2, 1, 1, BLOCK_PX), (2 * hinge_count, 1, 1, 1))
    mix = np.kron(tents(), np.eye(4, dtype=np.float32)).reshape(CHANNELS, 4 * hinge_count, 1, 1)
    graph.add("Conv", "summed_down", hinges_name, graph.constant("down", down), group=hinge_count, strides=[STRIDE_PX, 1])
    graph.add("Conv", "summed", "summed_down", graph.constant("across", across), group=2 * hinge_count, strides=[1, STRIDE_PX])
    graph.add("Conv", "cells", "summed", graph.constant("tents", mix))
    # L2-Hys: normalise, cut at 0.2, normalise again; the small numbers are OpenCV's.
    graph.add("ReduceL2", "length", "cells", axes=[1], keepdims=1)
    graph.add("Add", "length_safe", "length", graph.number(0.1 * CHANNELS))
    graph.add("Div", "unit", "cells", "length_safe")
    graph.add("Min", "cut", "unit", graph.number(0.2))
    graph.add("ReduceL2", "length_cut", "cut", axes=[1], keepdims=1)
    graph.add("Add", "length_cut_safe", "length_cut", graph.number(1e-3))
    return graph.add("Div", "blocks", "cut", "length_cut_safe")


def svm_kernel(people: Floats) -> Floats:
    """(36, 1, 15, 7) the SVM's plane turned by half a turn, from OpenCV's order (block column, row, cell column, row, bin).

    Turned, because the graph applies it as a transposed convolution: onnxruntime does a convolution to one channel at a
    sixteenth of its speed, and the transposed one as a plain matrix product.
    """
    plane = people[:-1].reshape(BLOCKS_WIDE, BLOCKS_HIGH, 2, 2, BINS)
    upright = plane.transpose(4, 3, 2, 1, 0).reshape(CHANNELS, 1, BLOCKS_HIGH, BLOCKS_WIDE)
    return np.ascontiguousarray(upright[:, :, ::-1, ::-1])


def build(people: Floats) -> onnx.ModelProto:
    """The graph: picture (1, H, W, 3) uint8 BGR, H >= 128, W >= 64 -> margin (1, 1, (H-128)//8+1, (W-64)//8+1) float32.

    `people` is (3781,): 3780 weights and the offset. Margin [i, j] is the SVM's for the window whose corner is (8j, 8i).
    """
    graph = Graph()
    features = blocks(graph, hinges(graph, *gradient(graph)))
    kernel, offset = graph.constant("svm", svm_kernel(people)), graph.constant("svm_offset", people[-1:].copy())
    inner = [BLOCKS_HIGH - 1, BLOCKS_WIDE - 1] * 2
    graph.add("ConvTranspose", "margin", features, kernel, offset, pads=inner)
    made = helper.make_graph(
        graph.nodes,
        "hog_person",
        [helper.make_tensor_value_info("picture", TensorProto.UINT8, [1, "height", "width", 3])],
        [helper.make_tensor_value_info("margin", TensorProto.FLOAT, [1, 1, "rows", "columns"])],
        list(graph.constants.values()),
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="lamplighter")
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    """Write the network and say its size and sha256."""
    import cv2

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TARGET)
    out: Path = parser.parse_args().out
    default = cv2.HOGDescriptor_getDefaultPeopleDetector  # type: ignore[attr-defined] # OpenCV 4 has it
    people = np.asarray(default(), np.float32).reshape(-1)
    content = build(people).SerializeToString()
    out.write_bytes(content)
    print(f"{out.name}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}, from OpenCV {cv2.__version__}")


if __name__ == "__main__":
    main()
