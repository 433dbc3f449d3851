"""One convolution of an ``.onnx`` file as a depthwise layer, or the reasons why it cannot run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import onnx

from dwsim.errors import Rules
from dwsim.workloads.onnx_model.float_conv import is_float_conv, with_floats
from dwsim.workloads.onnx_model.onnx_folding import (
    Activation,
    Padded,
    fold_activation,
    fold_pads,
    fold_requantised,
)
from dwsim.workloads.onnx_model.onnx_geometry import read_geometry
from dwsim.workloads.onnx_model.onnx_graph import STANDARD, OnnxGraph, attributes_of, inner_graphs
from dwsim.workloads.onnx_model.onnx_layer import OnnxLayer, OnnxParameters, OnnxScales
from dwsim.workloads.onnx_model.onnx_numbers import (
    TYPES,
    WEIGHT_TYPES,
    Bias,
    Numbers,
    dtype_of,
    linear_numbers,
    read_bias,
    read_integer_bias,
    read_numbers,
    read_weight,
)

WEIGHT_INPUT = {"Conv": 1, "QLinearConv": 3, "ConvInteger": 1}
"""The operators that are convolutions, with the position of their weight."""


@dataclass(frozen=True)
class _Tensors:
    """The integer tensors of a layer, and the numbers that they mean."""

    ifmap: Padded
    ifmap_numbers: Numbers
    weight: str
    weight_numbers: Numbers
    ofmap: str
    ofmap_numbers: Numbers | None
    activation: Activation


def is_layer(graph: OnnxGraph, node: onnx.NodeProto) -> bool:
    """True for a convolution with one group for each of several channels."""
    position = WEIGHT_INPUT.get(node.op_type)
    if position is None or node.domain not in STANDARD or len(node.input) <= position:
        return False
    group = attributes_of(node).get("group", 1)
    weight = graph.shape(node.input[position])
    if not isinstance(group, int) or group < 2 or weight is None or len(weight) < 2:
        return False
    return weight[1] == 1 and weight[0] >= 1 and weight[0] % group == 0


def layers_of(graph: OnnxGraph) -> Iterator[tuple[OnnxGraph, int, onnx.NodeProto]]:
    """Every layer of a graph and of the graphs inside of it: its graph, index and operator."""
    count = [graph.index]

    def walk(graph: OnnxGraph) -> Iterator[tuple[OnnxGraph, int, onnx.NodeProto]]:
        for index, node in enumerate(graph.graph.node):
            if is_layer(graph, node):
                yield graph, index, node
            for inner in inner_graphs(node):
                count[0] += 1
                yield from walk(graph.inside(inner, count[0]))

    yield from walk(graph)


def read_layer(graph: OnnxGraph, index: int, node: onnx.NodeProto, name: str) -> OnnxLayer:
    """A convolution as a layer called ``name``."""
    rules = Rules(name)
    ifmap, weight = node.input[0], node.input[WEIGHT_INPUT[node.op_type]]
    layer = OnnxLayer(
        name=name,
        subgraph=graph.index,
        operator=index,
        operator_name=node.op_type,
        tensor_name=node.output[0] if node.output else "",
        ifmap_name=ifmap,
        type=graph.type(ifmap),
    )
    in_floats = is_float_conv(graph, node)
    tensors = None if in_floats else _integer_tensors(rules, graph, node)
    padded = tensors.ifmap if tensors else fold_pads(graph, Padded(ifmap), 0)
    shape = graph.shape(padded.name)
    shape_rules = Rules(name)
    spec = read_geometry(shape_rules, attributes_of(node), shape, graph.shape(weight), padded.pads)
    layer = replace(
        layer,
        spec=spec,
        rank=len(shape or ()),
        ifmap_name=padded.name,
        folded=padded.operators,
        reasons=(*shape_rules.violations, *rules.violations),
    )
    if in_floats:
        return with_floats(shape_rules, graph, node, layer)
    if tensors is None:
        return layer
    layer = replace(
        layer,
        type=tensors.ifmap_numbers.type,
        tensor_name=tensors.ofmap,
        folded=(*padded.operators, *tensors.activation.operators),
    )
    if spec is None or rules.violations:
        return layer
    parameters = _parameters(rules, graph, node, tensors, spec.channels, spec.ofmap_channels)
    return replace(layer, parameters=parameters, reasons=tuple(rules.violations))


def _integer_tensors(rules: Rules, graph: OnnxGraph, node: onnx.NodeProto) -> _Tensors | None:
    """The layer's integers and their numbers; None, with the reasons, where they have none."""
    names = [*node.input, *[""] * 9]
    if node.op_type == "Conv":
        return _of_dequantised(rules, graph, node)
    weight = names[WEIGHT_INPUT[node.op_type]]
    channels = (graph.shape(weight) or (1,))[0]
    ofmap: Numbers | None = None
    if node.op_type == "ConvInteger":
        ifmap = read_numbers(rules, graph, "ifmap", None, names[2], graph.type(names[0]))
        of_weight = read_numbers(
            rules, graph, "weight", None, names[3], graph.type(weight), channels
        )
    else:
        ifmap = read_numbers(rules, graph, "ifmap", names[1], names[2], graph.type(names[0]))
        of_weight = read_numbers(
            rules, graph, "weight", names[4], names[5], graph.type(weight), channels
        )
        # The ofmap has the type of its zero point.
        ofmap = read_numbers(rules, graph, "ofmap", names[6], names[7], graph.type(names[7]))
    if ifmap is None or of_weight is None or (ofmap is None and node.op_type == "QLinearConv"):
        return None
    return _Tensors(
        _folded(graph, Padded(names[0]), ifmap),
        ifmap,
        weight,
        of_weight,
        node.output[0] if node.output else "",
        ofmap,
        Activation("none", None, None, None, "", ()),
    )


