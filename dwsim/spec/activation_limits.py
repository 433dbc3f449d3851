"""The limits of an activation in floating point, from its name or from two numbers."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import numpy as np

from dwsim.errors import Rules
from dwsim.spec.real_scales import ACTIVATIONS, CLAMPS


def activation_limits(rules: Rules, activation: Any, dtype: np.dtype[Any]) -> tuple[float, float]:
    """The smallest and the largest result of an activation; infinities where it is open.

    Args:
        rules: collects the violations; after one, the limits have no meaning.
        activation: the name of an activation, or its two limits as numbers of the dtype.
        dtype: float16, float32, float64, or the bfloat16 of ml_dtypes.
    """
    if isinstance(activation, str):
        rule = f"must be one of {', '.join(ACTIVATIONS)}"
        known = rules.require(activation in CLAMPS, "activation", activation, rule)
        lower, upper = CLAMPS[activation] if known else (None, None)
        return -math.inf if lower is None else lower, math.inf if upper is None else upper
    pair = list(activation) if isinstance(activation, (tuple, list)) else []
    rule = "must be the name of an activation, or two numbers: the smallest and the largest result"
    if not rules.require(len(pair) == 2, "activation", activation, rule):
        return -math.inf, math.inf
    low, high = (_number(rules, f"activation[{i}]", pair[i], dtype) for i in (0, 1))
    rules.require(low <= high, "activation", activation, "must have the smallest result first")
    return low, high


def _number(rules: Rules, field: str, value: Any, dtype: np.dtype[Any]) -> float:
    """The value, which the dtype must have; 0 for a bad one."""
    wide, real = math.nan, isinstance(value, (int, float, np.number))
    if real and not isinstance(value, bool):
        with suppress(OverflowError):  # an integer beyond the floats
            wide = float(value)
    with np.errstate(over="ignore"):
        exact = float(np.array(wide).astype(dtype)) == value
    rule = f"must be a number that {dtype.name} has"
    return wide if rules.require(exact, field, value, rule) else 0.0
