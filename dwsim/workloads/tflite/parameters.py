"""A layer's types, scales and constants: read from its tensors, or why they cannot be used."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dwsim.errors import Rules, SpecError, Violation
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.number_range import value_range
from dwsim.spec.quantisation import Quantisation
from dwsim.workloads.tflite.graph_tables import ConvolutionOptions, Tensor
from dwsim.workloads.tflite.model import Parameters

_ACTIVATIONS = {
    "NONE": "none",
    "RELU": "relu",
    "RELU6": "relu6",
    "RELU_N1_TO_1": "relu_n1_to_1",
}
_KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "INT8": (("INT8", "INT4"), ("INT32",)),
    "INT16": (("INT8",), ("INT64", "INT32")),
    "UINT8": (("UINT8",), ("INT32",)),
}
"""Type of the activations to the types that their weights and biases may have."""
_UNSIGNED_OFFSET = 128
"""The offset that is subtracted from uint8 values to make them int8."""


@dataclass(frozen=True, eq=False)
class LayerTensors:
    """The tensors of a convolution; ``channel_axis`` is the weight's axis of ofmap channels."""

    ifmap: Tensor
    weight: Tensor
    bias: Tensor | None
    ofmap: Tensor
    channel_axis: int

    @property
    def is_integer(self) -> bool:
        """False for a layer in floating point."""
        return "FLOAT" not in self.ifmap.type


def check_types(rules: Rules, tensors: LayerTensors) -> None:
    """Notes every type that TFLite's integer kernels do not combine, or that no engine runs."""
    ifmap, weight, bias, ofmap = tensors.ifmap, tensors.weight, tensors.bias, tensors.ofmap
    weights, biases = _KINDS.get(ifmap.type, (("INT8",), ()))
    rules.require(
        ifmap.type in _KINDS, "ifmap.type", ifmap.type, f"must be one of {', '.join(_KINDS)}"
    )
    rules.require(
        weight.type in weights,
        "weight.type",
        weight.type,
        f"must be {' or '.join(weights)} with {ifmap.type} activations",
    )
    rules.require(
        ofmap.type == ifmap.type, "ofmap.type", ofmap.type, f"must be {ifmap.type}, as the ifmap"
    )
    if bias is not None and biases:
        rules.require(
            bias.type in biases,
            "bias.type",
            bias.type,
            f"must be {' or '.join(biases)} with {ifmap.type} activations",
        )
    check_plain(rules, tensors)


def check_plain(rules: Rules, tensors: LayerTensors) -> None:
    """Notes each tensor whose elements are stored in an unusual way."""
    for role in ("ifmap", "weight", "bias", "ofmap"):
        tensor = getattr(tensors, role)
        rules.require(
            tensor is None or tensor.plain,
            role,
            tensor.name if tensor else None,
            "must not be sparse, a variable, or quantised other than by scale and zero point",
        )


def check_activations(rules: Rules, tensors: LayerTensors) -> None:
    """Ifmap and ofmap each have one scale and one zero point."""
    for role, tensor in (("ifmap", tensors.ifmap), ("ofmap", tensors.ofmap)):
        rules.require(
            tensor.scales.size == 1 and tensor.zero_points.size == 1,
            f"{role}.quantisation",
            (tensor.scales.size, tensor.zero_points.size),
            "must be one scale and one zero point",
        )


