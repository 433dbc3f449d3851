"""A Pad before a layer is folded if it pads with the value that stands for 0."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from tests.onnx_files.onnx_builder import Case, single
from tests.workloads.onnx_model.reference import golden_sums, nhwc, only_layer, run


def padded(
    form: str, value: float, pads: list[int], position: str, mode: str = "constant"
) -> onnx.ModelProto:
    """A layer with a Pad in front of it: of its integers, or of its real numbers."""
    model = single(Case(form))
    graph = model.graph
    dtype = np.uint8 if position == "integers" else np.float32
    graph.initializer.append(numpy_helper.from_array(np.array(pads), "amounts"))
    graph.initializer.append(numpy_helper.from_array(np.array(value, dtype), "value"))
    source = "ifmap" if position == "integers" else "x"
    for node in graph.node:
        for index, name in enumerate(node.input):
            if name == source:
                node.input[index] = "padded"
    pad = helper.make_node("Pad", [source, "amounts", "value"], ["padded"], mode=mode)
    place = next(i for i, node in enumerate(graph.node) if "padded" in node.input)
    graph.node.insert(place, pad)
    return model


@pytest.mark.parametrize(
    ("form", "value", "position"),
    [("qdq", 128, "integers"), ("qdq", 0.0, "reals"), ("qlinear", 128, "integers")],
)
def test_folded(form: str, value: float, position: str) -> None:
    layer = only_layer(padded(form, value, [0, 0, 1, 2, 0, 0, 3, 0], position))
    spec = layer.facts()[0]
    assert (spec.pad_top, spec.pad_bottom, spec.pad_left, spec.pad_right) == (1, 3, 2, 0)
    assert spec.ifmap_shape == (1, 7, 8, 4)
    assert layer.ifmap_name == "ifmap"
    assert "Pad" in layer.folded


@pytest.mark.parametrize(
    ("value", "pads", "mode"),
    [
        (0, [0, 0, 1, 1, 0, 0, 1, 1], "constant"),
        (128, [0, 0, -1, 0, 0, 0, 0, 0], "constant"),
        (128, [0, 0, 1, 1, 0, 0, 1, 1], "edge"),
        (128, [1, 0, 0, 0, 0, 0, 0, 0], "constant"),
    ],
)
def test_left_in_front_of_the_layer(value: int, pads: list[int], mode: str) -> None:
    layer = only_layer(padded("qlinear", value, pads, "integers", mode))
    spec = layer.facts()[0]
    assert layer.ifmap_name == "padded"
    assert (spec.pad_top, spec.pad_left) == (0, 0)
    assert spec.ifmap_h == 7 + pads[2] + pads[6]
    assert spec.batch == 1 + pads[0]


def test_a_pad_between_numbers_of_the_same_scale() -> None:
    """Quantisation tools write DequantizeLinear, Pad, QuantizeLinear in front of a layer."""
    model = single(Case("qdq"))
    graph = model.graph
    graph.initializer.append(numpy_helper.from_array(np.array([0, 0, 1, 1, 0, 0, 1, 1]), "amounts"))
    nodes = [
        helper.make_node("DequantizeLinear", ["ifmap", "sx", "zx"], ["real"]),
        helper.make_node("Pad", ["real", "amounts"], ["wide"]),
        helper.make_node("QuantizeLinear", ["wide", "sx", "zx"], ["again"]),
    ]
    graph.node[0].input[0] = "again"
    for place, node in enumerate(nodes):
        graph.node.insert(place, node)
    layer = only_layer(model)
    assert layer.facts()[0].pad_top == 1
    assert layer.ifmap_name == "ifmap"
    assert layer.folded_operators == 3
    nodes[2].input[1] = "sy"
    graph.node[2].input[1] = "sy"
    assert only_layer(model).facts()[0].pad_top == 0


def test_pads_of_an_integer_convolution_hold_the_zero_point(seed: int) -> None:
    model = padded("integer", 128, [0, 0, 1, 2, 0, 0, 3, 0], "integers")
    layer = only_layer(model)
    assert layer.facts()[0].pad_bottom == 3
    tensor = np.random.default_rng(seed).integers(0, 256, (1, 4, 7, 8)).astype(np.uint8)
    (ofmap,) = run([model], [tensor])
    assert np.array_equal(nhwc(ofmap), golden_sums(layer, nhwc(tensor)))
