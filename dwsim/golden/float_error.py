"""Exact sums of a depthwise convolution of floats, and the distance of rounded results from them.

It adds integers, so it shares nothing with the rounded sums that it judges.
"""

from __future__ import annotations

import numpy as np

from dwsim.spec.float_arithmetic import FLOAT_FORMATS
from dwsim.spec.layer_spec import LayerSpec


def errors_in_ulp(
    ofmap: np.ndarray, ifmap_nhwc: np.ndarray, weight: np.ndarray, layer: LayerSpec
) -> np.ndarray:
    """The distance of each ofmap value from the exact sum, in units of the exact sum's last place.

    A result that is rounded once is within 0.5. The unit is that of the ofmap's format; below its
    normal numbers it is the smallest subnormal number.

    Args:
        ofmap: finite floats, of a dtype in ``FLOAT_FORMATS``, shape ``layer.ofmap_shape``.
        ifmap_nhwc: finite floats of these dtypes, shape ``layer.ifmap_shape``.
        weight: finite floats of these dtypes, shape ``layer.weight_shape``.
        layer: the geometry, with stride, dilation and padding.

    Returns:
        float64, shape ``layer.ofmap_shape``; NaN where the ofmap is not finite.
    """
    number = FLOAT_FORMATS[ofmap.dtype.name]
    exact = _exact_sums(ifmap_nhwc, weight, layer)
    errors = np.full(ofmap.shape, np.nan)
    for index in zip(*np.nonzero(np.isfinite(ofmap)), strict=True):
        total, value = exact[index], _scaled(float(ofmap[index]), 2 * _LOWEST)
        exponent = max(abs(total).bit_length() - 1 - 2 * _LOWEST, number.least_exponent)
        ulp = 1 << exponent - number.significand_width + 2 * _LOWEST
        errors[index] = abs(value - total) / ulp
    return errors


_LOWEST = 149
"""Every finite number of the three formats is an integer times 2**-149."""


def _scaled(value: float, places: int) -> int:
    numerator, denominator = value.as_integer_ratio()
    return (numerator << places) // denominator


def _integers(values: np.ndarray) -> np.ndarray:
    """The values times 2**149."""
    flat = [_scaled(value, _LOWEST) for value in values.astype(np.float64).flat]
    return np.array(flat, object).reshape(values.shape)


def _exact_sums(ifmap: np.ndarray, weight: np.ndarray, layer: LayerSpec) -> np.ndarray:
    """The sums times 2**298, as Python integers."""
    pixels, factors = _integers(ifmap), _integers(weight)
    shape = (*layer.ofmap_shape[:3], layer.channels, layer.channel_multiplier)
    sums = np.zeros(shape, object)
    for i, j, tap_h, tap_w in np.ndindex(
        layer.ofmap_h, layer.ofmap_w, layer.kernel_h, layer.kernel_w
    ):
        row = layer.stride_h * i + layer.dilation_h * tap_h - layer.pad_top
        column = layer.stride_w * j + layer.dilation_w * tap_w - layer.pad_left
        if 0 <= row < layer.ifmap_h and 0 <= column < layer.ifmap_w:
            sums[:, i, j] += pixels[:, row, column, :, np.newaxis] * factors[tap_h, tap_w]
    return sums.reshape(layer.ofmap_shape)
