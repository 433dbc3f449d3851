"""Verifies the depthwise layers of a model file against the TFLite interpreter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dwsim.derive import Plan
from dwsim.errors import SpecError, Violation
from dwsim.rtlsim.cosim import Verified, build_bench, run_jobs
from dwsim.rtlsim.job import Job
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.quantisation_limits import ROUNDINGS
from dwsim.verification.interpreter_values import InterpreterValues, interpret
from dwsim.verification.layer_engine import (
    TAP_PARALLEL,
    Array,
    Assessment,
    assess,
    engines_for,
)
from dwsim.workloads.tflite import DepthwiseLayer, Model, layer_quantisation
from dwsim.workloads.tflite.xnnpack import xnnpack_ofmap

RUNNING = "comparing every signal in every cycle"

Progress = Callable[[str, int, int], None]
"""Called with the present step, and with the ofmap beats that are done and their total."""


@dataclass(frozen=True)
class LayerResult:
    """One layer in one rounding: its RTL run, and its differences from the interpreter."""

    layer: DepthwiseLayer
    rounding: str
    engine: EngineSpec
    verified: Verified
    differing: int
    """Number of values in which the RTL's ofmap differs from the interpreter's."""
    float_rounded: int
    """Number of those that the interpreter rounded in float32: XNNPACK computes single rounding
    as ``rint(float32(sum) * float32(scale))``, which is off by one close to ties."""
    not_comparable: str = ""
    """The reason if the interpreter has no values for this layer and rounding; else empty."""

    @property
    def wrong(self) -> int:
        """Number of differing values that float32 rounding does not explain."""
        return self.differing - self.float_rounded


@dataclass(frozen=True)
class NetworkResult:
    """All layers of a network, back to back on each engine, in each rounding.

    ``assessments`` has every layer of the file, those that do not run with their reasons.
    ``alone`` says why the interpreter did not run a network, if so: its layers then had random
    ifmaps.
    """

    engines: tuple[EngineSpec, ...]
    layers: tuple[LayerResult, ...]
    assessments: tuple[Assessment, ...]
    alone: str = ""

    @property
    def wrong(self) -> int:
        """Number of wrong values in all layers."""
        return sum(result.wrong for result in self.layers)

    @property
    def rest(self) -> tuple[str, ...]:
        """One line for each layer that did not run, or that could not be compared."""
        lines = [
            f"{found.layer.name}: cannot run: {reason}"
            for found in self.assessments
            for reason in (*found.broken, *found.partly)
        ]
        lines += [
            f"{result.layer.name}: {result.rounding} rounding: not comparable with the interpreter:"
            f" {result.not_comparable}"
            for result in self.layers
            if result.not_comparable
        ]
        return tuple(lines)

    def cycles(self, rounding: str) -> int:
        """Cycles from the first cfg handshake of a rounding to its last ofmap transfer.

        The engines run one after another, so their cycles add up.
        """
        total = 0
        for engine in self.engines:
            done = [
                result.verified
                for result in self.layers
                if result.rounding == rounding and result.engine is engine
            ]
            if done:
                total += done[-1].started + done[-1].cycles - done[0].started
        return total


def verify_network(
    model: Model,
    lanes: int,
    *,
    stalls: str = "none",
    seed: int = 1,
    roundings: Sequence[str] = ROUNDINGS,
    simulator: str = "verilator",
    array: Array = TAP_PARALLEL,
    progress: Progress = lambda step, done, total: None,
) -> NetworkResult:
    """Runs every depthwise layer that can run through RTL, in lock step with the model.

    Each layer gets the interpreter's own ifmap (of an inference with double rounding where the
    reference kernels have all operators), or a random one if the interpreter does not run its
    graph. Its ofmap is compared with that of the interpreter's kernel of each rounding. The
    layers run back to back on as few engines as possible.

    Args:
        model: the model file.
        lanes: lanes of the engines.
        stalls: a name among ``dwsim.stream.stalls.PROFILES``.
        seed: of the network's input and of the stalls; not negative.
        roundings: names among ``ROUNDINGS``.
        simulator: "verilator" or "icarus".
        array: other fields of the engines, such as ``{"dataflow": "tap_serial", "pixels": 7}``.
        progress: called with the present step, and the done and total ofmap beats.

    Raises:
        MismatchError: if RTL, model and golden disagree. Differences from the interpreter are
            counted in the result instead.
        SpecError: if no layer can run, with all reasons.
    """
    found = assess(model.layers, lanes, roundings, array)
    running = {assessment.layer.name: assessment for assessment in found if assessment.runs}
    if not running:
        raise SpecError(f"{model.path}: no depthwise layer can run", _all_reasons(found))
    progress("interpreting the model", 0, 0)
    values = interpret(model, running, roundings, seed)
    engines = engines_for([assessment.layer for assessment in running.values()], lanes, array)
    results = []
    for engine, members in engines:
        progress("building the simulator", 0, 0)
        build = build_bench(engine, simulator=simulator)
        order = [
            (layer, rounding)
            for rounding in roundings
            for layer in members
            if rounding in running[layer.name].roundings
        ]
        jobs = [
            _job(layer, rounding, values, stalls, seed + index)
            for index, (layer, rounding) in enumerate(order)
        ]
        report = _reporter(progress, engine, jobs)
        verified = run_jobs(engine, jobs, simulator=simulator, build=build, progress=report)
        for (layer, rounding), done in zip(order, verified, strict=True):
            results.append(_compare(layer, rounding, engine, done, values))
    positions = list(running)
    results.sort(key=lambda r: (roundings.index(r.rounding), positions.index(r.layer.name)))
    return NetworkResult(
        tuple(engine for engine, _ in engines), tuple(results), tuple(found), values.alone
    )


def _all_reasons(found: Sequence[Assessment]) -> list[Violation]:
    reasons = [
        Violation(f"{assessment.layer.name}: {reason.field}", reason.value, reason.rule)
        for assessment in found
        for reason in assessment.broken
    ]
    return reasons or [Violation("layers", 0, "must be at least one depthwise layer")]


def _job(
    layer: DepthwiseLayer, rounding: str, values: InterpreterValues, stalls: str, seed: int
) -> Job:
    spec, parameters = layer.facts()
    return Job(
        layer=spec,
        ifmap=values.ifmaps[layer.name],
        weight=parameters.weight,
        stalls=stalls,
        seed=seed,
        quantisation=layer_quantisation(layer, rounding),
    )


def _reporter(progress: Progress, engine: EngineSpec, jobs: Sequence[Job]) -> Callable[[int], None]:
    total = sum(Plan(job.layer, engine).ofmap_beats for job in jobs)
    return lambda beats: progress(RUNNING, beats, total)


def _compare(
    layer: DepthwiseLayer,
    rounding: str,
    engine: EngineSpec,
    done: Verified,
    values: InterpreterValues,
) -> LayerResult:
    """Counts the values in which the RTL's ofmap differs from the interpreter's."""
    lone = values.runs[rounding][layer.name]
    if lone.ofmap is None:
        return LayerResult(layer, rounding, engine, done, 0, 0, lone.reason)
    differs = done.ofmap != lone.ofmap
    explained = np.zeros_like(differs)
    if rounding == "single" and differs.any() and lone.ofmap.dtype == np.int8:
        in_float = lone.ofmap == xnnpack_ofmap(layer, values.ifmaps[layer.name])
        near = np.abs(done.ofmap - lone.ofmap.astype(np.int64)) == 1
        explained = differs & in_float & near
    return LayerResult(layer, rounding, engine, done, int(differs.sum()), int(explained.sum()))
