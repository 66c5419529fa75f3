"""A network opened for inference, after its content and shapes were found to be what was promised."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.detectors.any_shape import any_shape
from lamplighter.contract.errors import SettingsError

if TYPE_CHECKING:
    import onnxruntime

Axis = int | str
"""A fixed length, or the name of one that varies."""

_ON_ANY_SHAPE = ("CPUExecutionProvider",)
"""Others build themselves anew for each shape, which takes them seconds to minutes."""

QUIET = 3
"""onnxruntime's log level for errors only: exporters' habits are no news to an operator."""


class Shape(NamedTuple):
    """What goes in or comes out: element type and lengths, (1, 3, 416, 416) or (1, "height", "width", 3)."""

    dtype: str
    axes: tuple[Axis, ...]

    def __str__(self) -> str:
        """As in "float32 1x3x416x416"; lengths that vary are shown as their name."""
        return f"{self.dtype} {'x'.join(str(axis) for axis in self.axes)}"

    def accepts(self, other: "Shape") -> bool:
        """Whether `other` is this: equal types and lengths, and where this varies so does that."""
        return self.dtype == other.dtype and tuple(map(_varying, self.axes)) == tuple(map(_varying, other.axes))


class Session:
    """One network with one input."""

    def __init__(self, path: Path, *, providers: Sequence[str] = ("CPUExecutionProvider",), threads: int = 1) -> None:
        self.path = path
        self._providers, self._threads = tuple(providers), threads
        self._session = _open(path, str(path), providers=self._providers, threads=threads)
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or not outputs:
            problem = f"{path.name}: has {len(inputs)} inputs and {len(outputs)} outputs, a detector here has one input"
            raise SettingsError(f"{problem}; choose another model (`lamplighter models list`)")
        self.input, self.outputs = _shape(inputs[0]), tuple(_shape(output) for output in outputs)
        self._source, self._results = inputs[0].name, [output.name for output in outputs]

    @property
    def output(self) -> Shape:
        """The first output."""
        return self.outputs[0]

    def set_free(self, sample: NDArray[np.generic], rows: int) -> bool:
        """Let it take pictures of any height and width from now on; False where it cannot, and then it is as it was.

        It can when it answers `sample`, a (1, 3, H, W) float32 of another shape than its own, with (1, `rows`, columns).
        """
        from onnxruntime.capi import onnxruntime_pybind11_state as reasons

        if self._providers != _ON_ANY_SHAPE:
            return False
        try:
            free = _open(self.path, any_shape(self.path.read_bytes()), providers=self._providers, threads=self._threads)
            answer = free.run(self._results[:1], {self._source: sample})[0]
        except (SettingsError, reasons.Fail, reasons.RuntimeException, reasons.InvalidArgument):
            return False
        if answer.shape[:2] != (1, rows):
            return False
        self._session = free
        return True

    def run(self, values: NDArray[np.generic]) -> NDArray[np.float32]:
        """The first output for this input."""
        return np.asarray(self._session.run(self._results[:1], {self._source: values})[0], np.float32)

    def run_all(self, values: NDArray[np.generic]) -> list[NDArray[np.float32]]:
        """Every output for this input, in the network's order."""
        return [np.asarray(result, np.float32) for result in self._session.run(self._results, {self._source: values})]


def _open(path: Path, network: str | bytes, *, providers: tuple[str, ...], threads: int) -> "onnxruntime.InferenceSession":
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as reasons

    unknown = sorted(set(providers) - set(onnxruntime.get_available_providers()))
    if unknown:
        allowed = ", ".join(onnxruntime.get_available_providers())
        raise SettingsError(f"providers = {', '.join(unknown)}: not in this onnxruntime; it has {allowed}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = QUIET
    # Spinning threads take the CPU from the cameras' threads and win nothing on a busy gateway.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(network, options, providers=list(providers))
    except (reasons.InvalidProtobuf, reasons.NoSuchFile, reasons.InvalidGraph, reasons.Fail, reasons.InvalidArgument) as error:
        reason = str(error).splitlines()[0][:200]
        raise SettingsError(f"{path}: is no network that onnxruntime opens: {reason}; give an .onnx file") from error


def _shape(value: "onnxruntime.NodeArg") -> Shape:
    dtype = DTYPES.get(value.type, value.type)
    return Shape(dtype, tuple(axis if isinstance(axis, int) else str(axis) for axis in value.shape))


def _varying(axis: Axis) -> int:
    return axis if isinstance(axis, int) else -1


DTYPES = {"tensor(float)": "float32", "tensor(uint8)": "uint8", "tensor(float16)": "float16", "tensor(int64)": "int64"}
