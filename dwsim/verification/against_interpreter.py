"""A network's depthwise layers on one engine: RTL, model, golden and the interpreter."""

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
    """One layer in one rounding: what the RTL took, and the interpreter's verdict on it."""

    layer: DepthwiseLayer
    rounding: str
    verified: Verified
    differing: int
    """Values in which the RTL's ofmap differs from the interpreter's."""
    float_rounded: int
    """How many of those the interpreter rounded in float32: XNNPACK computes single rounding
    as ``rint(float32(sum) * float32(scale))``, which is off by one close to ties."""

    @property
    def wrong(self) -> int:
        """Differing values that nothing explains."""
        return self.differing - self.float_rounded


@dataclass(frozen=True)
class NetworkResult:
    """All layers of a network, back to back on one engine, in each rounding."""

    engine: EngineSpec
    layers: tuple[LayerResult, ...]

    @property
    def wrong(self) -> int:
        """Values that differ from the interpreter's without a reason, over all layers."""
        return sum(result.wrong for result in self.layers)

    def cycles(self, rounding: str) -> int:
        """Cycles from the first cfg handshake of a rounding to its last ofmap transfer."""
        done = [r.verified for r in self.layers if r.rounding == rounding]
        return done[-1].started + done[-1].cycles - done[0].started


def network_engine(model: Model, lanes: int) -> EngineSpec:
    """The engine for every depthwise layer of a model that can run.

    Raises:
        SpecError: when there is no such layer, or int8 and int16 ones in one model.
    """
    rules = Rules(f"{model.path}")
    facts = [layer.facts() for layer in model.runnable]
    rules.require(bool(facts), "layers", len(facts), "must have a depthwise layer that can run")
    widths = sorted({8 * parameters.dtype.itemsize for _, parameters in facts})
    rules.require(len(widths) < 2, "activations", widths, "bits must be the same in all layers")
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

    Each layer gets the interpreter's own ifmap (of an inference with double rounding), and its
    ofmap is compared with what the interpreter's kernel of that rounding makes of it. One
    simulator is built, and all layers run on it back to back. ``progress`` is told what goes on,
    and how many ofmap beats of how many are done.

    Raises:
        MismatchError: when RTL, model and golden disagree. What the interpreter does otherwise
            is counted in the result, not raised.
    """
    engine = network_engine(model, lanes)
    progress("interpreting the model", 0, 0)
    tensors = infer(model, "double", seed)
    layers = {layer.name: layer for layer in model.runnable}
    ifmaps = {name: tensors[name].ifmap for name in layers}
    wanted = {rounding: run_layers(layers, ifmaps, rounding) for rounding in roundings}
    for name in layers:
        if "double" in roundings and not np.array_equal(
            wanted["double"][name], tensors[name].ofmap
        ):
            raise MismatchError(f"{name}: the interpreter's layer alone differs from its network")
    progress("building the simulator", 0, 0)
    build = build_bench(engine, simulator=simulator)
    order = [(layer, rounding) for rounding in roundings for layer in model.runnable]
    jobs = [
        Job(
            layer=layer.facts()[0],
            ifmap=ifmaps[layer.name],
            weight=layer.facts()[1].weight,
            stalls=stalls,
            seed=seed + index,
            quantisation=layer_quantisation(layer, rounding),
        )
        for index, (layer, rounding) in enumerate(order)
    ]
    total = sum(Plan(job.layer, engine).ofmap_beats for job in jobs)
    verified = run_jobs(
        engine,
        jobs,
        simulator=simulator,
        build=build,
        progress=lambda beats: progress(RUNNING, beats, total),
    )
    results = []
    for (layer, rounding), done in zip(order, verified, strict=True):
        interpreted = wanted[rounding][layer.name]
        results.append(_compare(layer, rounding, done, ifmaps[layer.name], interpreted))
    return NetworkResult(engine, tuple(results))


def _compare(
    layer: DepthwiseLayer,
    rounding: str,
    done: Verified,
    ifmap: np.ndarray,
    interpreted: np.ndarray,
) -> LayerResult:
    """The RTL's ofmap beside the interpreter's."""
    differs = done.ofmap != interpreted
    explained = np.zeros_like(differs)
    if rounding == "single" and differs.any() and interpreted.dtype == np.int8:
        in_float = interpreted == xnnpack_ofmap(layer, ifmap)
        near = np.abs(done.ofmap - interpreted.astype(np.int64)) == 1
        explained = differs & in_float & near
    return LayerResult(layer, rounding, done, int(differs.sum()), int(explained.sum()))
