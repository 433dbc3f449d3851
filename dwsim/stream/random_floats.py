"""Seeded random floats, as words: of one size, of every size, small integers, and special ones."""

from __future__ import annotations

import numpy as np

from dwsim.spec.float_arithmetic import FloatFormat

_SHARES = (
    (0.0, 0.0, 1.0, 0.0),
    (0.9, 0.0, 0.1, 0.0),
    (0.7, 0.1, 0.17, 0.03),
    (0.3, 0.3, 0.2, 0.2),
    (0.5, 0.1, 0.1, 0.3),
)
"""Shares of the four kinds in a tensor. Small integers cancel exactly. One number that is not
finite makes every sum over it infinite or NaN, so some tensors have none; others have many, because
a weight that is not finite on a tap outside the ifmap must have no effect."""


_SIZES = (0.0, 0.0, 0.0, -1.0, -0.5, 0.6)
"""Size of the numbers of one size in a tensor: the exponent, as a share of the format's bias.

Products of two tensors are then often near 1, near the smallest normal number, or near the largest.
"""


def random_words(
    rng: np.random.Generator, shape: tuple[int, ...], number: FloatFormat
) -> np.ndarray:
    """Random words of a format, uint16 or uint32; the shares of the kinds are random, too."""
    kinds = rng.choice(4, shape, p=_SHARES[rng.integers(len(_SHARES))])
    bits, most = number.significand_width, (1 << number.exponent_width) - 1
    signs = rng.integers(0, 2, shape) << number.width - 1
    fractions = rng.integers(0, 1 << bits, shape)
    middle = max(4, round(number.bias * (1 + rng.choice(_SIZES))))
    near = middle + rng.integers(-3, 4, shape)
    special = _special(number)
    made = np.choose(
        kinds,
        [
            signs + (near << bits) + fractions,
            signs + (rng.integers(0, most, shape) << bits) + fractions,
            signs + _small_integers(rng.integers(0, 9, shape), number),
            signs + special[rng.integers(0, len(special), shape)],
        ],
    )
    return made.astype(np.uint32 if number.width == 32 else np.uint16)


def _special(number: FloatFormat) -> np.ndarray:
    """Both ends of the subnormal and of the normal numbers, infinity, and two NaN; no signs."""
    bits = number.significand_width
    infinity = ((1 << number.exponent_width) - 1) << bits
    least = 1 << bits
    words = (0, 1, least - 1, least, least + 1, infinity - 1, infinity, infinity + 1)
    return np.array((*words, number.canonical_nan), np.int64)


def _small_integers(values: np.ndarray, number: FloatFormat) -> np.ndarray:
    """The words of integers from 0 to 8."""
    exponent = np.maximum(values, 1).astype(np.float64)
    exponent = np.floor(np.log2(exponent)).astype(np.int64)
    digits = values << number.significand_width - exponent
    words: np.ndarray = ((number.bias + exponent - 1) << number.significand_width) + digits
    return np.where(values > 0, words, 0)
