"""Verifies a model file's depthwise layers, on one engine, against the TFLite interpreter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dwsim.derive import Plan
from dwsim.errors import MismatchError, Rules
from dwsim.rtlsim.cosim import Verified, build_bench, run_jobs
from dwsim.rtlsim.job import Job
from dwsim.spec.engine_spec import EngineSpec
from dwsim.workloads.tflite import DepthwiseLayer, Model, layer_quantisation
from dwsim.workloads.tflite.inference import infer, run_layers, xnnpack_ofmap

ROUNDINGS = ("double", "single")
RUNNING = "comparing every signal in every cycle"


@dataclass(frozen=True)
class LayerResult:
    """One layer in one rounding: its RTL run, and its differences from the interpreter."""

    layer: DepthwiseLayer
    rounding: str
    verified: Verified
    differing: int
    """Number of values in which the RTL's ofmap differs from the interpreter's."""
    float_rounded: int
    """Number of those that the interpreter rounded in float32: XNNPACK computes single rounding
    as ``rint(float32(sum) * float32(scale))``, which is off by one close to ties."""

    @property
    def wrong(self) -> int:
        """Number of differing values that float32 rounding does not explain."""
        return self.differing - self.float_rounded


@dataclass(frozen=True)
class NetworkResult:
    """All layers of a network, back to back on one engine, in each rounding."""

    engine: EngineSpec
    layers: tuple[LayerResult, ...]

    @property
    def wrong(self) -> int:
        """Number of wrong values in all layers."""
        return sum(result.wrong for result in self.layers)

    def cycles(self, rounding: str) -> int:
        """Cycles from the first cfg handshake of a rounding to its last ofmap transfer."""
        done = [r.verified for r in self.layers if r.rounding == rounding]
        return done[-1].started + done[-1].cycles - done[0].started


def network_engine(model: Model, lanes: int) -> EngineSpec:
    """The engine for every depthwise layer of a model that can run.

    Raises:
        SpecError: if no layer can run, or the model has both int8 and int16 layers.
    """
    rules = Rules(f"{model.path}")
    facts = [layer.facts() for layer in model.runnable]
    rules.require(bool(facts), "layers", len(facts), "must include a depthwise layer that can run")
    widths = sorted({8 * parameters.dtype.itemsize for _, parameters in facts})
    rules.require(len(widths) < 2, "activations", widths, "must have the same bits in all layers")
    rules.raise_if_any()
    return EngineSpec.smallest(
        [spec for spec, _ in facts],
        lanes=lanes,
        ifmap_width=widths[0],
        requantise="both" if widths[0] == 8 else "single",
        name="network_engine",
    )


def verify_network(
    model: Model,
    lanes: int,
    *,
    stalls: str = "none",
    seed: int = 1,
    roundings: Sequence[str] = ROUNDINGS,
    simulator: str = "verilator",
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> NetworkResult:
    """Runs every depthwise layer of one inference through RTL, in lock step with the model.

    Each layer gets the ifmap that the interpreter gives it in an inference with double rounding.
    Its ofmap is compared with the ofmap of the interpreter's kernel for the same rounding and
    ifmap. All layers run back to back on one simulator.

    Args:
        model: the model file.
        lanes: lanes of the engine.
        stalls: a name among ``dwsim.stream.stalls.PROFILES``.
        seed: of the network's input and of the stalls; not negative.
        roundings: names among ``ROUNDINGS``.
        simulator: "verilator" or "icarus".
        progress: called with the present step, and the done and total ofmap beats.

    Raises:
        MismatchError: if RTL, model and golden disagree. Differences from the interpreter are
            counted in the result instead.
    """
    engine = network_engine(model, lanes)
    progress("interpreting the model", 0, 0)
    ifmaps, wanted = _interpret(model, roundings, seed)
    progress("building the simulator", 0, 0)
    build = build_bench(engine, simulator=simulator)
    order = [(layer, rounding) for rounding in roundings for layer in model.runnable]
    jobs = [
        _job(layer, rounding, ifmaps[layer.name], stalls, seed + index)
        for index, (layer, rounding) in enumerate(order)
    ]
    total = sum(Plan(job.layer, engine).ofmap_beats for job in jobs)

    def show(beats: int) -> None:
        progress(RUNNING, beats, total)

    verified = run_jobs(engine, jobs, simulator=simulator, build=build, progress=show)
    return NetworkResult(
        engine,
        tuple(
            _compare(layer, rounding, done, ifmaps[layer.name], wanted[rounding][layer.name])
            for (layer, rounding), done in zip(order, verified, strict=True)
        ),
    )


Tensors = dict[str, np.ndarray]
"""Tensors by the name of the layer."""


def _interpret(
    model: Model, roundings: Sequence[str], seed: int
) -> tuple[Tensors, dict[str, Tensors]]:
    """The ifmap of each layer in an inference, and for each rounding the layer's ofmap of it.

    Raises:
        MismatchError: if a layer alone gives another ofmap than inside the network.
    """
    tensors = infer(model, "double", seed)
    layers = {layer.name: layer for layer in model.runnable}
    ifmaps = {name: tensors[name].ifmap for name in layers}
    ofmaps = {rounding: run_layers(layers, ifmaps, rounding) for rounding in roundings}
    for name, ofmap in ofmaps.get("double", {}).items():
        if not np.array_equal(ofmap, tensors[name].ofmap):
            raise MismatchError(f"{name}: the interpreter's layer alone differs from its network")
    return ifmaps, ofmaps


def _job(layer: DepthwiseLayer, rounding: str, ifmap: np.ndarray, stalls: str, seed: int) -> Job:
    spec, parameters = layer.facts()
    quantisation = layer_quantisation(layer, rounding)
    return Job(spec, ifmap, parameters.weight, stalls, seed, quantisation=quantisation)


def _compare(
    layer: DepthwiseLayer,
    rounding: str,
    done: Verified,
    ifmap: np.ndarray,
    interpreted: np.ndarray,
) -> LayerResult:
    """Compares the RTL's ofmap with the interpreter's."""
    differs = done.ofmap != interpreted
    explained = np.zeros_like(differs)
    if rounding == "single" and differs.any() and interpreted.dtype == np.int8:
        in_float = interpreted == xnnpack_ofmap(layer, ifmap)
        near = np.abs(done.ofmap - interpreted.astype(np.int64)) == 1
        explained = differs & in_float & near
    return LayerResult(layer, rounding, done, int(differs.sum()), int(explained.sum()))
