"""The values that ONNX Runtime computes for a model's depthwise layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnx

from dwsim.workloads.model_error import ModelError
from dwsim.workloads.onnx_model import lone_layers
from dwsim.workloads.onnx_model.onnx_layer import OnnxInput, OnnxLayer, OnnxModel
from dwsim.workloads.onnx_model.runtime import OrtJob, OrtOutcome, run_in_ort

MAX_TENSOR_BYTES = 3 << 29
"""Memory for the tensors of a network: a file that claims more is not run as a whole."""
_INTEGERS: dict[str, type[np.integer]] = {
    **{"int8": np.int8, "uint8": np.uint8, "int16": np.int16, "uint16": np.uint16},
}
_SMALL_INTEGERS = {
    **{"int32": np.int32, "int64": np.int64, "uint32": np.uint32, "uint64": np.uint64},
    "bool": np.bool_,
}
_FLOATS = {"float16": np.float16, "float": np.float32, "double": np.float64}


@dataclass(frozen=True, eq=False)
class OrtRun:
    """One layer in a model of its own: its ofmap (NHWC), or why it cannot be compared."""

    ofmap: np.ndarray | None
    reason: str = ""


@dataclass(frozen=True, eq=False)
class OrtTensors:
    """One layer's ifmap and ofmap in an inference, NHWC, of the file's types."""

    ifmap: np.ndarray
    ofmap: np.ndarray


def infer_layers(model: OnnxModel, optimise: bool, seed: int) -> dict[str, OrtTensors]:
    """One inference of the whole network on random inputs: the tensors of each layer that runs.

    Only layers of the main graph have tensors.

    Args:
        model: from ``read_onnx``.
        optimise: let ONNX Runtime fuse operators.
        seed: of the inputs: integers of 8 or 16 bits over their whole range, other integers 0 or
            1, floats from 0 to 1 (those that are quantised at once: the real values of 8 bits).

    Raises:
        ModelError: when ONNX Runtime refuses or aborts, when the tensors claim more than
            ``MAX_TENSOR_BYTES``, or when their shapes differ from the inferred ones.
        ToolError: when ONNX Runtime is not installed, or at the time limit.
    """
    if model.tensor_bytes > MAX_TENSOR_BYTES:
        raise ModelError(
            f"{model.path}: the tensors claim {model.tensor_bytes:,} bytes; a network that is run"
            f" as a whole may have {MAX_TENSOR_BYTES:,}"
        )
    rng = np.random.default_rng(seed)
    inputs = {given.name: _random_input(rng, given) for given in model.inputs}
    layers = [layer for layer in model.runnable if layer.subgraph == 0]
    made = {layer.ifmap_name: layer.type for layer in layers if layer.ifmap_name not in inputs}
    made |= {layer.tensor_name: _ofmap_dtype(layer).name for layer in layers}
    folder = model.path.resolve().parent
    job = OrtJob(_with_outputs(model.proto, made), inputs, list(made), optimise, folder)
    (outcome,) = run_in_ort([job], str(model.path))
    if outcome.refusal is not None:
        raise ModelError(f"{model.path}: ONNX Runtime {outcome.refusal}")
    tensors = {**inputs, **outcome.tensors}
    return {
        layer.name: OrtTensors(
            _checked(model, layer, "ifmap", tensors[layer.ifmap_name]),
            _checked(model, layer, "ofmap", tensors[layer.tensor_name]),
        )
        for layer in layers
    }


def run_alone(
    layers: Mapping[str, OnnxLayer], ifmaps: Mapping[str, np.ndarray], optimise: bool = False
) -> dict[str, OrtRun]:
    """ONNX Runtime's ofmap of each layer, run alone on the given ifmap.

    Args:
        layers: layers that run, under any names.
        ifmaps: for each of the names an array of ``spec.ifmap_shape`` and the file's type.
        optimise: let ONNX Runtime fuse operators.

    Raises:
        ToolError: when ONNX Runtime is not installed, or at the time limit.
    """
    jobs = [
        OrtJob(
            lone_layers.layer_model(layer),
            {lone_layers.IFMAP: _nchw(ifmaps[name])},
            [lone_layers.OFMAP],
            optimise,
        )
        for name, layer in layers.items()
    ]
    outcomes = run_in_ort(jobs, "single layers")
    return {
        name: _lone_run(layer, outcome)
        for (name, layer), outcome in zip(layers.items(), outcomes, strict=True)
    }


def random_ifmap(rng: np.random.Generator, layer: OnnxLayer) -> np.ndarray:
    """An ifmap over the whole range of its type, NHWC; normal numbers for a layer of floats."""
    if layer.floats is not None:
        shape = layer.facts()[0].ifmap_shape
        return rng.standard_normal(shape).astype(layer.floats.dtype)
    spec, parameters = layer.integers()
    limits = np.iinfo(parameters.ifmap_dtype)
    return rng.integers(limits.min, limits.max, spec.ifmap_shape, limits.dtype, endpoint=True)


def _ifmap_dtype(layer: OnnxLayer) -> np.dtype:
    return layer.integers()[1].ifmap_dtype if layer.floats is None else layer.floats.dtype


def _ofmap_dtype(layer: OnnxLayer) -> np.dtype:
    if layer.floats is not None:
        return layer.floats.dtype
    scales = layer.integers()[1].scales
    return np.dtype(np.int32) if scales is None else scales.ofmap_dtype


def _lone_run(layer: OnnxLayer, outcome: OrtOutcome) -> OrtRun:
    if outcome.refusal is not None:
        return OrtRun(None, f"ONNX Runtime {outcome.refusal}")
    ofmap = outcome.tensors[lone_layers.OFMAP].transpose(0, 2, 3, 1)
    scales = None if layer.floats is not None else layer.integers()[1].scales
    # Rounding never decreases, so the folded bounds may follow it.
    return OrtRun(ofmap if scales is None else np.clip(ofmap, scales.act_min, scales.act_max))


def _nchw(ifmap: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(ifmap.transpose(0, 3, 1, 2))


def _with_outputs(proto: onnx.ModelProto, made: Mapping[str, str]) -> bytes:
    """The model with more outputs, as bytes; the model itself stays as it is."""
    outputs = proto.graph.output
    before = len(outputs)
    present = {value.name for value in outputs}
    types = onnx.TensorProto.DataType
    for name, type_ in made.items():
        if name not in present:
            kind = types.Value("FLOAT" if type_ == "float32" else type_.upper())
            outputs.append(onnx.helper.make_tensor_value_info(name, kind, None))
    content: bytes = proto.SerializeToString()
    del outputs[before:]
    return content


def _checked(model: OnnxModel, layer: OnnxLayer, role: str, tensor: np.ndarray) -> np.ndarray:
    """The tensor as NHWC, if it has the shape that was inferred."""
    spec, _ = layer.facts()
    wanted, dtype = _nchw_shape(spec.ifmap_shape, layer.rank), _ifmap_dtype(layer)
    if role == "ofmap":
        wanted, dtype = _nchw_shape(spec.ofmap_shape, layer.rank), _ofmap_dtype(layer)
    if (tensor.shape, tensor.dtype) != (wanted, dtype):
        raise ModelError(
            f"{model.path}: {layer.name}: ONNX Runtime's {role} is {tensor.dtype} {tensor.shape},"
            f" the file states {dtype} {wanted}"
        )
    planes = tensor[:, :, np.newaxis] if layer.rank == 3 else tensor
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1))


def _nchw_shape(shape: Sequence[int], rank: int) -> tuple[int, ...]:
    batch, rows, columns, channels = shape
    return (batch, channels, columns) if rank == 3 else (batch, channels, rows, columns)


def _random_input(rng: np.random.Generator, given: OnnxInput) -> np.ndarray:
    if min(given.shape, default=0) < 0:
        raise ModelError(
            f"input {given.name} of the network has the shape {given.shape}: give the sizes that"
            " are -1 with --shape"
        )
    if given.type in _INTEGERS:
        limits = np.iinfo(_INTEGERS[given.type])
        return rng.integers(limits.min, limits.max, given.shape, limits.dtype, endpoint=True)
    if given.type in _SMALL_INTEGERS:
        # Indices, lengths and conditions: 0 and 1 are valid for most operators.
        return np.asarray(rng.integers(0, 2, given.shape).astype(_SMALL_INTEGERS[given.type]))
    if given.type not in _FLOATS:
        allowed = ", ".join((*_INTEGERS, *_SMALL_INTEGERS, *_FLOATS))
        raise ModelError(
            f"input {given.name} of the network has type {given.type}: must be one of {allowed}"
        )
    if given.scale is None:
        return np.asarray(rng.random(given.shape).astype(_FLOATS[given.type]))
    reals = np.float32(given.scale) * (rng.integers(-128, 128, given.shape) - given.zero_point)
    return np.asarray(reals.astype(_FLOATS[given.type]))
