"""Writes ``.tflite`` models of one depthwise layer, which the interpreter then runs alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.spec.layer_spec import LayerSpec, same_pads
from dwsim.workloads.float_parameters import FloatParameters
from dwsim.workloads.tflite.flatbuffer_schema import IDENTIFIER, VERSION, code, schema
from dwsim.workloads.tflite.model import Parameters

IFMAP, OFMAP = 0, 1
"""Indices of the layer's ifmap and ofmap among the model's tensors."""

_TYPES = {
    "int8": "INT8",
    "uint8": "UINT8",
    "int16": "INT16",
    "int32": "INT32",
    "int64": "INT64",
    "float32": "FLOAT32",
}
_UNSIGNED_OFFSET = 128
Scales = tuple[list[float] | None, list[int] | None]
"""Scales and zero points; None for floats."""
_VERSIONS = {"PAD": 1, "DEPTHWISE_CONV_2D": 3}
_VERSIONS_FLOAT = {"PAD": 1, "DEPTHWISE_CONV_2D": 2}
_VERSIONS_INT16 = {"PAD": 4, "DEPTHWISE_CONV_2D": 5}


AnyParameters = Parameters | FloatParameters


def layer_model(spec: LayerSpec, parameters: AnyParameters) -> bytes:
    """A model of one DEPTHWISE_CONV_2D, after a PAD if its padding is neither SAME nor VALID.

    Tensor ``IFMAP`` is the graph's input, tensor ``OFMAP`` its output.

    Raises:
        ToolError: when LiteRT is not installed.
    """
    return GraphWriter(spec, parameters).finish()


class GraphWriter:
    """Collects tensors, buffers and operators of one graph in LiteRT's object classes."""

    def __init__(self, spec: LayerSpec, parameters: AnyParameters):
        self.spec = spec
        self.parameters = parameters
        self.model = schema().ModelT()
        self.model.version = VERSION
        self.model.description = "one depthwise layer"
        self.model.operatorCodes = []
        # Buffer 0 is empty by definition.
        self.model.buffers = [schema().BufferT()]
        self.graph = schema().SubGraphT()
        self.graph.tensors = []
        self.graph.operators = []
        self.model.subgraphs = [self.graph]
        self._build()

    def finish(self) -> bytes:
        """The file's bytes."""
        import flatbuffers

        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), IDENTIFIER)
        return bytes(builder.Output())

    def _build(self) -> None:
        spec = self.spec
        kind, scales, ofmap_scales = self._numbers()
        ifmap = self.tensor("ifmap", kind, spec.ifmap_shape, *scales)
        ofmap = self.tensor("ofmap", kind, spec.ofmap_shape, *ofmap_scales)
        self.graph.inputs, self.graph.outputs = [ifmap], [ofmap]
        padding = self._named_padding()
        if padding is None:
            pads = [[0, 0], [spec.pad_top, spec.pad_bottom], [spec.pad_left, spec.pad_right]]
            table = self.constant("paddings", np.array([*pads, [0, 0]], np.int32))
            shape = tuple(
                a + sum(b) for a, b in zip(spec.ifmap_shape, [*pads, [0, 0]], strict=True)
            )
            padded = self.tensor("padded", kind, shape, *scales)
            self.operator("PAD", [ifmap, table], [padded], "PadOptions", schema().PadOptionsT())
            ifmap, padding = padded, "VALID"
        inputs = [ifmap, self._weight(), self._bias()]
        self.operator(
            "DEPTHWISE_CONV_2D", inputs, [ofmap], "DepthwiseConv2DOptions", self._options(padding)
        )

    def _numbers(self) -> tuple[str, Scales, Scales]:
        """The type of the activations; scales and zero points of ifmap and ofmap."""
        given = self.parameters
        if isinstance(given, FloatParameters):
            return _TYPES[given.number_format], (None, None), (None, None)
        offset = _UNSIGNED_OFFSET if given.unsigned else 0
        return (
            "UINT8" if given.unsigned else _TYPES[given.dtype.name],
            ([given.ifmap_scale], [given.ifmap_zero_point + offset]),
            ([given.ofmap_scale], [given.ofmap_zero_point + offset]),
        )

    def _named_padding(self) -> str | None:
        """SAME or VALID if the layer has that padding; None for any other."""
        spec = self.spec
        pads = (spec.pad_top, spec.pad_bottom, spec.pad_left, spec.pad_right)
        if not any(pads):
            return "VALID"
        rows = same_pads(spec.ifmap_h, spec.kernel_h, spec.stride_h, spec.dilation_h)
        columns = same_pads(spec.ifmap_w, spec.kernel_w, spec.stride_w, spec.dilation_w)
        return "SAME" if pads == (*rows, *columns) else None

    def _weight(self) -> int:
        weight = self.parameters.weight
        array = weight.reshape(1, *weight.shape[:2], -1)
        if isinstance(self.parameters, FloatParameters):
            return self.constant("weight", array)
        scales, zero_point = self.parameters.weight_scales, 0
        if self.parameters.unsigned:
            # The weights of a uint8 file, whose zero point is not known here: any that fits.
            wide = array.dtype != np.int8
            zero_point = max(0, -int(array.min())) if wide else _UNSIGNED_OFFSET
            array = (array.astype(np.int16) + zero_point).astype(np.uint8)
        index = self.constant("weight", array)
        self._quantise(index, scales.tolist(), [zero_point] * scales.size)
        self.graph.tensors[index].quantization.quantizedDimension = 3 if scales.size > 1 else 0
        return index

    def _bias(self) -> int:
        """The bias, or zeros: the optimised kernel of LiteRT 2.3 crashes without a bias."""
        bias = self.parameters.bias
        if isinstance(self.parameters, FloatParameters):
            zeros = np.zeros(self.spec.ofmap_channels, self.parameters.dtype)
            return self.constant("bias", zeros if bias is None else bias)
        if bias is None:
            wide = self.parameters.dtype == np.int16
            bias = np.zeros(self.spec.ofmap_channels, np.int64 if wide else np.int32)
        # No kernel computes with a bias's scale, but XNNPACK takes no layer without it.
        scales = np.float32(self.parameters.ifmap_scale) * self.parameters.weight_scales
        index = self.constant("bias", bias)
        self._quantise(index, scales.astype(np.float32).tolist(), [0] * scales.size)
        return index

    def _options(self, padding: str) -> Any:
        spec = self.spec
        options = schema().DepthwiseConv2DOptionsT()
        options.padding = code("Padding", padding)
        options.strideH, options.strideW = spec.stride_h, spec.stride_w
        options.dilationHFactor, options.dilationWFactor = spec.dilation_h, spec.dilation_w
        options.depthMultiplier = spec.channel_multiplier
        options.fusedActivationFunction = code(
            "ActivationFunctionType", self.parameters.activation.upper()
        )
        return options

    def tensor(
        self,
        name: str,
        kind: str,
        shape: tuple[int, ...],
        scales: list[float] | None = None,
        zero_points: list[int] | None = None,
        buffer: int = 0,
    ) -> int:
        """Adds a tensor; returns its index."""
        tensor = schema().TensorT()
        tensor.name, tensor.shape, tensor.buffer = name, list(shape), buffer
        tensor.type = code("TensorType", kind)
        self.graph.tensors.append(tensor)
        index = len(self.graph.tensors) - 1
        if scales is not None and zero_points is not None:
            self._quantise(index, scales, zero_points)
        return index

    def _quantise(self, index: int, scales: list[float], zero_points: list[int]) -> None:
        quantisation = schema().QuantizationParametersT()
        quantisation.scale, quantisation.zeroPoint = scales, zero_points
        self.graph.tensors[index].quantization = quantisation

    def constant(self, name: str, array: np.ndarray) -> int:
        """Adds a tensor with its values; returns its index."""
        buffer = schema().BufferT()
        little = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))
        buffer.data = np.frombuffer(little.tobytes(), np.uint8)
        self.model.buffers.append(buffer)
        kind = _TYPES[array.dtype.newbyteorder("=").name]
        return self.tensor(name, kind, array.shape, buffer=len(self.model.buffers) - 1)

    def operator(
        self, name: str, inputs: list[int], outputs: list[int], kind: str, options: Any
    ) -> None:
        """Adds an operator with its options of union member ``kind``."""
        versions = _VERSIONS if self.parameters.dtype == np.int8 else _VERSIONS_INT16
        if isinstance(self.parameters, FloatParameters):
            versions = _VERSIONS_FLOAT
        operator_code = schema().OperatorCodeT()
        operator_code.builtinCode = code("BuiltinOperator", name)
        operator_code.deprecatedBuiltinCode = min(operator_code.builtinCode, 127)
        operator_code.version = versions[name]
        self.model.operatorCodes.append(operator_code)
        operator = schema().OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.inputs, operator.outputs = inputs, outputs
        operator.builtinOptionsType = code("BuiltinOptions", kind)
        operator.builtinOptions = options
        self.graph.operators.append(operator)
