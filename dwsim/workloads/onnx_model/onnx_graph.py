"""The operators, constants and shapes of one graph of an ``.onnx`` file."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from dwsim.workloads.model_error import ModelError
from dwsim.workloads.onnx_model.onnx_loading import dims_of, type_name

STANDARD = ("", "ai.onnx")
"""The domain of ONNX's own operators."""
_MAX_CHAIN = 100
"""Operators between a constant and its use."""


_SAME_SHAPE = ("DequantizeLinear", "QuantizeLinear", "Identity")
"""Operators whose output has the shape of their input, also where ONNX does not infer it."""


class Constants:
    """Reads the values of constants; their sum is limited by the size of the file."""

    def __init__(self, path: Path, file_bytes: int):
        self.path = path
        self.left = 4 * file_bytes + (1 << 26)

    def array(self, tensor: onnx.TensorProto) -> np.ndarray:
        """The values of a tensor, from the file or from the file beside it.

        Raises:
            ValueError: if the tensor is damaged or its external file is.
            ModelError: if the file claims more data than it has.
        """
        if min(tensor.dims, default=0) < 0:
            raise ValueError(f"{tensor.name}: has the sizes {list(tensor.dims)}")
        self.left -= 8 * math.prod(tensor.dims)
        if self.left < 0:
            raise ModelError(f"{self.path}: is damaged: it claims more data than it has")
        external = tensor.data_location == onnx.TensorProto.EXTERNAL
        try:
            whole = self._external(tensor) if external else tensor
            value = numpy_helper.to_array(whole)
        except (KeyError, TypeError, OverflowError, OSError, MemoryError) as error:
            raise ValueError(f"{tensor.name}: {error}") from None
        if value.dtype.kind in "OSU":
            raise ValueError(f"{tensor.name}: holds text")
        return value

    def _external(self, tensor: onnx.TensorProto) -> onnx.TensorProto:
        """The tensor with the values that are in a file beside the model."""
        entries = {entry.key: entry.value for entry in tensor.external_data}
        folder = self.path.resolve().parent
        path = (folder / entries.get("location", "")).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            raise ValueError(f"{tensor.name}: {path.name!r} is not a file beside the model")
        offset = int(entries.get("offset", "0"))
        length = int(entries.get("length", str(path.stat().st_size - offset)))
        if offset < 0 or length < 0 or offset + length > path.stat().st_size:
            raise ValueError(
                f"{tensor.name}: has offset {offset} and length {length}, beyond {path.name}"
            )
        whole = onnx.TensorProto()
        whole.data_type = tensor.data_type
        whole.dims.extend(tensor.dims)
        with path.open("rb") as file:
            file.seek(offset)
            whole.raw_data = file.read(length)
        return whole


