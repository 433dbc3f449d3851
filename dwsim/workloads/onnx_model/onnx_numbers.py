"""Zero points, scales, weights and biases of a convolution of an ``.onnx`` file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx

from dwsim.errors import Rules
from dwsim.workloads.onnx_model.onnx_graph import OnnxGraph, attributes_of

TYPES = ("int8", "uint8")
"""Types of activations that an engine takes."""
WEIGHT_TYPES = ("int8", "uint8", "int4", "uint4")
_DTYPES = {
    **{"int8": np.int8, "int4": np.int8, "int2": np.int8},
    **{"uint8": np.uint8, "uint4": np.uint8, "uint2": np.uint8},
}


@dataclass(frozen=True, eq=False)
class Numbers:
    """The numbers of a tensor: real = scale * (integer - zero point)."""

    type: str
    """The type of the integers, such as ``uint8``."""
    scales: np.ndarray
    """float32; one or several. Empty for a tensor without a scale."""
    zero_points: np.ndarray
    """int64; one for each scale, or one for all."""

    def equal(self, other: Numbers) -> bool:
        """True if both tensors mean the same numbers."""
        return (
            self.type == other.type
            and np.array_equal(self.scales, other.scales)
            and np.array_equal(self.zero_points, other.zero_points)
        )


def read_constant(rules: Rules, graph: OnnxGraph, role: str, name: str) -> np.ndarray | None:
    """The value of a constant; None, with the reason noted, if it has none."""
    try:
        value = graph.constant(name)
    except ValueError as error:
        rules.require(False, role, name, f"cannot be read: {error}")
        return None
    rules.require(value is not None, role, name, "must be a constant of the file")
    return value


def read_numbers(
    rules: Rules,
    graph: OnnxGraph,
    role: str,
    scale: str | None,
    zero_point: str,
    type_: str,
    channels: int = 1,
) -> Numbers | None:
    """The scale and zero point of a tensor.

    Args:
        rules: gets the violations.
        graph: has the constants.
        role: the tensor's name in messages.
        scale: the name of the scale; None for an operator that has none.
        zero_point: the name of the zero point; empty: 0.
        type_: the type of the tensor's integers.
        channels: the largest number of scales; with 1 the tensor has a single one.
    """
    before = len(rules.violations)
    scales = np.zeros(0, np.float32)
    if scale is not None:
        found = read_constant(rules, graph, f"{role} scale", scale)
        if found is not None:
            scales = _checked_scales(rules, role, found)
    zeros = np.zeros(1, np.int64)
    if zero_point:
        found = read_constant(rules, graph, f"{role} zero point", zero_point)
        if found is not None:
            zeros = np.asarray(found, np.int64).reshape(-1)
    for name, values in (("scale", scales), ("zero point", zeros)):
        rules.require(
            values.size in (1, channels) or (scale is None and name == "scale"),
            f"{role} {name}",
            values.size,
            "must be one number" if channels == 1 else f"must be one number, or {channels}",
        )
    if len(rules.violations) > before:
        return None
    return Numbers(type_, scales, zeros)


def _checked_scales(rules: Rules, role: str, found: np.ndarray) -> np.ndarray:
    scales = found.reshape(-1)
    if not rules.require(
        scales.dtype == np.float32, f"{role} scale", str(scales.dtype), "must be of type float"
    ):
        return np.zeros(1, np.float32)
    low = np.finfo(np.float32).tiny
    for index in np.flatnonzero(~(np.isfinite(scales) & (scales >= low)))[:1]:
        rules.require(
            False,
            f"{role} scale[{index}]",
            float(scales[index]),
            "must be a number above 0, and no denormal one",
        )
    return scales


def linear_numbers(
    rules: Rules, graph: OnnxGraph, role: str, node: onnx.NodeProto, type_: str, channels: int = 1
) -> Numbers | None:
    """The numbers of a QuantizeLinear or DequantizeLinear, per tensor or for axis 0."""
    attributes = attributes_of(node)
    scale = node.input[1] if len(node.input) > 1 else ""
    zero_point = node.input[2] if len(node.input) > 2 else ""
    numbers = read_numbers(rules, graph, role, scale, zero_point, type_, channels)
    block = attributes.get("block_size", 0)
    rules.require(block == 0, f"{role} block_size", block, "must be 0: blocks are not supported")
    if numbers is not None and numbers.scales.size > 1:
        axis = attributes.get("axis", 1)
        rank = len(graph.shape(node.input[0]) or ())
        rules.require(
            axis in (0, -rank), f"{role} axis", axis, "must be 0, the axis of the ofmap channels"
        )
    return numbers


def read_weight(
    rules: Rules, graph: OnnxGraph, name: str, numbers: Numbers, channels: int
) -> np.ndarray | None:
    """The weights less their zero points: int16, (kernel_h, kernel_w, channels, multiplier)."""
    weight = read_constant(rules, graph, "weight", name)
    if weight is None:
        return None
    centred = weight.astype(np.int16) - _across(numbers.zero_points, weight.ndim)
    size = weight.shape[0]
    if weight.ndim == 3:
        centred = centred[:, :, np.newaxis]
    kernel = centred.shape[2:]
    ordered = centred.reshape(channels, size // channels, *kernel).transpose(2, 3, 0, 1)
    return np.ascontiguousarray(ordered)


def _across(values: np.ndarray, rank: int) -> np.ndarray:
    return values.astype(np.int16).reshape(-1, *[1] * (rank - 1))


def dtype_of(type_: str) -> np.dtype:
    """NumPy's type of 8 bits for a type of up to 8 bits."""
    return np.dtype(_DTYPES[type_])


