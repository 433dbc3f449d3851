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
    constant: bool = True,
) -> tuple[int, int]:
    """Adds a depthwise layer with random weights; returns its ifmap's and ofmap's indices."""
    channels = shape[3] * multiplier
    wide = kind == TYPE.INT16
    if weight is None:
        weight = _random_weight(made, weight_kind, (1, *kernel, channels))
    if weight_numbers is None:
        weight_numbers = (made.rng.uniform(0.002, 0.02, channels), [0] * channels)
    if wide:
        ifmap_numbers, ofmap_numbers = ((0.0005,), (0,)), ((0.001,), (0,))
    if bias is True:
        bias = made.rng.integers(-900, 900, channels).astype(np.int64 if wide else np.int32)
    if ifmap is None:
        ifmap = made.tensor("ifmap", kind, shape, ifmap_numbers)
        made.graph.inputs = [*made.graph.inputs, ifmap]
    inputs = [ifmap, _weight(made, weight, weight_kind, weight_numbers, grouped, constant)]
    if isinstance(bias, np.ndarray):
        inputs.append(_bias(made, bias, ifmap_numbers[0][0], weight_numbers[0]))
    sizes = [
        -(-size // step) if padding == SAME else (size - (one - 1) * gap - 1) // step + 1
        for size, one, step, gap in zip(shape[1:3], kernel, stride, dilation, strict=True)
    ]
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


def _random_weight(made: ModelBuilder, kind: int, shape: Sequence[int]) -> np.ndarray:
    """Weights that fit in int8 less their zero point, which is near 128 for uint8."""
    limit = 7 if kind == TYPE.INT4 else 127
    low, high = (64, 192) if kind == TYPE.UINT8 else (-limit, limit + 1)
    weight = made.rng.integers(low, high, shape)
    return weight.astype(np.uint8 if kind == TYPE.UINT8 else np.int8)


def _weight(
    made: ModelBuilder,
    weight: np.ndarray,
    kind: int,
    numbers: Quantisation,
    grouped: bool,
    constant: bool,
) -> int:
    """The weight tensor; a grouped convolution has its channels first."""
    stored = weight
    if grouped:
        stored = np.ascontiguousarray(np.moveaxis(weight, 3, 0).reshape(-1, *weight.shape[1:3], 1))
    data = packed_int4(stored) if kind == TYPE.INT4 else stored.tobytes()
    axis = 3 if len(numbers[0]) > 1 and not grouped else 0
    return made.tensor(
        "weight", kind, stored.shape, numbers, axis=axis, data=data if constant else None
    )


def _bias(
    made: ModelBuilder, bias: np.ndarray, ifmap_scale: float, weight_scales: Sequence[float]
) -> int:
    scales = [np.float32(ifmap_scale) * np.float32(one) for one in weight_scales]
    kind = TYPE.INT64 if bias.dtype == np.int64 else TYPE.INT32
    return made.tensor("bias", kind, bias.shape, (scales, [0] * len(scales)), data=bias.tobytes())


def single(**arguments: Any) -> bytes:
    """A model of one layer with the arguments of ``layer``."""
    made = ModelBuilder()
    layer(made, **arguments)
    return made.finish()
