"""Verifies the depthwise layers of a model file against the TFLite interpreter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dwsim.errors import SpecError
from dwsim.golden.quantised import depthwise_quantised, requantise
from dwsim.rtlsim.cosim import Verified
from dwsim.rtlsim.job import Job
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.float_arithmetic import FLOAT_FORMATS
from dwsim.spec.quantisation_limits import INTEGER_ROUNDINGS
from dwsim.support.processes import cores
from dwsim.verification.assessment import Assessment
from dwsim.verification.float_layers import float_differences, float_job
from dwsim.verification.interpreter_values import InterpreterValues, interpret
from dwsim.verification.kept_verdicts import KeptVerdicts
from dwsim.verification.layer_engine import Group, assess, engines_for, sums_engines_for
from dwsim.verification.network_result import (
    TAP_PARALLEL,
    Array,
    LayerResult,
    NetworkResult,
    Progress,
    all_reasons,
)
from dwsim.verification.simulators import Chain, Simulators
from dwsim.workloads.float_parameters import FloatParameters
from dwsim.workloads.tflite import DepthwiseLayer, Model, layer_quantisation


@dataclass(frozen=True)
class _Run:
    """One layer in one rounding on an engine; ``on_host``: the engine gives the sums alone."""

    layer: DepthwiseLayer
    rounding: str
    engine: EngineSpec
    on_host: bool


def verify_network(
    model: Model,
    lanes: int | None = None,
    *,
    stalls: str = "none",
    seed: int = 1,
    roundings: Sequence[str] = INTEGER_ROUNDINGS,
    simulator: str = "verilator",
    array: Array = TAP_PARALLEL,
    verdicts: KeptVerdicts | None = None,
    lockstep: bool = True,
    progress: Progress = lambda step, done, total: None,
) -> NetworkResult[DepthwiseLayer]:
    """Runs every depthwise layer that can run through RTL, in lock step with the model.

    Each layer gets the interpreter's own ifmap (of an inference with double rounding where the
    reference kernels have all operators), or a random one if the interpreter does not run its
    graph. Its ofmap is compared with that of the interpreter's kernel of each rounding. The
    layers of a rounding run back to back on as few engines as possible. The simulators are
    built while the interpreter runs; the roundings are simulated at the same time.

    A layer in floating point runs once, and is compared with both sets of kernels. They add in
    other orders than the engine, so a value counts as wrong if it is beyond the ``order_bound``.

    Args:
        model: the model file.
        lanes: lanes of the engines; None: 16, or 4 for layers in floating point.
        stalls: a name among ``dwsim.stream.stalls.PROFILES``.
        seed: of the network's input and of the stalls; not negative.
        roundings: names among ``ROUNDINGS``. "double" is compared with LiteRT's reference
            kernels, "single" and "float" with its default ones, which compute "float"; values of
            "single" that differ from them beside a tie are counted apart.
        simulator: "verilator" or "icarus".
        array: other fields of the engines, such as ``{"dataflow": "tap_serial", "pixels": 7}``.
        verdicts: take over verdicts of earlier runs, and keep those of this run.
        lockstep: compare every signal of every layer in every cycle; otherwise large networks
            run on a faster bench, and a sample of their layers in lock step (``Simulators``).
        progress: called with the present step, and the done and total ofmap beats.

    Raises:
        MismatchError: if RTL, model and golden disagree. Differences from the interpreter are
            counted in the result instead.
        SpecError: if no layer can run, with all reasons.
    """
    found = assess(model.layers, lanes, roundings, array)
    running = {assessment.layer.name: assessment for assessment in found if assessment.runs}
    if not running:
        raise SpecError(f"{model.path}: no depthwise layer can run", all_reasons(found))
    whole = [assessment.layer for assessment in running.values() if assessment.roundings]
    sums = [assessment.layer for assessment in running.values() if assessment.on_host]
    engines = engines_for(whole, lanes, array, roundings)
    sums_engines = sums_engines_for(sums, lanes, array)
    loads = [
        (engine, [layer.facts()[0] for layer in members])
        for engine, members in (*engines, *sums_engines)
    ]
    with Simulators(loads, simulator, stalls, verdicts, lockstep) as simulators:
        progress("interpreting the model", 0, 0)
        values = interpret(model, running, roundings, seed)
        every = (*roundings, *FLOAT_FORMATS)
        order: list[_Run] = []
        chains = []
        for engine, runs in (
            *_runs(engines, running, every, False),
            *_runs(sums_engines, running, every, True),
        ):
            first = seed + sum(run.engine is engine for run in order)
            jobs = [_job(run, values, stalls, first + index) for index, run in enumerate(runs)]
            order += runs
            chains.append(Chain(engine, jobs))
        verified = simulators.run(chains, cores(), progress)
    results = [_compare(run, done, values) for run, done in zip(order, verified, strict=True)]
    positions = list(running)
    results.sort(key=lambda r: (every.index(r.rounding), positions.index(r.layer.name)))
    used = tuple(engine for engine, _ in (*engines, *sums_engines))
    return NetworkResult(used, tuple(results), tuple(found), values.alone)


def _runs(
    groups: Sequence[Group],
    running: Mapping[str, Assessment[DepthwiseLayer]],
    roundings: Sequence[str],
    on_host: bool,
) -> Iterator[tuple[EngineSpec, list[_Run]]]:
    """For each engine and rounding the layers that run back to back."""
    for engine, members in groups:
        for rounding in roundings:
            runs = []
            for layer in members:
                assessment = running[layer.name]
                wanted = assessment.on_host if on_host else assessment.roundings
                if rounding in wanted:
                    runs.append(_Run(layer, rounding, engine, on_host))
            if runs:
                yield engine, runs


def _job(run: _Run, values: InterpreterValues, stalls: str, seed: int) -> Job:
    layer = run.layer
    spec, parameters = layer.facts()
    ifmap, floats = values.ifmaps[layer.name], layer.floats
    if floats is not None:
        return float_job(spec, floats, ifmap, stalls, seed)
    quantisation = layer_quantisation(layer, run.rounding)
    if run.on_host:
        centred = ifmap.astype(np.int16) - np.int16(quantisation.ifmap_zero_point)
        return Job(spec, centred, parameters.weight, stalls, seed)
    return Job(
        layer=spec,
        ifmap=ifmap,
        weight=parameters.weight,
        stalls=stalls,
        seed=seed,
        quantisation=quantisation,
    )


def _float_ofmap(layer: DepthwiseLayer, ifmap: np.ndarray) -> np.ndarray:
    """The ofmap of float rounding: it separates the default kernels' own rounding from a fault."""
    spec, parameters = layer.integers()
    quantisation = layer_quantisation(layer, "float")
    return depthwise_quantised(ifmap, parameters.weight, spec, quantisation)


