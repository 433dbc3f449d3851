"""From a ``.tflite`` file to a ``Model``."""

from __future__ import annotations

import math
import mmap
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from dwsim.workloads.model_error import ModelError
from dwsim.workloads.tflite.depthwise_layer import LayerReader
from dwsim.workloads.tflite.flatbuffer import Content, ModelFile
from dwsim.workloads.tflite.flatbuffer_schema import schema
from dwsim.workloads.tflite.graph_tables import Subgraph, Tensor
from dwsim.workloads.tflite.model import DepthwiseLayer, Model, ModelInput

MAX_INPUT_BYTES = 1 << 30
"""All inputs of a network together."""
_MAPPED_BYTES = 1 << 26
"""Files from this size on are mapped instead of read, so that they take no memory."""
_ELEMENT_BYTES = {
    **{"FLOAT64": 8, "INT64": 8, "UINT64": 8, "COMPLEX64": 8, "COMPLEX128": 16},
    **{"FLOAT32": 4, "INT32": 4, "UINT32": 4, "FLOAT16": 2, "BFLOAT16": 2, "INT16": 2},
}


def read_model(
    path: str | Path, batch: int | None = None, shapes: Mapping[str, tuple[int, ...]] | None = None
) -> Model:
    """Reads a ``.tflite`` file of any size.

    Args:
        path: the file.
        batch: the size of every batch that the file leaves unknown; None: 1.
        shapes: shapes of the network's inputs by name, for sizes that the file leaves unknown;
            the name "" stands for the only input.

    Raises:
        ModelError: if the file is not a whole model, or claims inputs of more than
            ``MAX_INPUT_BYTES``. A depthwise layer that cannot run is no error: its ``reasons``
            say why.
        SpecError: for a batch or shapes that do not agree with the file.
        ToolError: when LiteRT is not installed.
    """
    path = Path(path)
    schema()
    model = parse_model(_content(path), path)
    if batch is None and not shapes:
        return model
    # Only sizes that the file leaves unknown need the interpreter.
    from dwsim.workloads.tflite.input_shapes import resized_inputs, tensor_shapes

    inputs = resized_inputs(model, batch, shapes or {})
    return parse_model(model.content, path, tensor_shapes(model, inputs))


def parse_model(
    content: Content, path: Path, shapes: Mapping[int, tuple[int, ...]] | None = None
) -> Model:
    """``read_model`` for bytes in memory.

    Args:
        content: the bytes.
        path: the file's name in messages.
        shapes: shapes of tensors of the main graph that replace those in the file, by index.
    """
    file = ModelFile(content, str(path), shapes)
    layers: list[DepthwiseLayer] = []
    for subgraph in file.subgraphs:
        reader = LayerReader(subgraph)
        for operator in subgraph.operators:
            if reader.is_layer(operator):
                layers.append(reader.read(operator, f"dw{len(layers) + 1}"))
    counts = Counter(op.name for subgraph in file.subgraphs for op in subgraph.operators)
    main = file.subgraphs[0]
    return Model(
        path,
        dict(counts.most_common()),
        tuple(layers),
        _inputs(main, path),
        content,
        _tensor_bytes(main),
        resized=bool(shapes),
    )


def _content(path: Path) -> Content:
    try:
        if not path.is_file():
            raise ModelError(f"{path}: is not a file")
        with path.open("rb") as file:
            if path.stat().st_size < _MAPPED_BYTES:
                return file.read(_MAPPED_BYTES)
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def _inputs(subgraph: Subgraph, path: Path) -> tuple[ModelInput, ...]:
    """The inputs; a float input that is quantised at once has the scale of the result."""
    quantised_to = {
        operator.inputs[0]: operator.outputs[0]
        for operator in subgraph.operators
        if operator.name == "QUANTIZE" and operator.inputs and operator.outputs
    }
    inputs, total = [], 0
    for index in subgraph.inputs:
        tensor = subgraph.tensor(index)
        if tensor is None:
            raise ModelError(
                f"{path}: is damaged: the graph's input {index} is not a tensor of the file"
            )
        total += _checked_bytes(tensor, total, path)
        scaled = subgraph.tensor(quantised_to.get(index, index)) or tensor
        scale, zero_point = None, 0
        if scaled.scales.size == 1:
            scale = float(scaled.scales[0])
            zero_point = int(scaled.zero_points[0]) if scaled.zero_points.size == 1 else 0
        inputs.append(
            ModelInput(
                index,
                tensor.name,
                tensor.type,
                tensor.shape,
                scale,
                zero_point,
                tensor.signature if min(tensor.signature, default=0) < 0 else (),
            )
        )
    return tuple(inputs)


def _checked_bytes(tensor: Tensor, before: int, path: Path) -> int:
    """The bytes of an input; a ``ModelError`` if they, with those ``before``, are too many."""
    where = f"{path}: input {tensor.name}: shape = {tensor.shape}"
    if min(tensor.shape, default=0) < 0:
        raise ModelError(f"{where}: no size may be negative")
    total = before + _bytes(tensor)
    if total > MAX_INPUT_BYTES:
        raise ModelError(
            f"{where}: the inputs must have at most {MAX_INPUT_BYTES:,} bytes together, not"
            f" {total:,}"
        )
    return _bytes(tensor)


def _tensor_bytes(subgraph: Subgraph) -> int:
    """The bytes of every tensor that an operator of the graph writes, and of its inputs."""
    written = {index for operator in subgraph.operators for index in operator.outputs}
    tensors = (subgraph.tensor(index) for index in sorted(written | {*subgraph.inputs}))
    return sum(_bytes(tensor) for tensor in tensors if tensor is not None)


def _bytes(tensor: Tensor) -> int:
    return math.prod(abs(size) for size in tensor.shape) * _ELEMENT_BYTES.get(tensor.type, 1)
