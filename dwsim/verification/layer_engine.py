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
from dwsim.verification.assessment import SUMS_WIDTH, Assessment
from dwsim.verification.engine_groups import engine_groups
from dwsim.verification.layer_plans import DEFAULT_FLOAT_LANES, DEFAULT_LANES
from dwsim.verification.network_result import TAP_PARALLEL, Array, check_line_buffers
from dwsim.workloads.tflite import DepthwiseLayer, layer_quantisation

HOST_ROUNDING = "double"
"""The rounding that the host may compute. Where a number leaves the domain of an engine's
requantiser, golden wraps as LiteRT's compiled reference kernel does; the default kernels refuse
such scales."""


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
    return [_assessed(layer, lanes, roundings, array) for layer in layers]


def _assessed(
    layer: DepthwiseLayer, lanes: int | None, roundings: Sequence[str], array: Array
) -> Assessment[DepthwiseLayer]:
    if layer.floats is not None:
        roundings = (layer.floats.number_format,)
    reasons, on_host = {}, {}
    for rounding in roundings:
        reasons[rounding] = _reasons(layer, lanes, rounding, array)
        if not reasons[rounding] and layer.floats is None:
            reasons[rounding] = _beyond_domain(layer, rounding)
            if reasons[rounding] and _host_requantises(layer, lanes, rounding, array):
                on_host[rounding] = reasons.pop(rounding)
    return Assessment(layer, reasons, on_host)


def lanes_for(layer: DepthwiseLayer, lanes: int | None) -> int:
    """``lanes``, or else those of the engine that dwsim chooses for such layers."""
    if lanes is not None:
        return lanes
    return DEFAULT_LANES if layer.floats is None else DEFAULT_FLOAT_LANES


def _reasons(
    layer: DepthwiseLayer, lanes: int | None, rounding: str, array: Array
) -> tuple[Violation, ...]:
    """The broken rules of the file and of the smallest engine."""
    if layer.reasons:
        return layer.reasons
    spec, _ = layer.facts()
    try:
        check_simulable(spec)
        if layer.floats is not None:
            Plan(spec, smallest_engine([layer], lanes, array))
            return ()
        quantisation = layer_quantisation(layer, rounding)
        Plan(spec, smallest_engine([layer], lanes, array, [rounding]), quantisation)
    except SpecError as error:
        return error.violations
    return ()


def _beyond_domain(layer: DepthwiseLayer, rounding: str) -> tuple[Violation, ...]:
    """The numbers that leave the domain of an engine's requantiser."""
    spec, parameters = layer.integers()
    try:
        check_domain(parameters.weight, spec, layer_quantisation(layer, rounding))
    except SpecError as error:
        return error.violations
    return ()


def _host_requantises(
    layer: DepthwiseLayer, lanes: int | None, rounding: str, array: Array
) -> bool:
    """True if golden defines the rounding, and an engine gives the sums of the layer."""
    spec, parameters = layer.integers()
    if rounding != HOST_ROUNDING or parameters.dtype.itemsize > 1:
        return False
    try:
        Plan(spec, sums_engine([layer], lanes, array))
    except SpecError:
        return False
    return True


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


def sums_engine(
    layers: Sequence[DepthwiseLayer], lanes: int | None, array: Array = TAP_PARALLEL
) -> EngineSpec:
    """The smallest engine that gives the raw sums of 8-bit layers, less their zero points.

    Raises:
        SpecError: with every rule that no engine can satisfy.
    """
    engine = EngineSpec.smallest(
        [layer.facts()[0] for layer in layers],
        lanes=lanes_for(layers[0], lanes),
        name="sums_engine",
        ifmap_width=SUMS_WIDTH,
        weight_width=SUMS_WIDTH,
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


Group = tuple[EngineSpec, list[DepthwiseLayer]]
"""An engine, and the layers that run on it, in order."""


def engines_for(
    layers: Iterable[DepthwiseLayer],
    lanes: int | None,
    array: Array = TAP_PARALLEL,
    roundings: Sequence[str] = INTEGER_ROUNDINGS,
) -> list[Group]:
    """As few engines as run all layers, each with its layers in order.

    Each layer runs on an engine of its own (``assess``). Layers of 8 and of 16 bits need two
    engines, and so do integers and floats, and layers whose maxima no engine has together.
    """
    return engine_groups(
        layers, _dtype, lambda members: smallest_engine(members, lanes, array, roundings)
    )


def sums_engines_for(
    layers: Iterable[DepthwiseLayer], lanes: int | None, array: Array = TAP_PARALLEL
) -> list[Group]:
    """As few engines as give the raw sums of all layers, which the host requantises."""
    return engine_groups(layers, _dtype, lambda members: sums_engine(members, lanes, array))


def _dtype(layer: DepthwiseLayer) -> np.dtype:
    return layer.facts()[1].dtype
