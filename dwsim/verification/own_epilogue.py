"""A user's own bias and activation in place of the random epilogue of a cosimulation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dwsim.derive import AnyPlan
from dwsim.errors import Rules, SpecError
from dwsim.spec.epilogue import Epilogue
from dwsim.stream.epilogue_values import epilogue_of

Changes = dict[str, Any]
"""Fields of an ``Epilogue`` with their values."""


def own_epilogue(rules: Rules, plan: AnyPlan, bias: Any, activation: Any) -> Changes:
    """The fields that the user's bias and activation give, for an engine with an epilogue.

    Args:
        rules: collects the violations.
        plan: the layer on its engine.
        bias: floats, as ``epilogue_of`` takes them; None: random.
        activation: the name of an activation, or a pair of limits; None: random.
    """
    engine = plan.engine
    if engine.arithmetic is None or engine.epilogue is None:
        rule = "is for engines in floating point with epilogue = 'bias_clamp'"
        rules.require(activation is None, "activation", activation, rule)
        return {}
    try:
        made = epilogue_of(
            engine.arithmetic,
            plan.layer.ofmap_channels,
            bias,
            "none" if activation is None else activation,
        )
    except SpecError as error:
        rules.violations += error.violations
        return {}
    found: Changes = {} if bias is None else {"bias": made.bias}
    if activation is not None:
        found |= {"act_min": made.act_min, "act_max": made.act_max}
    return found


def with_own(random: Epilogue | None, own: Changes) -> Epilogue | None:
    """The random epilogue of a job with the user's fields."""
    return random and replace(random, **own)
