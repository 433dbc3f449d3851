"""The values that LiteRT's interpreter computes for a model's depthwise layers.

Two of its kernels differ in the last bit, and each is exact by its own definition. The reference
kernel rounds twice ("double"). The default, XNNPACK, multiplies the sum by a float32 and rounds
that to the nearest even integer ("float"): nearly always the value of integer arithmetic with one
rounding ("single"). Layers with int16 activations have one kernel in both.

In floating point both round each product and each sum, in other orders ("reference", "default").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dwsim.errors import Rules
from dwsim.workloads.model_error import ModelError
from dwsim.workloads.tflite import writer
from dwsim.workloads.tflite.interpreter import Job, Outcome, run_jobs
from dwsim.workloads.tflite.model import DepthwiseLayer, Model, ModelInput

RESOLVERS = {"double": "BUILTIN_REF", "single": "BUILTIN", "float": "BUILTIN"}
"""Rounding to LiteRT's OpResolverType: BUILTIN applies XNNPACK, BUILTIN_REF no delegate."""
FLOAT_KERNELS = {"reference": "double", "default": "single"}
"""The two sets of kernels of a layer in floating point, each by the rounding that it has for
integers."""
MAX_TENSOR_BYTES = 3 << 29
"""Memory for the tensors of a network: a file that claims more is not run as a whole."""

_INTEGERS: dict[str, type[np.integer]] = {
    "INT8": np.int8,
    "UINT8": np.uint8,
    "INT16": np.int16,
}
_SMALL_INTEGERS: dict[str, type[np.generic]] = {
    "INT32": np.int32,
    "INT64": np.int64,
    "UINT32": np.uint32,
    "UINT64": np.uint64,
    "BOOL": np.bool_,
}
_FLOATS: dict[str, type[np.generic]] = {
    "FLOAT16": np.float16,
    "FLOAT32": np.float32,
    "FLOAT64": np.float64,
}


@dataclass(frozen=True, eq=False)
class InferredTensors:
    """One layer's ifmap and ofmap in an inference, NHWC, int8, int16 or float32.

    ``rounding`` is that of the kernel that ran, with others than int8 the one that was asked for.
    It is None where XNNPACK leaves an 8-bit layer, such as one with 4-bit weights, to LiteRT's
    optimised kernel: its values differ from those of every rounding here by 1 now and then.
    """

    ifmap: np.ndarray
    ofmap: np.ndarray
    rounding: str | None


@dataclass(frozen=True, eq=False)
class LoneRun:
    """One layer in a model of its own: its ofmap, or why it cannot be compared."""

    ofmap: np.ndarray | None
    reason: str = ""


def infer(model: Model, rounding: str, seed: int = 1) -> dict[str, InferredTensors]:
    """One inference of the whole network on random inputs: the tensors of each layer that runs.

    Only layers of the main graph have tensors. The ifmap of a layer with folded operators is the
    input of the first of them. With the other roundings the ifmaps are XNNPACK's too, so they may
    differ from those of "double".

    Args:
        model: from ``read_model``.
        rounding: "double", "single" or "float".
        seed: of the inputs: integers of 8 or 16 bits over their whole range, other integers 0 or
            1, floats from 0 to 1 (those that are quantised at once: the real values of int8).

    Raises:
        ModelError: when the interpreter refuses or aborts, when the tensors claim more than
            ``MAX_TENSOR_BYTES``, or when the interpreter's shapes differ from the file's.
        ToolError: when LiteRT is not installed, or at the time limit.
    """
    _check_rounding(rounding)
    if model.tensor_bytes > MAX_TENSOR_BYTES:
        raise ModelError(
            f"{model.path}: the tensors claim {model.tensor_bytes:,} bytes; a network that is run"
            f" as a whole may have {MAX_TENSOR_BYTES:,}"
        )
    rng = np.random.default_rng(seed)
    inputs = {given.tensor: _random_input(rng, given) for given in model.inputs}
    layers = [layer for layer in model.runnable if layer.subgraph == 0]
    wanted = {index for layer in layers for index in (layer.ifmap_tensor, layer.ofmap_tensor)}
    job = Job(
        model.file,
        RESOLVERS[rounding],
        inputs,
        sorted(wanted),
        {given.tensor: given.shape for given in model.inputs} if model.resized else {},
    )
    (outcome,) = run_jobs([job], str(model.path))
    if outcome.refusal is not None:
        raise ModelError(f"{model.path}: the interpreter {outcome.refusal}")
    return {layer.name: _inferred(model, layer, outcome, rounding) for layer in layers}


