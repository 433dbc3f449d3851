"""What LiteRT's interpreter computes for a model's depthwise layers, byte by byte.

Two of its kernels disagree in the last bit, each exact by its own definition. The reference
kernel rounds twice ("double"). The default, XNNPACK, multiplies the sum by a float32 and rounds
that to the nearest even integer: nearly always what integer arithmetic with one rounding
("single") gives, see ``xnnpack_ofmap``. Layers with int16 activations have one kernel in both.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dwsim.errors import Rules, ToolError
from dwsim.golden.depthwise import depthwise
from dwsim.spec.quantisation_limits import ROUNDINGS
from dwsim.spec.real_scales import activation_range
from dwsim.support.processes import TimeLimitError, run_command
from dwsim.workloads.tflite import writer
from dwsim.workloads.tflite.model import DepthwiseLayer, Model, ModelInput
from dwsim.workloads.tflite.model_error import ModelError

RESOLVERS = {"double": "BUILTIN_REF", "single": "BUILTIN"}
"""Rounding to LiteRT's OpResolverType: BUILTIN applies XNNPACK, BUILTIN_REF no delegate."""

TIMEOUT_SECONDS = 900
_WORKER = Path(__file__).with_name("worker.py")
_FLOAT = "FLOAT32"
_RANGES: dict[str, type[np.signedinteger | np.unsignedinteger]] = {
    "INT8": np.int8,
    "UINT8": np.uint8,
    "INT16": np.int16,
}


@dataclass(frozen=True, eq=False)
class LayerTensors:
    """One layer's ifmap and ofmap in an inference, NHWC, int8 or int16.

    ``rounding`` is that of the kernel that ran: XNNPACK may leave an int8 layer of a "single"
    inference to a kernel that rounds twice. With int16 both names mean the same.
    """

    ifmap: np.ndarray
    ofmap: np.ndarray
    rounding: str


def infer(model: Model, rounding: str, seed: int = 1) -> dict[str, LayerTensors]:
    """One inference of the whole network on random inputs: the tensors of each layer that runs.

    The ifmap of a layer with a folded PAD is what the PAD is given. With rounding "single" the
    ifmaps are XNNPACK's too, so they may differ from those of "double".

    Args:
        model: from ``read_model``.
        rounding: "double" or "single".
        seed: of the inputs: integers of the whole range (a float input that is quantised at once
            gets those integers' real values, any other float input 0 to 1).

    Raises:
        ModelError: when the interpreter refuses or aborts, or makes a tensor of another shape
            than the file states.
        ToolError: when LiteRT is not installed, or needs longer than ``TIMEOUT_SECONDS``.
    """
    rng = np.random.default_rng(seed)
    inputs = {given.tensor: _random_input(rng, given) for given in model.inputs}
    wanted = {layer.ifmap_tensor for layer in model.runnable}
    wanted |= {layer.ofmap_tensor for layer in model.runnable}
    job = _Job(model.content, inputs, {index: str(index) for index in sorted(wanted)})
    tensors, delegated = _interpret([job], rounding, str(model.path))
    found = {}
    for layer in model.runnable:
        ifmap, ofmap = tensors[str(layer.ifmap_tensor)], tensors[str(layer.ofmap_tensor)]
        _check_tensors(model, layer, ifmap, ofmap)
        took = ofmap.dtype != np.int8 or str(layer.ofmap_tensor) in delegated
        found[layer.name] = LayerTensors(ifmap, ofmap, rounding if took else "double")
    return found


def run_layers(
    layers: Mapping[str, DepthwiseLayer], ifmaps: Mapping[str, np.ndarray], rounding: str
) -> dict[str, np.ndarray]:
    """The interpreter's ofmap of each layer, run alone on the given ifmap.

    Each layer becomes a model of one operator (two with padding that is neither SAME nor VALID).

    Args:
        layers: layers that run, under names of the caller's.
        ifmaps: for each of the names an array of ``spec.ifmap_shape`` and ``parameters.dtype``.
        rounding: "double" or "single".

    Raises:
        SpecError: for ifmaps of another shape or dtype.
        ModelError: as ``infer``; also when XNNPACK leaves alone what shall be rounded once.
        ToolError: as ``infer``.
    """
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
        jobs.append(_Job(content, {writer.IFMAP: ifmap}, {writer.OFMAP: name}))
    rules.raise_if_any()
    ofmaps, delegated = _interpret(jobs, rounding, "single layers")
    for name, ofmap in ofmaps.items():
        if rounding == "single" and ofmap.dtype == np.int8 and name not in delegated:
            raise ModelError(f"{name}: XNNPACK, which rounds once, does not take this layer")
    return ofmaps


def run_layer(layer: DepthwiseLayer, ifmap: np.ndarray, rounding: str) -> np.ndarray:
    """``run_layers`` for one layer."""
    return run_layers({layer.name: layer}, {layer.name: ifmap}, rounding)[layer.name]