@dataclass(frozen=True, eq=False)
class Bias:
    """The bias of a convolution, one number for each ofmap channel."""

    integers: np.ndarray
    """int32; their scale is that of the sums."""
    real: np.ndarray | None = None
    """float32: the bias of a file that has it in floating point, from which the integers come."""


def read_bias(
    rules: Rules, graph: OnnxGraph, name: str, sums_scale: np.ndarray, channels: int
) -> Bias | None:
    """The bias of a Conv; its scale must be that of the sums, or it must be a constant of floats.

    Args:
        rules: gets the violations.
        graph: has the constants.
        name: the bias: float, or DequantizeLinear makes it from int32.
        sums_scale: float32: ifmap scale times weight scales.
        channels: ofmap channels.
    """
    node = graph.maker(name)
    if node is None or node.op_type != "DequantizeLinear":
        return _real_bias(rules, graph, name, sums_scale, channels)
    integers = read_integer_bias(rules, graph, node.input[0], channels)
    numbers = linear_numbers(rules, graph, "bias", node, "int32", channels)
    if integers is None or numbers is None:
        return None
    rules.require(
        not numbers.zero_points.any(), "bias zero point", int(numbers.zero_points[0]), "must be 0"
    )
    same = np.broadcast_to(numbers.scales, channels) == np.broadcast_to(sums_scale, channels)
    for channel in np.flatnonzero(~same)[:1]:
        rules.require(
            False,
            f"bias scale[{channel}]",
            float(np.broadcast_to(numbers.scales, channels)[channel]),
            "must be the ifmap's scale times the weight's ="
            f" {float(np.broadcast_to(sums_scale, channels)[channel])}",
        )
    return Bias(integers)


def _real_bias(
    rules: Rules, graph: OnnxGraph, name: str, sums_scale: np.ndarray, channels: int
) -> Bias | None:
    """A bias of floats, and its integers as ONNX Runtime's optimiser computes them.

    It divides in float32 by the scale of the sums and rounds half to even.
    """
    before = len(rules.violations)
    real = read_constant(rules, graph, "bias", name)
    if real is None:
        return None
    rules.require(real.dtype == np.float32, "bias", str(real.dtype), "must be of type float")
    rules.require(
        real.size == channels, "bias", real.size, f"must be {channels} numbers, one a channel"
    )
    if len(rules.violations) > before:
        return None
    real = real.reshape(-1)
    with np.errstate(all="ignore"):
        rounded = np.rint(real / np.broadcast_to(sums_scale, channels))
    limits = np.iinfo(np.int32)
    # Also false for what is not a number.
    fits = (rounded >= limits.min) & (rounded <= limits.max - 127)
    for channel in np.flatnonzero(~fits)[:1]:
        rules.require(
            False,
            f"bias[{channel}]",
            float(real[channel]),
            "must be a number of at most 31 bits once it is divided by the ifmap's scale times the"
            f" weight's = {float(np.broadcast_to(sums_scale, channels)[channel])}",
        )
        return None
    return Bias(rounded.astype(np.int32), real)


def read_integer_bias(
    rules: Rules, graph: OnnxGraph, name: str, channels: int
) -> np.ndarray | None:
    """A bias of type int32, one for each ofmap channel."""
    bias = read_constant(rules, graph, "bias", name)
    if bias is None:
        return None
    good = rules.require(bias.dtype == np.int32, "bias", str(bias.dtype), "must be of type int32")
    good &= rules.require(
        bias.size == channels, "bias", bias.size, f"must be {channels} numbers, one a channel"
    )
    return bias.reshape(-1) if good else None
