"""Operators around a convolution that become part of its layer: Pad, Relu and Clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx

from dwsim.errors import Rules
from dwsim.workloads.onnx_model.onnx_geometry import NO_PADS, Pads
from dwsim.workloads.onnx_model.onnx_graph import STANDARD, OnnxGraph, attributes_of
from dwsim.workloads.onnx_model.onnx_numbers import Numbers, linear_numbers


@dataclass(frozen=True)
class Padded:
    """A tensor before the Pads in front of it, and their pads together."""

    name: str
    pads: Pads = NO_PADS
    operators: tuple[str, ...] = ()


def fold_pads(graph: OnnxGraph, padded: Padded, value: int | float) -> Padded:
    """Walks back over the Pads that pad rows and columns with ``value``; others stay."""
    node = graph.maker(padded.name)
    while node is not None and (pads := _pads(graph, node, value)) is not None:
        total = tuple(a + b for a, b in zip(padded.pads, pads, strict=True))
        name = node.input[0]
        padded = Padded(name, (total[0], total[1], total[2], total[3]), (*padded.operators, "Pad"))
        node = graph.maker(padded.name)
    return padded


def _pads(graph: OnnxGraph, node: onnx.NodeProto, value: int | float) -> Pads | None:
    """The pads of a Pad of rows and columns; None for any other operator."""
    shape = graph.shape(node.input[0]) if node.input else None
    if node.op_type != "Pad" or node.domain not in STANDARD or shape is None:
        return None
    attributes = attributes_of(node)
    try:
        given = attributes.get("pads")
        padding = attributes.get("value", 0.0)
        axes = None
        if len(node.input) > 1:
            given = graph.constant(node.input[1])
            padding = np.zeros(1)
            if len(node.input) > 2 and node.input[2]:
                padding = graph.constant(node.input[2])
            if len(node.input) > 3 and node.input[3]:
                axes = graph.constant(node.input[3])
                if axes is None:
                    return None
    except ValueError:
        return None
    if given is None or padding is None or attributes.get("mode", "constant") != "constant":
        return None
    return _of_rows_and_columns(np.asarray(given), np.asarray(padding), axes, len(shape), value)


def _of_rows_and_columns(
    given: np.ndarray, padding: np.ndarray, axes: np.ndarray | None, rank: int, value: int | float
) -> Pads | None:
    listed = list(range(rank)) if axes is None else [int(axis) % rank for axis in axes.reshape(-1)]
    flat = [int(one) for one in given.reshape(-1)]
    if rank not in (3, 4) or len(flat) != 2 * len(listed) or min(flat, default=0) < 0:
        return None
    if padding.size != 1 or float(padding.reshape(-1)[0]) != value or max(flat) >= 1 << 31:
        return None
    begin = dict.fromkeys(range(rank), 0) | dict(zip(listed, flat[: len(listed)], strict=True))
    end = dict.fromkeys(range(rank), 0) | dict(zip(listed, flat[len(listed) :], strict=True))
    if any(begin[axis] or end[axis] for axis in (0, 1)):
        return None
    if rank == 3:
        return (0, 0, begin[2], end[2])
    return (begin[2], end[2], begin[3], end[3])


def fold_requantised(graph: OnnxGraph, padded: Padded, numbers: Numbers) -> Padded:
    """Walks back over DequantizeLinear, Pad with 0, QuantizeLinear of the same numbers."""
    quantise = graph.maker(padded.name)
    if quantise is None or quantise.op_type != "QuantizeLinear" or not quantise.input:
        return padded
    inside = fold_pads(graph, Padded(quantise.input[0]), 0)
    dequantise = graph.maker(inside.name)
    if not inside.operators or dequantise is None or dequantise.op_type != "DequantizeLinear":
        return padded
    type_ = graph.type(dequantise.input[0])
    rules = Rules("pad")
    around = [linear_numbers(rules, graph, "pad", node, type_) for node in (quantise, dequantise)]
    if type_ != numbers.type or any(one is None or not one.equal(numbers) for one in around):
        return padded
    top, bottom, left, right = (a + b for a, b in zip(padded.pads, inside.pads, strict=True))
    folded = (*padded.operators, "QuantizeLinear", "Pad", "DequantizeLinear")
    return Padded(dequantise.input[0], (top, bottom, left, right), folded)


@dataclass(frozen=True)
class Activation:
    """The bounds of a Relu or Clip after a convolution; None where there is none."""

    name: str
    """none, relu or clip."""
    low: float | None
    high: float | None
    quantise: onnx.NodeProto | None
    """The QuantizeLinear after it; None: the file does not quantise the ofmap."""
    follower: str
    """The operator after it, for messages."""
    operators: tuple[str, ...]


def fold_activation(graph: OnnxGraph, name: str) -> Activation:
    """The operators after a convolution up to its QuantizeLinear.

    The rounding of QuantizeLinear never decreases, so the bounds may be rounded in place of the
    values between them: a Relu or Clip becomes a range of the ofmap, exactly.
    """
    low: float | None = None
    high: float | None = None
    folded: list[str] = []
    node = graph.only_taker(name)
    while node is not None and node.op_type in ("Relu", "Clip") and node.domain in STANDARD:
        bounds = (0.0, None) if node.op_type == "Relu" else _clip_bounds(graph, node)
        if bounds is None or not node.output:
            break
        # A later bound applies to the earlier ones.
        if bounds[0] is not None:
            low = bounds[0] if low is None else max(low, bounds[0])
            high = None if high is None else max(high, bounds[0])
        if bounds[1] is not None:
            low = None if low is None else min(low, bounds[1])
            high = bounds[1] if high is None else min(high, bounds[1])
        folded.append(node.op_type)
        node = graph.only_taker(node.output[0])
    quantise = node if node is not None and node.op_type == "QuantizeLinear" else None
    kind = "clip" if "Clip" in folded else "relu" if folded else "none"
    follower = node.op_type if node is not None else "no single operator"
    return Activation(kind, low, high, quantise, follower, tuple(folded))


def _clip_bounds(
    graph: OnnxGraph, node: onnx.NodeProto
) -> tuple[float | None, float | None] | None:
    attributes = attributes_of(node)
    bounds: list[float | None] = []
    for position, key in ((1, "min"), (2, "max")):
        value = attributes.get(key)
        if len(node.input) > position and node.input[position]:
            try:
                found = graph.constant(node.input[position])
            except ValueError:
                return None
            if found is None or found.size != 1:
                return None
            value = float(found.reshape(-1)[0])
        if value is not None and (not isinstance(value, float) or np.isnan(value)):
            return None
        bounds.append(value)
    low, high = bounds
    # ONNX Runtime's optimised graph treats crossed bounds otherwise than its plain one.
    return None if low is not None and high is not None and low > high else (low, high)
