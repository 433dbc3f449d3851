"""The types and the constants of a layer in floating point, or why they cannot be used."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dwsim.errors import Rules
from dwsim.spec.layer_spec import LayerSpec
from dwsim.workloads.float_parameters import FloatParameters
from dwsim.workloads.tflite.graph_tables import ConvolutionOptions, Operator, Tensor
from dwsim.workloads.tflite.parameters import (
    LayerTensors,
    check_plain,
    read_activation,
    read_bias,
    read_weight,
)

FLOAT32 = "FLOAT32"
"""The only float type for which LiteRT has kernels."""


def dequantised(tensor: Tensor, producer: Operator | None, source: Tensor | None) -> Tensor | None:
    """A float32 tensor with the values of a float16 constant that a DEQUANTIZE makes it of.

    A converter that quantises the weights of a network to float16 writes them so.

    Args:
        tensor: the weight or the bias of a layer.
        producer: the operator that makes it.
        source: the first input of that operator.

    Returns:
        The tensor as a constant; None if it is anything else.
    """
    if producer is None or producer.name != "DEQUANTIZE" or len(producer.inputs) != 1:
        return None
    if source is None or source.data is None or source.type != "FLOAT16" or not source.plain:
        return None
    if tensor.type != FLOAT32 or source.shape != tensor.shape or source.data.size % 2:
        return None
    with np.errstate(invalid="ignore"):  # a NaN that signals
        values = source.data.view("<f2").astype("<f4")
    return replace(tensor, data=values.view(np.uint8))


def check_float_types(rules: Rules, tensors: LayerTensors) -> None:
    """Notes every type that LiteRT's float kernels do not take."""
    ifmap, weight, bias, ofmap = tensors.ifmap, tensors.weight, tensors.bias, tensors.ofmap
    if not rules.require(
        ifmap.type == FLOAT32,
        "ifmap.type",
        ifmap.type,
        f"must be {FLOAT32}: LiteRT has no kernel for other floats, so the file gives no values to"
        " compare with; the layer's shape can be explored",
    ):
        return
    rules.require(
        weight.type == FLOAT32,
        "weight.type",
        weight.type,
        f"must be {FLOAT32} with {FLOAT32} activations: for integer weights LiteRT quantises the"
        " activations of each image while it runs",
    )
    for role, tensor in (("bias", bias), ("ofmap", ofmap)):
        rules.require(
            tensor is None or tensor.type == FLOAT32,
            f"{role}.type",
            tensor.type if tensor else None,
            f"must be {FLOAT32} with {FLOAT32} activations",
        )
    check_plain(rules, tensors)


def read_float_parameters(
    rules: Rules, spec: LayerSpec, options: ConvolutionOptions, tensors: LayerTensors
) -> FloatParameters | None:
    """The layer's parameters; None when a rule is broken, which is then noted in ``rules``."""
    before = len(rules.violations)
    activation = read_activation(rules, options)
    stored = np.dtype(np.float32)
    weight = read_weight(rules, tensors, stored)
    bias = read_bias(rules, spec, tensors, stored)
    if weight is None or len(rules.violations) > before:
        return None
    # Copies, because the file may be mapped into memory.
    weight = np.array(weight, stored).reshape(spec.weight_shape)
    return FloatParameters(weight, None if bias is None else np.array(bias, stored), activation)
