"""From an ``.onnx`` file to an ``OnnxModel``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import onnx

from dwsim.errors import Rules
from dwsim.workloads.model_error import ModelError
from dwsim.workloads.onnx_model import onnx_loading as loading
from dwsim.workloads.onnx_model.onnx_graph import Constants, OnnxGraph
from dwsim.workloads.onnx_model.onnx_layer import OnnxInput, OnnxModel
from dwsim.workloads.onnx_model.onnx_layers import layers_of, read_layer
from dwsim.workloads.onnx_model.onnx_numbers import linear_numbers


def read_onnx(
    path: str | Path, batch: int | None = None, shapes: Mapping[str, tuple[int, ...]] | None = None
) -> OnnxModel:
    """Reads an ``.onnx`` file, and the weights in files beside it.

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
    """
    path = Path(path)
    return parse_onnx(loading.load(path), path, batch, shapes)


def parse_onnx(
    model: onnx.ModelProto,
    path: Path,
    batch: int | None = None,
    shapes: Mapping[str, tuple[int, ...]] | None = None,
) -> OnnxModel:
    """``read_onnx`` for a model in memory, whose sizes it fills in.

    Args:
        model: from ``onnx_loading.load`` or ``onnx_loading.parse``.
        path: the file's name in messages; weights in files are beside it.
        batch: as for ``read_onnx``.
        shapes: as for ``read_onnx``.
    """
    try:
        return _parsed(model, path, batch, shapes or {})
    except UnicodeDecodeError as error:
        raise ModelError(f"{path}: is damaged: a name is not UTF-8: {error}") from None


def _parsed(
    model: onnx.ModelProto, path: Path, batch: int | None, shapes: Mapping[str, tuple[int, ...]]
) -> OnnxModel:
    loading.set_sizes(model, path, batch, shapes)
    inferred = loading.infer_shapes(model, path).graph
    constants = Constants(path, model.ByteSize() + _external_bytes(model, path))
    graph = OnnxGraph(inferred, model.graph.initializer, constants)
    layers = [
        read_layer(where, index, node, f"dw{number}")
        for number, (where, index, node) in enumerate(layers_of(graph), start=1)
    ]
    counts = Counter(node.op_type for one in loading.graphs(inferred) for node in one.node)
    return OnnxModel(
        path,
        dict(counts.most_common()),
        tuple(layers),
        _inputs(graph, model.graph),
        model,
        sum(loading.tensor_bytes(value) for value in inferred.value_info),
    )


def _external_bytes(model: onnx.ModelProto, path: Path) -> int:
    """The size of the files beside the model that its weights name."""
    names = {
        entry.value
        for tensor in model.graph.initializer
        for entry in tensor.external_data
        if entry.key == "location"
    }
    total = 0
    for name in names:
        try:
            total += (path.resolve().parent / name).stat().st_size
        except (OSError, ValueError):
            continue
    return total


def _inputs(graph: OnnxGraph, main: onnx.GraphProto) -> tuple[OnnxInput, ...]:
    found = []
    for name in loading.network_inputs(main):
        taker = graph.only_taker(name)
        numbers = None
        if taker is not None and taker.op_type == "QuantizeLinear" and taker.output:
            type_ = graph.type(taker.output[0])
            numbers = linear_numbers(Rules(name), graph, "input", taker, type_)
        shape = graph.shape(name) or ()
        if numbers is None:
            found.append(OnnxInput(name, graph.type(name), shape))
        else:
            zero_point = int(numbers.zero_points[0]) - (128 if numbers.type == "uint8" else 0)
            scale = float(numbers.scales[0])
            found.append(OnnxInput(name, graph.type(name), shape, scale, zero_point))
    return tuple(found)
