"""The engines for the layers of an ``.onnx`` file, and the reasons why a layer runs on none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dwsim.derive import Plan
from dwsim.errors import Rules, SpecError, Violation
from dwsim.spec.engine_spec import EngineSpec
from dwsim.verification.assessment import SUMS, Assessment
from dwsim.verification.network_result import TAP_PARALLEL, Array, check_line_buffers
from dwsim.workloads.onnx_model import OnnxLayer

SUMS_WIDTH = 9
"""Bits of an 8-bit integer less its zero point."""


def assess_onnx(
    layers: Iterable[OnnxLayer], lanes: int, array: Array = TAP_PARALLEL
) -> list[Assessment[OnnxLayer]]:
    """Decides for each layer if an engine with ``lanes`` lanes and such an array runs it.

    ``dwsim import`` and ``dwsim verify`` both decide with this function.

    Raises:
        SpecError: for a number of lanes that no engine has.
    """
    rules = Rules("engine")
    rules.integer("--lanes", lanes, 1, 1024)
    rules.raise_if_any()
    return [Assessment(layer, {SUMS: _reasons(layer, lanes, array)}) for layer in layers]


def _reasons(layer: OnnxLayer, lanes: int, array: Array) -> tuple[Violation, ...]:
    """The broken rules of the file, and of the smallest engine."""
    if layer.reasons:
        return layer.reasons
    try:
        Plan(layer.facts()[0], smallest_onnx_engine([layer], lanes, array))
    except SpecError as error:
        return error.violations
    return ()


def smallest_onnx_engine(
    layers: Sequence[OnnxLayer], lanes: int, array: Array = TAP_PARALLEL
) -> EngineSpec:
    """The smallest engine that computes the sums of all layers.

    Raises:
        SpecError: with every rule that no engine can satisfy.
    """
    engine = EngineSpec.smallest(
        [layer.facts()[0] for layer in layers],
        lanes=lanes,
        ifmap_width=SUMS_WIDTH,
        weight_width=SUMS_WIDTH,
        name="network_engine",
        **array,
    )
    check_line_buffers(engine)
    return engine


def onnx_engines(
    layers: Iterable[OnnxLayer], lanes: int, array: Array = TAP_PARALLEL
) -> list[tuple[EngineSpec, list[OnnxLayer]]]:
    """As few engines as run all layers, each with its layers in order."""
    groups: list[tuple[EngineSpec, list[OnnxLayer]]] = []
    for layer in layers:
        for index, (_, members) in enumerate(groups):
            try:
                engine = smallest_onnx_engine([*members, layer], lanes, array)
            except SpecError:
                continue
            groups[index] = (engine, [*members, layer])
            break
        else:
            groups.append((smallest_onnx_engine([layer], lanes, array), [layer]))
    return groups
