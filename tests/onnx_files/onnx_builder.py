"""Builds ``.onnx`` models operator by operator, in ONNX's own classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NEWEST = 26
"""The newest operator set that this ONNX Runtime runs."""
_TYPES = {
    "float32": TensorProto.FLOAT,
    "float16": TensorProto.FLOAT16,
    "float64": TensorProto.DOUBLE,
    "bfloat16": TensorProto.BFLOAT16,
    "int16": TensorProto.INT16,
    "int8": TensorProto.INT8,
    "uint8": TensorProto.UINT8,
    "int32": TensorProto.INT32,
    "int64": TensorProto.INT64,
    "bool": TensorProto.BOOL,
}


class OnnxBuilder:
    """Collects operators, constants, inputs and outputs of one graph."""

    def __init__(self, opset: int = 13) -> None:
        self.opset = opset
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []
        self.values: list[onnx.ValueInfoProto] = []

    def input(self, name: str, dtype: str, shape: Sequence[int | str]) -> str:
        """Adds an input of the graph."""
        self.inputs.append(helper.make_tensor_value_info(name, _TYPES[dtype], list(shape)))
        return name

    def output(self, name: str, dtype: str, shape: Sequence[int | str] | None = None) -> str:
        """Adds an output of the graph."""
        self.outputs.append(helper.make_tensor_value_info(name, _TYPES[dtype], shape))
        return name

    def constant(self, name: str, value: Any) -> str:
        """Adds a weight."""
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Adds an operator with one output."""
        given = {key: value for key, value in attributes.items() if value is not None}
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **given))
        return output

    def graph(self, name: str = "graph") -> onnx.GraphProto:
        """The graph."""
        return helper.make_graph(
            self.nodes, name, self.inputs, self.outputs, self.constants, value_info=self.values
        )

    def model(self) -> onnx.ModelProto:
        """The whole model."""
        return helper.make_model(
            self.graph(),
            opset_imports=[helper.make_opsetid("", self.opset)],
            ir_version=8 if self.opset < 19 else 10,
            producer_name="dwsim tests",
        )


@dataclass
class Case:
    """One depthwise layer in one of the forms ``qdq``, ``qlinear``, ``integer`` and ``float``."""

    form: str = "qdq"
    shape: Sequence[int | str] = (1, 4, 7, 8)
    """N, C and one or two sizes."""
    kernel: Sequence[int] = (3, 3)
    channels: int = 4
    multiplier: int = 1
    strides: Sequence[int] | None = None
    dilations: Sequence[int] | None = None
    pads: Sequence[int] | None = None
    auto_pad: str | None = None
    dtype: str = "uint8"
    weight_dtype: str = "int8"
    ofmap_dtype: str | None = None
    ifmap_scale: float = 0.02
    ifmap_zero_point: int = 128
    weight_scales: Any = 0.01
    """A scalar, or one for each ofmap channel."""
    weight_zero_points: Any = 0
    largest_weight: int = 255
    """The largest distance of a stored weight from the middle of its type."""
    ofmap_scale: float = 0.1
    ofmap_zero_point: int = 3
    bias: bool = True
    real_bias: bool = False
    """The bias of a ``qdq`` is in floating point, and no multiple of the scale of the sums."""
    activation: str = "none"
    """none, relu, or clip."""
    clip: tuple[float, float] = (-1.5, 4.25)
    opset: int = 13
    seed: int = 5
    attributes: dict[str, Any] = field(default_factory=dict)

    def weight(self) -> np.ndarray:
        """The weights of the file: ofmap channels, 1, kernel."""
        limits = np.iinfo(self.weight_dtype)
        rng = np.random.default_rng(self.seed)
        shape = (self.channels * self.multiplier, 1, *self.kernel)
        low = max(limits.min, int(np.max(self.weight_zero_points)) - 128)
        high = min(limits.max, int(np.min(self.weight_zero_points)) + 127)
        middle = (limits.min + limits.max + 1) // 2
        low, high = max(low, middle - self.largest_weight), min(high, middle + self.largest_weight)
        return rng.integers(low, high, shape, endpoint=True).astype(self.weight_dtype)

    def bias_values(self) -> np.ndarray:
        """int32, of the size of a few hundred products."""
        rng = np.random.default_rng(self.seed + 1)
        return rng.integers(-20_000, 20_000, self.channels * self.multiplier).astype(np.int32)

    def real_bias_values(self) -> np.ndarray:
        """float32, near the values of ``bias_values`` in the scale of the sums."""
        rng = np.random.default_rng(self.seed + 2)
        integers = self.bias_values()
        scale = np.float32(self.ifmap_scale) * np.asarray(self.weight_scales, np.float32)
        return ((integers + rng.uniform(-0.5, 0.5, integers.size)) * scale).astype(np.float32)


