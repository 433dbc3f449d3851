"""Epilogues from floats: a bias for each channel, and an activation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dwsim.errors import Rules
from dwsim.spec.epilogue import Epilogue
from dwsim.spec.float_arithmetic import FloatArithmetic
from dwsim.spec.real_scales import activation_limits
from dwsim.stream.float_tensors import float_dtype, float_words


def epilogue_of(
    arithmetic: FloatArithmetic,
    channels: int,
    bias: Any = None,
    activation: str | Sequence[float] = "none",
) -> Epilogue:
    """The epilogue of a layer.

    Args:
        arithmetic: of its engine.
        channels: ofmap channels of the layer.
        bias: an array of shape ``(channels,)`` of the dtype ``arithmetic.accumulate``, or
            ``arithmetic.number_format``, whose numbers that has, too; None: +0 for each channel.
        activation: one of ``real_scales.ACTIVATIONS``, or the smallest and the largest result:
            numbers of ``arithmetic.number_format``, or infinities.

    Raises:
        SpecError: with every violated rule.
    """
    rules = Rules("epilogue")
    words = _bias_words(rules, arithmetic, channels, bias)
    limits = [_limit(rules, arithmetic, *pair) for pair in _limits(rules, activation)]
    rules.raise_if_any()
    return Epilogue(arithmetic.number_format, arithmetic.accumulate, words, *limits)


def _bias_words(
    rules: Rules, arithmetic: FloatArithmetic, channels: int, bias: Any
) -> tuple[int, ...]:
    if bias is None:
        return (0,) * channels
    array = np.asarray(bias)
    allowed = list(dict.fromkeys((arithmetic.accumulate, arithmetic.number_format)))
    shape = (channels,)
    good = rules.require(array.shape == shape, "bias.shape", array.shape, f"must be {shape}")
    rule = f"must be {' or '.join(allowed)}"
    if not rules.require(array.dtype.name in allowed, "bias.dtype", str(array.dtype), rule):
        return ()
    with np.errstate(invalid="ignore"):  # a NaN that signals
        wide = array.astype(float_dtype(arithmetic.accumulate))
    return tuple(float_words(wide).tolist()) if good else ()


def _limits(rules: Rules, activation: Any) -> list[tuple[str, Any]]:
    """The limits of an activation, with their fields."""
    if isinstance(activation, str):
        return [("activation", limit) for limit in activation_limits(activation)]
    pair = list(activation) if isinstance(activation, (tuple, list)) else []
    rule = "must be the name of an activation, or two numbers: the smallest and the largest result"
    if not rules.require(len(pair) == 2, "activation", activation, rule):
        return []
    return [(f"activation[{index}]", limit) for index, limit in enumerate(pair)]


def _limit(rules: Rules, arithmetic: FloatArithmetic, field: str, value: Any) -> int:
    """The word of a limit; 0 for one that is no number of the format."""
    name = arithmetic.number_format
    rule = f"must be a number that {name} has"
    real = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not rules.require(real, field, value, rule):
        return 0
    with np.errstate(over="ignore"):
        limit = np.array(value, np.float64).astype(float_dtype(name))
    rules.require(float(limit) == float(value), field, value, rule)
    return int(float_words(limit.reshape(1))[0])
