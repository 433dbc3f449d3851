"""From the bytes of an ``.onnx`` file to a model whose tensors have shapes."""

from __future__ import annotations

import math
import mmap
from collections.abc import Iterator, Mapping
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError
from onnx import inliner, shape_inference

from dwsim.errors import Rules
from dwsim.workloads.model_error import ModelError
from dwsim.workloads.onnx_model.outlined_weights import outlined

MAX_INPUT_BYTES = 1 << 30
"""All inputs of a network together."""
MAX_NODES = 100_000
"""Operators of a file, those inside of functions counted once for each call."""
_LARGE_FILE = 1 << 26
"""Bytes of a file whose large weights are not read into memory."""
_SMALL_WEIGHT = 4096
"""Values of larger weights take no part in the inference of shapes."""
_BITS = {
    **{"FLOAT": 32, "INT32": 32, "UINT32": 32, "DOUBLE": 64, "INT64": 64, "UINT64": 64},
    **{"FLOAT16": 16, "BFLOAT16": 16, "INT16": 16, "UINT16": 16, "INT8": 8, "UINT8": 8, "BOOL": 8},
    **{"COMPLEX64": 64, "COMPLEX128": 128},
}


def load(path: Path) -> onnx.ModelProto:
    """The file's model, with the calls of its own functions in line.

    Raises:
        ModelError: if the file is no whole model, or has more than ``MAX_NODES`` operators.
    """
    try:
        if not path.is_file():
            raise ModelError(f"{path}: is not a file")
        with path.open("rb") as file:
            if path.stat().st_size == 0:
                raise ModelError(f"{path}: is empty")
            # Not as a context: the traceback of an error in it still refers to its bytes.
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return parse(_light(content, path), path)
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def _light(content: mmap.mmap, path: Path) -> bytes:
    """The file's bytes; those of a large one without its large weights, which it then refers to."""
    if len(content) >= _LARGE_FILE:
        try:
            return outlined(memoryview(content), path.resolve().name)
        except ValueError as error:
            raise ModelError(f"{path}: is no .onnx file: {error}") from None
    return content[:]


def parse(content: bytes, path: Path) -> onnx.ModelProto:
    """``load`` for bytes in memory; ``path`` is the name in messages."""
    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
    except (DecodeError, RecursionError) as error:
        raise ModelError(f"{path}: is no .onnx file: {error}") from None
    if not model.HasField("graph") or not model.opset_import:
        raise ModelError(f"{path}: is no .onnx file: it must have a graph and opset_import")
    try:
        count = _count(model, path)
    except UnicodeDecodeError as error:
        raise ModelError(f"{path}: is damaged: a name is not UTF-8: {error}") from None
    _check_names(model, path)
    if count > MAX_NODES:
        raise ModelError(f"{path}: has {count:,} operators: more than {MAX_NODES:,} are not read")
    if model.functions:
        try:
            model = inliner.inline_local_functions(model)
        except Exception as error:
            raise ModelError(f"{path}: its functions cannot be put in line: {error}") from None
    return model


def _check_names(model: onnx.ModelProto, path: Path) -> None:
    """Refuses names that are no text: protobuf returns those as bytes."""
    for graph in graphs(model.graph):
        for node in graph.node:
            attributes = [attribute.name for attribute in node.attribute]
            names = [node.op_type, node.domain, *node.input, *node.output, *attributes]
            _require_text(names, path)
        values = (*graph.input, *graph.output, *graph.value_info)
        dims = [dim.dim_param for value in values for dim in dims_of(value)]
        _require_text([*(v.name for v in values), *(t.name for t in graph.initializer)], path)
        _require_text(dims, path)


def _require_text(names: list[str], path: Path) -> None:
    for name in names:
        if not isinstance(name, str):
            raise ModelError(f"{path}: is damaged: the name {name!r} is not UTF-8")


def graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """The graph, and all graphs inside of its operators, depth first."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                if inner.node or inner.output:
                    yield from graphs(inner)


def _count(model: onnx.ModelProto, path: Path) -> int:
    """The number of operators, those inside of functions once for each call."""
    bodies = {(f.domain, f.name): f for f in model.functions}
    known: dict[tuple[str, str], int] = {}

    def nodes_of(nodes: object, calls: tuple[tuple[str, str], ...]) -> int:
        total = 0
        for node in nodes:  # type: ignore[attr-defined]
            total += 1
            for attribute in node.attribute:
                for inner in (attribute.g, *attribute.graphs):
                    total += nodes_of(inner.node, calls)
            key = (node.domain, node.op_type)
            if key in calls:
                raise ModelError(f"{path}: the function {node.op_type} calls itself")
            if key in bodies:
                if key not in known:
                    known[key] = nodes_of(bodies[key].node, (*calls, key))
                total += known[key]
            if total > MAX_NODES:
                break
        return total

    return nodes_of(model.graph.node, ())


def set_sizes(
    model: onnx.ModelProto, path: Path, batch: int | None, shapes: Mapping[str, tuple[int, ...]]
) -> None:
    """Puts numbers in place of the sizes that the file leaves unknown.

    A size with a name gets the same number wherever the name occurs. Sizes that stay unknown lose
    the shape of the tensors between the operators, which are then inferred.

    Args:
        model: changed in place.
        path: for messages.
        batch: the first size of every input that leaves it unknown; None: 1.
        shapes: whole shapes by the input's name; "" stands for the only input.

    Raises:
        SpecError: for a name that is no input, a shape that does not agree with the file, and a
            batch for a file that knows every batch.
        ModelError: for inputs of more than ``MAX_INPUT_BYTES``.
    """
    inputs = network_inputs(model.graph)
    rules = Rules(str(path))
    wanted = {
        next(iter(inputs)) if name == "" and len(inputs) == 1 else name: shape
        for name, shape in shapes.items()
    }
    for name in wanted:
        names = ", ".join(inputs)
        rule = f"must name an input, as in NAME=1x3x224x224: {names}"
        rules.require(name in inputs, "--shape", name, rule)
    if batch is not None:
        rules.integer("--batch", batch, 1)
        rules.require(
            any(_unknown(dims_of(value)[:1]) for value in inputs.values()),
            "--batch",
            batch,
            "is for a model that leaves its batch unknown: this one fixes it",
        )
    numbers: dict[str, int] = {}
    for name, value in inputs.items():
        dims = dims_of(value)
        if name in wanted:
            _apply(rules, name, dims, wanted[name], numbers)
        elif _unknown(dims[:1]):
            _set(dims[0], 1 if batch is None else batch, numbers)
    rules.raise_if_any()
    for value in inputs.values():
        for dim in dims_of(value):
            if dim.dim_param in numbers:
                dim.dim_value = numbers[dim.dim_param]
    _substitute(model.graph, numbers)
    _check_bytes(inputs, path)


def network_inputs(graph: onnx.GraphProto) -> dict[str, onnx.ValueInfoProto]:
    """The inputs of the main graph by name, without those that have a value in the file."""
    constant = {tensor.name for tensor in graph.initializer}
    return {value.name: value for value in graph.input if value.name not in constant}


Dim = onnx.TensorShapeProto.Dimension


def dims_of(value: onnx.ValueInfoProto) -> list[Dim]:
    """The sizes of a tensor; none for a scalar, and for a tensor whose rank is not known."""
    return list(value.type.tensor_type.shape.dim)


def _unknown(dims: list[Dim]) -> bool:
    return any(dim.WhichOneof("value") != "dim_value" for dim in dims)


def _set(dim: Dim, size: int, numbers: dict[str, int]) -> None:
    if dim.dim_param:
        numbers.setdefault(dim.dim_param, size)
    dim.dim_value = size


def _apply(
    rules: Rules, name: str, dims: list[Dim], shape: tuple[int, ...], numbers: dict[str, int]
) -> None:
    stated = tuple(dim.dim_value if not _unknown([dim]) else -1 for dim in dims)
    same = len(shape) == len(stated) and all(
        size == known or (known == -1 and size >= 1)
        for size, known in zip(shape, stated, strict=False)
    )
    rule = f"must be {stated} with a size of at least 1 in place of each -1"
    if rules.require(same, f"--shape of {name}", shape, rule):
        for dim, size in zip(dims, shape, strict=True):
            if _unknown([dim]):
                _set(dim, size, numbers)


def _substitute(graph: onnx.GraphProto, numbers: Mapping[str, int]) -> None:
    """Sizes with names get their numbers; shapes that stay unknown are removed."""
    for value in (*graph.value_info, *graph.output):
        dims = dims_of(value)
        for dim in dims:
            if dim.dim_param in numbers:
                dim.dim_value = numbers[dim.dim_param]
        if _unknown(dims):
            value.type.tensor_type.ClearField("shape")


def _check_bytes(inputs: Mapping[str, onnx.ValueInfoProto], path: Path) -> None:
    total = 0
    for name, value in inputs.items():
        shape = tuple(dim.dim_value for dim in dims_of(value))
        where = f"{path}: input {name}: shape = {shape}"
        if min(shape, default=0) < 0:
            raise ModelError(f"{where}: no size may be negative")
        total += tensor_bytes(value)
        if total > MAX_INPUT_BYTES:
            raise ModelError(
                f"{where}: the inputs must have at most {MAX_INPUT_BYTES:,} bytes together, not"
                f" {total:,}"
            )


def tensor_bytes(value: onnx.ValueInfoProto) -> int:
    """The bytes of a tensor; a size that is not known counts as 1."""
    sizes = [max(dim.dim_value, 1) for dim in dims_of(value)]
    bits = _BITS.get(type_name(value.type.tensor_type.elem_type), 8)
    return math.prod(sizes) * bits // 8


def type_name(number: int) -> str:
    """ONNX's name of an element type, such as FLOAT or UINT8."""
    names = onnx.TensorProto.DataType
    return names.Name(number) if number in names.values() else f"type {number}"


def infer_shapes(model: onnx.ModelProto, path: Path) -> onnx.ModelProto:
    """The model with a shape for each tensor that ONNX can infer; large weights are left out.

    Raises:
        ModelError: if ONNX's inference refuses the model.
    """
    light = onnx.ModelProto()
    light.ir_version = model.ir_version
    light.opset_import.extend(model.opset_import)
    graph = light.graph
    graph.name = model.graph.name or "graph"
    graph.node.extend(model.graph.node)
    graph.output.extend(model.graph.output)
    graph.value_info.extend(model.graph.value_info)
    graph.input.extend(network_inputs(model.graph).values())
    for tensor in model.graph.initializer:
        if tensor.ByteSize() <= _SMALL_WEIGHT and not tensor.external_data:
            graph.initializer.append(tensor)
        else:
            value = graph.input.add()
            value.name = tensor.name
            value.type.tensor_type.elem_type = tensor.data_type
            value.type.tensor_type.shape.SetInParent()
            for size in tensor.dims:
                value.type.tensor_type.shape.dim.add().dim_value = size
    try:
        return shape_inference.infer_shapes(light, data_prop=True)
    except Exception as error:
        raise ModelError(f"{path}: its shapes cannot be inferred: {error}") from None