def read_parameters(
    rules: Rules, spec: LayerSpec, options: ConvolutionOptions, tensors: LayerTensors
) -> Parameters | None:
    """The layer's parameters; None when a rule is broken, which is then noted in ``rules``."""
    before = len(rules.violations)
    ifmap, weight, ofmap = tensors.ifmap, tensors.weight, tensors.ofmap
    check_activations(rules, tensors)
    _check_weight_scales(rules, spec, tensors)
    activation = read_activation(rules, options)
    weights = None
    if weight.data is None or len(rules.violations) == before:
        weights = _weights(rules, spec, tensors)
    biases = _biases(rules, spec, tensors)
    if weights is None or len(rules.violations) > before:
        return None
    offset = _UNSIGNED_OFFSET if ifmap.type == "UINT8" else 0
    parameters = Parameters(
        dtype=np.dtype(np.int16 if ifmap.type == "INT16" else np.int8),
        ifmap_scale=float(ifmap.scales[0]),
        ifmap_zero_point=int(ifmap.zero_points[0]) - offset,
        weight=weights,
        weight_scales=weight.scales,
        bias=biases,
        ofmap_scale=float(ofmap.scales[0]),
        ofmap_zero_point=int(ofmap.zero_points[0]) - offset,
        activation=activation,
        # TFLite defines a weight scale a channel for int8 alone: such a layer is computed as int8.
        unsigned=ifmap.type == "UINT8" and weight.scales.size == 1,
    )
    low, high = value_range(8 * parameters.dtype.itemsize, signed=True)
    for role, value in (
        ("ifmap", parameters.ifmap_zero_point),
        ("ofmap", parameters.ofmap_zero_point),
    ):
        rules.integer(f"{role}.zero_point", value + offset, low + offset, high + offset)
    return parameters if len(rules.violations) == before else None


def read_activation(rules: Rules, options: ConvolutionOptions) -> str:
    """The name of the fused activation; "none" for one that is noted in ``rules``."""
    rules.require(
        options.activation in _ACTIVATIONS,
        "activation",
        options.activation,
        f"must be one of {', '.join(_ACTIVATIONS)}",
    )
    return _ACTIVATIONS.get(str(options.activation), "none")


def _check_weight_scales(rules: Rules, spec: LayerSpec, tensors: LayerTensors) -> None:
    weight = tensors.weight
    sizes = (1, spec.ofmap_channels)
    rules.require(
        weight.scales.size in sizes and weight.zero_points.size in (1, weight.scales.size),
        "weight.quantisation",
        (weight.scales.size, weight.zero_points.size),
        f"must be 1 or {spec.ofmap_channels} scales, and the same number of zero points",
    )
    rules.require(
        weight.scales.size == 1 or weight.quantized_dimension == tensors.channel_axis,
        "weight.quantized_dimension",
        weight.quantized_dimension,
        f"must be {tensors.channel_axis}, the channels",
    )
    rules.require(
        weight.type == "UINT8" or not weight.zero_points.any(),
        "weight.zero_point",
        _first(weight.zero_points),
        f"must be 0: TFLite's {weight.type} weights are symmetric",
    )


def _weights(rules: Rules, spec: LayerSpec, tensors: LayerTensors) -> np.ndarray | None:
    """Weights of ``spec.weight_shape`` less their zero points: int8, or int16 for 9 bits."""
    weight = tensors.weight
    dtype = np.dtype(np.uint8 if weight.type == "UINT8" else np.int8)
    found = read_weight(rules, tensors, dtype)
    if found is None:
        return None
    stored: np.dtype = np.dtype(np.int8)
    if weight.type == "UINT8":
        found = found.astype(np.int64) - weight.zero_points
        low, high = value_range(8, signed=True)
        outside = found[(found < low) | (found > high)]
        if outside.size:
            stored = np.dtype(np.int16)
        if not rules.require(
            outside.size == 0 or weight.scales.size == 1,
            "weight - zero_point",
            _first(outside),
            f"must be from {low} to {high} where channels have scales of their own: TFLite defines"
            f" these for int8 alone ({outside.size} of {found.size} are outside)",
        ):
            return None
    return np.ascontiguousarray(found.astype(stored)).reshape(spec.weight_shape)


def read_weight(rules: Rules, tensors: LayerTensors, dtype: np.dtype) -> np.ndarray | None:
    """The constant weights, ``(kernel_h, kernel_w, ofmap_channels)``; None with a broken rule."""
    weight, axis = tensors.weight, tensors.channel_axis
    found = _constant(rules, "weight", weight, dtype, weight.shape)
    if found is None:
        return None
    # (1, h, w, channels) of a DEPTHWISE_CONV_2D, (channels, h, w, 1) of a CONV_2D.
    moved = np.moveaxis(found, axis, 3).reshape(*weight.shape[1:3], -1)
    return np.ascontiguousarray(moved)


