"""The golden model of quantised layers, bit by bit, in NumPy.

Integer rounding follows two of TFLite's functions: ``MultiplyByQuantizedMultiplier`` (its 32-bit
form in both roundings, and its 64-bit form; tensorflow/lite/kernels/internal/common.cc, gemmlowp's
fixedpoint.h) and ``DepthwiseConvPerChannel``, which calls it
(internal/reference/integer_ops/depthwise_conv.h). Float rounding follows the kernels that scale in
float32: XNNPACK's "fp32" requantisation, which LiteRT runs by default, and ONNX Runtime's
``MlasRequantizeOutput``. Like ``dwsim.golden.depthwise`` this module has no notion of cycles or
hardware.
"""

from __future__ import annotations

import numpy as np

from dwsim.errors import Rules
from dwsim.golden.depthwise import depthwise
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.number_range import value_range
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.quantisation_limits import INT32_MAX, bias_width, reduced_multiplier

_BLOCK = 1 << 15
"""Number of values requantised at a time: their int64 stay in the processor's cache."""


def depthwise_quantised(
    ifmap: np.ndarray, weight: np.ndarray, layer: LayerSpec, q: Quantisation
) -> np.ndarray:
    """A quantised depthwise convolution, from activations to activations.

    Args:
        ifmap: int8 or int16 (``q.dtype``), shape ``layer.ifmap_shape``. Taps outside the ifmap
            equal ``q.ifmap_zero_point``, so they add nothing.
        weight: int8, or int16 for unsigned 8-bit weights less their zero point, shape
            ``layer.weight_shape``.
        layer: the geometry.
        q: the quantisation of its ``layer.ofmap_channels`` channels.

    Returns:
        ``q.dtype``, shape ``layer.ofmap_shape``.

    Raises:
        SpecError: for other shapes and dtypes, and as ``requantise`` raises it.
    """
    rules = Rules("golden.quantised.depthwise_quantised")
    rules.require(ifmap.dtype == q.dtype, "ifmap.dtype", str(ifmap.dtype), f"must be {q.dtype}")
    rules.require(
        weight.dtype in (np.int8, np.int16),
        "weight.dtype",
        str(weight.dtype),
        "must be int8 or int16",
    )
    rules.require(
        q.channels == layer.ofmap_channels,
        "q.channels",
        q.channels,
        f"must be the layer's ofmap_channels = {layer.ofmap_channels}",
    )
    rules.raise_if_any()
    # 16 bits hold the difference of two int8, and the zero point of int16 is 0. So the sums of
    # a kernel of up to 511 taps are int32, which NumPy adds twice as fast as int64.
    centred = ifmap.astype(np.int16) - np.int16(q.ifmap_zero_point)
    return requantise(depthwise(centred, weight, layer), q)


