"""Builds ``.tflite`` files operator by operator, in LiteRT's object classes.

No converter runs, so that a file can have operators and types that today's converters do not write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPE = schema.TensorType
OPERATOR = schema.BuiltinOperator
SAME, VALID = 0, 1

Quantisation = tuple[Sequence[float], Sequence[int]]


class ModelBuilder:
    """Collects graphs in LiteRT's object classes; tensors go to the graph that was begun last."""

    def __init__(self) -> None:
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.description = "kinds"
        self.model.buffers = [schema.BufferT()]
        self.model.operatorCodes = []
        self.model.subgraphs = []
        self.rng = np.random.default_rng(11)
        self.begin_graph()

    def begin_graph(self) -> None:
        """Begins another graph."""
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.graph.inputs, self.graph.outputs = [], []
        self.model.subgraphs.append(self.graph)

    def tensor(
        self,
        name: str,
        kind: int,
        shape: Sequence[int],
        numbers: Quantisation | None = None,
        *,
        axis: int = 0,
        data: bytes | None = None,
        signature: Sequence[int] | None = None,
    ) -> int:
        """Adds a tensor, a constant if it has data; returns its index."""
        made = schema.TensorT()
        made.name, made.type, made.shape, made.buffer = name, kind, list(shape), 0
        made.shapeSignature = None if signature is None else list(signature)
        if numbers is not None:
            made.quantization = schema.QuantizationParametersT()
            made.quantization.scale = [float(scale) for scale in numbers[0]]
            made.quantization.zeroPoint = list(numbers[1])
            made.quantization.quantizedDimension = axis
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data, np.uint8)
            self.model.buffers.append(buffer)
            made.buffer = len(self.model.buffers) - 1
        self.graph.tensors.append(made)
        return len(self.graph.tensors) - 1

    def operator(
        self,
        code: int,
        inputs: Sequence[int],
        outputs: Sequence[int],
        options: Any = None,
        version: int = 1,
    ) -> None:
        """Adds an operator; the kind of its options follows from their class."""
        made = schema.OperatorCodeT()
        made.builtinCode, made.deprecatedBuiltinCode = code, min(code, 127)
        made.version = version
        self.model.operatorCodes.append(made)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.inputs, operator.outputs = list(inputs), list(outputs)
        if options is not None:
            kind = type(options).__name__.removesuffix("T")
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
            operator.builtinOptions = options
        self.graph.operators.append(operator)

    def finish(self) -> bytes:
        """The file's bytes."""
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def packed_int4(values: np.ndarray) -> bytes:
    """Two values a byte, the low half first; an odd count leaves the last half 0."""
    flat = values.astype(np.int8).ravel() & 15
    if flat.size % 2:
        flat = np.append(flat, 0)
    return (flat[::2] | (flat[1::2] << 4)).astype(np.uint8).tobytes()


def layer(
    made: ModelBuilder,
    shape: Sequence[int] = (1, 6, 7, 4),
    kernel: tuple[int, int] = (3, 3),
    *,
    multiplier: int = 1,
    kind: int = TYPE.INT8,
    weight_kind: int = TYPE.INT8,
    weight: np.ndarray | None = None,
    weight_numbers: Quantisation | None = None,
    bias: np.ndarray | bool | None = True,
    ifmap_numbers: Quantisation = ((0.05,), (3,)),
    ofmap_numbers: Quantisation = ((0.1,), (-5,)),
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
    padding: int = SAME,
    activation: int = 0,
    grouped: bool = False,
    ifmap: int | None = None,
    is_input: bool = True,
    constant: bool = True,
) -> tuple[int, int]:
    """Adds a depthwise layer with random weights; returns its ifmap's and ofmap's indices."""
    channels = shape[3] * multiplier
    wide = kind == TYPE.INT16
    if weight is None:
        limit = 7 if weight_kind == TYPE.INT4 else 127
        low, high = (64, 192) if weight_kind == TYPE.UINT8 else (-limit, limit + 1)
        weight = made.rng.integers(low, high, (1, *kernel, channels))
        weight = weight.astype(np.uint8 if weight_kind == TYPE.UINT8 else np.int8)
    if weight_numbers is None:
        weight_numbers = (made.rng.uniform(0.002, 0.02, channels), [0] * channels)
    if wide:
        ifmap_numbers, ofmap_numbers = ((0.0005,), (0,)), ((0.001,), (0,))
    if bias is True:
        bias = made.rng.integers(-900, 900, channels).astype(np.int64 if wide else np.int32)
    axis = 0 if grouped else 3
    stored = np.ascontiguousarray(np.moveaxis(weight, 3, 0).reshape(channels, *kernel, 1))
    stored = stored if grouped else weight
    data = packed_int4(stored) if weight_kind == TYPE.INT4 else stored.tobytes()
    if ifmap is None:
        ifmap = made.tensor("ifmap", kind, shape, ifmap_numbers)
        if is_input:
            made.graph.inputs = [*made.graph.inputs, ifmap]
    inputs = [
        ifmap,
        made.tensor(
            "weight",
            weight_kind,
            stored.shape,
            weight_numbers,
            axis=axis if len(weight_numbers[0]) > 1 else 0,
            data=data if constant else None,
        ),
    ]
    if isinstance(bias, np.ndarray):
        scales = [np.float32(ifmap_numbers[0][0]) * np.float32(one) for one in weight_numbers[0]]
        bias_kind = TYPE.INT64 if bias.dtype == np.int64 else TYPE.INT32
        numbers = (scales, [0] * len(scales))
        inputs.append(made.tensor("bias", bias_kind, bias.shape, numbers, data=bias.tobytes()))
    sizes = []
    for axis_of, (one, step, gap) in enumerate(zip(kernel, stride, dilation, strict=True)):
        size, reach = shape[1 + axis_of], (one - 1) * gap + 1
        sizes.append(-(-size // step) if padding == SAME else (size - reach) // step + 1)
    ofmap = made.tensor("ofmap", kind, (shape[0], *sizes, channels), ofmap_numbers)
    made.graph.outputs = [*made.graph.outputs, ofmap]
    options = schema.Conv2DOptionsT() if grouped else schema.DepthwiseConv2DOptionsT()
    options.padding, options.fusedActivationFunction = padding, activation
    options.strideH, options.strideW = stride
    options.dilationHFactor, options.dilationWFactor = dilation
    version = {TYPE.INT16: 5, TYPE.UINT8: 1}.get(kind, 7 if weight_kind == TYPE.INT4 else 3)
    if grouped:
        made.operator(OPERATOR.CONV_2D, inputs, [ofmap], options, version=6)
    else:
        options.depthMultiplier = multiplier
        made.operator(OPERATOR.DEPTHWISE_CONV_2D, inputs, [ofmap], options, version)
    return ifmap, ofmap


def single(**arguments: Any) -> bytes:
    """A model of one layer with the arguments of ``layer``."""
    made = ModelBuilder()
    layer(made, **arguments)
    return made.finish()