def add_case(builder: OnnxBuilder, case: Case, ifmap: str, prefix: str = "") -> str:
    """Adds a layer after the tensor ``ifmap`` of its type; returns the name of its ofmap."""

    def name(stem: str) -> str:
        return f"{prefix}{stem}"

    conv: dict[str, Any] = {
        "group": case.channels,
        "strides": case.strides,
        "dilations": case.dilations,
        "pads": case.pads,
        "auto_pad": case.auto_pad,
        **case.attributes,
    }
    values = case.weight()
    if case.form == "float":
        values = (values * np.float32(0.01)).astype(np.float32)
    weight = builder.constant(name("weight"), values)
    if case.form == "float":
        return builder.node("Conv", [ifmap, weight], name("ofmap"), **conv)
    zero_x = builder.constant(name("zx"), np.array(case.ifmap_zero_point, case.dtype))
    zero_w = builder.constant(name("zw"), np.array(case.weight_zero_points, case.weight_dtype))
    if case.form == "integer":
        return builder.node("ConvInteger", [ifmap, weight, zero_x, zero_w], name("ofmap"), **conv)
    ofmap_dtype = case.ofmap_dtype or case.dtype
    scale_x = builder.constant(name("sx"), np.float32(case.ifmap_scale))
    scale_w = builder.constant(name("sw"), np.asarray(case.weight_scales, np.float32))
    scale_y = builder.constant(name("sy"), np.float32(case.ofmap_scale))
    zero_y = builder.constant(name("zy"), np.array(case.ofmap_zero_point, ofmap_dtype))
    bias = []
    if case.bias:
        bias = [builder.constant(name("bias"), case.bias_values())]
    if case.form == "qlinear":
        inputs = [ifmap, scale_x, zero_x, weight, scale_w, zero_w, scale_y, zero_y, *bias]
        return builder.node("QLinearConv", inputs, name("ofmap"), **conv)
    axis = {"axis": 0} if np.ndim(case.weight_scales) else {}
    if np.ndim(case.weight_scales) and not np.ndim(case.weight_zero_points):
        zeros = np.full(np.shape(case.weight_scales), case.weight_zero_points, case.weight_dtype)
        zero_w = builder.constant(name("zws"), zeros)
    x = builder.node("DequantizeLinear", [ifmap, scale_x, zero_x], name("x"))
    w = builder.node("DequantizeLinear", [weight, scale_w, zero_w], name("w"), **axis)
    if bias and case.real_bias:
        bias = [builder.constant(name("b"), case.real_bias_values())]
    elif bias:
        scale_b = np.float32(case.ifmap_scale) * np.asarray(case.weight_scales, np.float32)
        inputs = [*bias, builder.constant(name("sb"), np.asarray(scale_b, np.float32))]
        bias = [builder.node("DequantizeLinear", inputs, name("b"), **axis)]
    made = builder.node("Conv", [x, w, *bias], name("y"), **conv)
    if case.activation == "relu":
        made = builder.node("Relu", [made], name("act"))
    elif case.activation == "clip":
        low, high = (np.float32(bound) for bound in case.clip)
        bounds = [builder.constant(name("low"), low), builder.constant(name("high"), high)]
        made = builder.node("Clip", [made, *bounds], name("act"))
    return builder.node("QuantizeLinear", [made, scale_y, zero_y], name("ofmap"))


def single(case: Case) -> onnx.ModelProto:
    """A model of one layer: input ``ifmap``, output ``ofmap``."""
    builder = OnnxBuilder(case.opset)
    made = {"integer": "int32", "float": "float32"}.get(case.form, case.ofmap_dtype or case.dtype)
    builder.input("ifmap", "float32" if case.form == "float" else case.dtype, case.shape)
    add_case(builder, case, "ifmap")
    builder.output("ofmap", made)
    return builder.model()