def run_layers(
    layers: Mapping[str, DepthwiseLayer], ifmaps: Mapping[str, np.ndarray], rounding: str
) -> dict[str, LoneRun]:
    """The interpreter's ofmap of each layer, run alone on the given ifmap.

    Each layer becomes a model of one operator (two with padding that is neither SAME nor VALID).
    A layer that the interpreter refuses, or that XNNPACK leaves to another kernel, has a reason in
    place of an ofmap.

    Args:
        layers: layers that run, under any names.
        ifmaps: for each of the names an array of ``spec.ifmap_shape`` and ``parameters.dtype``.
        rounding: "double", "single" or "float".

    Raises:
        SpecError: for ifmaps of another shape or dtype.
        ToolError: when LiteRT is not installed, or at the time limit.
    """
    _check_rounding(rounding)
    rules = Rules("run_layers")
    jobs = []
    for name, layer in layers.items():
        spec, parameters = layer.facts()
        ifmap = ifmaps[name]
        rules.require(
            (ifmap.shape, ifmap.dtype) == (spec.ifmap_shape, parameters.dtype),
            f"ifmaps[{name}]",
            (ifmap.shape, str(ifmap.dtype)),
            f"must be of shape {spec.ifmap_shape}, {parameters.dtype}",
        )
        content = writer.layer_model(spec, parameters)
        unsigned = layer.floats is None and layer.integers()[1].unsigned
        inputs = {writer.IFMAP: _unsigned(ifmap) if unsigned else ifmap}
        jobs.append(Job(content, RESOLVERS[rounding], inputs, [writer.OFMAP]))
    rules.raise_if_any()
    outcomes = run_jobs(jobs, "single layers")
    return {
        name: _lone_run(outcome, rounding) for name, outcome in zip(layers, outcomes, strict=True)
    }


def run_layer(layer: DepthwiseLayer, ifmap: np.ndarray, rounding: str) -> LoneRun:
    """``run_layers`` for one layer."""
    return run_layers({layer.name: layer}, {layer.name: ifmap}, rounding)[layer.name]


def _lone_run(outcome: Outcome, rounding: str) -> LoneRun:
    if outcome.refusal is not None:
        return LoneRun(None, f"the interpreter {outcome.refusal}")
    ofmap = _signed(outcome.tensors[writer.OFMAP])
    took = writer.OFMAP in outcome.delegated
    if rounding != "double" and ofmap.dtype == np.int8 and not took:
        return LoneRun(None, "XNNPACK, which rounds once, does not take this layer")
    return LoneRun(ofmap)


def _inferred(
    model: Model, layer: DepthwiseLayer, outcome: Outcome, rounding: str
) -> InferredTensors:
    spec, parameters = layer.facts()
    ifmap = _signed(outcome.tensors[layer.ifmap_tensor])
    ofmap = _signed(outcome.tensors[layer.ofmap_tensor])
    for role, array, shape in (
        ("ifmap", ifmap, spec.ifmap_shape),
        ("ofmap", ofmap, spec.ofmap_shape),
    ):
        # A network may change its own shapes when it runs.
        if (array.shape, array.dtype) != (shape, parameters.dtype):
            raise ModelError(
                f"{model.path}: {layer.name}: the interpreter's {role} is {array.dtype}"
                f" {array.shape}, the file states {parameters.dtype} {shape}"
            )
    # BATCH_TO_SPACE_ND, the last operator of a folded dilation, moves the kernel's values.
    made = layer.ofmap_tensor in outcome.delegated
    took = ofmap.dtype != np.int8 or (made and layer.dilation_operators is None)
    return InferredTensors(ifmap, ofmap, rounding if rounding == "double" or took else None)


def _check_rounding(rounding: str) -> None:
    rules = Rules("interpreter")
    rules.require(
        rounding in RESOLVERS, "rounding", rounding, f"must be one of {', '.join(RESOLVERS)}"
    )
    rules.raise_if_any()


def _signed(array: np.ndarray) -> np.ndarray:
    """uint8 values minus 128, as int8; other values unchanged."""
    return (array ^ np.uint8(128)).view(np.int8) if array.dtype == np.uint8 else array


def _unsigned(array: np.ndarray) -> np.ndarray:
    return array.view(np.uint8) ^ np.uint8(128)


def _random_input(rng: np.random.Generator, given: ModelInput) -> np.ndarray:
    if given.type in _INTEGERS:
        limits = np.iinfo(_INTEGERS[given.type])
        return rng.integers(limits.min, limits.max, given.shape, dtype=limits.dtype, endpoint=True)
    if given.type in _SMALL_INTEGERS:
        # Indices, lengths and conditions: 0 and 1 are valid for most operators.
        return rng.integers(0, 2, given.shape).astype(_SMALL_INTEGERS[given.type])
    if given.type not in _FLOATS:
        allowed = ", ".join((*_INTEGERS, *_SMALL_INTEGERS, *_FLOATS))
        raise ModelError(
            f"input {given.name} of the network has type {given.type}: must be one of {allowed}"
        )
    if given.scale is None:
        return rng.random(given.shape).astype(_FLOATS[given.type])
    integers = rng.integers(-128, 128, given.shape)
    reals = np.float32(given.scale) * (integers - given.zero_point)
    return np.asarray(reals.astype(_FLOATS[given.type]))
