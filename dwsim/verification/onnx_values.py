"""ONNX Runtime's values for the layers of a file, and the differences that float32 explains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dwsim.golden.depthwise import depthwise
from dwsim.workloads.model_error import ModelError
from dwsim.workloads.onnx_model import OnnxLayer, OnnxModel
from dwsim.workloads.onnx_model.ort_inference import (
    OrtRun,
    infer_layers,
    random_ifmap,
    run_alone,
)


@dataclass(frozen=True, eq=False)
class OnnxValues:
    """The ifmap of each layer, and the ofmap that ONNX Runtime computes for it.

    ``alone`` says why ONNX Runtime did not run the network as a whole, if so.
    """

    ifmaps: Mapping[str, np.ndarray]
    runs: Mapping[str, OrtRun]
    alone: str


def ort_values(
    model: OnnxModel, running: Mapping[str, OnnxLayer], optimise: bool, seed: int
) -> OnnxValues:
    """Runs the network; a layer that the inference does not reach runs alone on a random ifmap.

    A layer of 16-bit floats always runs alone: inside a network, ONNX Runtime may leave out the
    rounding between two operators that it computes in float32.
    """
    alone = ""
    ifmaps: dict[str, np.ndarray] = {}
    runs: dict[str, OrtRun] = {}
    if all(layer.subgraph != 0 for layer in running.values()):
        alone = "no layer that runs is in the network's main graph"
    else:
        try:
            for name, tensors in infer_layers(model, optimise, seed).items():
                ifmaps[name], runs[name] = tensors.ifmap, OrtRun(tensors.ofmap)
            halves = {name: running[name] for name in runs if ifmaps[name].dtype == np.float16}
            runs |= run_alone(halves, ifmaps, optimise) if halves else {}
        except ModelError as error:
            alone = str(error)
    rng = np.random.default_rng(seed)
    left = {name: layer for name, layer in running.items() if name not in ifmaps}
    ifmaps |= {name: random_ifmap(rng, layer) for name, layer in left.items()}
    runs |= run_alone(left, ifmaps, optimise) if left else {}
    return OnnxValues(ifmaps, runs, alone)


def float_distance(layer: OnnxLayer, ifmap: np.ndarray) -> np.ndarray:
    """The largest distance of each value of a Conv in float32 from the value of exact sums.

    Where ONNX Runtime does not fuse DequantizeLinear, Conv and QuantizeLinear, it adds products
    of real numbers in float32. Their sum is within ``n * eps * sum|x * w|`` of the true one for n
    roundings (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1). A value whose
    distance from a tie is larger has one right result. Beside a tie there are two; more only where
    the ofmap's scale is so small that the bound is many of its steps. A bias in floating point is
    rounded to an integer for the engine, and by ONNX Runtime where it fuses: a tie between both
    values counts.

    Args:
        layer: a Conv between DequantizeLinear and QuantizeLinear.
        ifmap: NHWC, of the file's type.

    Returns:
        Whole numbers of shape ``spec.ofmap_shape``, float64; 0 for a value with one right result.
    """
    spec, parameters = layer.integers()
    scales = parameters.scales
    assert scales is not None
    centred = ifmap.astype(np.int64) - parameters.ifmap_zero_point
    weight = parameters.weight.astype(np.int64)
    bias = np.zeros(1) if scales.bias is None else scales.bias.astype(np.float64)
    scale = scales.ifmap_scale * scales.weight_scales.astype(np.float64) / scales.ofmap_scale
    remainder = scales.bias_remainder
    bias = bias + remainder
    value = (depthwise(centred, weight, spec) + bias) * scale
    magnitude = (depthwise(np.abs(centred), np.abs(weight), spec) + np.abs(bias)) * scale
    # Each product has three roundings, each sum one, the bias and the quotient two.
    roundings = spec.kernel_h * spec.kernel_w + 8
    bound = roundings * np.finfo(np.float32).eps * magnitude + np.abs(remainder) * scale
    # At a tie, one half from both, either may be the value of exact sums.
    lower, upper = np.ceil(value - 0.5), np.floor(value + 0.5)
    most, least = np.floor(value + bound + 0.5), np.ceil(value - bound - 0.5)
    distance: np.ndarray = np.maximum(most - lower, upper - least)
    return distance
