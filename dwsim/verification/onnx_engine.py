"""The engines for the layers of an ``.onnx`` file, and the reasons why a layer runs on none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from dwsim.derive import Plan
from dwsim.derive.requantise_domain import check_domain
from dwsim.errors import Rules, SpecError, Violation
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.float_rules import BIAS_CLAMP
from dwsim.stream.layer_memory import check_simulable
from dwsim.verification.assessment import SUMS, SUMS_WIDTH, Assessment
from dwsim.verification.engine_groups import engine_groups
from dwsim.verification.layer_plans import DEFAULT_FLOAT_LANES, DEFAULT_LANES
from dwsim.verification.network_result import TAP_PARALLEL, Array, check_line_buffers
from dwsim.workloads.onnx_model import OnnxLayer, onnx_quantisation

FLOAT = "float"
"""The rounding of ONNX Runtime."""


def rounding_of(layer: OnnxLayer) -> str:
    """``FLOAT``, ``SUMS`` for a ConvInteger, or the format of a layer in floating point.

    A layer that cannot run has one of them, too.
    """
    if layer.floats is not None:
        return layer.floats.number_format
    return SUMS if layer.operator_name == "ConvInteger" else FLOAT


def assess_onnx(
    layers: Iterable[OnnxLayer], lanes: int | None = None, array: Array = TAP_PARALLEL
) -> list[Assessment[OnnxLayer]]:
    """Decides for each layer if an engine with ``lanes`` lanes and such an array runs it.

    Without ``lanes`` there are 16, or 4 in floating point. ``dwsim import`` and ``dwsim verify``
    both decide with this function.

    Raises:
        SpecError: for a number of lanes that no engine has.
    """
    rules = Rules("engine")
    if lanes is not None:
        rules.integer("--lanes", lanes, 1, 1024)
    rules.raise_if_any()
    return [
        Assessment(layer, {rounding_of(layer): _reasons(layer, lanes, array)}) for layer in layers
    ]


def _reasons(layer: OnnxLayer, lanes: int | None, array: Array) -> tuple[Violation, ...]:
    """The broken rules of the file, of the smallest engine, and of its number formats."""
    if layer.reasons:
        return layer.reasons
    spec, _ = layer.facts()
    try:
        check_simulable(spec)
        if layer.floats is not None:
            Plan(spec, smallest_onnx_engine([layer], lanes, array))
            return ()
        _, parameters = layer.integers()
        quantisation = onnx_quantisation(layer)
        Plan(spec, smallest_onnx_engine([layer], lanes, array), quantisation)
        if quantisation is not None:
            check_domain(parameters.weight, spec, quantisation)
    except SpecError as error:
        return error.violations
    return ()


def smallest_onnx_engine(
    layers: Sequence[OnnxLayer], lanes: int | None, array: Array = TAP_PARALLEL
) -> EngineSpec:
    """The smallest engine for all layers, which have one rounding.

    Raises:
        SpecError: with every rule that no engine can satisfy.
    """
    formats: dict[str, Any] = {"ifmap_width": SUMS_WIDTH, "weight_width": SUMS_WIDTH}
    chosen, floats = DEFAULT_LANES, layers[0].floats
    if floats is not None:
        formats = {"number_format": floats.number_format, "epilogue": BIAS_CLAMP}
        chosen = DEFAULT_FLOAT_LANES
    elif rounding_of(layers[0]) == FLOAT:
        fits = all(fits_int8(layer.integers()[1].weight) for layer in layers)
        formats = {"requantise": FLOAT, "weight_width": 8 if fits else SUMS_WIDTH}
    engine = EngineSpec.smallest(
        [layer.facts()[0] for layer in layers],
        lanes=chosen if lanes is None else lanes,
        name="network_engine",
        **formats,
        **array,
    )
    check_line_buffers(engine)
    return engine


def fits_int8(weight: np.ndarray) -> bool:
    """True if all weights less their zero points have 8 bits."""
    return bool(weight.min() >= -128 and weight.max() <= 127)


def onnx_engines(
    layers: Iterable[OnnxLayer], lanes: int | None = None, array: Array = TAP_PARALLEL
) -> list[tuple[EngineSpec, list[OnnxLayer]]]:
    """As few engines as run all layers, each with its layers in order."""
    return engine_groups(
        layers, rounding_of, lambda members: smallest_onnx_engine(members, lanes, array)
    )
