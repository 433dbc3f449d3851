"""The domain in which requantisation is defined, and a check that parameters stay in it.

TFLite's kernels compute in int32 (``dwsim.golden.quantised.requantise`` has the formulas) and
define no result where a number does not fit: in C++ a signed overflow is undefined. Outside the
domain the golden model wraps as compiled kernels do, while the engine clamps the exact number.
Inside the domain both give the same bits. ``dwsim verify`` runs a layer that leaves it in double
rounding on an engine that gives the sums (``dwsim.verification.layer_engine``).
"""

from __future__ import annotations

import numpy as np

from dwsim.errors import Rules
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.number_range import value_range
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.quantisation_limits import INT32_MAX, bias_width, reduced_multiplier


def check_domain(weight: np.ndarray, layer: LayerSpec, q: Quantisation) -> None:
    """Refuses parameters for which some ifmap leaves the domain that TFLite defines.

    The ifmap may have any values, and any taps of a window may lie outside it. The rules, for each
    channel:

    * ``acc + bias`` fits 32 bits (48 with 16-bit activations);
    * double rounding: so does that times ``2**shift`` where the shift is positive;
    * the rounded result fits 32 bits, before and after the ofmap's zero point is added. With float
      rounding this is no rule: it saturates.

    Args:
        weight: integers of shape (kernel_h, kernel_w, channels, channel_multiplier).
        layer: the geometry.
        q: the quantisation of its ofmap channels.

    Raises:
        SpecError: with each violated rule, the first channel that violates it, and the number of
            further ones.
    """
    rules = Rules(f"requantisation of layer {layer.name}" if layer.name else "requantisation")
    flat = np.asarray(weight, np.int64).reshape(-1, layer.ofmap_channels)
    sums = sum_range(flat, q)
    sums = _fitting(rules, q, "acc + bias", sums, sums, bias_width(q.ifmap_width))
    if q.rounding == "float":
        rules.raise_if_any()
        return
    shift = np.array(q.shift, np.int64)
    if _rounds_twice(q):
        shifted = sums << np.maximum(shift, 0)
        sums = _fitting(rules, q, "(acc + bias) * 2**shift", shifted, sums, 32)
    # Monotonic in the sum, so the ends of the sums give the ends of the results.
    sums = _fitting(rules, q, "result", results(sums, q), sums, 32)
    shifted = results(sums, q) + q.ofmap_zero_point
    _fitting(rules, q, "result + ofmap_zero_point", shifted, sums, 32)
    rules.raise_if_any()


def sum_range(flat: np.ndarray, q: Quantisation) -> np.ndarray:
    """Least and largest ``acc + bias`` of each channel over all ifmaps: int64 (2, channels).

    Args:
        flat: the weights, int64 of shape (taps, channels).
        q: the quantisation of those channels.
    """
    # One end is at most 0 and the other at least 0, so a tap outside the ifmap lies between.
    ends = [value - q.ifmap_zero_point for value in value_range(q.ifmap_width, signed=True)]
    products = np.stack([flat * end for end in ends])
    sums = np.stack([products.min(axis=0).sum(axis=0), products.max(axis=0).sum(axis=0)])
    return sums + np.array(q.bias, np.int64)


def results(sums: np.ndarray, q: Quantisation) -> np.ndarray:
    """The results before the zero point is added, to one unit; exact beyond 30 bits.

    Args:
        sums: ``acc + bias``, int64 of shape (..., channels), within the first two rules.
        q: the quantisation of those channels, with an integer rounding.
    """
    multiplier, shift = np.array(q.multiplier, np.int64), np.array(q.shift, np.int64)
    result: np.ndarray
    if _rounds_twice(q):
        product = (sums << np.maximum(shift, 0)) * multiplier
        high = np.minimum((product + (1 << 30)) >> 31, INT32_MAX)
        result = high >> np.maximum(-shift, 0)
        return result
    fraction = 31
    if q.ifmap_width == 16:
        multiplier = np.array([reduced_multiplier(value) for value in q.multiplier], np.int64)
        fraction = 15
    half = np.int64(1) << (fraction - 1 - shift)
    result = (sums * multiplier + half) >> (fraction - shift)
    return result


def _rounds_twice(q: Quantisation) -> bool:
    """TFLite ignores the name of the rounding where activations have 16 bits."""
    return q.ifmap_width == 8 and q.rounding == "double"


def _fitting(
    rules: Rules, q: Quantisation, name: str, values: np.ndarray, sums: np.ndarray, width: int
) -> np.ndarray:
    """The sums, 0 in channels whose values do not fit; these are noted in ``rules``."""
    low, high = value_range(width, signed=True)
    wrong = (values < low) | (values > high)
    broken = np.flatnonzero(wrong.any(axis=0))
    if len(broken):
        channel = int(broken[0])
        value = int(values[wrong[:, channel], channel][0])
        rule = (
            f"must be from {low} to {high}, the domain that TFLite defines; the channel has bias"
            f" {q.bias[channel]}, multiplier {q.multiplier[channel]}, shift {q.shift[channel]}"
        )
        if len(broken) > 1:
            rule += f" ({len(broken) - 1} more channels break this rule)"
        rules.require(False, f"{name} of channel {channel}", value, rule)
    return np.where(wrong.any(axis=0), 0, sums)
