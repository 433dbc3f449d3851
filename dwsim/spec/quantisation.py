"""Quantisation: how one layer's sums become int8 or int16 again, as TFLite defines it.

The formulas are those of TensorFlow Lite's reference kernels, under ``tensorflow/lite/kernels``:
``QuantizeMultiplier`` (internal/quantization_util.cc), ``CalculateActivationRangeQuantized`` and
``PopulateConvolutionQuantizationParams`` (kernel_util.cc), ``MultiplyByQuantizedMultiplier``
(internal/common.cc), of which this module only holds the domain; ``dwsim.golden.quantised``
computes it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dwsim.errors import Rules

ROUNDINGS = ("double", "single")
ACTIVATIONS = ("none", "relu", "relu6", "relu_n1_to_1")
IFMAP_WIDTHS = (8, 16)
SHIFT_MIN = -31

_INT32_MIN, _INT32_MAX = -(2**31), 2**31 - 1
# The clamps in real numbers: (lower, upper), None where the activation leaves the range open.
_CLAMPS = {"none": (None, None), "relu": (0, None), "relu6": (0, 6), "relu_n1_to_1": (-1, 1)}


@dataclass(frozen=True)
class Quantisation:
    """What requantisation needs to know of one layer; one entry of a tuple per ofmap channel.

    ``ofmap = clamp(round((acc + bias) * multiplier * 2**(shift - 31)) + ofmap_zero_point)``, where
    ``acc`` sums ``weight * (ifmap - ifmap_zero_point)``: weights are symmetric, and a padded tap
    adds nothing. How the product is rounded, and what wraps, see ``golden.quantised.requantise``.

    The domain is that in which TFLite's own kernels are defined:

    ======================  =========================  ========================
    field                   ``ifmap_width`` 8          ``ifmap_width`` 16
    ======================  =========================  ========================
    bias                    int32                      48 bits, from an int64
    multiplier              int32; not negative when   0 to 2**31 - 1
                            the rounding is single
    shift (left positive)   -31 to 30                  -31 to 7
    zero points             int8                       0
    act_min, act_max        int8                       int16
    rounding                double or single           ignored by TFLite: both
                                                       names give the same bytes
    ======================  =========================  ========================

    ``bias``, ``multiplier`` and ``shift`` may be given as any sequence of integers or as integer
    arrays; they are kept as tuples of ``int``, so that equal layers are equal and hash alike.

    Raises:
        SpecError: with every violated rule.
    """

    bias: tuple[int, ...]
    multiplier: tuple[int, ...]
    shift: tuple[int, ...]
    act_min: int
    act_max: int
    ifmap_zero_point: int = 0
    ofmap_zero_point: int = 0
    ifmap_width: int = 8
    rounding: str = "double"

    def __post_init__(self) -> None:
        for name in ("bias", "multiplier", "shift"):
            object.__setattr__(self, name, _as_tuple(getattr(self, name)))
        rules = Rules("quantisation")
        good = [
            rules.require(
                type(self.ifmap_width) is int and self.ifmap_width in IFMAP_WIDTHS,
                "ifmap_width",
                self.ifmap_width,
                "must be 8 or 16",
            ),
            rules.require(
                isinstance(self.rounding, str) and self.rounding in ROUNDINGS,
                "rounding",
                self.rounding,
                "must be 'double' or 'single'",
            ),
        ]
        if all(good):
            self._check_channels(rules)
            self._check_ofmap(rules)
        rules.raise_if_any()

    def _check_channels(self, rules: Rules) -> None:
        signed = self.ifmap_width == 8 and self.rounding == "double"
        ranges = {
            "bias": signed_range(bias_width(self.ifmap_width)),
            "multiplier": (_INT32_MIN if signed else 0, _INT32_MAX),
            "shift": (SHIFT_MIN, shift_max(self.ifmap_width)),
        }
        for name, (low, high) in ranges.items():
            values = getattr(self, name)
            if not rules.require(
                isinstance(values, tuple),
                name,
                values,
                "must be a sequence of integers, one per ofmap channel",
            ):
                continue
            wrong = [i for i, value in enumerate(values) if not _is_integer(value, low, high)]
            if wrong:
                rules.integer(f"{name}[{wrong[0]}]", values[wrong[0]], low, high)
                if len(wrong) > 1:
                    first = rules.violations.pop()
                    more = f"{first.rule} ({len(wrong) - 1} more channels break this rule)"
                    rules.violations.append(replace(first, rule=more))
            if name != "bias" and isinstance(self.bias, tuple):
                rules.require(
                    len(values) == len(self.bias),
                    f"len({name})",
                    len(values),
                    f"must be len(bias) = {len(self.bias)}: one entry per ofmap channel",
                )

    def _check_ofmap(self, rules: Rules) -> None:
        low, high = signed_range(self.ifmap_width)
        for name in ("ifmap_zero_point", "ofmap_zero_point"):
            if self.ifmap_width == 16:
                # TFLite refuses to prepare an int16 layer with any other zero point.
                rules.integer(name, getattr(self, name), 0, 0)
            else:
                rules.integer(name, getattr(self, name), low, high)
        good = [rules.integer(name, getattr(self, name), low, high) for name in _ACT]
        if all(good):
            rules.require(
                self.act_min <= self.act_max,
                "act_min",
                self.act_min,
                f"must not be above act_max = {self.act_max}",
            )

    @property
    def channels(self) -> int:
        """Ofmap channels."""
        return len(self.bias)

    @property
    def dtype(self) -> np.dtype:
        """int8 or int16: what the ifmap and the ofmap are made of. Weights are always int8."""
        return np.dtype(np.int8 if self.ifmap_width == 8 else np.int16)

    @classmethod
    def from_scales(
        cls,
        ifmap_scale: float,
        weight_scales: Sequence[float] | np.ndarray,
        ofmap_scale: float,
        *,
        channels: int,
        bias: Sequence[int] | np.ndarray | None = None,
        ifmap_zero_point: int = 0,
        ofmap_zero_point: int = 0,
        activation: str = "none",
        ifmap_width: int = 8,
        rounding: str = "double",
    ) -> Quantisation:
        """The quantisation of a layer as a ``.tflite`` file states it: by real scales.

        ``multiplier * 2**(shift - 31)`` approximates ``ifmap_scale * weight_scale / ofmap_scale``,
        computed in double precision from the scales as float32, in this order
        (``PopulateConvolutionQuantizationParams``).

        Args:
            ifmap_scale: above 0; kept as float32, as all scales of a ``.tflite`` file are.
            weight_scales: one scale per ofmap channel, or one for the tensor.
            ofmap_scale: above 0.
            channels: ofmap channels.
            bias: one integer per ofmap channel; None for a layer without.
            ifmap_zero_point: what a padded tap equals.
            ofmap_zero_point: the ofmap value that stands for 0.
            activation: fused activation, one of ``ACTIVATIONS``.
            ifmap_width: 8 or 16.
            rounding: "double" or "single".

        Raises:
            SpecError: with the violated rules: first those of the scales, then ``Quantisation``'s.
        """
        rules = Rules("quantisation")
        ifmap_32 = _scale(rules, "ifmap_scale", ifmap_scale)
        ofmap_32 = _scale(rules, "ofmap_scale", ofmap_scale)
        rules.integer("channels", channels, 0)
        rules.require(
            np.ndim(weight_scales) == 1,
            "weight_scales",
            weight_scales,
            "must be a sequence of numbers",
        )
        rules.raise_if_any()
        weights_32 = [
            _scale(rules, f"weight_scales[{index}]", scale)
            for index, scale in enumerate(weight_scales)
        ]
        rules.require(
            len(weights_32) in (1, channels),
            "len(weight_scales)",
            len(weights_32),
            f"must be 1 or {channels}, the number of ofmap channels",
        )
        rules.raise_if_any()
        if len(weights_32) == 1:
            weights_32 *= channels
        act_min, act_max = activation_range(activation, ofmap_32, ofmap_zero_point, ifmap_width)
        pairs = [
            quantise_multiplier(ifmap_32 * weight / ofmap_32, rounding) for weight in weights_32
        ]
        return cls(
            bias=(0,) * channels if bias is None else _as_tuple(bias),
            multiplier=tuple(multiplier for multiplier, _ in pairs),
            shift=tuple(shift for _, shift in pairs),
            act_min=act_min,
            act_max=act_max,
            ifmap_zero_point=ifmap_zero_point,
            ofmap_zero_point=ofmap_zero_point,
            ifmap_width=ifmap_width,
            rounding=rounding,
        )


_ACT = ("act_min", "act_max")


def quantise_multiplier(real: float, rounding: str = "double") -> tuple[int, int]:
    """``(multiplier, shift)`` with ``multiplier * 2**(shift - 31)`` next to ``real``.

    TFLite's ``QuantizeMultiplier``: a normalised multiplier of 31 bits, rounded half away from
    zero. What is below 2**-32 after the rounding becomes (0, 0). With single rounding what is
    2**30 or more becomes (2**31 - 1, 30); with double rounding TFLite lets the shift grow past 30,
    where its kernel is not defined any more, and ``Quantisation`` refuses that.

    Args:
        real: any finite number; TFLite takes negative ones only with double rounding.
        rounding: "double" or "single".

    Raises:
        SpecError: for infinities, NaN, an unknown rounding, negative with single rounding.
    """
    rules = Rules("quantise_multiplier")
    if rules.require(
        isinstance(real, (int, float, np.floating)) and math.isfinite(real),
        "real",
        real,
        "must be a finite number",
    ):
        rules.require(
            rounding != "single" or real >= 0,
            "real",
            real,
            "must not be negative: single rounding supports no negative multipliers",
        )
    rules.require(rounding in ROUNDINGS, "rounding", rounding, "must be 'double' or 'single'")
    rules.raise_if_any()
    fraction, shift = math.frexp(real)
    # A double has 53 bits: this rounds exactly, without a second rounding in floating point.
    magnitude = (int(math.ldexp(abs(fraction), 53)) + 2**21) >> 22
    multiplier = magnitude if fraction >= 0 else -magnitude
    if multiplier == 2**31:  # and not -2**31, which an int32 can hold
        multiplier, shift = 2**30, shift + 1
    if shift < SHIFT_MIN:
        return 0, 0
    if rounding == "single" and shift > shift_max(8):
        return _INT32_MAX, shift_max(8)
    return multiplier, shift


def reduced_multiplier(multiplier: int) -> int:
    """The 15 bits of a multiplier that TFLite uses for int16 activations.

    ``multiplier / 2**16``, rounded half up, at most 0x7FFF.
    """
    return min((multiplier + 2**15) >> 16, 0x7FFF)


def activation_range(
    activation: str, scale: float, zero_point: int, width: int = 8
) -> tuple[int, int]:
    """``(act_min, act_max)`` of a fused activation on an ofmap of ``width`` bits.

    TFLite's ``CalculateActivationRangeQuantized``: a real clamp c becomes ``zero_point +
    round(c / scale)``, divided in float32 and rounded half away from zero, within the integers
    of ``width`` bits.

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
    scale_32 = np.float32(_scale(rules, "scale", scale))
    if rules.require(
        type(width) is int and width in IFMAP_WIDTHS, "width", width, "must be 8 or 16"
    ):
        rules.integer("zero_point", zero_point, *signed_range(width))
    rules.raise_if_any()
    low, high = signed_range(width)
    lower, upper = _CLAMPS[activation]
    act_min = low if lower is None else max(low, _quantised(rules, lower, scale_32, zero_point))
    act_max = high if upper is None else min(high, _quantised(rules, upper, scale_32, zero_point))
    rules.raise_if_any()
    return act_min, act_max


