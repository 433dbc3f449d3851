"""Real scales to integers: multiplier and shift of a scale, limits of an activation.

The formulas are those of ``tensorflow/lite/kernels``: ``QuantizeMultiplier``
(internal/quantization_util.cc) and ``CalculateActivationRangeQuantized`` (kernel_util.cc).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dwsim.errors import Rules
from dwsim.spec.number_range import value_range
from dwsim.spec.quantisation_limits import (
    FLOAT_DIGITS,
    IFMAP_WIDTHS,
    INT32_MAX,
    ROUNDINGS,
    SHIFT_MIN,
    shift_max,
)

# The clamps in real numbers: (lower, upper), None where the activation leaves the range open.
CLAMPS: dict[str, tuple[int | None, int | None]] = {
    "none": (None, None),
    "relu": (0, None),
    "relu6": (0, 6),
    "relu_n1_to_1": (-1, 1),
}

ACTIVATIONS = tuple(CLAMPS)
"""Names of the fused activations."""


def quantise_multiplier(real: float, rounding: str = "double") -> tuple[int, int]:
    """``(multiplier, shift)`` such that ``multiplier * 2**(shift - 31)`` approximates ``real``.

    TFLite's ``QuantizeMultiplier``: a normalised multiplier of 31 bits, rounded half away from
    zero. A number below 2**-32 after the rounding becomes (0, 0). With single rounding a number
    of 2**30 or more becomes (2**31 - 1, 30). With double rounding TFLite lets the shift exceed
    30, where its kernel is not defined; ``Quantisation`` refuses such a shift.

    With float rounding the number is rounded to float32, nearest even, and the multiplier has its
    24 significant bits, seven zeros below them. A float32 below 2**-32 becomes (0, 0): it brings
    every sum of 32 bits to one half at most, which rounds to 0. One of 2**30 or more becomes
    ((2**24 - 1) * 2**7, 30), which exceeds every ofmap value as it does.

    Args:
        real: any finite number; negative ones only with double rounding.
        rounding: "double", "single" or "float".

    Raises:
        SpecError: for infinities, NaN, an unknown rounding, negative unless the rounding is double;
            with float rounding, for a number beyond the largest float32.
    """
    _check_real(real, rounding)
    if rounding == "float":
        return _float_multiplier(real)
    fraction, shift = math.frexp(real)
    # A double has 53 bits: this rounds exactly, without a second rounding in floating point.
    magnitude = (int(math.ldexp(abs(fraction), 53)) + 2**21) >> 22
    multiplier = magnitude if fraction >= 0 else -magnitude
    if multiplier == 2**31:  # and not -2**31, which an int32 can hold
        multiplier, shift = 2**30, shift + 1
    if shift < SHIFT_MIN:
        return 0, 0
    if rounding == "single" and shift > shift_max(8):
        return INT32_MAX, shift_max(8)
    return multiplier, shift


def _check_real(real: Any, rounding: Any) -> None:
    rules = Rules("quantise_multiplier")
    if rules.require(
        isinstance(real, (int, float, np.floating)) and math.isfinite(real),
        "real",
        real,
        "must be a finite number",
    ):
        rules.require(
            rounding not in ("single", "float") or real >= 0,
            "real",
            real,
            f"must not be negative: {rounding} rounding supports no negative multipliers",
        )
        with np.errstate(over="ignore"):
            rules.require(
                rounding != "float" or bool(np.isfinite(np.float32(real))),
                "real",
                real,
                "must be a finite float32",
            )
    rules.require(
        rounding in ROUNDINGS, "rounding", rounding, f"must be one of {', '.join(ROUNDINGS)}"
    )
    rules.raise_if_any()


def _float_multiplier(real: float) -> tuple[int, int]:
    """``(multiplier, shift)`` of a float32."""
    with np.errstate(under="ignore"):
        fraction, shift = math.frexp(float(np.float32(real)))
    significand = int(math.ldexp(fraction, FLOAT_DIGITS))
    if shift < SHIFT_MIN:
        return 0, 0
    if shift > shift_max(8):
        significand, shift = (1 << FLOAT_DIGITS) - 1, shift_max(8)
    return significand << 31 - FLOAT_DIGITS, shift


def activation_range(
    activation: str, scale: float, zero_point: int, width: int = 8, rounding: str = "double"
) -> tuple[int, int]:
    """``(act_min, act_max)`` of a fused activation on an ofmap of ``width`` bits.

    TFLite's ``CalculateActivationRangeQuantized``: a real clamp c becomes ``zero_point +
    round(c / scale)``, divided in float32 and rounded half away from zero, within the integers
    of ``width`` bits. With float rounding it is XNNPACK's ``round(c / scale + zero_point)``, in
    float32 and rounded half to even.

    Raises:
        SpecError: for an unknown activation (TFLite would ignore it), a scale that is not above 0,
            a zero point or a width that does not fit, a clamp that leaves int32.
    """
    rules = Rules("activation_range")
    rules.require(
        isinstance(activation, str) and activation in ACTIVATIONS,
        "activation",
        activation,
        f"must be one of {', '.join(ACTIVATIONS)}",
    )
    scale_32 = np.float32(float32_scale(rules, "scale", scale))
    if rules.require(
        type(width) is int and width in IFMAP_WIDTHS, "width", width, "must be 8 or 16"
    ):
        rules.integer("zero_point", zero_point, *value_range(width, signed=True))
    rules.raise_if_any()
    low, high = value_range(width, signed=True)
    lower, upper = CLAMPS[activation]
    in_float = rounding == "float"
    ends = [
        None if end is None else _quantised(rules, end, scale_32, zero_point, in_float)
        for end in (lower, upper)
    ]
    rules.raise_if_any()
    act_min = low if ends[0] is None else max(low, ends[0])
    act_max = high if ends[1] is None else min(high, ends[1])
    return act_min, act_max


def _quantised(
    rules: Rules, real: float, scale: np.float32, zero_point: int, in_float: bool
) -> int:
    with np.errstate(over="ignore"):
        quotient = float(np.float32(real) / scale)
    if not rules.require(
        abs(quotient) <= INT32_MAX, "scale", float(scale), f"{real} / scale must fit in an int32"
    ):
        return 0
    if in_float:
        return int(np.rint(np.float32(quotient) + np.float32(zero_point)))
    # float32 plus a half is exact in double precision, so this is C's round().
    return zero_point + int(math.copysign(math.floor(abs(quotient) + 0.5), quotient))


def float32_scale(rules: Rules, field: str, value: Any, zero: bool = False) -> float:
    """The scale as TFLite holds it: a finite float32 above 0, or 0 if ``zero`` allows it.

    A bad scale is noted in ``rules``, and 1 returned in its place.
    """
    number = isinstance(value, (int, float, np.floating)) and not isinstance(value, bool)
    with np.errstate(over="ignore", under="ignore"):
        single = float(np.float32(value)) if number else math.nan
    holds = math.isfinite(single) and (single > 0 or (zero and value == 0))
    least = "of at least 0" if zero else "above 0"
    rules.require(holds, field, value, f"must be a finite float32 {least}")
    return single if holds else 1.0
