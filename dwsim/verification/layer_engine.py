"""The engines for the layers of a model file, and the reasons why a layer runs on none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from dwsim.derive import Plan
from dwsim.derive.requantise_domain import check_domain
from dwsim.errors import Rules, SpecError, Violation
from dwsim.spec.engine_spec import EngineSpec, requantise_for
from dwsim.spec.float_rules import BIAS_CLAMP
from dwsim.spec.quantisation_limits import INTEGER_ROUNDINGS
from dwsim.stream.layer_memory import check_simulable
from dwsim.verification.assessment import Assessment
from dwsim.verification.layer_plans import DEFAULT_FLOAT_LANES, DEFAULT_LANES
from dwsim.verification.network_result import TAP_PARALLEL, Array, check_line_buffers
from dwsim.workloads.tflite import DepthwiseLayer, layer_quantisation


def assess(
    layers: Iterable[DepthwiseLayer],
    lanes: int | None = None,
    roundings: Sequence[str] = INTEGER_ROUNDINGS,
    array: Array = TAP_PARALLEL,
) -> list[Assessment[DepthwiseLayer]]:
    """Decides for each layer if an engine with ``lanes`` lanes and such an array runs it.

    A layer in floating point has one rounding, that of its format. ``lanes`` None: ``lanes_for``.
    ``dwsim import`` and ``dwsim verify`` both decide with this function.

    Raises:
        SpecError: for a number of lanes that no engine has.
    """
    rules = Rules("engine")
    if lanes is not None:
        rules.integer("--lanes", lanes, 1, 1024)
    rules.raise_if_any()
    return [
        Assessment(
            layer,
            {name: _reasons(layer, lanes, name, array) for name in _roundings_of(layer, roundings)},
        )
        for layer in layers
    ]


def _roundings_of(layer: DepthwiseLayer, roundings: Sequence[str]) -> Sequence[str]:
    return roundings if layer.floats is None else (layer.floats.number_format,)


def lanes_for(layer: DepthwiseLayer, lanes: int | None) -> int:
    """``lanes``, or else those of the engine that dwsim chooses for such layers."""
    if lanes is not None:
        return lanes
    return DEFAULT_LANES if layer.floats is None else DEFAULT_FLOAT_LANES


def _reasons(
    layer: DepthwiseLayer, lanes: int | None, rounding: str, array: Array
) -> tuple[Violation, ...]:
    """The broken rules of the file, of the smallest engine, and of the rounding's arithmetic."""
    if layer.reasons:
        return layer.reasons
    spec, _ = layer.facts()
    try:
        check_simulable(spec)
        if layer.floats is not None:
            Plan(spec, smallest_engine([layer], lanes, array))
            return ()
        _, parameters = layer.integers()
        quantisation = layer_quantisation(layer, rounding)
        engine = smallest_engine([layer], lanes, array, [rounding])
        Plan(spec, engine, quantisation)
        check_domain(parameters.weight, spec, quantisation)
    except SpecError as error:
        return error.violations
    return ()


def smallest_engine(
    layers: Sequence[DepthwiseLayer],
    lanes: int | None,
    array: Array = TAP_PARALLEL,
    roundings: Sequence[str] = INTEGER_ROUNDINGS,
) -> EngineSpec:
    """The smallest engine that runs all layers, which have activations of one dtype.

    It has the given roundings; with 16-bit activations, the one that TFLite defines. An engine in
    floating point has an epilogue.

    Raises:
        SpecError: with every rule that no engine can satisfy.
    """
    engine = EngineSpec.smallest(
        [layer.facts()[0] for layer in layers],
        lanes=lanes_for(layers[0], lanes),
        name="network_engine",
        **_formats(layers, roundings),
        **array,
    )
    check_line_buffers(engine)
    return engine


def _formats(layers: Sequence[DepthwiseLayer], roundings: Sequence[str]) -> dict[str, Any]:
    """The number formats, and the stages behind the sums, as fields of ``EngineSpec``."""
    floats = layers[0].floats
    if floats is not None:
        return {"number_format": floats.number_format, "epilogue": BIAS_CLAMP}
    given = [layer.integers()[1] for layer in layers]
    width = 8 * given[0].dtype.itemsize
    return {
        "ifmap_width": width,
        "weight_width": 9 if any(one.weight.dtype == np.int16 for one in given) else 8,
        "requantise": requantise_for(roundings) if width == 8 else "single",
    }


def engines_for(
    layers: Iterable[DepthwiseLayer],
    lanes: int | None,
    array: Array = TAP_PARALLEL,
    roundings: Sequence[str] = INTEGER_ROUNDINGS,
) -> list[tuple[EngineSpec, list[DepthwiseLayer]]]:
    """As few engines as run all layers, each with its layers in order.

    Each layer runs on an engine of its own (``assess``). Layers of 8 and of 16 bits need two
    engines, and so do integers and floats, and layers whose maxima no engine has together.
    """
    groups: list[tuple[EngineSpec, list[DepthwiseLayer]]] = []
    for layer in layers:
        for index, (_, members) in enumerate(groups):
            if members[0].facts()[1].dtype != layer.facts()[1].dtype:
                continue
            try:
                engine = smallest_engine([*members, layer], lanes, array, roundings)
            except SpecError:
                continue
            groups[index] = (engine, [*members, layer])
            break
        else:
            groups.append((smallest_engine([layer], lanes, array, roundings), [layer]))
    return groups