def shift_max(ifmap_width: int) -> int:
    """The largest shift: 30, or for int16 activations 7, as TFLite's assertions have it."""
    return 30 if ifmap_width == 8 else 7


def bias_width(ifmap_width: int) -> int:
    """Bits of bias, and of ``acc + bias``: 32, or for int16 activations 48.

    TFLite keeps the latter in an int64, but its multiplication is defined for 48 bits only.
    """
    return 32 if ifmap_width == 8 else 48


def signed_range(width: int) -> tuple[int, int]:
    """Least and largest integer of ``width`` bits in two's complement."""
    return -(2 ** (width - 1)), 2 ** (width - 1) - 1


def _quantised(rules: Rules, real: float, scale: np.float32, zero_point: int) -> int:
    with np.errstate(over="ignore"):
        quotient = float(np.float32(real) / scale)
    if not rules.require(
        abs(quotient) <= _INT32_MAX, "scale", float(scale), f"{real} / scale must fit in an int32"
    ):
        return 0
    # float32 plus a half is exact in double precision, so this is C's round().
    return zero_point + int(math.copysign(math.floor(abs(quotient) + 0.5), quotient))


def _scale(rules: Rules, field: str, value: Any) -> float:
    """The scale as TFLite holds it: a positive, finite float32; 1 in place of a bad one."""
    number = isinstance(value, (int, float, np.floating)) and not isinstance(value, bool)
    with np.errstate(over="ignore", under="ignore"):
        single = float(np.float32(value)) if number else math.nan
    holds = math.isfinite(single) and single > 0
    rules.require(holds, field, value, "must be a finite float32 above 0")
    return single if holds else 1.0


def _as_tuple(values: Any) -> Any:
    """A tuple of Python integers where the values are integers; anything else as it came."""
    if isinstance(values, np.ndarray):
        return tuple(values.tolist()) if values.ndim == 1 else values
    if isinstance(values, (list, tuple)):
        return tuple(int(value) if isinstance(value, np.integer) else value for value in values)
    return values


def _is_integer(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
