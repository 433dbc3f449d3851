"""Quantisation: the parameters that turn a layer's sums into int8 or int16.

``dwsim.golden.quantised`` computes with them; this module holds them and checks their domain.
``Quantisation.from_scales`` follows ``PopulateConvolutionQuantizationParams``
(``tensorflow/lite/kernels/kernel_util.cc``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dwsim.errors import Rules, is_integer
from dwsim.spec.number_range import value_range
from dwsim.spec.quantisation_limits import (
    FLOAT_STEP,
    IFMAP_WIDTHS,
    INT32_MAX,
    INT32_MIN,
    ROUNDINGS,
    SHIFT_MIN,
    bias_width,
    is_float_multiplier,
    shift_max,
)
from dwsim.spec.real_scales import activation_range, float32_scale, quantise_multiplier

_ACT = ("act_min", "act_max")


@dataclass(frozen=True)
class Quantisation:
    """The requantisation of one layer; the tuples have one entry per ofmap channel.

    ``ofmap = clamp(round((acc + bias) * multiplier * 2**(shift - 31)) + ofmap_zero_point)``, where
    ``acc`` sums ``weight * (ifmap - ifmap_zero_point)``: weights are symmetric, and a padded tap
    adds nothing. ``golden.quantised.requantise`` defines the rounding and the wrapping.

    The domain is the one in which TFLite's own kernels are defined:

    ======================  =========================  ========================
    field                   ``ifmap_width`` 8          ``ifmap_width`` 16
    ======================  =========================  ========================
    bias                    int32                      48 bits, from an int64
    multiplier              int32; not negative when   0 to 2**31 - 1
                            the rounding is single;
                            a float32's 24 bits when
                            the rounding is float
    shift (left positive)   -31 to 30                  -31 to 7
    zero points             int8                       0
    act_min, act_max        int8                       int16
    rounding                double, single or float    double or single: TFLite
                                                       gives the same bytes
    ======================  =========================  ========================

    ``bias``, ``multiplier`` and ``shift`` may be any sequence of integers, or integer arrays; they
    are kept as tuples of ``int``, so that equal quantisations compare and hash equal.

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
                f"must be one of {', '.join(ROUNDINGS)}",
            ),
        ]
        if all(good):
            rules.require(
                self.ifmap_width == 8 or self.rounding != "float",
                "rounding",
                self.rounding,
                "must be 'double' or 'single' with 16-bit activations",
            )
            self._check_channels(rules)
            self._check_ofmap(rules)
        rules.raise_if_any()

    def _check_channels(self, rules: Rules) -> None:
        signed = self.ifmap_width == 8 and self.rounding == "double"
        ranges = {
            "bias": value_range(bias_width(self.ifmap_width), signed=True),
            "multiplier": (INT32_MIN if signed else 0, INT32_MAX),
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
            wrong = [i for i, value in enumerate(values) if not is_integer(value, low, high)]
            if wrong:
                rules.integer(f"{name}[{wrong[0]}]", values[wrong[0]], low, high)
                _note_further(rules, len(wrong) - 1)
            elif name == "multiplier" and self.rounding == "float":
                _check_float_multipliers(rules, values)
            if name != "bias" and isinstance(self.bias, tuple):
                rules.require(
                    len(values) == len(self.bias),
                    f"len({name})",
                    len(values),
                    f"must be len(bias) = {len(self.bias)}: one entry per ofmap channel",
                )

    def _check_ofmap(self, rules: Rules) -> None:
        low, high = value_range(self.ifmap_width, signed=True)
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
        """int8 or int16, the dtype of ifmap and ofmap. Weights are always int8."""
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
        """The quantisation of a layer from real scales, as a ``.tflite`` file states them.

        ``multiplier * 2**(shift - 31)`` approximates ``ifmap_scale * weight_scale / ofmap_scale``,
        computed in this order from the scales as float32: in double precision, and with float
        rounding in float32.

        Args:
            ifmap_scale: above 0; kept as float32, as all scales of a ``.tflite`` file are.
            weight_scales: one scale per ofmap channel, or one for the tensor; a scale of 0 gives
                the multiplier 0.
            ofmap_scale: above 0.
            channels: ofmap channels.
            bias: one integer per ofmap channel; None for a layer without.
            ifmap_zero_point: the value of a padded tap.
            ofmap_zero_point: the ofmap value that stands for 0.
            activation: fused activation, one of ``real_scales.ACTIVATIONS``.
            ifmap_width: 8 or 16.
            rounding: "double", "single" or "float".

        Raises:
            SpecError: with the violated rules: first those of the scales, then ``Quantisation``'s.
        """
        in_float = rounding == "float"
        reals = _real_multipliers(ifmap_scale, weight_scales, ofmap_scale, channels, in_float)
        act_min, act_max = activation_range(
            activation, ofmap_scale, ofmap_zero_point, ifmap_width, rounding
        )
        pairs = [quantise_multiplier(real, rounding) for real in reals]
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


def _real_multipliers(
    ifmap_scale: float,
    weight_scales: Sequence[float] | np.ndarray,
    ofmap_scale: float,
    channels: int,
    in_float: bool,
) -> list[float]:
    """``ifmap_scale * weight_scale / ofmap_scale`` of each channel, after checking the scales.

    ``in_float``: in float32, rounded after each operation.
    """
    rules = Rules("quantisation")
    ifmap_32 = float32_scale(rules, "ifmap_scale", ifmap_scale)
    ofmap_32 = float32_scale(rules, "ofmap_scale", ofmap_scale)
    rules.integer("channels", channels, 0)
    rules.require(
        np.ndim(weight_scales) == 1,
        "weight_scales",
        weight_scales,
        "must be a sequence of numbers",
    )
    rules.raise_if_any()
    weights_32 = [
        float32_scale(rules, f"weight_scales[{index}]", scale, zero=True)
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
    if not in_float:
        return [ifmap_32 * weight / ofmap_32 for weight in weights_32]
    with np.errstate(over="ignore", under="ignore"):
        products = np.float32(ifmap_32) * np.array(weights_32, np.float32)
        reals: list[float] = (products / np.float32(ofmap_32)).tolist()
    for index, real in enumerate(reals):
        rules.require(
            bool(np.isfinite(real)),
            f"ifmap_scale * weight_scales[{index}] / ofmap_scale",
            real,
            "must be a finite float32",
        )
    rules.raise_if_any()
    return reals


def _check_float_multipliers(rules: Rules, values: tuple[int, ...]) -> None:
    wrong = [i for i, value in enumerate(values) if not is_float_multiplier(value)]
    if wrong:
        rules.require(
            False,
            f"multiplier[{wrong[0]}]",
            values[wrong[0]],
            f"must be 0, or at least {1 << 30} and a multiple of {FLOAT_STEP}: a float32",
        )
        _note_further(rules, len(wrong) - 1)


def _note_further(rules: Rules, count: int) -> None:
    """Adds to the last violation the number of further channels that break its rule."""
    if count:
        last = rules.violations.pop()
        rule = f"{last.rule} ({count} more channels break this rule)"
        rules.violations.append(replace(last, rule=rule))


def _as_tuple(values: Any) -> Any:
    """A tuple of Python integers where the values are integers; anything else unchanged."""
    if isinstance(values, np.ndarray):
        return tuple(values.tolist()) if values.ndim == 1 else values
    if isinstance(values, (list, tuple)):
        return tuple(int(value) if isinstance(value, np.integer) else value for value in values)
    return values