def _of_dequantised(rules: Rules, graph: OnnxGraph, node: onnx.NodeProto) -> _Tensors | None:
    """A Conv between DequantizeLinear and QuantizeLinear."""
    padded = fold_pads(graph, Padded(node.input[0]), 0)
    made = [graph.maker(name) for name in (padded.name, node.input[1])]
    good = True
    for role, name, maker in zip(("ifmap", "weight"), node.input, made, strict=False):
        good &= rules.require(
            maker is not None and maker.op_type == "DequantizeLinear" and len(maker.input) > 1,
            f"{role}.type",
            graph.type(name) or "unknown",
            "must be integers that a DequantizeLinear makes real, as the other operand of the Conv"
            " is",
        )
    if not good or made[0] is None or made[1] is None:
        return None
    activation = fold_activation(graph, node.output[0])
    if not rules.require(
        activation.quantise is not None and bool(activation.quantise.output),
        "ofmap",
        activation.follower,
        "must go to one QuantizeLinear, perhaps through Relu or Clip",
    ):
        return None
    quantise = activation.quantise
    assert quantise is not None
    types = [graph.type(maker.input[0]) for maker in (made[0], made[1])]
    weight = made[1].input[0]
    channels = (graph.shape(weight) or (1,))[0]
    ifmap = linear_numbers(rules, graph, "ifmap", made[0], types[0])
    of_weight = linear_numbers(rules, graph, "weight", made[1], types[1], channels)
    made_type = graph.type(quantise.output[0]) or "uint8"
    ofmap = linear_numbers(rules, graph, "ofmap", quantise, made_type)
    if ifmap is None or of_weight is None or ofmap is None:
        return None
    padded = Padded(made[0].input[0], padded.pads, padded.operators)
    return _Tensors(
        _folded(graph, padded, ifmap),
        ifmap,
        weight,
        of_weight,
        quantise.output[0],
        ofmap,
        activation,
    )


def _folded(graph: OnnxGraph, padded: Padded, numbers: Numbers) -> Padded:
    padded = fold_pads(graph, padded, int(numbers.zero_points[0]))
    return fold_requantised(graph, padded, numbers)


def _parameters(
    rules: Rules,
    graph: OnnxGraph,
    node: onnx.NodeProto,
    tensors: _Tensors,
    channels: int,
    ofmap_channels: int,
) -> OnnxParameters | None:
    """Weights and scales; None when a rule is broken."""
    ifmap, of_weight, ofmap = tensors.ifmap_numbers, tensors.weight_numbers, tensors.ofmap_numbers
    for role, numbers, types in (
        ("ifmap", ifmap, TYPES),
        ("weight", of_weight, WEIGHT_TYPES),
        ("ofmap", ofmap, TYPES),
    ):
        if numbers is not None:
            rule = f"must be one of {', '.join(types)}"
            rules.require(numbers.type in types, f"{role}.type", numbers.type, rule)
    if rules.violations:
        return None
    weight = read_weight(rules, graph, tensors.weight, of_weight, channels)
    scales = None
    if ofmap is not None:
        scales = _scales(rules, graph, node, tensors, ofmap, ofmap_channels)
    if weight is None or rules.violations:
        return None
    return OnnxParameters(
        ifmap_dtype=dtype_of(ifmap.type),
        ifmap_zero_point=int(ifmap.zero_points[0]),
        weight=weight,
        weight_dtype=dtype_of(of_weight.type),
        weight_zero_points=of_weight.zero_points.astype(np.int16),
        activation=tensors.activation.name,
        scales=scales,
    )


def _scales(
    rules: Rules,
    graph: OnnxGraph,
    node: onnx.NodeProto,
    tensors: _Tensors,
    ofmap: Numbers,
    channels: int,
) -> OnnxScales | None:
    bias: Bias | None = None
    position = 2 if node.op_type == "Conv" else 8
    if len(node.input) > position and node.input[position]:
        if node.op_type == "Conv":
            sums_scale = tensors.ifmap_numbers.scales * tensors.weight_numbers.scales
            bias = read_bias(rules, graph, node.input[position], sums_scale, channels)
        else:
            integers = read_integer_bias(rules, graph, node.input[position], channels)
            bias = None if integers is None else Bias(integers)
    if rules.violations:
        return None
    dtype = dtype_of(ofmap.type)
    low, high = _range(tensors.activation, ofmap, dtype)
    return OnnxScales(
        ifmap_scale=float(tensors.ifmap_numbers.scales[0]),
        weight_scales=tensors.weight_numbers.scales,
        bias=None if bias is None else bias.integers,
        real_bias=None if bias is None else bias.real,
        ofmap_dtype=dtype,
        ofmap_scale=float(ofmap.scales[0]),
        ofmap_zero_point=int(ofmap.zero_points[0]),
        act_min=low,
        act_max=high,
    )


def _range(activation: Activation, ofmap: Numbers, dtype: np.dtype) -> tuple[int, int]:
    """The range of the ofmap: that of its type, and of the rounded bounds."""
    limits = np.iinfo(dtype)
    low, high = int(limits.min), int(limits.max)

    def rounded(bound: float) -> int:
        with np.errstate(over="ignore"):
            value = float(np.rint(np.float32(bound) / ofmap.scales[0])) + int(ofmap.zero_points[0])
        return int(min(max(value, limits.min), limits.max))

    if activation.low is not None:
        low = rounded(activation.low)
    if activation.high is not None:
        high = rounded(activation.high)
    return min(low, high), high
