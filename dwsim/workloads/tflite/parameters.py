"""A layer's types, scales and constants: read from its tensors, or why they cannot be used."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dwsim.errors import Rules, SpecError
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.number_range import value_range
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.quantisation_limits import bias_width
from dwsim.workloads.tflite.flatbuffer import DepthwiseOptions, Tensor
from dwsim.workloads.tflite.model import Parameters

_ACTIVATIONS = {
    "NONE": "none",
    "RELU": "relu",
    "RELU6": "relu6",
    "RELU_N1_TO_1": "relu_n1_to_1",
}
_BIAS_TYPES = {"INT8": "INT32", "INT16": "INT64"}


def check_types(
    rules: Rules, ifmap: Tensor, weight: Tensor, bias: Tensor | None, ofmap: Tensor
) -> None:
    rules.require(
        ifmap.type in _BIAS_TYPES,
        "ifmap.type",
        ifmap.type,
        "must be INT8 or INT16: convert the model with full integer quantisation",
    )
    rules.require(weight.type == "INT8", "weight.type", weight.type, "must be INT8")
    rules.require(
        ofmap.type == ifmap.type, "ofmap.type", ofmap.type, f"must be {ifmap.type}, as the ifmap"
    )
    if bias is not None and ifmap.type in _BIAS_TYPES:
        wanted = _BIAS_TYPES[ifmap.type]
        rules.require(
            bias.type == wanted, "bias.type", bias.type, f"must be {wanted} beside {ifmap.type}"
        )
    for role, tensor in (("ifmap", ifmap), ("weight", weight), ("bias", bias), ("ofmap", ofmap)):
        rules.require(
            tensor is None or tensor.plain,
            role,
            tensor.name if tensor else None,
            "must not be sparse, a variable, or quantised other than by scale and zero point",
        )


def check_activations(rules: Rules, ifmap: Tensor, ofmap: Tensor) -> None:
    """Ifmap and ofmap have one scale and one zero point of their type's range."""
    for role, tensor in (("ifmap", ifmap), ("ofmap", ofmap)):
        rules.require(
            tensor.scales.size == 1 and tensor.zero_points.size == 1,
            f"{role}.quantisation",
            (tensor.scales.size, tensor.zero_points.size),
            "must be one scale and one zero point",
        )


def read_parameters(
    rules: Rules,
    spec: LayerSpec,
    options: DepthwiseOptions,
    ifmap: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    ofmap: Tensor,
) -> Parameters | None:
    before = len(rules.violations)
    check_activations(rules, ifmap, ofmap)
    _check_weight_scales(rules, spec, weight)
    rules.require(
        options.activation in _ACTIVATIONS,
        "activation",
        options.activation,
        f"must be one of {', '.join(_ACTIVATIONS)}",
    )
    weights = _constant(rules, "weight", weight, np.dtype(np.int8), weight.shape)
    biases = None
    if bias is not None:
        dtype = np.dtype(np.int32 if bias.type == "INT32" else np.int64)
        biases = _constant(rules, "bias", bias, dtype, (spec.ofmap_channels,))
        rules.require(
            not bias.zero_points.any(), "bias.zero_point", _first(bias.zero_points), "must be 0"
        )
    if weights is None or len(rules.violations) > before:
        return None
    parameters = Parameters(
        dtype=np.dtype(np.int8 if ifmap.type == "INT8" else np.int16),
        ifmap_scale=float(ifmap.scales[0]),
        ifmap_zero_point=int(ifmap.zero_points[0]),
        weight=weights.reshape(spec.weight_shape),
        weight_scales=weight.scales,
        bias=biases,
        ofmap_scale=float(ofmap.scales[0]),
        ofmap_zero_point=int(ofmap.zero_points[0]),
        activation=_ACTIVATIONS[str(options.activation)],
    )
    _check_sums(rules, parameters)
    return parameters


def _check_weight_scales(rules: Rules, spec: LayerSpec, weight: Tensor) -> None:
    sizes = (1, spec.ofmap_channels)
    rules.require(
        weight.scales.size in sizes and weight.zero_points.size in (1, weight.scales.size),
        "weight.quantisation",
        (weight.scales.size, weight.zero_points.size),
        f"must be 1 or {spec.ofmap_channels} scales, and as many zero points",
    )
    rules.require(
        weight.scales.size == 1 or weight.quantized_dimension == 3,
        "weight.quantized_dimension",
        weight.quantized_dimension,
        "must be 3, the channels",
    )
    rules.require(
        not weight.zero_points.any(),
        "weight.zero_point",
        _first(weight.zero_points),
        "must be 0: weights are symmetric",
    )


def _constant(
    rules: Rules, role: str, tensor: Tensor, dtype: np.dtype, shape: tuple[int, ...]
) -> np.ndarray | None:
    """A constant's values; None when they are unknown or do not fill the tensor."""
    data = tensor.data
    if data is None:
        rules.require(False, role, tensor.name, "must be a constant of the file")
        return None
    good = rules.require(tensor.shape == shape, f"{role}.shape", tensor.shape, f"must be {shape}")
    wanted = math.prod(shape) * dtype.itemsize
    good &= rules.require(data.size == wanted, f"{role} bytes", data.size, f"must be {wanted}")
    return data.view(dtype.newbyteorder("<")).reshape(shape) if good else None


def _check_sums(rules: Rules, parameters: Parameters) -> None:
    """No ifmap can make a sum leave the integers in which TFLite adds.

    Those are int32, and beside int16 activations the 48 bits for which TFLite's multiplication is
    defined.
    """
    low, high = value_range(8 * parameters.dtype.itemsize, signed=True)
    zero_point = parameters.ifmap_zero_point
    if not rules.integer("ifmap.zero_point", zero_point, low, high):
        return
    farthest = max(high - zero_point, zero_point - low)
    weights = np.abs(parameters.weight.astype(np.int64)).sum(axis=(0, 1)).ravel()
    width = bias_width(8 * parameters.dtype.itemsize)
    bias = 0 if parameters.bias is None else np.abs(parameters.bias.astype(np.float64))
    largest = float(np.max(weights * float(farthest) + bias))
    rules.require(largest < 2.0 ** (width - 1), "sums", largest, f"must stay below 2**{width - 1}")


def check_scales(rules: Rules, parameters: Parameters) -> None:
    """The scales are some that requantisation is defined for.

    What the smallest and the largest weight scale allow (NaN is both), all between them do, so
    a layer of a thousand channels is judged by two.
    """
    scales = parameters.weight_scales
    try:
        # Double rounding allows the fewest scales.
        Quantisation.from_scales(
            parameters.ifmap_scale,
            np.array([scales.min(), scales.max()]),
            parameters.ofmap_scale,
            channels=2,
            ifmap_zero_point=parameters.ifmap_zero_point,
            ofmap_zero_point=parameters.ofmap_zero_point,
            activation=parameters.activation,
            ifmap_width=8 * parameters.dtype.itemsize,
            rounding="double",
        )
    except SpecError as error:
        rules.violations += error.violations


def _first(values: np.ndarray) -> Any:
    """A value that is not 0, for a message."""
    return next((value for value in values.tolist() if value), 0)
