"""The golden model of quantised layers: TFLite's integer arithmetic, bit by bit, in NumPy.

Two of TFLite's functions are here, ``MultiplyByQuantizedMultiplier`` (its 32-bit form in both
roundings, and its 64-bit form; tensorflow/lite/kernels/internal/common.cc, gemmlowp's
fixedpoint.h) and what ``DepthwiseConvPerChannel`` does around it
(internal/reference/integer_ops/depthwise_conv.h). Like ``dwsim.golden.depthwise`` this module
knows no cycles and no hardware.
"""

from __future__ import annotations

import numpy as np

from dwsim.errors import Rules
from dwsim.golden.depthwise import depthwise
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.number_range import value_range
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.quantisation_limits import bias_width, reduced_multiplier

_INT32_MAX = np.int64(2**31 - 1)
_BLOCK = 1 << 15
"""Values that are requantised at a time: few enough for their int64 to stay in the cache."""


def depthwise_quantised(
    ifmap: np.ndarray, weight: np.ndarray, layer: LayerSpec, q: Quantisation
) -> np.ndarray:
    """A quantised depthwise convolution, from bytes to bytes.

    Args:
        ifmap: int8 or int16 (``q.dtype``), shape ``layer.ifmap_shape``. Taps outside the image
            equal ``q.ifmap_zero_point``, so they add nothing.
        weight: int8, shape ``layer.weight_shape``, zero point 0.
        layer: the geometry.
        q: the quantisation of its ``layer.ofmap_channels`` channels.

    Returns:
        ``q.dtype``, shape ``layer.ofmap_shape``.

    Raises:
        SpecError: for other shapes and dtypes, and where ``requantise`` raises it.
    """
    rules = Rules("golden.quantised.depthwise_quantised")
    for name, array, dtype in (("ifmap", ifmap, q.dtype), ("weight", weight, np.dtype(np.int8))):
        rules.require(array.dtype == dtype, f"{name}.dtype", str(array.dtype), f"must be {dtype}")
    rules.require(
        q.channels == layer.ofmap_channels,
        "q.channels",
        q.channels,
        f"must be the layer's ofmap_channels = {layer.ofmap_channels}",
    )
    rules.raise_if_any()
    # 16 bits hold the difference of two int8, and the zero point of int16 is 0: so the sums of
    # any kernel of up to 511 taps are int32, which NumPy adds up twice as fast as int64.
    centred = ifmap.astype(np.int16) - np.int16(q.ifmap_zero_point)
    return requantise(depthwise(centred, weight, layer), q)


