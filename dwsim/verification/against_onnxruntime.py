"""Verifies the depthwise layers of an ``.onnx`` file against ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dwsim.errors import SpecError
from dwsim.rtlsim.cosim import build_bench, run_jobs
from dwsim.rtlsim.job import Job
from dwsim.verification.assessment import SUMS
from dwsim.verification.network_result import (
    TAP_PARALLEL,
    Array,
    LayerResult,
    NetworkResult,
    Progress,
    all_reasons,
    beat_reporter,
)
from dwsim.verification.onnx_engine import assess_onnx, onnx_engines
from dwsim.workloads.model_error import ModelError
from dwsim.workloads.onnx_model import OnnxLayer, OnnxModel
from dwsim.workloads.onnx_model.ort_inference import infer_ifmaps, random_ifmap, run_sums

RUNTIME = "ONNX Runtime"


def verify_onnx(
    model: OnnxModel,
    lanes: int,
    *,
    optimise: bool = False,
    stalls: str = "none",
    seed: int = 1,
    simulator: str = "verilator",
    array: Array = TAP_PARALLEL,
    progress: Progress = lambda step, done, total: None,
) -> NetworkResult[OnnxLayer]:
    """Runs every depthwise layer that can run through RTL, in lock step with the model.

    Each layer gets the ifmap of an inference of the network, or a random one if ONNX Runtime does
    not run its graph. The layers run back to back on as few engines as possible.

    Args:
        model: the model file.
        lanes: lanes of the engines.
        optimise: let ONNX Runtime fuse operators.
        stalls: a name among ``dwsim.stream.stalls.PROFILES``.
        seed: of the network's input and of the stalls; not negative.
        simulator: "verilator" or "icarus".
        array: the fields of ``EngineSpec`` that choose the engines' array.
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
    progress("running the model in ONNX Runtime", 0, 0)
    ifmaps, alone = _ifmaps(model, running, optimise, seed)
    runs = run_sums(running, ifmaps)
    engines = onnx_engines(running.values(), lanes, array)
    results = []
    for engine, members in engines:
        progress("building the simulator", 0, 0)
        build = build_bench(engine, simulator=simulator)
        jobs = [
            _job(layer, ifmaps[layer.name], stalls, seed + index)
            for index, layer in enumerate(members)
        ]
        report = beat_reporter(progress, engine, jobs)
        verified = run_jobs(engine, jobs, simulator=simulator, build=build, progress=report)
        for layer, done in zip(members, verified, strict=True):
            ofmap, reason = runs[layer.name].ofmap, runs[layer.name].reason
            differing = 0 if ofmap is None else int((done.ofmap != ofmap).sum())
            results.append(LayerResult(layer, SUMS, engine, done, differing, 0, reason))
    positions = list(running)
    results.sort(key=lambda result: positions.index(result.layer.name))
    return NetworkResult(
        tuple(engine for engine, _ in engines), tuple(results), tuple(found), alone, RUNTIME
    )


def _ifmaps(
    model: OnnxModel, running: Mapping[str, OnnxLayer], optimise: bool, seed: int
) -> tuple[dict[str, np.ndarray], str]:
    """The ifmap of each layer, and why ONNX Runtime did not run the network, if so."""
    inferred: Mapping[str, np.ndarray] = {}
    alone = ""
    if all(layer.subgraph != 0 for layer in running.values()):
        alone = "no layer that runs is in the network's main graph"
    else:
        try:
            inferred = infer_ifmaps(model, optimise, seed)
        except ModelError as error:
            alone = str(error)
    rng = np.random.default_rng(seed)
    return {
        name: inferred[name] if name in inferred else random_ifmap(rng, layer)
        for name, layer in running.items()
    }, alone


def _job(layer: OnnxLayer, ifmap: np.ndarray, stalls: str, seed: int) -> Job:
    spec, parameters = layer.facts()
    centred = ifmap.astype(np.int16) - np.int16(parameters.ifmap_zero_point)
    return Job(layer=spec, ifmap=centred, weight=parameters.weight, stalls=stalls, seed=seed)
