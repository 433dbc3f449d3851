"""The distance from the exact sum that an order of rounded sums can have; more is an error.

Two programs that add the taps of a layer in other orders give other floats. Both are right as long
as each is within this bound. It is computed in float64, so it shares nothing with the rounded sums
that it judges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dwsim.golden.depthwise import depthwise
from dwsim.spec.float_arithmetic import FloatArithmetic, FloatFormat
from dwsim.spec.layer_spec import LayerSpec

Clamp = tuple[float, float]


@dataclass(frozen=True, eq=False)
class OrderBound:
    """For each ofmap value the exact result, and the largest distance that rounding explains.

    All arrays are of ``layer.ofmap_shape``; ``exact`` and ``bound`` are float64.
    """

    exact: np.ndarray
    """The sum with its bias, clamped."""
    bound: np.ndarray
    overflows: np.ndarray
    """True where the order decides if a sum leaves the format: infinities and NaN pass there."""
    clamp: Clamp
    largest: float
    """The largest number of the format: LiteRT's reference kernels put it in place of infinity."""

    def holds(self, ofmap: np.ndarray) -> np.ndarray:
        """True for each value of an ofmap of floats that some order of the sums can give."""
        values = ofmap.astype(np.float64)
        low, high = self.clamp
        ends = ~np.isfinite(values) | (values == low) | (values == high)
        ends |= np.abs(values) == self.largest
        with np.errstate(invalid="ignore"):
            near = np.isfinite(self.bound) & (np.abs(values - self.exact) <= self.bound)
        held: np.ndarray = near | (self.overflows & ends)
        return held

    def largest_share(self, ofmap: np.ndarray) -> float:
        """The largest distance from the exact result, as a share of the bound; 0 if none counts."""
        values = ofmap.astype(np.float64)
        with np.errstate(invalid="ignore"):
            counts = np.isfinite(values) & np.isfinite(self.exact) & (self.bound > 0)
            shares = np.abs(values - self.exact)[counts] / self.bound[counts]
        return float(shares.max(initial=0.0))


def order_bound(
    ifmap: np.ndarray,
    weight: np.ndarray,
    layer: LayerSpec,
    arithmetic: FloatArithmetic,
    bias: np.ndarray | None = None,
    clamp: Clamp = (-np.inf, np.inf),
    *,
    flush: bool = False,
) -> OrderBound:
    """The bound of all programs that add rounded products and a bias in any order.

    With n taps, a term has at most n + 1 roundings: its product, and n sums. So a result is within
    ``g * (sum|x * w| + |bias|)`` of the exact one, with ``g = k * u / (1 - k * u)``, u half of the
    epsilon of ``arithmetic.accumulate`` and k = n + 1 (Higham, Accuracy and Stability of Numerical
    Algorithms, section 3.1). k is one more here, for the sums in float64. A product below the
    normal numbers is off by half of the smallest subnormal number. Where ``number_format`` is
    another format, one more rounding follows. A fused multiply-add only leaves roundings out. A
    clamp brings two numbers no farther apart.

    Args:
        ifmap: floats of shape ``layer.ifmap_shape``.
        weight: floats of shape ``layer.weight_shape``.
        layer: the geometry.
        arithmetic: the formats; ``subnormals`` does not matter.
        bias: floats of shape ``(layer.ofmap_channels,)``; None: none.
        clamp: the smallest and the largest result.
        flush: the program may take subnormal numbers of ``accumulate`` for zeros.
    """
    taps = layer.kernel_h * layer.kernel_w
    added = np.zeros(layer.ofmap_channels) if bias is None else bias.astype(np.float64)
    x, w = ifmap.astype(np.float64), weight.astype(np.float64)
    with np.errstate(all="ignore"):
        exact = depthwise(x, w, layer) + added
        magnitude = depthwise(np.abs(x), np.abs(w), layer) + np.abs(added)
        small = _subnormal_terms(x, w, layer, added, arithmetic.acc) if flush else 0.0
        factor = (taps + 2) * _unit(arithmetic.acc)
        bound = factor / (1 - factor) * magnitude + small + (taps + 1) * _tiny(arithmetic.acc)
        largest = magnitude + bound
        overflows = ~(largest < _largest(arithmetic.acc))
        if arithmetic.number_format != arithmetic.accumulate:
            number = arithmetic.number
            bound = bound + _unit(number) * (np.abs(exact) + bound) + _tiny(number)
            overflows |= ~(np.abs(exact) + bound < _largest(number))
        # An infinite weight may meet padding, which some programs multiply and others skip.
        overflows |= ~np.isfinite(w).all(axis=(0, 1)).reshape(-1)
        clamped = np.clip(exact, *clamp)
    return OrderBound(clamped, bound, overflows, clamp, _largest(arithmetic.number))


def _subnormal_terms(
    x: np.ndarray, w: np.ndarray, layer: LayerSpec, bias: np.ndarray, number: FloatFormat
) -> np.ndarray:
    """The most that zeros in place of subnormal operands and results change a sum."""
    least = 2.0**number.least_exponent
    results = 2 * layer.kernel_h * layer.kernel_w + 2
    terms = np.full(layer.ofmap_shape, results * least)
    terms += np.where(np.abs(bias) < least, np.abs(bias), 0.0)
    for one, other in ((x, w), (w, x)):
        tiny = np.where(np.abs(one) < least, np.abs(one), 0.0)
        if tiny.any():
            whole = np.abs(other)
            first, second = (tiny, whole) if one is x else (whole, tiny)
            terms += depthwise(first, second, layer)
    return terms


def _unit(number: FloatFormat) -> float:
    """Half of the epsilon: the largest relative error of a rounding."""
    return float(2.0 ** -(number.significand_width + 1))


def _tiny(number: FloatFormat) -> float:
    """Half of the smallest subnormal number: the largest error of a rounding near zero."""
    return float(2.0 ** (number.least_exponent - number.significand_width - 1))


def _largest(number: FloatFormat) -> float:
    return float((2.0 - 2.0**-number.significand_width) * 2.0**number.bias)
