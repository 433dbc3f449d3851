"""Epilogues from floats: a bias for each channel, and an activation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dwsim.errors import Rules
from dwsim.spec.activation_limits import activation_limits
from dwsim.spec.epilogue import Epilogue
from dwsim.spec.float_arithmetic import FloatArithmetic
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
    dtype = float_dtype(arithmetic.number_format)
    limits = activation_limits(rules, activation, dtype)
    rules.raise_if_any()
    act_min, act_max = float_words(np.array(limits).astype(dtype)).tolist()
    return Epilogue(arithmetic.number_format, arithmetic.accumulate, words, act_min, act_max)


def _bias_words(
    rules: Rules, arithmetic: FloatArithmetic, channels: int, bias: Any
) -> tuple[int, ...]:
    """The words of a bias; none of a bad one."""
    if bias is None:
        return (0,) * channels
    array = np.asarray(bias)
    allowed = dict.fromkeys((arithmetic.accumulate, arithmetic.number_format))
    shape = (channels,)
    good = rules.require(array.shape == shape, "bias.shape", array.shape, f"must be {shape}")
    rule = f"must be {' or '.join(allowed)}"
    if not rules.require(array.dtype.name in allowed, "bias.dtype", str(array.dtype), rule):
        return ()
    with np.errstate(invalid="ignore"):  # a NaN that signals
        wide = array.astype(float_dtype(arithmetic.accumulate))
    return tuple(float_words(wide).tolist()) if good else ()
