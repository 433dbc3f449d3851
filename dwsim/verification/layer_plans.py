"""Checks that layers fit an engine, and makes their plans, for the public functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dwsim.derive import AnyPlan, Plan, numbers_of, plan_of
from dwsim.errors import Rules, SpecError, Violation
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec

ALL = "all"
"""``interleave``: every channel group of a layer, which is the NHWC order."""

DEFAULT_LANES = 16
"""Lanes of an engine that dwsim chooses for the layers of a network or a model file."""
DEFAULT_FLOAT_LANES = 4
"""The same in floating point: an adder and a multiplier of float32 take long to build and to run in
a simulator."""


def layer_list(subject: str, layers: Any, at_least: int = 1) -> list[LayerSpec]:
    """``layers`` as a list: one LayerSpec, or an iterable of them.

    Raises:
        SpecError: if it is something else, or holds fewer than ``at_least`` layers.
    """
    rules = Rules(subject)
    if isinstance(layers, LayerSpec):
        return [layers]
    if not isinstance(layers, Iterable) or isinstance(layers, str):
        rules.require(False, "layers", layers, "must be a LayerSpec or an iterable of LayerSpecs")
        rules.raise_if_any()
    found = list(layers)
    rules.require(len(found) >= at_least, "layers", found, "must have at least one layer")
    for index, layer in enumerate(found):
        is_layer = isinstance(layer, LayerSpec)
        rules.require(is_layer, f"layers[{index}]", layer, "must be a LayerSpec")
    rules.raise_if_any()
    return found


def plans_of(
    subject: str,
    layers: Iterable[LayerSpec],
    engine: EngineSpec,
    interleave: int | str = 1,
    cut: bool = True,
) -> list[AnyPlan]:
    """The plan of each layer on the engine, without a quantisation.

    Args:
        subject: the caller's name, for the error message.
        layers: the layers.
        engine: the engine.
        interleave: channel groups whose pixels alternate in the streams, or ``"all"``.
        cut: a layer that exceeds the engine may run as several streams.

    Raises:
        SpecError: with every rule that the engine's numbers or the fit of any layer break.
    """
    rules = Rules(subject)
    if not rules.require(isinstance(engine, EngineSpec), "engine", engine, "must be an EngineSpec"):
        rules.raise_if_any()
    if interleave != ALL:
        rules.integer("interleave", interleave, 1)
        rules.raise_if_any()
    numbers_of(engine)
    plans: list[AnyPlan] = []
    make = plan_of if cut else Plan
    for index, layer in enumerate(layers):
        groups = layer.channel_groups(engine.lanes) if interleave == ALL else int(interleave)
        try:
            plans.append(make(layer, engine, interleave=groups))
        except SpecError as error:
            where = f"layers[{index}] ({layer.name})" if layer.name else f"layers[{index}]"
            rules.violations += [
                Violation(f"{where}: {v.field}", v.value, v.rule) for v in error.violations
            ]
    rules.raise_if_any()
    return plans
