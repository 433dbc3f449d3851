"""The float32 rounding of XNNPACK, LiteRT's default kernels."""

from __future__ import annotations

import numpy as np

from dwsim.golden.depthwise import depthwise
from dwsim.spec.real_scales import activation_range
from dwsim.workloads.tflite.model import DepthwiseLayer


def xnnpack_ofmap(layer: DepthwiseLayer, ifmap: np.ndarray) -> np.ndarray:
    """The ofmap of XNNPACK's float arithmetic for an 8-bit layer; it differs from "single".

    ``clamp(round_half_even(float32(sum) * scale) + zero_point)``, where ``scale`` is
    ``ifmap_scale * weight_scale / ofmap_scale`` in float32 (XNNPACK's "fp32" requantisation,
    its kernels for x86 and ARMv8). It differs from exact arithmetic by one where the product lies
    within float32's error of a tie. So it separates XNNPACK's own rounding from a fault.

    Raises:
        ValueError: for a layer that does not run, or has int16 activations.
    """
    spec, given = layer.facts()
    if given.dtype != np.int8:
        raise ValueError(f"{layer.name} has {given.dtype} activations: XNNPACK takes 8 bits only")
    centred = ifmap.astype(np.int32) - np.int32(given.ifmap_zero_point)
    sums = depthwise(centred, given.weight, spec).astype(np.int64)
    if given.bias is not None:
        sums += given.bias
    scales = np.float32(given.ifmap_scale) * given.weight_scales / np.float32(given.ofmap_scale)
    rounded = np.rint(sums.astype(np.float32) * scales.astype(np.float32)).astype(np.int64)
    low, high = activation_range(given.activation, given.ofmap_scale, given.ofmap_zero_point)
    return np.clip(rounded + given.ofmap_zero_point, low, high).astype(np.int8)
