"""Verifies the depthwise layers of a PyTorch module against PyTorch's own values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dwsim.derive import Plan
from dwsim.errors import SpecError, Violation
from dwsim.rtlsim.cosim import Verified
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.float_rules import BIAS_CLAMP
from dwsim.stream.layer_memory import check_simulable
from dwsim.support.processes import cores
from dwsim.verification.assessment import Assessment
from dwsim.verification.engine_groups import engine_groups
from dwsim.verification.float_layers import float_differences, float_job
from dwsim.verification.kept_verdicts import KeptVerdicts
from dwsim.verification.layer_plans import DEFAULT_FLOAT_LANES
from dwsim.verification.network_result import (
    TAP_PARALLEL,
    Array,
    LayerResult,
    NetworkResult,
    Progress,
    all_reasons,
    check_line_buffers,
)
from dwsim.verification.simulators import Chain, Simulators
from dwsim.workloads.torch_values import TorchLayer, torch_layers

RUNTIME = "PyTorch"


def verify_torch(
    module: Any,
    example_inputs: tuple[Any, ...],
    lanes: int = DEFAULT_FLOAT_LANES,
    *,
    stalls: str = "none",
    seed: int = 1,
    simulator: str = "verilator",
    array: Array = TAP_PARALLEL,
    verdicts: KeptVerdicts | None = None,
    lockstep: bool = True,
    progress: Progress = lambda step, done, total: None,
) -> NetworkResult[TorchLayer]:
    """Runs every depthwise layer of a float module through RTL, in lock step with the model.

    The layers have float32, float16 or bfloat16, and float32 sums. Each gets the ifmap that it has
    when the module runs on the inputs. PyTorch adds in another order than the engine, so a value
    counts as wrong if it is beyond the ``order_bound``. An activation is not part of a layer.

    Args:
        module: an ``nn.Module`` or an ``ExportedProgram``.
        example_inputs: the arguments of its ``forward``, with their values.
        lanes: lanes of the engines, one for each format.
        stalls: a name among ``dwsim.stream.stalls.PROFILES``.
        seed: of the stalls; not negative.
        simulator: "verilator" or "icarus".
        array: other fields of the engines, such as ``{"dataflow": "tap_serial", "pixels": 7}``.
        verdicts: take over verdicts of earlier runs, and keep those of this run.
        lockstep: compare every signal of every layer in every cycle; otherwise large networks
            run on a faster bench, and a sample of their layers in lock step (``Simulators``).
        progress: called with the present step, and the done and total ofmap beats.

    Raises:
        MismatchError: if RTL, model and golden disagree. Values that differ from PyTorch's are
            counted in the result instead.
        SpecError: if no layer can run, with all reasons, and as ``from_torch``.
        ToolError: as ``from_torch``, and without a simulator.
    """
    found = [_assessed(layer, lanes, array) for layer in torch_layers(module, example_inputs)]
    running = [assessment.layer for assessment in found if assessment.runs]
    if not running:
        raise SpecError("the module: no depthwise layer can run", all_reasons(found))
    groups = engine_groups(running, _format, lambda members: _engine(members, lanes, array))
    loads = [(engine, [layer.spec for layer in members]) for engine, members in groups]
    with Simulators(loads, simulator, stalls, verdicts, lockstep) as simulators:
        chains = [
            Chain(
                engine,
                [
                    float_job(layer.spec, *layer.values()[:2], stalls, seed + index)
                    for index, layer in enumerate(members)
                ],
            )
            for engine, members in groups
        ]
        verified = simulators.run(chains, cores(), progress)
    order = [(layer, engine) for engine, members in groups for layer in members]
    results = [
        _compare(layer, engine, done) for (layer, engine), done in zip(order, verified, strict=True)
    ]
    results.sort(key=lambda result: running.index(result.layer))
    engines = tuple(engine for engine, _ in groups)
    return NetworkResult(engines, tuple(results), tuple(found), runtime=RUNTIME)


def _assessed(layer: TorchLayer, lanes: int, array: Array) -> Assessment[TorchLayer]:
    """The decision if an engine runs the layer."""
    if layer.floats is None:
        return Assessment(layer, {"": layer.reasons})
    reasons: tuple[Violation, ...] = ()
    try:
        check_simulable(layer.spec)
        Plan(layer.spec, _engine([layer], lanes, array))
    except SpecError as error:
        reasons = error.violations
    return Assessment(layer, {layer.floats.number_format: reasons})


def _engine(layers: Sequence[TorchLayer], lanes: int, array: Array) -> EngineSpec:
    """The smallest engine for layers of one format."""
    engine = EngineSpec.smallest(
        [layer.spec for layer in layers],
        lanes,
        number_format=_format(layers[0]),
        epilogue=BIAS_CLAMP,
        name="network_engine",
        **array,
    )
    check_line_buffers(engine)
    return engine


def _format(layer: TorchLayer) -> str:
    return layer.values()[0].number_format


def _compare(layer: TorchLayer, engine: EngineSpec, done: Verified) -> LayerResult[TorchLayer]:
    floats, ifmap, ofmap = layer.values()
    found = float_differences(done, floats, ifmap, {RUNTIME: ofmap})
    counts = found.differing, found.explained
    return LayerResult(
        layer, floats.number_format, engine, done, *counts, comparisons=found.comparisons
    )
