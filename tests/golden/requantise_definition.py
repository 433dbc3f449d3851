"""Requantisation straight from its definition, in whole numbers without a width.

It shares nothing with dwsim. Python's integers never overflow, so every wrap, cast and saturation
of the definition is an explicit step here, and every rounded division is written as one. The
functions take NumPy object arrays of Python integers, which apply the operators element by
element: Python's integers judge every single value, NumPy only loops.

The definition (MultiplyByQuantizedMultiplier and DepthwiseConvPerChannel of TensorFlow Lite):

* double: x * 2**left as int32; the nearest integer to x*m / 2**31, ties toward plus infinity,
  except that INT32_MIN squared gives INT32_MAX; the nearest integer to that / 2**right, ties away
  from zero.
* single: the nearest integer to x*m / 2**(31 - shift), ties toward plus infinity, cast to int32.
* float: x, then that times m / 2**(31 - shift), each rounded to 24 significant bits; then the
  nearest integer. All three take the nearest number, ties to even, and nothing wraps.
* 16-bit activations: m is first divided by 2**16, nearest, ties up, at most 32767; the nearest
  integer to x*m / 2**(15 - shift), ties toward plus infinity, cast to int32.

x is acc + bias, as int32 for 8-bit activations. The ofmap's zero point is added as int32 too.
"""

from __future__ import annotations

import numpy as np

INT32_MIN, INT32_MAX = -2147483648, 2147483647


def integers(values: np.ndarray | list[int] | tuple[int, ...]) -> np.ndarray:
    """The same integers as Python objects, which have no width."""
    return np.array(np.asarray(values).tolist(), dtype=object)


def requantised(
    acc: np.ndarray,
    bias: np.ndarray,
    multiplier: np.ndarray,
    shift: np.ndarray,
    ofmap_zero_point: int,
    act_min: int,
    act_max: int,
    ifmap_width: int,
    rounding: str,
) -> np.ndarray:
    """One ofmap value for each acc; bias, multiplier and shift broadcast against it."""
    x = acc + bias
    if ifmap_width == 16:
        reduced = np.minimum(nearest_ties_up(multiplier, 65536), 32767)
        scaled = as_int32(nearest_ties_up(x * reduced, 2 ** (15 - shift)))
    elif rounding == "single":
        scaled = as_int32(nearest_ties_up(as_int32(x) * multiplier, 2 ** (31 - shift)))
    elif rounding == "float":
        return in_float32(as_int32(x), multiplier, shift, ofmap_zero_point, act_min, act_max)
    else:
        scaled = twice_rounded(as_int32(x), multiplier, shift)
    return np.maximum(np.minimum(as_int32(scaled + ofmap_zero_point), act_max), act_min)


def twice_rounded(x: np.ndarray, multiplier: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """MultiplyByQuantizedMultiplier with double rounding."""
    high = doubling_high_multiply(as_int32(x * 2 ** np.maximum(shift, 0)), multiplier)
    return nearest_ties_away(high, 2 ** np.maximum(-shift, 0))


def in_float32(
    x: np.ndarray,
    multiplier: np.ndarray,
    shift: np.ndarray,
    ofmap_zero_point: int,
    act_min: int,
    act_max: int,
) -> np.ndarray:
    """float32(float32(x) * float32(m / 2**(31 - shift))), rounded, shifted, clamped."""
    product = digits_24(digits_24(x) * multiplier)
    scaled = nearest_ties_to_even(product, 2 ** (31 - shift))
    return np.maximum(np.minimum(scaled + ofmap_zero_point, act_max), act_min)


def digits_24(value: np.ndarray) -> np.ndarray:
    """The nearest number with 24 significant bits, ties to even: a whole number stays one."""
    lengths = np.frompyfunc(lambda number: max(int(number).bit_length() - 24, 0), 1, 1)(value)
    unit = 2**lengths
    return nearest_ties_to_even(value, unit) * unit


def nearest_ties_to_even(numerator: np.ndarray, divisor: np.ndarray) -> np.ndarray:
    """The nearest integer to n/d; of two that are equally near, the even one."""
    up = nearest_ties_up(numerator, divisor)
    tie = 2 * numerator + divisor == 2 * divisor * up
    return up - tie * (up % 2)


def doubling_high_multiply(x: np.ndarray, multiplier: np.ndarray) -> np.ndarray:
    """gemmlowp's SaturatingRoundingDoublingHighMul."""
    squared = (x == INT32_MIN) & (multiplier == INT32_MIN)
    return np.where(squared, INT32_MAX, nearest_ties_up(x * multiplier, 2**31))


def as_int32(value: np.ndarray) -> np.ndarray:
    """The result of a cast to int32: the number modulo 2**32, from -2**31 up."""
    return (value + 2**31) % 2**32 - 2**31


def nearest_ties_up(numerator: np.ndarray, divisor: np.ndarray | int) -> np.ndarray:
    """floor(n/d + 1/2)."""
    return (2 * numerator + divisor) // (2 * divisor)


def nearest_ties_away(numerator: np.ndarray, divisor: np.ndarray | int) -> np.ndarray:
    """The sign of n, times floor(abs(n)/d + 1/2)."""
    nearest = nearest_ties_up(abs(numerator), divisor)
    return np.where(numerator < 0, -nearest, nearest)
