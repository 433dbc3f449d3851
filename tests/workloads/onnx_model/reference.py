"""Golden's values for the layers of ``.onnx`` models, and ONNX Runtime's for whole models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx

from dwsim.golden.depthwise import depthwise
from dwsim.golden.quantised import depthwise_quantised
from dwsim.workloads.onnx_model import (
    OnnxLayer,
    OnnxModel,
    offset,
    onnx_quantisation,
    parse_onnx,
)
from dwsim.workloads.onnx_model.runtime import OrtJob, run_in_ort


def read(model: onnx.ModelProto, **options) -> OnnxModel:
    """The model as it is read from a file."""
    return parse_onnx(model, Path("kind.onnx"), **options)


def only_layer(model: onnx.ModelProto, **options) -> OnnxLayer:
    """The only layer of a model, which must run."""
    (layer,) = read(model, **options).layers
    assert layer.runs, list(map(str, layer.reasons))
    return layer


def reasons(model: onnx.ModelProto, **options) -> str:
    """The reasons of the only layer, as lines."""
    (layer,) = read(model, **options).layers
    assert not layer.runs
    assert layer.parameters is None
    return "\n".join(map(str, layer.reasons))


def golden_sums(layer: OnnxLayer, ifmap: np.ndarray) -> np.ndarray:
    """The layer's sums; ``ifmap`` and they are NHWC."""
    spec, parameters = layer.facts()
    centred = ifmap.astype(np.int16) - np.int16(parameters.ifmap_zero_point)
    return depthwise(centred, parameters.weight, spec).astype(np.int64)


def golden(layer: OnnxLayer, ifmap: np.ndarray) -> np.ndarray:
    """The layer's ofmap in the integers of the file; ``ifmap`` and it are NHWC."""
    spec, parameters = layer.facts()
    quantisation = onnx_quantisation(layer)
    if quantisation is None or parameters.scales is None:
        return golden_sums(layer, ifmap)
    integers = (ifmap.astype(np.int16) - offset(ifmap.dtype)).astype(np.int8)
    ofmap = depthwise_quantised(integers, parameters.weight.astype(np.int8), spec, quantisation)
    return ofmap.astype(np.int64) + offset(parameters.scales.ofmap_dtype)


def nhwc(tensor: np.ndarray) -> np.ndarray:
    """A tensor of the file, NCHW or NCW, as NHWC."""
    planes = tensor[:, :, np.newaxis] if tensor.ndim == 3 else tensor
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1))


def run(models: Sequence[onnx.ModelProto], ifmaps: Sequence[np.ndarray], optimise: bool = False):
    """ONNX Runtime's ``ofmap`` of each model for its ``ifmap``; a refusal is an error."""
    jobs = [
        OrtJob(model.SerializeToString(), {"ifmap": ifmap}, ["ofmap"], optimise)
        for model, ifmap in zip(models, ifmaps, strict=True)
    ]
    outcomes = run_in_ort(jobs, "models of the tests")
    refused = [outcome.refusal for outcome in outcomes if outcome.refusal is not None]
    assert not refused, refused
    return [outcome.tensors["ofmap"] for outcome in outcomes]
