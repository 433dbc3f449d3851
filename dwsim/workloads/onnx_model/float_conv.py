"""A Conv in floating point of an ``.onnx`` file: its types and constants."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import onnx

from dwsim.errors import Rules
from dwsim.workloads.float_parameters import FloatParameters
from dwsim.workloads.onnx_model.onnx_folding import Padded, fold_pads
from dwsim.workloads.onnx_model.onnx_graph import OnnxGraph
from dwsim.workloads.onnx_model.onnx_layer import OnnxLayer
from dwsim.workloads.onnx_model.onnx_numbers import read_constant

FLOAT_TYPES: dict[str, np.dtype[Any]] = {
    "float": np.dtype(np.float32),
    "float16": np.dtype(np.float16),
}
"""The types for which ONNX Runtime has a Conv on processors, and an engine a format."""


def is_float_conv(graph: OnnxGraph, node: onnx.NodeProto) -> bool:
    """True for a Conv of which neither ifmap nor weight comes from a DequantizeLinear."""
    if node.op_type != "Conv":
        return False
    padded = fold_pads(graph, Padded(node.input[0]), 0)
    makers = [graph.maker(name) for name in (padded.name, node.input[1])]
    return not any(maker is not None and maker.op_type == "DequantizeLinear" for maker in makers)


def with_floats(
    rules: Rules, graph: OnnxGraph, node: onnx.NodeProto, layer: OnnxLayer
) -> OnnxLayer:
    """The layer with its parameters, or with the reasons why it has none.

    Args:
        rules: has the broken rules of the layer's shape.
        graph: has the constants.
        node: the Conv; an activation behind it is not part of the layer.
        layer: its shape, if that is known, and its names.
    """
    types = ", ".join(FLOAT_TYPES)
    dtype = FLOAT_TYPES.get(layer.type)
    rules.require(
        dtype is not None,
        "ifmap.type",
        layer.type or "unknown",
        f"must be one of {types}: ONNX Runtime has no other Conv of real numbers to compare with;"
        " the layer's shape can be explored",
    )
    if dtype is None or layer.spec is None or rules.violations:
        return replace(layer, reasons=tuple(rules.violations))
    spec = layer.spec
    weight = _constant(rules, graph, "weight", node.input[1], dtype)
    bias = None
    if len(node.input) > 2 and node.input[2]:
        bias = _constant(rules, graph, "bias", node.input[2], dtype)
        channels = spec.ofmap_channels
        rules.require(
            bias is None or bias.shape == (channels,),
            "bias.shape",
            None if bias is None else bias.shape,
            f"must be ({channels},), one number a channel",
        )
    if weight is None or rules.violations:
        return replace(layer, reasons=tuple(rules.violations))
    # ofmap channels, 1, kernel; a convolution over one axis has one row.
    split = (spec.channels, spec.channel_multiplier, spec.kernel_h, spec.kernel_w)
    ordered = np.ascontiguousarray(weight.reshape(split).transpose(2, 3, 0, 1))
    return replace(layer, parameters=FloatParameters(ordered, bias, "none"))


def _constant(
    rules: Rules, graph: OnnxGraph, role: str, name: str, dtype: np.dtype
) -> np.ndarray | None:
    """A constant of the type of the ifmap; None with a broken rule."""
    found = read_constant(rules, graph, role, name)
    if found is None:
        return None
    same = rules.require(
        found.dtype == dtype, f"{role}.type", str(found.dtype), f"must be {dtype}, as the ifmap"
    )
    return np.array(found, dtype) if same else None
