"""Floats as the words that travel in the hardware: to their values, and back with one rounding."""

from __future__ import annotations

import numpy as np

from dwsim.spec.float_arithmetic import FloatFormat


def values_of(words: np.ndarray, number: FloatFormat, flush: bool) -> np.ndarray:
    """float64 values of unsigned words; they hold every number of the three formats.

    With ``flush`` a subnormal number is a zero of its sign.
    """
    bits = number.significand_width
    most = (1 << number.exponent_width) - 1
    field, fraction = words >> bits & most, words & (1 << bits) - 1
    normal = field > 0
    digits = np.where(normal, fraction + (1 << bits), 0 if flush else fraction)
    exponent = np.maximum(field, 1) - number.bias - bits
    size = np.ldexp(digits.astype(np.float64), exponent)
    special = np.where(fraction > 0, np.nan, np.inf)
    size = np.where(field == most, special, size)
    return np.where(words >> number.width - 1 > 0, -size, size)


def words_of(values: np.ndarray, number: FloatFormat, flush: bool) -> np.ndarray:
    """int64 words of the numbers nearest to float64 values, ties to even; NaN is the canonical one.

    With ``flush`` a value below the smallest normal number is a zero of its sign.
    """
    bits, least = number.significand_width, number.least_exponent
    infinity = ((1 << number.exponent_width) - 1) << bits
    size = np.where(np.isfinite(values), np.abs(values), 0)
    exponent = np.maximum(np.frexp(size)[1] - 1, least)
    exponent = np.where(size > 0, exponent, least)
    # With the hidden 1, the significand adds one to the exponent's field.
    digits = np.rint(np.ldexp(size, bits - exponent)).astype(np.int64)
    words = np.minimum(((exponent - least).astype(np.int64) << bits) + digits, infinity)
    if flush:
        words = np.where(size < 2.0**least, 0, words)
    words = np.where(np.isinf(values), infinity, words)
    words += np.signbit(values).astype(np.int64) << number.width - 1
    return np.where(np.isnan(values), number.canonical_nan, words)
