"""From a ``.tflite`` file to a ``Model``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from dwsim.workloads.tflite.depthwise_layer import LayerReader
from dwsim.workloads.tflite.flatbuffer import ModelFile, Subgraph
from dwsim.workloads.tflite.flatbuffer_schema import schema
from dwsim.workloads.tflite.model import DepthwiseLayer, Model, ModelInput
from dwsim.workloads.tflite.model_error import ModelError

MAX_FILE_BYTES = 1 << 30
_DEPTHWISE = "DEPTHWISE_CONV_2D"


def read_model(path: str | Path) -> Model:
    """Reads a ``.tflite`` file.

    Raises:
        ModelError: for what is no whole model of at most ``MAX_FILE_BYTES``. A depthwise layer
            that cannot run is no error: its ``reasons`` say why.
        ToolError: when LiteRT is not installed.
    """
    path = Path(path)
    schema()
    try:
        if not path.is_file():
            raise ModelError(f"{path}: is no file")
        with path.open("rb") as file:
            # One byte more than allowed tells a file that is too large, whatever its stated size.
            content = file.read(min(path.stat().st_size, MAX_FILE_BYTES) + 1)
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    return parse_model(content, path)


def parse_model(content: bytes, path: Path) -> Model:
    """What ``read_model`` does, of bytes that are at hand; ``path`` is for messages."""
    if len(content) > MAX_FILE_BYTES:
        raise ModelError(f"{path}: has more than {MAX_FILE_BYTES:,} bytes")
    file = ModelFile(content, str(path))
    layers: list[DepthwiseLayer] = []
    for subgraph in file.subgraphs:
        reader = LayerReader(subgraph)
        for operator in subgraph.operators:
            if operator.name == _DEPTHWISE:
                layers.append(reader.read(operator, f"dw{len(layers) + 1}"))
    first = file.subgraphs[0]
    counts = Counter(operator.name for operator in first.operators)
    return Model(path, dict(counts.most_common()), tuple(layers), _inputs(first, path), content)


def _inputs(subgraph: Subgraph, path: Path) -> tuple[ModelInput, ...]:
    """The inputs; a float one that is quantised at once has the scale of what it becomes."""
    quantised_to = {
        operator.inputs[0]: operator.outputs[0]
        for operator in subgraph.operators
        if operator.name == "QUANTIZE" and operator.inputs and operator.outputs
    }
    inputs = []
    for index in subgraph.inputs:
        tensor = subgraph.tensor(index)
        if tensor is None:
            raise ModelError(
                f"{path}: is damaged: the graph's input {index} is no tensor of the file"
            )
        scaled = subgraph.tensor(quantised_to.get(index, index)) or tensor
        scale, zero_point = None, 0
        if scaled.scales.size == 1:
            scale = float(scaled.scales[0])
            zero_point = int(scaled.zero_points[0]) if scaled.zero_points.size == 1 else 0
        inputs.append(ModelInput(index, tensor.type, tensor.shape, scale, zero_point))
    return tuple(inputs)
