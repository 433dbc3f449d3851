"""Verifies the depthwise layers of an ``.onnx`` file against ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dwsim.errors import SpecError
from dwsim.rtlsim.cosim import Verified
from dwsim.rtlsim.job import Job
from dwsim.spec.engine_spec import EngineSpec
from dwsim.support.processes import cores
from dwsim.verification.float_layers import float_differences, float_job
from dwsim.verification.kept_verdicts import KeptVerdicts
from dwsim.verification.network_result import (
    TAP_PARALLEL,
    Array,
    LayerResult,
    NetworkResult,
    Progress,
    all_reasons,
)
from dwsim.verification.onnx_engine import assess_onnx, fits_int8, onnx_engines, rounding_of
from dwsim.verification.onnx_values import OnnxValues, float_distance, ort_values
from dwsim.verification.simulators import Chain, Simulators
from dwsim.workloads.onnx_model import OnnxLayer, OnnxModel, offset, onnx_quantisation
from dwsim.workloads.onnx_model.saturation import largest_exact_weight

RUNTIME = "ONNX Runtime"


def verify_onnx(
    model: OnnxModel,
    lanes: int | None = None,
    *,
    optimise: bool = False,
    stalls: str = "none",
    seed: int = 1,
    simulator: str = "verilator",
    array: Array = TAP_PARALLEL,
    verdicts: KeptVerdicts | None = None,
    lockstep: bool = True,
    progress: Progress = lambda step, done, total: None,
) -> NetworkResult[OnnxLayer]:
    """Runs every depthwise layer that can run through RTL, in lock step with the model.

    Each layer gets the ifmap of an inference of the network, or a random one if ONNX Runtime does
    not run its graph. The layers run back to back on as few engines as possible, whose simulators
    are built while ONNX Runtime runs.

    ONNX Runtime adds the floats of a layer in floating point in another order than the engine, so a
    value counts as wrong if it is beyond the ``order_bound``.

    Args:
        model: the model file.
        lanes: lanes of the engines; None: 16, or 4 for layers in floating point.
        optimise: let ONNX Runtime fuse operators.
        stalls: a name among ``dwsim.stream.stalls.PROFILES``.
        seed: of the network's input and of the stalls; not negative.
        simulator: "verilator" or "icarus".
        array: the fields of ``EngineSpec`` that choose the engines' array.
        verdicts: take over verdicts of earlier runs, and keep those of this run.
        lockstep: compare every signal of every layer in every cycle; otherwise large networks
            run on a faster bench, and a sample of their layers in lock step (``Simulators``).
        progress: called with the present step, and the done and total ofmap beats.

    Raises:
        MismatchError: if RTL, model and golden disagree. Differences from ONNX Runtime are
            counted in the result instead.
        SpecError: if no layer can run, with all reasons.
    """
    found = assess_onnx(model.layers, lanes, array)
    running = {assessment.layer.name: assessment.layer for assessment in found if assessment.runs}
    if not running:
        raise SpecError(f"{model.path}: no depthwise layer can run", all_reasons(found))
    engines = onnx_engines(running.values(), lanes, array)
    loads = [(engine, [layer.facts()[0] for layer in members]) for engine, members in engines]
    with Simulators(loads, simulator, stalls, verdicts, lockstep) as simulators:
        progress("running the model in ONNX Runtime", 0, 0)
        values = ort_values(model, running, optimise, seed)
        chains = [
            Chain(
                engine,
                [
                    _job(layer, values.ifmaps[layer.name], stalls, seed + index)
                    for index, layer in enumerate(members)
                ],
            )
            for engine, members in engines
        ]
        verified = simulators.run(chains, cores(), progress)
    order = [(layer, engine) for engine, members in engines for layer in members]
    results = [
        _compare(layer, engine, done, values)
        for (layer, engine), done in zip(order, verified, strict=True)
    ]
    positions = list(running)
    results.sort(key=lambda result: positions.index(result.layer.name))
    return NetworkResult(
        tuple(engine for engine, _ in engines),
        tuple(results),
        tuple(found),
        values.alone,
        RUNTIME,
        _doubt(results),
    )


def _doubt(results: Sequence[LayerResult[OnnxLayer]]) -> str:
    """The layers whose wrong values may come from sums that saturate in ONNX Runtime."""
    wrong = [result.layer for result in results if result.wrong and result.layer.floats is None]
    names = [layer.name for layer in wrong if _largest_weight(layer) > largest_exact_weight()]
    if not names:
        return ""
    return (
        f"{RUNTIME} saturates sums of products with weights beyond {largest_exact_weight()} on this"
        f" processor, and may be wrong in {', '.join(names)}"
    )


def _largest_weight(layer: OnnxLayer) -> int:
    return int(np.abs(layer.integers()[1].weight.astype(np.int64)).max(initial=0))


def _job(layer: OnnxLayer, ifmap: np.ndarray, stalls: str, seed: int) -> Job:
    """The layer with ONNX Runtime's ifmap, in the integers of its engine."""
    if layer.floats is not None:
        return float_job(layer.facts()[0], layer.floats, ifmap, stalls, seed)
    spec, parameters = layer.integers()
    weight = parameters.weight
    quantisation = onnx_quantisation(layer)
    if quantisation is None:
        integers = ifmap.astype(np.int16) - np.int16(parameters.ifmap_zero_point)
    else:
        integers = (ifmap.astype(np.int16) - offset(ifmap.dtype)).astype(np.int8)
        weight = weight.astype(np.int8) if fits_int8(weight) else weight
    return Job(spec, integers, weight, stalls, seed, quantisation=quantisation)


def _compare(
    layer: OnnxLayer, engine: EngineSpec, done: Verified, values: OnnxValues
) -> LayerResult[OnnxLayer]:
    """Counts the values in which the RTL's ofmap differs from ONNX Runtime's."""
    run, rounding = values.runs[layer.name], rounding_of(layer)
    if run.ofmap is None:
        return LayerResult(layer, rounding, engine, done, 0, 0, run.reason)
    if layer.floats is not None:
        ifmap, ofmaps = values.ifmaps[layer.name], {RUNTIME: run.ofmap}
        found = float_differences(done, layer.floats, ifmap, ofmaps)
        counts = found.differing, found.explained
        return LayerResult(layer, rounding, engine, done, *counts, comparisons=found.comparisons)
    distance = done.ofmap + offset(run.ofmap.dtype) - run.ofmap.astype(np.int64)
    differs = distance != 0
    explained = np.zeros_like(differs)
    if layer.operator_name == "Conv" and differs.any():
        possible = float_distance(layer, values.ifmaps[layer.name])
        explained = differs & (np.abs(distance) <= possible)
    return LayerResult(layer, rounding, engine, done, int(differs.sum()), int(explained.sum()))