def requantise(acc: np.ndarray, q: Quantisation) -> np.ndarray:
    """Sums to activations, exactly as TFLite's reference kernel.

    For 8-bit activations, in int32 arithmetic that wraps where a sum or a left shift overflows::

        value = acc + bias
        double:  high  = saturate((value * 2**max(shift, 0) * multiplier + 2**30) >> 31)
                 value = high / 2**max(-shift, 0), ties away from zero
        single:  value = (value * multiplier + 2**(30 - shift)) >> (31 - shift)
        ofmap = min(max(value + ofmap_zero_point, act_min), act_max)

    ``>>`` rounds down, so with half of the divisor added ties go toward plus infinity; the product
    has 64 bits; ``saturate`` matters only for INT32_MIN squared. For 16-bit activations, whatever
    the rounding's name::

        value = ((acc + bias) * reduced_multiplier(multiplier) + 2 ** (14 - shift)) >> (15 - shift)

    in 64 bits, cut to int32, and clamped: zero points are 0 there.

    Args:
        acc: integers, shape ``[..., q.channels]``. For 8-bit activations only their low 32 bits
            matter, as in a 32-bit accumulator.
        q: the quantisation.

    Returns:
        A new array of ``q.dtype`` in the shape of ``acc``.

    Raises:
        SpecError: for a wrong dtype or shape, and for 16-bit activations when ``acc + bias`` leaves
            48 bits: TFLite's arithmetic is not defined there.
    """
    rules = Rules("golden.quantised.requantise")
    rules.require(
        acc.dtype.kind in "iu" and np.can_cast(acc.dtype, np.int64),
        "acc.dtype",
        str(acc.dtype),
        "must be an integer dtype that int64 holds",
    )
    rules.require(
        acc.ndim >= 1 and acc.shape[-1] == q.channels,
        "acc.shape",
        acc.shape,
        f"must end in the number of channels, {q.channels}",
    )
    rules.raise_if_any()
    if q.ifmap_width == 16:
        _require_48_bits(acc, q.bias)
    if acc.size == 0:
        return np.empty(acc.shape, q.dtype)
    pixels = acc.reshape(-1, q.channels)
    ofmap = np.empty(pixels.shape, q.dtype)
    for first in range(0, len(pixels), step := max(1, _BLOCK // q.channels)):
        ofmap[first : first + step] = _requantised(pixels[first : first + step], q)
    return ofmap.reshape(acc.shape)


def _requantised(acc: np.ndarray, q: Quantisation) -> np.ndarray:
    """The activations in int64; ``acc`` has shape (pixels, channels)."""
    bias, multiplier, shift = (np.array(v, np.int64) for v in (q.bias, q.multiplier, q.shift))
    value = acc.astype(np.int64) + bias
    if q.ifmap_width == 16:
        value = _scaled_64(value, q.multiplier, shift)
    elif q.rounding == "single":
        value = _scaled_single(_wrap32(value), multiplier, shift)
    else:
        value = _scaled_double(value, multiplier, shift)
    # The casts to int32 before the zero point is added are the same cast as this.
    return np.clip(_wrap32(value + q.ofmap_zero_point), q.act_min, q.act_max)


def _wrap32(value: np.ndarray) -> np.ndarray:
    """The low 32 bits as two's complement, in int64."""
    return value.astype(np.int32).astype(np.int64)


def _scaled_double(value: np.ndarray, multiplier: np.ndarray, shift: np.ndarray) -> np.ndarray:
    # Wrapped once: bits above the 32nd do not come back by shifting left.
    value = _wrap32(value << np.maximum(shift, 0))
    # SaturatingRoundingDoublingHighMul; gemmlowp's truncating division of a nudged product is
    # this floor. Only INT32_MIN squared passes INT32_MAX.
    high = np.minimum((value * multiplier + (1 << 30)) >> 31, _INT32_MAX)
    # RoundingDivideByPOT: half of the divisor, less one when negative, turns floor into "away".
    exponent = np.maximum(-shift, 0)
    half = (np.int64(1) << exponent) >> 1
    return (high + half - ((high < 0) & (exponent > 0))) >> exponent


def _scaled_single(value: np.ndarray, multiplier: np.ndarray, shift: np.ndarray) -> np.ndarray:
    # At most 2**62 + 2**61: no overflow.
    return (value * multiplier + (np.int64(1) << (30 - shift))) >> (31 - shift)


def _scaled_64(value: np.ndarray, multiplier: tuple[int, ...], shift: np.ndarray) -> np.ndarray:
    reduced = np.array([reduced_multiplier(one) for one in multiplier], np.int64)
    # At most 2**62 + 2**45: no overflow.
    return (value * reduced + (np.int64(1) << (14 - shift))) >> (15 - shift)


def _require_48_bits(acc: np.ndarray, bias: tuple[int, ...]) -> None:
    """Refuse ``acc + bias`` beyond 48 bits (where int64 wraps, it is far beyond)."""
    value = acc.astype(np.int64) + np.array(bias, np.int64)
    low, high = value_range(bias_width(16), signed=True)
    fits = (value >= low) & (value <= high)
    if fits.all():
        return
    where = tuple(int(index) for index in np.argwhere(~fits)[0])
    rules = Rules("golden.quantised.requantise")
    rules.require(
        False,
        f"acc{list(where)} + bias[{where[-1]}]",
        int(acc[where]) + bias[where[-1]],
        f"must be from {low} to {high}: TFLite's int16 arithmetic is not defined beyond",
    )
    rules.raise_if_any()