class OnnxGraph:
    """One graph; names that it does not have are those of the graph around it."""

    def __init__(
        self,
        graph: onnx.GraphProto,
        weights: Iterable[onnx.TensorProto],
        constants: Constants,
        index: int = 0,
        outer: OnnxGraph | None = None,
    ):
        self.graph = graph
        self.index = index
        self.outer = outer
        self._constants = constants
        self._weights = {tensor.name: tensor for tensor in weights}
        self._makers: dict[str, onnx.NodeProto] = {
            name: node for node in graph.node for name in node.output if name
        }
        self._values = {v.name: v for v in (*graph.value_info, *graph.output, *graph.input)}
        self._uses: Counter[str] = Counter(value.name for value in graph.output)
        self._takers: dict[str, list[onnx.NodeProto]] = {}
        for node in graph.node:
            for name in node.input:
                self._uses[name] += 1
                self._takers.setdefault(name, []).append(node)
            for name in _captured(node):
                self._uses[name] += 1

    def inside(self, graph: onnx.GraphProto, index: int) -> OnnxGraph:
        """A graph inside of one of the operators."""
        return OnnxGraph(graph, graph.initializer, self._constants, index, self)

    def maker(self, name: str) -> onnx.NodeProto | None:
        """The operator that makes a tensor; None for an input or a weight."""
        if name in self._makers:
            return self._makers[name]
        if name in self._weights or name in self._values or self.outer is None:
            return None
        return self.outer.maker(name)

    def only_taker(self, name: str) -> onnx.NodeProto | None:
        """The operator that takes a tensor; None if it has any other use."""
        takers = self._takers.get(name, [])
        return takers[0] if len(takers) == 1 and self._uses[name] == 1 else None

    def type(self, name: str) -> str:
        """The type of a tensor's elements, such as ``uint8``; empty if it is not known."""
        if name in self._weights:
            return type_name(self._weights[name].data_type).lower()
        if name in self._values:
            number = self._values[name].type.tensor_type.elem_type
            return type_name(number).lower() if number else ""
        return self.outer.type(name) if self.outer is not None else ""

    def shape(self, name: str, chain: int = 0) -> tuple[int, ...] | None:
        """The shape of a tensor with -1 for sizes that are not known; None without a rank."""
        if name in self._weights:
            return tuple(self._weights[name].dims)
        value = self._values.get(name)
        if value is not None and value.type.tensor_type.HasField("shape"):
            return tuple(
                dim.dim_value if dim.WhichOneof("value") == "dim_value" else -1
                for dim in dims_of(value)
            )
        node = self._makers.get(name)
        if node is not None and node.op_type in _SAME_SHAPE and node.input and chain < _MAX_CHAIN:
            return self.shape(node.input[0], chain + 1)
        if node is not None or value is not None or self.outer is None:
            return None
        return self.outer.shape(name, chain)

    def constant(self, name: str, chain: int = 0) -> np.ndarray | None:
        """The value of a tensor that does not depend on an input; None for any other.

        Raises:
            ValueError: if the value is damaged.
        """
        if name in self._weights:
            return self._constants.array(self._weights[name])
        node = self._makers.get(name)
        if node is None:
            if name in self._values or self.outer is None or not name:
                return None
            return self.outer.constant(name, chain)
        if node.domain not in STANDARD or chain > _MAX_CHAIN:
            return None
        if node.op_type == "Constant":
            return self._literal(node)
        if node.op_type == "Identity" and node.input:
            return self.constant(node.input[0], chain + 1)
        if node.op_type == "QuantizeLinear":
            return self._quantised(node, chain + 1)
        return None

    def _literal(self, node: onnx.NodeProto) -> np.ndarray | None:
        attributes = attributes_of(node)
        if isinstance(attributes.get("value"), onnx.TensorProto):
            return self._constants.array(attributes["value"])
        for name, dtype in (("float", np.float32), ("int", np.int64)):
            for key in (f"value_{name}", f"value_{name}s"):
                if key in attributes:
                    return np.asarray(attributes[key], dtype)
        return None

    def _quantised(self, node: onnx.NodeProto, chain: int) -> np.ndarray | None:
        """A weight that the file keeps in floating point and quantises."""
        values = [self.constant(name, chain) for name in node.input[:2]]
        zero_point = self.constant(node.input[2], chain) if len(node.input) > 2 else np.uint8(0)
        if len(values) < 2 or values[0] is None or values[1] is None or zero_point is None:
            return None
        value, scale = values[0], values[1]
        if value.dtype != np.float32 or zero_point.dtype not in (np.int8, np.uint8):
            return None
        axis = attributes_of(node).get("axis", 1)
        if scale.size > 1:
            if not isinstance(axis, int) or not -value.ndim <= axis < value.ndim:
                return None
            across = [1] * value.ndim
            across[axis] = -1
            scale, zero_point = scale.reshape(across), np.reshape(zero_point, across)
        limits = np.iinfo(zero_point.dtype)
        with np.errstate(all="ignore"):
            rounded = np.rint(value / scale) + zero_point.astype(np.int64)
        clipped = np.clip(np.nan_to_num(rounded), limits.min, limits.max)
        return np.asarray(clipped.astype(zero_point.dtype))


def attributes_of(node: onnx.NodeProto) -> Mapping[str, Any]:
    """The attributes of an operator by name; text is ``str``, and damaged ones are left out."""
    found: dict[str, Any] = {}
    for attribute in node.attribute:
        try:
            value = onnx.helper.get_attribute_value(attribute)
        except ValueError:
            continue
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        found[attribute.name] = list(value) if attribute.type in _LISTS else value
    return found


_LISTS = (onnx.AttributeProto.INTS, onnx.AttributeProto.FLOATS)


def inner_graphs(node: onnx.NodeProto) -> list[onnx.GraphProto]:
    """The graphs inside of an operator: branches of an If, bodies of a Loop or Scan."""
    return [
        inner
        for attribute in node.attribute
        for inner in (attribute.g, *attribute.graphs)
        if inner.node or inner.output
    ]


def _captured(node: onnx.NodeProto) -> set[str]:
    """The names that the graphs inside of an operator use."""
    names: set[str] = set()
    for inner in inner_graphs(node):
        names.update(value.name for value in inner.output)
        for one in inner.node:
            names.update(one.input)
            names |= _captured(one)
    return names