def _compare(run: _Run, done: Verified, values: InterpreterValues) -> LayerResult[DepthwiseLayer]:
    """Counts the values in which the RTL's ofmap differs from the interpreter's."""
    layer, rounding, engine = run.layer, run.rounding, run.engine
    if layer.floats is not None:
        return _compare_floats(layer, layer.floats, engine, done, values)
    lone = values.runs[rounding][layer.name]
    if lone.ofmap is None:
        return LayerResult(layer, rounding, engine, done, 0, 0, lone.reason, run.on_host)
    ofmap = done.ofmap
    if run.on_host:
        ofmap = requantise(ofmap, layer_quantisation(layer, rounding))
    differs = ofmap != lone.ofmap
    explained = np.zeros_like(differs)
    if rounding == "single" and differs.any() and lone.ofmap.dtype == np.int8:
        in_float = lone.ofmap == _float_ofmap(layer, values.ifmaps[layer.name])
        near = np.abs(ofmap - lone.ofmap.astype(np.int64)) == 1
        explained = differs & in_float & near
    counts = int(differs.sum()), int(explained.sum())
    return LayerResult(layer, rounding, engine, done, *counts, on_host=run.on_host)


def _compare_floats(
    layer: DepthwiseLayer,
    floats: FloatParameters,
    engine: EngineSpec,
    done: Verified,
    values: InterpreterValues,
) -> LayerResult[DepthwiseLayer]:
    """Compares the RTL's ofmap with that of both sets of kernels."""
    runs = {f"{kernels} kernels": of[layer.name] for kernels, of in values.float_runs.items()}
    ofmaps = {source: run.ofmap for source, run in runs.items() if run.ofmap is not None}
    reasons = [f"{source}: {run.reason}" for source, run in runs.items() if run.ofmap is None]
    # XNNPACK, behind the default kernels, may take subnormal numbers for zeros.
    found = float_differences(done, floats, values.ifmaps[layer.name], ofmaps, flush=True)
    counts = found.differing, found.explained, "; ".join(reasons)
    return LayerResult(
        layer, floats.number_format, engine, done, *counts, comparisons=found.comparisons
    )
