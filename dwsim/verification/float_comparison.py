"""An ofmap of floats beside that of another program, which may add in another order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dwsim.golden.order_bound import OrderBound
from dwsim.spec.float_arithmetic import FLOAT_FORMATS


@dataclass(frozen=True)
class FloatComparison:
    """The values of a layer against those of one program."""

    source: str
    """The program, or one of its sets of kernels."""
    values: int
    bit_equal: int
    """Values with the same bits; all NaN count as one."""
    ulp: int
    """The largest distance of two finite values, see ``ulp_distances``."""
    wrong: int
    """Values of the program that no order of the sums explains: beyond the ``OrderBound``."""
    bound_share: float
    """The largest distance of a value of the program from the exact sum, as a share of the bound.
    """


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison, and the places of the values that are not bit-equal, and of the wrong ones."""

    comparison: FloatComparison
    differs: np.ndarray
    wrong: np.ndarray


def compare_floats(
    ofmap: np.ndarray, other: np.ndarray, bound: OrderBound, source: str
) -> Compared:
    """Compares two ofmaps of one layer.

    Args:
        ofmap: the engine's, float32, float16 or bfloat16.
        other: the program's, of the same dtype and shape.
        bound: of the layer.
        source: the program's name.
    """
    words = [
        one.view(np.uint32 if one.dtype.itemsize == 4 else np.uint16) for one in (ofmap, other)
    ]
    both_nan = np.isnan(ofmap) & np.isnan(other)
    equal = (words[0] == words[1]) | both_nan
    wrong = ~(bound.holds(other) | equal)
    distances = ulp_distances(ofmap, other)
    comparison = FloatComparison(
        source,
        ofmap.size,
        int(equal.sum()),
        int(distances.max(initial=0)),
        int(wrong.sum()),
        bound.largest_share(other),
    )
    return Compared(comparison, ~equal, wrong)


def ulp_distances(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The distance of each pair of values in units of the last place of the larger magnitude.

    Args:
        one: float32, float16 or bfloat16.
        other: of the same dtype and shape.

    Returns:
        int64, rounded up; 0 where one of both is not finite.
    """
    number = FLOAT_FORMATS[one.dtype.name]
    finite = np.isfinite(one) & np.isfinite(other)
    a, b = (np.where(finite, array.astype(np.float64), 0.0) for array in (one, other))
    _, exponents = np.frexp(np.maximum(np.abs(a), np.abs(b)))
    # frexp has fractions from 0.5 to 1, and exponent 0 for zeros.
    lowest = np.maximum(exponents - 1, number.least_exponent) - number.significand_width
    distances: np.ndarray = np.ceil(np.abs(a - b) / np.ldexp(1.0, lowest)).astype(np.int64)
    return distances


def verdict_of(comparisons: Iterable[FloatComparison], differing: int, values: int) -> str:
    """The verdict on values that are right: bit-equal, or the largest distance."""
    if not differing:
        return "bit-equal"
    most = max(one.ulp for one in comparisons)
    return f"within {most:,} ulp (order of summation), {1 - differing / values:.1%} bit-equal"