def requantise(acc: np.ndarray, q: Quantisation) -> np.ndarray:
    """Requantises sums to activations, exactly as TFLite and ONNX Runtime do.

    For 8-bit activations, in int32 arithmetic that wraps where a sum or a left shift overflows::

        value = acc + bias
        double:  high  = saturate((value * 2**max(shift, 0) * multiplier + 2**30) >> 31)
                 value = high / 2**max(-shift, 0), ties away from zero
        single:  value = (value * multiplier + 2**(30 - shift)) >> (31 - shift)
        ofmap = min(max(value + ofmap_zero_point, act_min), act_max)

    ``>>`` rounds down, so adding half of the divisor first rounds ties toward plus infinity. The
    product has 64 bits. ``saturate`` changes only INT32_MIN squared. Float rounding takes the same
    value to float32 arithmetic, where every operation rounds to the nearest, ties to even::

        float: value = rint(float32(value) * float32(multiplier * 2 ** (shift - 31)))

    It saturates instead of wrapping. For 16-bit activations, with either name of the rounding::

        value = ((acc + bias) * reduced_multiplier(multiplier) + 2 ** (14 - shift)) >> (15 - shift)

    in 64 bits, truncated to int32, and clamped: the zero points are 0.

    Args:
        acc: integers, shape ``[..., q.channels]``. For 8-bit activations only their low 32 bits
            matter, as in a 32-bit accumulator.
        q: the quantisation.

    Returns:
        A new array of ``q.dtype`` in the shape of ``acc``.

    Raises:
        SpecError: for a wrong dtype or shape, and for 16-bit activations if ``acc + bias`` leaves
            48 bits, beyond which TFLite's arithmetic is not defined.
    """
    _check_acc(acc, q)
    if acc.size == 0:
        return np.empty(acc.shape, q.dtype)
    pixels = acc.reshape(-1, q.channels)
    ofmap = np.empty(pixels.shape, q.dtype)
    # A tuple takes as long to convert as a block to requantise.
    factors = q.multiplier
    if q.ifmap_width == 16:
        factors = tuple(reduced_multiplier(one) for one in q.multiplier)
    scale = tuple(np.array(numbers, np.int64) for numbers in (q.bias, factors, q.shift))
    for first in range(0, len(pixels), step := max(1, _BLOCK // q.channels)):
        ofmap[first : first + step] = _requantised(pixels[first : first + step], q, *scale)
    return ofmap.reshape(acc.shape)


def _check_acc(acc: np.ndarray, q: Quantisation) -> None:
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


def _requantised(
    acc: np.ndarray, q: Quantisation, bias: np.ndarray, multiplier: np.ndarray, shift: np.ndarray
) -> np.ndarray:
    """The activations in int32; ``acc`` has shape (pixels, channels), a scale (channels,)."""
    if q.ifmap_width == 16:
        value = _scaled_64(acc.astype(np.int64) + bias, multiplier, shift)
    else:
        # int32 wraps, as the accumulator does.
        wrapped = acc.astype(np.int32, copy=False) + bias.astype(np.int32)
        value = _SCALED[q.rounding](wrapped, multiplier, shift)
    # TFLite also casts to int32 before it adds the zero point; this one cast gives the same bits.
    ofmap = (value + q.ofmap_zero_point).astype(np.int32)
    clamped: np.ndarray = np.clip(ofmap, q.act_min, q.act_max)
    return clamped


def _wrap32(value: np.ndarray) -> np.ndarray:
    """The low 32 bits as two's complement, in int64."""
    return value.astype(np.int32).astype(np.int64)


def _scaled_double(value: np.ndarray, multiplier: np.ndarray, shift: np.ndarray) -> np.ndarray:
    # One wrap is enough: a left shift brings no bit above the 32nd back.
    value = _wrap32(value << np.maximum(shift, 0))
    # SaturatingRoundingDoublingHighMul; gemmlowp's truncating division of a nudged product equals
    # this floor. Only INT32_MIN squared exceeds INT32_MAX.
    high = np.minimum((value * multiplier + (1 << 30)) >> 31, INT32_MAX)
    # RoundingDivideByPOT: half of the divisor, minus one if negative, rounds ties away from zero.
    exponent = np.maximum(-shift, 0)
    half = (np.int64(1) << exponent) >> 1
    scaled: np.ndarray = (high + half - ((high < 0) & (exponent > 0))) >> exponent
    return scaled


def _scaled_single(value: np.ndarray, multiplier: np.ndarray, shift: np.ndarray) -> np.ndarray:
    # At most 2**62 + 2**61: no overflow.
    scaled: np.ndarray = (value * multiplier + (np.int64(1) << (30 - shift))) >> (31 - shift)
    return scaled


def _scaled_float(value: np.ndarray, multiplier: np.ndarray, shift: np.ndarray) -> np.ndarray:
    # The multiplier has 24 significant bits, and no shift makes it subnormal: scale is exact.
    scale = np.ldexp(multiplier.astype(np.float32), (shift - 31).astype(np.int32))
    rounded = np.rint(value.astype(np.float32) * scale)
    # Far beyond every ofmap value, so that the clamp decides as it would for the whole number.
    bounded: np.ndarray = np.clip(rounded, -(2.0**24), 2.0**24).astype(np.int64)
    return bounded


_SCALED = {"single": _scaled_single, "double": _scaled_double, "float": _scaled_float}


def _scaled_64(value: np.ndarray, reduced: np.ndarray, shift: np.ndarray) -> np.ndarray:
    # At most 2**62 + 2**45: no overflow.
    scaled: np.ndarray = (value * reduced + (np.int64(1) << (14 - shift))) >> (15 - shift)
    return scaled


def _require_48_bits(acc: np.ndarray, bias: tuple[int, ...]) -> None:
    """Refuses ``acc + bias`` beyond 48 bits."""
    value = acc.astype(np.int64) + np.array(bias, np.int64)
    low, high = value_range(bias_width(16), signed=True)
    # Where the sum wraps in int64, it is outside of 48 bits before and after.
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
