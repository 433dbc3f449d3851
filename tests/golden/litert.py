"""LiteRT's interpreter as the outside judge, on models of one depthwise layer made here.

The models are flatbuffers built from the schema that LiteRT carries, so that every scale, zero
point and bias is the test's own choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from dwsim import LayerSpec
from dwsim.spec.quantisation import Quantisation

try:
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
except ImportError as error:
    schema, _MISSING = None, str(error)

RESOLVERS = ("reference", "default")
_ACTIVATIONS = {"none": "NONE", "relu": "RELU", "relu6": "RELU6", "relu_n1_to_1": "RELU_N1_TO_1"}


def require_litert() -> None:
    """Fail, never skip: without its judge the golden model is not tested at all."""
    if schema is None:
        pytest.fail(
            "LiteRT is the oracle of these tests and cannot be imported"
            f" ({_MISSING}): install the test dependencies, pip install ai-edge-litert"
        )


@dataclass(frozen=True)
class QuantisedLayer:
    """A layer as a ``.tflite`` file states it; ``padding`` is "SAME" or "VALID"."""

    layer: LayerSpec
    padding: str
    weight: np.ndarray
    bias: np.ndarray
    ifmap_scale: float
    weight_scales: np.ndarray
    ofmap_scale: float
    ifmap_zero_point: int = 0
    ofmap_zero_point: int = 0
    activation: str = "none"
    ifmap_width: int = 8

    def quantisation(self, rounding: str) -> Quantisation:
        return Quantisation.from_scales(
            self.ifmap_scale,
            self.weight_scales,
            self.ofmap_scale,
            channels=self.layer.ofmap_channels,
            bias=self.bias,
            ifmap_zero_point=self.ifmap_zero_point,
            ofmap_zero_point=self.ofmap_zero_point,
            activation=self.activation,
            ifmap_width=self.ifmap_width,
            rounding=rounding,
        )

    def file(self) -> bytes:
        """The model as the bytes of a ``.tflite`` file."""
        model = schema.ModelT()
        model.version = 3
        model.operatorCodes = [self._operator_code()]
        model.buffers = [_buffer(None), _buffer(self.weight), _buffer(self.bias)]
        model.subgraphs = [self._subgraph()]
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _operator_code(self) -> object:
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.DEPTHWISE_CONV_2D
        code.version = 5 if self.ifmap_width == 16 else 3
        return code

    def _subgraph(self) -> object:
        layer, types, scales = self.layer, schema.TensorType, self.weight_scales
        narrow = self.ifmap_width == 8
        activations, biases = (types.INT8, types.INT32) if narrow else (types.INT16, types.INT64)
        bias_scales = np.float32(self.ifmap_scale) * scales
        zeros = [0] * len(scales)
        weight_shape = (1, layer.kernel_h, layer.kernel_w, layer.ofmap_channels)
        subgraph = schema.SubGraphT()
        subgraph.tensors = [
            _tensor(
                layer.ifmap_shape, activations, 0, [self.ifmap_scale], [self.ifmap_zero_point], 0
            ),
            _tensor(weight_shape, types.INT8, 1, scales, zeros, 3),
            _tensor((layer.ofmap_channels,), biases, 2, bias_scales, zeros, 0),
            _tensor(
                layer.ofmap_shape, activations, 0, [self.ofmap_scale], [self.ofmap_zero_point], 0
            ),
        ]
        subgraph.operators = [self._operator()]
        subgraph.inputs, subgraph.outputs = [0], [3]
        return subgraph

    def _operator(self) -> object:
        options = schema.DepthwiseConv2DOptionsT()
        options.padding = getattr(schema.Padding, self.padding)
        options.strideH, options.strideW = self.layer.stride_h, self.layer.stride_w
        options.dilationHFactor = self.layer.dilation_h
        options.dilationWFactor = self.layer.dilation_w
        options.depthMultiplier = self.layer.channel_multiplier
        options.fusedActivationFunction = getattr(
            schema.ActivationFunctionType, _ACTIVATIONS[self.activation]
        )
        operator = schema.OperatorT()
        operator.inputs, operator.outputs = [0, 1, 2], [3]
        operator.builtinOptionsType = schema.BuiltinOptions.DepthwiseConv2DOptions
        operator.builtinOptions = options
        return operator


def run(quantised: QuantisedLayer, ifmap: np.ndarray, resolver: str) -> np.ndarray:
    """The ofmap of LiteRT's interpreter; ``resolver`` is "reference" or "default" (XNNPACK)."""
    kinds = {"reference": OpResolverType.BUILTIN_REF, "default": OpResolverType.AUTO}
    interpreter = Interpreter(
        model_content=quantised.file(), experimental_op_resolver_type=kinds[resolver], num_threads=1
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], ifmap)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).copy()


def _buffer(array: np.ndarray | None) -> object:
    buffer = schema.BufferT()
    if array is not None:
        buffer.data = np.frombuffer(array.tobytes(), np.uint8)
    return buffer


def _tensor(
    shape: tuple[int, ...],
    kind: int,
    buffer: int,
    scales: object,
    zero_points: list[int],
    dimension: int,
) -> object:
    quantization = schema.QuantizationParametersT()
    quantization.scale = np.array(scales, np.float32)
    quantization.zeroPoint = np.array(zero_points, np.int64)
    quantization.quantizedDimension = dimension
    tensor = schema.TensorT()
    tensor.shape, tensor.type, tensor.buffer = np.array(shape, np.int32), kind, buffer
    tensor.quantization = quantization
    return tensor