def xnnpack_ofmap(layer: DepthwiseLayer, ifmap: np.ndarray) -> np.ndarray:
    """What XNNPACK's float arithmetic makes of an int8 layer; it is not quite "single".

    ``clamp(round_half_even(float32(sum) * scale) + zero_point)``, where ``scale`` is
    ``ifmap_scale * weight_scale / ofmap_scale`` in float32 (XNNPACK's "fp32" requantisation,
    its kernels for x86 and ARMv8). It differs from exact arithmetic by one where the product lies
    within float32's error of a tie, so this tells XNNPACK's own rounding from a fault.

    Raises:
        ValueError: for a layer that does not run, or has int16 activations.
    """
    spec, given = layer.facts()
    if given.dtype != np.int8:
        raise ValueError(f"{layer.name} has {given.dtype} activations: XNNPACK takes int8 only")
    centred = ifmap.astype(np.int32) - np.int32(given.ifmap_zero_point)
    sums = depthwise(centred, given.weight, spec).astype(np.int64)
    if given.bias is not None:
        sums += given.bias
    scales = np.float32(given.ifmap_scale) * given.weight_scales / np.float32(given.ofmap_scale)
    rounded = np.rint(sums.astype(np.float32) * scales.astype(np.float32)).astype(np.int64)
    low, high = activation_range(given.activation, given.ofmap_scale, given.ofmap_zero_point)
    return np.clip(rounded + given.ofmap_zero_point, low, high).astype(np.int8)


@dataclass(frozen=True, eq=False)
class _Job:
    """One model, its inputs by tensor, and the tensors that are wanted under which key."""

    content: bytes
    inputs: Mapping[int, np.ndarray]
    outputs: Mapping[int, str]


def _interpret(
    jobs: list[_Job], rounding: str, subject: str
) -> tuple[dict[str, np.ndarray], set[str]]:
    """The wanted tensors, and the keys of those that XNNPACK computed."""
    rules = Rules("interpreter")
    rules.require(
        rounding in ROUNDINGS, "rounding", rounding, f"must be one of {', '.join(ROUNDINGS)}"
    )
    rules.raise_if_any()
    if importlib.util.find_spec("ai_edge_litert") is None:
        raise ToolError("running .tflite models needs LiteRT: pip install 'dwsim[tflite]'")
    with tempfile.TemporaryDirectory(prefix="dwsim-") as name:
        directory = Path(name)
        request: list[dict[str, Any]] = []
        arrays: dict[str, Any] = {}
        for number, job in enumerate(jobs):
            (directory / f"{number}.tflite").write_bytes(job.content)
            keys = {index: f"{number}_{index}" for index in job.inputs}
            arrays |= {keys[index]: array for index, array in job.inputs.items()}
            request.append(
                {"model": f"{number}.tflite", "inputs": keys, "outputs": dict(job.outputs)}
            )
        text = json.dumps({"resolver": RESOLVERS[rounding], "jobs": request})
        (directory / "jobs.json").write_text(text, encoding="utf-8")
        np.savez(directory / "inputs.npz", **arrays)
        _run_worker(directory, subject)
        delegated = json.loads((directory / "delegated.json").read_text(encoding="utf-8"))
        with np.load(directory / "outputs.npz", allow_pickle=False) as outputs:
            return {key: outputs[key] for key in outputs.files}, set(delegated)


def _run_worker(directory: Path, subject: str) -> None:
    # -P: the worker's directory must not shadow the modules that LiteRT imports.
    try:
        done = run_command([sys.executable, "-P", _WORKER, directory], seconds=TIMEOUT_SECONDS)
    except TimeLimitError:
        message = f"the interpreter did not end within {TIMEOUT_SECONDS} s and was stopped"
        raise ToolError(f"{subject}: {message}") from None
    if done.exit_code == 0:
        return
    ending = done.ending if done.exit_code < 0 else "refuses the model"
    last = done.errors.strip().splitlines()[-1:]
    raise ModelError(f"{subject}: the interpreter {ending}: {' '.join(last)}")


def _random_input(rng: np.random.Generator, given: ModelInput) -> np.ndarray:
    if given.type in _RANGES:
        limits = np.iinfo(_RANGES[given.type])
        return rng.integers(limits.min, limits.max, given.shape, dtype=limits.dtype, endpoint=True)
    if given.type != _FLOAT:
        allowed = ", ".join((*_RANGES, _FLOAT))
        raise ModelError(f"the network's input of type {given.type}: must be one of {allowed}")
    if given.scale is None:
        return rng.random(given.shape, np.float32)
    integers = rng.integers(-128, 128, given.shape)
    return (np.float32(given.scale) * (integers - given.zero_point)).astype(np.float32)


def _check_tensors(
    model: Model, layer: DepthwiseLayer, ifmap: np.ndarray, ofmap: np.ndarray
) -> None:
    """The tensors are what the file says: a network may reshape itself when it runs."""
    spec, parameters = layer.facts()
    for role, array, shape in (
        ("ifmap", ifmap, spec.ifmap_shape),
        ("ofmap", ofmap, spec.ofmap_shape),
    ):
        if (array.shape, array.dtype) != (shape, parameters.dtype):
            raise ModelError(
                f"{model.path}: {layer.name}: the interpreter's {role} is {array.dtype}"
                f" {array.shape}, the file says {parameters.dtype} {shape}"
            )
