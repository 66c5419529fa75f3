"""An ONNX file rewritten so that its network takes pictures of any height and width, which fully convolutional ones can do.

Field numbers are those of onnx.proto3 (ONNX IR); the encoding is protobuf's (tag, then a varint, 8 bytes, a length and bytes, or
4 bytes). Only the declared shapes change: the graph and its weights stay byte for byte.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

_VARINT, _BITS_64, _BYTES, _BITS_32 = 0, 1, 2, 5
_FIXED_LENGTH: Final = {_BITS_64: 8, _BITS_32: 4}

_GRAPH: Final = 7
"""ModelProto.graph"""
_INPUT, _OUTPUT, _VALUE_INFO = 11, 12, 13
"""GraphProto.input, .output, .value_info"""
_TYPE: Final = 2
"""ValueInfoProto.type"""
_TENSOR: Final = 1
"""TypeProto.tensor_type"""
_SHAPE: Final = 2
"""TypeProto.Tensor.shape"""
_DIMENSION_NAMED: Final = 2
"""TensorShapeProto.Dimension.dim_param"""
_SIDES: Final = {2: b"height", 3: b"width"}
"""Of a (1, 3, height, width) input."""


class _Field(NamedTuple):
    number: int
    wire: int
    value: bytes
    """What a field of bytes holds."""
    raw: bytes
    """The whole field as it stands."""


def any_shape(model: bytes) -> bytes:
    """The same network, its first two axes as they are, height and width free, its outputs as long as they turn out."""
    shape_gone = {_TYPE: _in({_TENSOR: _in({_SHAPE: _gone})})}
    sides_free = {_TYPE: _in({_TENSOR: _in({_SHAPE: _free_sides})})}
    return _edited(model, {_GRAPH: _in({_INPUT: _in(sides_free), _OUTPUT: _in(shape_gone), _VALUE_INFO: _gone})})


_Edit = Callable[[bytes], bytes | None]


def _in(edits: Mapping[int, _Edit]) -> _Edit:
    return lambda message: _edited(message, edits)


def _gone(_message: bytes) -> None:
    return None


def _edited(message: bytes, edits: Mapping[int, _Edit]) -> bytes:
    """The message with the fields of these numbers edited; None drops one."""
    parts = []
    for field in _fields(message):
        edit = edits.get(field.number) if field.wire == _BYTES else None
        value = edit(field.value) if edit else None
        if edit is None:
            parts.append(field.raw)
        elif value is not None:
            parts.append(_of_bytes(field.number, value))
    return b"".join(parts)


def _free_sides(shape: bytes) -> bytes:
    """A TensorShapeProto whose third and fourth dimension have a name in place of a length."""
    return b"".join(
        _of_bytes(field.number, _of_bytes(_DIMENSION_NAMED, _SIDES[place])) if place in _SIDES else field.raw
        for place, field in enumerate(_fields(shape))
    )


def _fields(message: bytes) -> Iterator[_Field]:
    at = 0
    while at < len(message):
        start = at
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        value = b""
        if wire == _VARINT:
            _number, at = _varint(message, at)
        elif wire == _BYTES:
            length, at = _varint(message, at)
            value = message[at : at + length]
            at += length
        else:
            at += _FIXED_LENGTH[wire]
        yield _Field(number, wire, value, message[start:at])


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _of_bytes(number: int, value: bytes) -> bytes:
    return _as_varint(number << 3 | _BYTES) + _as_varint(len(value)) + value


def _as_varint(value: int) -> bytes:
    parts = []
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