def read_bias(
    rules: Rules, spec: LayerSpec, tensors: LayerTensors, dtype: np.dtype
) -> np.ndarray | None:
    """The constant bias of each ofmap channel; None without one, or with a broken rule."""
    if tensors.bias is None:
        return None
    return _constant(rules, "bias", tensors.bias, dtype, (spec.ofmap_channels,))


def _biases(rules: Rules, spec: LayerSpec, tensors: LayerTensors) -> np.ndarray | None:
    """int32, or int64 with int16 activations; None for a layer without bias."""
    bias = tensors.bias
    if bias is None:
        return None
    rules.require(
        not bias.zero_points.any(), "bias.zero_point", _first(bias.zero_points), "must be 0"
    )
    stored = np.dtype(np.int32 if bias.type == "INT32" else np.int64)
    found = read_bias(rules, spec, tensors, stored)
    if found is None or tensors.ifmap.type != "INT16":
        return found
    return found.astype(np.int64)


def _constant(
    rules: Rules, role: str, tensor: Tensor, dtype: np.dtype, shape: tuple[int, ...]
) -> np.ndarray | None:
    """A constant's values; None when they are unknown or do not fill the tensor."""
    data = tensor.data
    if data is None:
        rules.require(False, role, tensor.name, "must be a constant of the file")
        return None
    good = rules.require(tensor.shape == shape, f"{role}.shape", tensor.shape, f"must be {shape}")
    count = math.prod(shape)
    wanted = (count + 1) // 2 if tensor.type == "INT4" else count * dtype.itemsize
    good &= rules.require(data.size == wanted, f"{role} bytes", data.size, f"must be {wanted}")
    if not good:
        return None
    if tensor.type == "INT4":
        return _unpacked(data)[:count].reshape(shape)
    return data.view(dtype.newbyteorder("<")).reshape(shape)


def _unpacked(data: np.ndarray) -> np.ndarray:
    """Two int4 values a byte, the low half first; an odd count leaves the last half unused."""
    halves = np.stack([data << 4, data & 0xF0], axis=1).reshape(-1)
    return halves.view(np.int8) >> 4


def check_scales(rules: Rules, parameters: Parameters) -> None:
    """Notes the scales for which requantisation is not defined.

    If the smallest and the largest weight scale are allowed (NaN is both), all are, so a layer of
    a thousand channels is judged by two.
    """
    scales = parameters.weight_scales
    ends = [int(scales.argmin()), int(scales.argmax())]
    try:
        # Double rounding allows the fewest scales.
        Quantisation.from_scales(
            parameters.ifmap_scale,
            scales[ends],
            parameters.ofmap_scale,
            channels=2,
            ifmap_zero_point=parameters.ifmap_zero_point,
            ofmap_zero_point=parameters.ofmap_zero_point,
            activation=parameters.activation,
            ifmap_width=8 * parameters.dtype.itemsize,
            rounding="double",
        )
    except SpecError as error:
        for violation in error.violations:
            rules.violations.append(_of_channel(violation, ends, scales.size))


def _of_channel(violation: Violation, ends: list[int], count: int) -> Violation:
    """A violation of one of the two judged channels, with the number of the layer's channel."""
    field, bracket, rest = violation.field.partition("[")
    if not bracket:
        return violation
    channel = ends[int(rest.partition("]")[0])]
    value = violation.value
    if isinstance(value, np.floating):
        value = float(value)
    where = f"{field} of channel {channel}" if count > 1 else f"{field} of all channels"
    return Violation(where, value, violation.rule)


def _first(values: np.ndarray) -> Any:
    """A value that is not 0, for a message."""
    return next((value for value in values.tolist() if value), 0)
