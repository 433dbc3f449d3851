"""Builds ``.onnx`` networks: the depthwise layers of three networks, quantised as QDQ.

Each layer has an input and an output of its own, so that its ifmap takes every value. The shapes
are those of the ready networks, the weights, biases, scales and zero points are seeded and random.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx

from dwsim.spec.layer_spec import LayerSpec
from dwsim.workloads import read_network
from tests.onnx_files.onnx_builder import Case, OnnxBuilder, add_case

NETWORKS = {
    "mobilenet_v2_qdq": "mobilenet_v2",
    "efficientnet_b0_qdq": "efficientnet_b0",
    "convnext_tiny_qdq": "convnext_tiny",
}
"""Names of the networks, and the ready networks that their shapes are of."""


def case_of(layer: LayerSpec, rng: np.random.Generator) -> Case:
    """The layer with random numbers; its ofmap fills most of its range."""
    channels = layer.ofmap_channels
    weight_scales = rng.uniform(0.002, 0.02, channels)
    # The deviation of a sum of products of uniform integers; 40 of it fill the range.
    deviation = 74 * 74 * np.sqrt(layer.kernel_h * layer.kernel_w)
    activation = ("none", "relu", "clip")[int(rng.integers(3))]
    # Values below the zero point of an activation are all the same.
    zero_point = int(rng.integers(0, 256 if activation == "none" else 40))
    return Case(
        form="qdq",
        shape=(layer.batch, layer.channels, layer.ifmap_h, layer.ifmap_w),
        kernel=(layer.kernel_h, layer.kernel_w),
        channels=layer.channels,
        multiplier=layer.channel_multiplier,
        strides=(layer.stride_h, layer.stride_w),
        dilations=(layer.dilation_h, layer.dilation_w),
        pads=(layer.pad_top, layer.pad_left, layer.pad_bottom, layer.pad_right),
        ifmap_scale=float(rng.uniform(0.01, 0.05)),
        ifmap_zero_point=int(rng.integers(0, 256)),
        weight_scales=weight_scales,
        ofmap_scale=float(0.03 * np.mean(weight_scales) * deviation / 40),
        ofmap_zero_point=zero_point,
        activation=activation,
        clip=(0.0, float(0.03 * np.mean(weight_scales) * deviation * 4)),
        seed=int(rng.integers(2**31)),
    )


def network(name: str, seed: int = 1) -> onnx.ModelProto:
    """One of ``NETWORKS``."""
    rng = np.random.default_rng(seed)
    builder = OnnxBuilder()
    for layer in read_network(NETWORKS[name]).layers:
        case = case_of(layer, rng)
        ifmap = builder.input(f"{layer.name}_input", case.dtype, case.shape)
        made = add_case(builder, case, ifmap, f"{layer.name}_")
        batch, rows, columns, channels = layer.ofmap_shape
        builder.output(made, case.dtype, (batch, channels, rows, columns))
    return builder.model()


def onnx_network(name: str, folder: Path) -> Path:
    """Writes one of ``NETWORKS`` into a folder; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    path.write_bytes(network(name).SerializeToString())
    return path
