"""The interpreter's values for the layers of a model file, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dwsim.errors import MismatchError
from dwsim.verification.assessment import Assessment
from dwsim.workloads.tflite import DepthwiseLayer, Model, ModelError
from dwsim.workloads.tflite.inference import (
    FLOAT_KERNELS,
    InferredTensors,
    LoneRun,
    infer,
    run_layers,
)


@dataclass(frozen=True, eq=False)
class InterpreterValues:
    """The ifmap of each layer, and for each rounding the layer's run in a model of its own.

    ``float_runs`` has the layers in floating point, for each of ``FLOAT_KERNELS``. ``alone`` says
    why the interpreter did not run the network as a whole, if so.
    """

    ifmaps: Mapping[str, np.ndarray]
    runs: Mapping[str, Mapping[str, LoneRun]]
    float_runs: Mapping[str, Mapping[str, LoneRun]]
    alone: str


def interpret(
    model: Model,
    running: Mapping[str, Assessment[DepthwiseLayer]],
    roundings: Sequence[str],
    seed: int,
) -> InterpreterValues:
    """Runs the network for its ifmaps, then every layer alone in each rounding.

    A layer that an inference does not reach (the interpreter refuses the network, or the layer
    is in a graph that control flow calls) gets a random ifmap.

    Raises:
        MismatchError: if a layer alone gives other values than it gives in its network.
    """
    inferred, alone = _infer(model, seed)
    rng = np.random.default_rng(seed)
    ifmaps = {
        name: inferred[name].ifmap if name in inferred else _random_ifmap(rng, assessment.layer)
        for name, assessment in running.items()
    }
    runs = {}
    for rounding in roundings:
        layers = {name: a.layer for name, a in running.items() if rounding in a.compared}
        runs[rounding] = run_layers(layers, ifmaps, rounding) if layers else {}
    for name, lone in runs.get("double", {}).items():
        network = inferred.get(name)
        if network is None or lone.ofmap is None or network.rounding != "double":
            continue
        if not np.array_equal(lone.ofmap, network.ofmap):
            raise MismatchError(f"{name}: the interpreter's layer alone differs from its network")
    return InterpreterValues(ifmaps, runs, _float_runs(running, ifmaps, inferred), alone)


def _float_runs(
    running: Mapping[str, Assessment[DepthwiseLayer]],
    ifmaps: Mapping[str, np.ndarray],
    inferred: Mapping[str, InferredTensors],
) -> dict[str, dict[str, LoneRun]]:
    """The values of each set of kernels: those of the network, or else of the layer alone."""
    floats = {name: a.layer for name, a in running.items() if a.layer.floats is not None}
    found = {}
    for kernels, rounding in FLOAT_KERNELS.items():
        runs = {
            name: LoneRun(inferred[name].ofmap)
            for name in floats
            if name in inferred and inferred[name].rounding == rounding
        }
        left = {name: layer for name, layer in floats.items() if name not in runs}
        found[kernels] = runs | (run_layers(left, ifmaps, rounding) if left else {})
    return found


def _infer(model: Model, seed: int) -> tuple[Mapping[str, InferredTensors], str]:
    """The tensors of an inference: of the reference kernels, else of the default ones."""
    if all(layer.subgraph != 0 for layer in model.runnable):
        return {}, "no layer that runs is in the network's main graph"
    refusals = []
    for rounding in ("double", "single"):
        try:
            return infer(model, rounding, seed), ""
        except ModelError as error:
            refusals.append(str(error))
    return {}, refusals[0]


def _random_ifmap(rng: np.random.Generator, layer: DepthwiseLayer) -> np.ndarray:
    spec, parameters = layer.facts()
    if layer.floats is not None:
        return rng.standard_normal(spec.ifmap_shape).astype(parameters.dtype)
    limits = np.iinfo(parameters.dtype)
    return rng.integers(
        limits.min, limits.max, spec.ifmap_shape, dtype=parameters.dtype, endpoint=True
    )
