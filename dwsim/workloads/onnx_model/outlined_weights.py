"""Large weights of an ``.onnx`` file stay in it: its model refers to them as external data.

protobuf copies the values of each weight into memory, beside a copy of the whole file. This module
reads the wire format of the file (https://protobuf.dev/programming-guides/encoding) without a
copy of ``raw_data``, and writes a model in which each large weight of the main graph names the
file, an offset and a length, as weights in files beside a model do. A large weight in a
``Constant`` operator becomes a weight of the graph, with the name of the operator's output.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import onnx
from google.protobuf.message import DecodeError

LEAST_BYTES = 1 << 16
"""Weights from this size on stay in the file."""

Content = bytes | memoryview

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_GRAPH = onnx.ModelProto.GRAPH_FIELD_NUMBER
_IR_VERSION = onnx.ModelProto.IR_VERSION_FIELD_NUMBER
_NODE = onnx.GraphProto.NODE_FIELD_NUMBER
_ATTRIBUTE = onnx.NodeProto.ATTRIBUTE_FIELD_NUMBER
_VALUE = onnx.AttributeProto.T_FIELD_NUMBER
_NAME = onnx.TensorProto.NAME_FIELD_NUMBER
_FIRST_FREE_WEIGHTS = 4
"""The version of the format from which on a weight need not be an input of the graph, too."""
_INITIALIZER = onnx.GraphProto.INITIALIZER_FIELD_NUMBER
_RAW_DATA = onnx.TensorProto.RAW_DATA_FIELD_NUMBER
_LOCATION = onnx.TensorProto.DATA_LOCATION_FIELD_NUMBER
_EXTERNAL = onnx.TensorProto.EXTERNAL_DATA_FIELD_NUMBER


@dataclass(frozen=True)
class _Field:
    """A field: its number, its place with its tag, and that of its bytes (``_BYTES`` only)."""

    number: int
    begin: int
    end: int
    payload: int


def outlined(content: Content, name: str, least: int = LEAST_BYTES) -> bytes:
    """The model without the values of large weights, which are external data of the file ``name``.

    Args:
        content: the file.
        name: its name, without a folder.
        least: bytes of the values of a weight, from which on they stay in the file.

    Raises:
        ValueError: if the bytes are not in protobuf's wire format.
    """
    return b"".join(_model(memoryview(content), name, least))


def _model(content: memoryview, name: str, least: int) -> Iterator[Content]:
    fields = list(_fields(content, 0, len(content)))
    versions = [content[f.begin : f.end] for f in fields if f.number == _IR_VERSION]
    version = onnx.ModelProto.FromString(b"".join(versions)).ir_version if versions else 0
    for field in fields:
        if field.number == _GRAPH and field.payload:
            free = version >= _FIRST_FREE_WEIGHTS
            graph = b"".join(_graph(content, field, name, least, free))
            yield _with_length(_GRAPH, graph)
        else:
            yield content[field.begin : field.end]


def _graph(
    content: memoryview, graph: _Field, name: str, least: int, free: bool
) -> Iterator[Content]:
    """The fields of the graph; ``free``: a weight need not be an input."""
    for field in _fields(content, graph.payload, graph.end):
        large = field.payload and field.end - field.payload >= least
        constant = None
        if large and field.number == _NODE and free:
            constant = _constant(content, field, name, least)
        if large and field.number == _INITIALIZER:
            yield _with_length(_INITIALIZER, _tensor(content, field, name, least))
        elif constant is not None:
            yield _with_length(_INITIALIZER, constant)
        else:
            yield content[field.begin : field.end]


def _constant(content: memoryview, node: _Field, name: str, least: int) -> bytes | None:
    """The large value of a ``Constant`` with its output's name; None for any other operator."""
    fields = list(_fields(content, node.payload, node.end))
    attributes = [field for field in fields if field.number == _ATTRIBUTE and field.payload]
    if len(attributes) != 1:
        return None
    parts = list(_fields(content, attributes[0].payload, attributes[0].end))
    values = [part for part in parts if part.number == _VALUE and part.payload]
    head = b"".join(content[f.begin : f.end] for f in fields if f not in attributes)
    about = b"".join(content[part.begin : part.end] for part in parts if part not in values)
    try:
        operator = onnx.NodeProto.FromString(head)
        known = onnx.AttributeProto.FromString(about).name == "value"
    except DecodeError as error:
        raise ValueError(f"the operator at byte {node.begin} is damaged: {error}") from None
    is_constant = operator.op_type == "Constant" and operator.domain in ("", "ai.onnx")
    if not (known and is_constant and len(operator.output) == 1 and len(values) == 1):
        return None
    output = operator.output[0]
    # protobuf returns a name that is no text as bytes; the reader refuses it.
    if not isinstance(output, str):
        return None
    tensor = _tensor(content, values[0], name, least)
    return tensor + _with_length(_NAME, output.encode())


def _tensor(content: memoryview, tensor: _Field, name: str, least: int) -> bytes:
    """The tensor, with external data in place of its raw data if these are large."""
    fields = list(_fields(content, tensor.payload, tensor.end))
    raw = [field for field in fields if field.number == _RAW_DATA and field.payload]
    is_external = any(field.number in (_LOCATION, _EXTERNAL) for field in fields)
    if len(raw) != 1 or is_external or raw[0].end - raw[0].payload < least:
        return bytes(content[tensor.payload : tensor.end])
    place = onnx.TensorProto(data_location=onnx.TensorProto.EXTERNAL)
    facts = (
        ("location", name),
        ("offset", raw[0].payload),
        ("length", raw[0].end - raw[0].payload),
    )
    for key, value in facts:
        place.external_data.add(key=key, value=str(value))
    kept = [content[field.begin : field.end] for field in fields if field is not raw[0]]
    return b"".join([*kept, place.SerializeToString()])


def _fields(content: memoryview, at: int, end: int) -> Iterator[_Field]:
    """The fields of the message from ``at`` to ``end``."""
    while at < end:
        begin = at
        tag, at = _varint(content, at, end)
        payload = 0
        kind = tag & 7
        if kind == _VARINT:
            _, at = _varint(content, at, end)
        elif kind == _BYTES:
            length, payload = _varint(content, at, end)
            at = payload + length
        elif kind in (_FIXED64, _FIXED32):
            at += 8 if kind == _FIXED64 else 4
        else:
            raise ValueError(f"the wire type {kind} at byte {begin} is not known")
        if at > end:
            raise ValueError(f"the field at byte {begin} ends beyond its message")
        yield _Field(tag >> 3, begin, at, payload)


def _varint(content: memoryview, at: int, end: int) -> tuple[int, int]:
    """A number of at most 64 bits, and the place behind it."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= end:
            break
        byte = content[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError(f"the number that ends at byte {at} is not whole")


def _with_length(number: int, payload: bytes) -> bytes:
    """A field of bytes."""
    head = bytearray()
    for value in (number << 3 | _BYTES, len(payload)):
        while value > 127:
            head.append(value & 127 | 128)
            value >>= 7
        head.append(value)
    return bytes(head) + payload
